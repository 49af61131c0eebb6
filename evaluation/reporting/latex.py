"""The tables and the methods of a report as LaTeX: booktabs, one file a table, escaped. Pure.

`\\input{tables.tex}` gives them all; the preamble they need is its first comment.
"""

from collections.abc import Mapping

from evaluation.reporting.report import Document, tables_of
from evaluation.reporting.tables import Shown, shown

SPECIAL = {
    "\\": r"\textbackslash{}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "−": "$-$",
    "·": r"\textperiodcentered{}",
    "–": "--",
    "×": r"$\times$",
    "≥": r"$\geq$",
    "≤": r"$\leq$",
    "±": r"$\pm$",
    "“": "``",
    "”": "''",
    "…": r"\ldots{}",
    "\u00a0": "~",
}
PREAMBLE = (
    "% In the preamble: \\usepackage[T1]{fontenc}\\usepackage[utf8]{inputenc}\n"
    "% \\usepackage{booktabs}\\usepackage{longtable}\\usepackage{array}\n"
)
LONG = 30
"""Rows from which a table is a longtable, which breaks over pages."""


def files(document: Document) -> dict[str, str]:
    """File name → text: `tables/….tex`, `tables.tex`, `methods.tex`, `references.bib`."""
    found: dict[str, str] = {}
    for section in document["sections"]:
        for block in section["blocks"]:
            for table in tables_of(block):
                about = f"{section['label']} {_group(block)}"
                text = tabular(shown(table), about, f"tab:{table['name']}")
                found[f"tables/{table['name']}.tex"] = text
    names = [name.removesuffix(".tex") for name in found]
    found["tables.tex"] = PREAMBLE + "".join(f"\\input{{{name}}}\n" for name in names)
    if document["methods"]:
        found["methods.tex"] = _methods(document)
    if document["papers"]:
        found["references.bib"] = bibliography(document)
    return found


def bibliography(document: Document) -> str:
    """The papers of the methods as BibTeX."""
    return "\n\n".join(paper["bibtex"] for paper in document["papers"]) + "\n"


def plain(document: Document) -> str:
    """The methods section and its references as plain text."""
    parts = [f"{part['heading']}. {' '.join(part['sentences'])}" for part in document["methods"]]
    papers = [paper["text"] for paper in document["papers"]]
    return "\n\n".join([*parts, "References", *papers]) + "\n"


def escaped(text: str) -> str:
    """Text that LaTeX prints as it stands."""
    return "".join(SPECIAL.get(letter, letter) for letter in text)


def tabular(table: Shown, about: str, label: str) -> str:
    """One table with caption and label; long ones break over pages."""
    columns = "".join("r" if number else "l" for _, number in table.headings)
    head = _row([name for name, _ in table.headings])
    body = "".join(_row([text for text, _ in row]) for row in table.rows)
    caption = escaped(" ".join(filter(None, [f"{about}: {table.title}.", table.caption])))
    named = f"\\caption{{{caption}}}\\label{{{label}}}"
    if len(table.rows) >= LONG:
        top = f"\\toprule\n{head}\\midrule\n"
        return (
            f"\\begin{{longtable}}{{{columns}}}\n{named}\\\\\n{top}\\endfirsthead\n"
            f"{top}\\endhead\n\\bottomrule\n\\endfoot\n{body}\\end{{longtable}}\n"
        )
    return (
        f"\\begin{{table}}[tp]\n\\centering\\small\n{named}\n\\begin{{tabular}}{{{columns}}}\n"
        f"\\toprule\n{head}\\midrule\n{body}\\bottomrule\n\\end{{tabular}}\n\\end{{table}}\n"
    )


def _row(cells: list[str]) -> str:
    written = [escaped(cell) for cell in cells]
    if written and written[0].startswith("["):  # else LaTeX takes it for an argument of \\
        written[0] = f"{{{written[0]}}}"
    return " & ".join(written) + " \\\\\n"


def _group(block: Mapping[str, str]) -> str:
    mark = "SIMULATED " if block["simulated"] else ""
    return f"({mark}{block['population'] or 'all raters'})"


def _methods(document: Document) -> str:
    parts = [
        f"\\subsection*{{{escaped(part['heading'])}}}\n{escaped(' '.join(part['sentences']))}\n"
        for part in document["methods"]
    ]
    keys = ",".join(paper["key"] for paper in document["papers"])
    return "\n".join(parts) + (f"\n\\nocite{{{keys}}}\n" if keys else "")
