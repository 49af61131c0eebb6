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
    "²": r"\textsuperscript{2}",
    "→": r"$\to$",
    "≈": r"$\approx$",
    "∞": r"$\infty$",
    "½": r"$\frac{1}{2}$",
}
PREAMBLE = (
    "% In the preamble: \\usepackage[T1]{fontenc}\\usepackage[utf8]{inputenc}\n"
    "% \\usepackage{booktabs}\\usepackage{longtable}\\usepackage{array}\n"
)
GREEK = {
    "α": "alpha",
    "β": "beta",
    "γ": "gamma",
    "δ": "delta",
    "ε": "epsilon",
    "η": "eta",
    "θ": "theta",
    "κ": "kappa",
    "λ": "lambda",
    "μ": "mu",
    "π": "pi",
    "ρ": "rho",
    "σ": "sigma",
    "τ": "tau",
    "φ": "phi",
    "χ": "chi",
    "ω": "omega",
    "Δ": "Delta",
    "Σ": "Sigma",
    "Ω": "Omega",
}
LONG = 30
"""Rows from which a table is a longtable, which breaks over pages."""
WIDE = 74
"""Letters of `\\small` that stand beside each other in a column of the class `article`."""
GAP = 2
"""The space between two columns, in letters."""


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
    """Text that LaTeX prints as it stands; letters it has no sign for become a question mark."""
    return "".join(_sign(letter) for letter in text)


def _sign(letter: str) -> str:
    if letter in GREEK:
        return rf"\ensuremath{{\{GREEK[letter]}}}"
    return SPECIAL.get(letter) or (letter if letter < "\u0180" else "?")


def tabular(table: Shown, about: str, label: str) -> str:
    """One table with caption and label; long ones break over pages."""
    columns, size = _columns(table), _size(table)
    head = _row([name for name, _ in table.headings])
    body = "".join(_row([text for text, _ in row]) for row in table.rows)
    caption = escaped(" ".join(filter(None, [f"{about}: {table.title}.", table.caption])))
    named = f"\\caption{{{caption}}}\\label{{{label}}}"
    if len(table.rows) >= LONG:
        top = f"\\toprule\n{head}\\midrule\n"
        return (
            f"{{{size}\\setlength{{\\tabcolsep}}{{3pt}}\n"
            f"\\begin{{longtable}}{{{columns}}}\n{named}\\\\\n{top}\\endfirsthead\n"
            f"{top}\\endhead\n\\bottomrule\n\\endfoot\n{body}\\end{{longtable}}}}\n"
        )
    return (
        f"\\begin{{table}}[tp]\n\\centering{size}\\setlength{{\\tabcolsep}}{{3pt}}\n"
        f"{named}\n\\begin{{tabular}}{{{columns}}}\n"
        f"\\toprule\n{head}\\midrule\n{body}\\bottomrule\n\\end{{tabular}}\n\\end{{table}}\n"
    )


def _columns(table: Shown) -> str:
    """One letter a column; where they are too wide together, columns that wrap, shared out.

    No column gets less than its longest word asks for, unless all of them ask for too much.
    """
    if not _is_wide(table):
        return "".join("r" if number else "l" for _, number in table.headings)
    cells = [_cells(table, n) for n in range(len(table.headings))]
    words = [_longest_word(table, n) for n in range(len(cells))]
    asked = [max(len(cell) for cell in column) for column in cells]
    room = max(0, WIDE - GAP * len(cells) - sum(words))
    more = [full - word for full, word in zip(asked, words, strict=True)]
    widths = [w + room * m / (sum(more) or 1) for w, m in zip(words, more, strict=True)]
    share = 0.97 / (sum(widths) + GAP * len(widths))
    sides = [r"\raggedleft" if number else r"\raggedright" for _, number in table.headings]
    return "".join(
        f">{{{side}\\arraybackslash}}p{{{width * share:.3f}\\linewidth}}"
        for side, width in zip(sides, widths, strict=True)
    )


def _size(table: Shown) -> str:
    """The largest size at which no word is wider than its column, as far as there is one."""
    if not _is_wide(table):
        return r"\small"
    words = [_longest_word(table, n) for n in range(len(table.headings))]
    return r"\footnotesize" if sum(words) + GAP * len(words) <= WIDE else r"\scriptsize"


def _longest_word(table: Shown, column: int) -> int:
    return max(len(word) for cell in _cells(table, column) for word in [*cell.split(), ""])


def _is_wide(table: Shown) -> bool:
    widths = [max(map(len, _cells(table, n))) + GAP for n in range(len(table.headings))]
    return sum(widths) > WIDE


def _cells(table: Shown, column: int) -> list[str]:
    return [table.headings[column][0], *(row[column][0] for row in table.rows)]


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
        f"\\subsection*{{{escaped(part['heading'])}}}\n{_breakable(' '.join(part['sentences']))}\n"
        for part in document["methods"]
    ]
    keys = ",".join(paper["key"] for paper in document["papers"])
    return "\n".join(parts) + (f"\n\\nocite{{{keys}}}\n" if keys else "")


def _breakable(text: str) -> str:
    """Escaped text in which the names of metrics may be broken where a line ends."""
    return escaped(text).replace(r"\_", r"\_\allowbreak{}").replace("(", r"\allowbreak(")
