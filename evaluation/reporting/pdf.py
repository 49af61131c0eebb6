"""The report as a PDF: typeset by Typst, charts as vectors, fonts embedded. Pure.

Fonts are those that Typst and vl-convert bring along, so every machine gives the same pages.
"""

import json
import tempfile
from collections.abc import Mapping
from dataclasses import asdict
from importlib.resources import files
from pathlib import Path
from typing import Any

import typst
import vl_convert

from evaluation.reporting.front import front
from evaluation.reporting.report import Document
from evaluation.reporting.sheets import Sheet
from evaluation.reporting.tables import shown
from evaluation.words import counted
from generation.progress import Progress, silent

STAMP = {"all": "SIMULATED", "some": "SOME RATERS SIMULATED", "none": ""}
TEMPLATE = "report.typ"
KEPT = ("simulated", "asked", "seen", "whom", "flow", "amendments", "methods", "papers", "facts")


def pdf(document: Document, overview: Sheet | None = None, progress: Progress = silent) -> bytes:
    """The whole report; `overview` is the sheet of examples shown after the first page."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        data = _data(document)
        _draw(data, place, progress)
        if overview is not None:
            (place / "sheet.jpg").write_bytes(overview.jpeg)
            data |= {"sheet": "sheet.jpg", "sheet_said": overview.said}
        (place / "report.json").write_text(json.dumps(data), encoding="utf-8")
        source = (
            files("evaluation.reporting").joinpath("typst", TEMPLATE).read_text(encoding="utf-8")
        )
        (place / TEMPLATE).write_text(source, encoding="utf-8")
        compiler = typst.Compiler(place / TEMPLATE, root=place, ignore_system_fonts=True)
        made = compiler.compile(format="pdf", timestamp=0)
    assert isinstance(made, bytes)
    return made


def _data(document: Document) -> dict[str, Any]:
    first = front(document)
    people, made_up = document["raters"]["people"], document["raters"]["simulated"]
    raters = [counted(people, "rater")] if people else []
    raters += [counted(made_up, "SIMULATED rater")] if made_up else []
    counts = [*raters, counted(document["answers"], "answer"), counted(document["items"], "item")]
    return {
        **{name: document[name] for name in KEPT},
        **first,
        "found": [_brief(section) for section in first["found"]],
        "title": document["title"],
        "stamp": STAMP[document["simulated"]],
        "counts": " · ".join(counts),
        "several": first["several_groups"],
        "launched": document["launched"],
        "sections": [
            {**section, "blocks": [_block(block) for block in section["blocks"]]}
            for section in document["sections"]
        ],
        "sheet": None,
        "sheet_said": "",
    }


def _brief(section: Mapping[str, Any]) -> dict[str, Any]:
    wanted = ("group", "population", "simulated", "claim", "trust", "doubted")
    blocks = [{name: block[name] for name in wanted} for block in section["blocks"]]
    return {"name": section["name"], "label": section["label"], "blocks": blocks}


def _block(block: Mapping[str, Any]) -> dict[str, Any]:
    compared = block["sensitivity"]
    if compared and "table" in compared:
        compared = {**compared, "shown": asdict(shown(compared["table"]))}
    rows = block["rows"]
    behind = f"Rests on {counted(rows['used'], 'answer')}"
    left = f"; {counted(rows['left_out'], 'answer')} left out" if rows["left_out"] else ""
    return {
        **block,
        "figures": [dict(figure) for figure in block["figures"]],
        "tables": [asdict(shown(table)) for table in block["tables"]],
        "sensitivity": compared,
        "behind": f"{behind}{left}: rows/{block['stem']}.csv.",
    }


def _draw(data: Mapping[str, Any], place: Path, progress: Progress) -> None:
    """Every chart as a PDF of its own, beside the source."""
    figures = [
        figure
        for section in data["sections"]
        for block in section["blocks"]
        for figure in block["figures"]
    ]
    for number, figure in enumerate(figures):
        progress(number, len(figures), "drawing charts for the PDF")
        figure["file"] = f"figure-{number}.pdf"
        drawn = vl_convert.vegalite_to_pdf(vl_spec=figure["spec"])
        (place / figure["file"]).write_bytes(drawn)
        for name in ("spec", "wide", "narrow"):
            del figure[name]
