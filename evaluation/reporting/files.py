"""A report in every format, as files: for a folder, for archives, for downloads."""

from collections.abc import Iterator, Mapping
from io import BytesIO, StringIO
from pathlib import Path

import pandas as pd

from evaluation.reporting import latex, pages
from evaluation.reporting.behind import behind
from evaluation.reporting.report import Document, attachments, csv_files
from evaluation.reporting.sheets import Sheet
from generation.writing import write_whole
from studies.export import as_csv

ROWS = "rows.csv"


def texts(document: Document, rows: str = "", overview: Sheet | None = None) -> dict[str, str]:
    """File name → text of all that is made from the document and the table behind it."""
    return {
        "report.html": pages.standalone(document, rows, overview),
        "report.json": pages.as_json(document),
        **{f"tables/{name}": text for name, text in csv_files(document).items()},
        **{f"latex/{name}": text for name, text in latex.files(document).items()},
        **_methods(document),
        **{f"attachments/{name}": text for name, text in attachments(document).items()},
        **({ROWS: rows} if rows else {}),
        **{f"rows/{stem}.csv": text for stem, text in rows_behind(document, rows)},
    }


def rows_behind(document: Document, rows: str, only: str = "") -> Iterator[tuple[str, str]]:
    """Stem and CSV of the rows behind each finding, or behind one of them."""
    if not rows:
        return
    table = pd.read_csv(StringIO(rows), dtype=str, keep_default_na=False)
    table = table.assign(simulated=table["simulated"] == "True")
    for section in document["sections"]:
        for block in section["blocks"]:
            if only in ("", block["stem"]):
                yield block["stem"], as_csv(behind(table, block))


def write(
    document: Document,
    folder: Path,
    *,
    rows: str = "",
    made: Mapping[str, bytes] | None = None,
    overview: Sheet | None = None,
) -> dict[str, int]:
    """Write a report into `folder` (made where it is missing); name → bytes of each file.

    `made` are further files (the PDF, contact sheets). Each file is there whole or not at all.
    """
    encoded = {name: text.encode() for name, text in texts(document, rows, overview).items()}
    encoded |= made or {}
    for name, data in encoded.items():
        write_whole(folder / name, data)
    return {name: len(data) for name, data in encoded.items()}


def archive(contents: Mapping[str, str]) -> bytes:
    """Texts in one ZIP; the same texts give the same bytes."""
    file = BytesIO()
    pages.zip_files({name: text.encode() for name, text in contents.items()}, file)
    return file.getvalue()


def told(document: Document, folder: Path, written: dict[str, int]) -> list[str]:
    """What a command says: every claim or problem, and where the files are."""
    lines = [
        f"{section['label']} ({block['group']})\n  {block['claim'] or block['problem']}"
        for section in document["sections"]
        for block in section["blocks"]
    ]
    total = sum(written.values())
    return [*lines, f"{folder / 'report.html'} and {len(written) - 1} more files, {total:,} bytes."]


def _methods(document: Document) -> dict[str, str]:
    return {"methods.txt": latex.plain(document)} if document["methods"] else {}
