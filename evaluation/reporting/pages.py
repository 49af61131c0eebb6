"""A report's document as HTML: the part that both pages share, and the file that needs no other."""

import base64
import gzip
import json
import re
from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import vl_convert
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils.html import json_script

from evaluation.charts.figures import PROPERTIES
from evaluation.reporting.front import front, trust
from evaluation.reporting.interactive import interactive
from evaluation.reporting.report import Document, csv_files
from evaluation.reporting.sheets import Sheet
from evaluation.reporting.tables import shown

STYLES = ("tokens.css", "connoisseur.css", "evaluation.css")
SCRIPT = "charts.js"
EPOCH = (1980, 1, 1, 0, 0, 0)
"""The time of every file in an archive, so that equal files give equal archives."""


def context(
    document: Document, *, rows_at: Callable[[str], str] | None = None, carried: bool = False
) -> dict[str, Any]:
    """What `evaluation/document.html` needs: the document with its tables as they are read.

    `rows_at` gives the address of the rows behind a block, by its stem; `carried` says that the
    page itself holds them.
    """
    sections = [
        {**section, "blocks": [_readable(block, rows_at) for block in section["blocks"]]}
        for section in document["sections"]
    ]
    changes = [{**each, "said_at": _said(each["at"])} for each in document["amendments"]]
    return {
        "document": {**document, "sections": sections, "amendments": changes},
        **front(document),
        "colours": json.dumps(PROPERTIES),
        "rows_folder": "" if rows_at or carried else "rows",
    }


def standalone(document: Document, rows: str = "", overview: Sheet | None = None) -> str:
    """One HTML file with everything in it: styles, pictures, tables, rows, scripts."""
    packed = gzip.compress(rows.encode(), mtime=0) if rows else b""
    carried = base64.b64encode(packed).decode()
    inside = {
        **context(document, carried=bool(rows)),
        "styles": "\n".join(_static(name) for name in STYLES),
        "script": _static(SCRIPT),
        "bundle": bundle(),
        "carried": carried,
        "overview": overview and {"src": _inline(overview.jpeg), "said": overview.said},
    }
    return render_to_string("evaluation/standalone.html", inside)


@cache
def bundle() -> str:
    """Vega, Vega-Lite and Vega-Embed as one script, from vl-convert; safe inside a page."""
    made: str = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
    return made.replace("</script", r"<\/script").replace("<!--", r"<\!--")


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
    zip_files({name: text.encode() for name, text in csv_files(document).items()}, file)


def zip_files(contents: dict[str, bytes], file: Any) -> None:
    """Files in one ZIP; the same files give the same bytes."""
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        for name, data in contents.items():
            archive.writestr(ZipInfo(name, EPOCH), data, ZIP_DEFLATED)


def _readable(block: Document, rows_at: Callable[[str], str] | None) -> Document:
    compared = block["sensitivity"]
    if compared and "table" in compared:
        compared = {**compared, "shown": shown(compared["table"])}
    figures = [
        {**figure, "live": json_script(interactive(figure["spec"]))} for figure in block["figures"]
    ]
    return {
        **block,
        "figures": figures,
        "tables": [shown(table) for table in block["tables"]],
        "sensitivity": compared,
        "trust": trust(block["assumptions"]),
        "doubted": any(each["held"] is False for each in block["assumptions"]),
        "attached": [_attached(each) for each in block["attachments"]],
        "rows_url": rows_at(block["stem"]) if rows_at else "",
        "rows_asked": json.dumps(_asked(block)),
    }


def _asked(block: Document) -> dict[str, Any]:
    """How a script finds the rows of a block among all rows."""
    return {
        "populations": block["rows"]["populations"],
        "simulated": str(block["simulated"]),
        "questions": block["rows"]["questions"],
    }


def _said(at: str) -> str:
    return f"{datetime.fromisoformat(at):%d %B %Y, %H:%M} UTC"


def _attached(each: Document) -> Document:
    """A file that a finding gives, inside the link to it."""
    text = base64.b64encode(each["text"].encode()).decode()
    return {**each, "src": f"data:{each['media']};base64,{text}"}


def _inline(jpeg: bytes) -> str:
    return f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode()}"


def _static(name: str) -> str:
    """A file of static/, without comments where it is a stylesheet."""
    path = finders.find(name)
    if not isinstance(path, str):
        raise FileNotFoundError(f"The file static/{name} is missing.")
    with open(path, encoding="utf-8") as file:  # noqa: PTH123 (finders give text paths)
        text = file.read()
    return re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL) if name.endswith(".css") else text
