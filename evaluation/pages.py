"""A report's document as HTML: the part that both pages share, and the file that needs no other."""

import json
import re
from collections.abc import Sequence
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string

from evaluation.report import Document, csv_files
from evaluation.tables import shown

STYLES = ("tokens.css", "connoisseur.css", "evaluation.css")


def context(document: Document) -> dict[str, Any]:
    """What `evaluation/document.html` needs: the document with its tables as they are read."""
    sections = [
        {**section, "blocks": [_readable(block) for block in section["blocks"]]}
        for section in document["sections"]
    ]
    return {
        "document": {**document, "sections": sections},
        "found": _found(sections),
        "several_groups": len(document["groups"]) > 1,
    }


def _found(sections: Sequence[Document]) -> list[Document]:
    """What was found of each question: about people, or SIMULATED raters where there are none."""
    said = [
        {**section, "blocks": [block for block in section["blocks"] if block["claim"]]}
        for section in sections
    ]
    people = any(not block["simulated"] for section in said for block in section["blocks"])
    for section in said:
        if people:
            section["blocks"] = [block for block in section["blocks"] if not block["simulated"]]
    return [section for section in said if section["blocks"]]


def standalone(document: Document) -> str:
    """One HTML file with everything in it: styles, pictures, tables."""
    styles = "\n".join(_style(name) for name in STYLES)
    return render_to_string("evaluation/standalone.html", {**context(document), "styles": styles})


def as_json(document: Document) -> str:
    """Findings, tables and Vega-Lite charts, without the drawings made from them."""
    bare = json.loads(json.dumps(document))
    for section in bare["sections"]:
        for block in section["blocks"]:
            for figure in block["figures"]:
                del figure["wide"], figure["narrow"]
    return json.dumps(bare, indent=1, ensure_ascii=False) + "\n"


def zip_tables(document: Document, file: Any) -> None:
    """Every table as CSV, in one ZIP written to an open binary file."""
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        for name, text in csv_files(document).items():
            archive.writestr(name, text)


def _readable(block: Document) -> Document:
    return {**block, "tables": [shown(table) for table in block["tables"]]}


def _style(name: str) -> str:
    path = finders.find(name)
    if not isinstance(path, str):
        raise FileNotFoundError(f"The stylesheet static/{name} is missing.")
    with open(path, encoding="utf-8") as file:  # noqa: PTH123 (finders give text paths)
        return re.sub(r"/\*.*?\*/", "", file.read(), flags=re.DOTALL)
