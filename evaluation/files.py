"""A report as a folder: one HTML file, one CSV a table, the findings as JSON."""

from pathlib import Path

from evaluation import pages
from evaluation.report import Document, csv_files


def write(document: Document, folder: Path) -> dict[str, int]:
    """Write a report into `folder` (made where it is missing); name → bytes of each file."""
    texts = {
        "report.html": pages.standalone(document),
        "report.json": pages.as_json(document),
        **{f"tables/{name}": text for name, text in csv_files(document).items()},
    }
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    return {name: len(text.encode()) for name, text in texts.items()}


def told(document: Document, folder: Path, written: dict[str, int]) -> list[str]:
    """What a command says: every claim or problem, and where the files are."""
    lines = [
        f"{section['label']} ({block['group']})\n  {block['claim'] or block['problem']}"
        for section in document["sections"]
        for block in section["blocks"]
    ]
    total = sum(written.values())
    return [*lines, f"{folder / 'report.html'} and {len(written) - 1} more files, {total:,} bytes."]
