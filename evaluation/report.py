"""Findings into one document: plain JSON that pages, files and the database share. Pure.

Each analysis of the plan is run for each group of raters apart: populations (unless its setting
`pooled` says together), people before SIMULATED raters. What cannot be answered is said in a
sentence in its place and stops nothing.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd
from pandas import DataFrame

from config.plugins import PluginError
from evaluation.analyses import ANALYSES, Analysis, Exhibit, Finding
from evaluation.exclusions import flow
from evaluation.figures import as_json, drawings
from evaluation.ratings import Group, TableError, groups
from evaluation.statistics.estimate import BadData
from generation.progress import Progress, silent

FORMAT = 1
"""Counts changes of the document's layout; part of what a report is known by."""

Plan = Mapping[str, Mapping[str, Any]]
"""Analysis → its settings."""
Document = dict[str, Any]


def compose(
    *,
    title: str,
    facts: Sequence[tuple[str, str]],
    plan: Plan,
    ratings: DataFrame,
    measurements: DataFrame,
    participants: DataFrame | None,
    seed: int,
    progress: Progress = silent,
) -> Document:
    """The whole report; tables as `evaluation.ratings.checked` and `measurements.checked` give."""
    apart = groups(ratings)
    sections: list[Document] = []
    for name, settings in plan.items():
        blocks: list[Document] = []
        for group in groups(ratings, pooled=bool(settings.get("pooled", False))):
            progress(len(sections), len(plan), f"{name}, {group.name}")
            blocks.append(_block(name, settings, group, measurements, seed))
        sections.append({"name": name, "label": _label(name), "blocks": blocks})
    progress(len(plan), len(plan))
    return {
        "format": FORMAT,
        "title": title,
        "facts": [list(fact) for fact in facts],
        "simulated": _simulated(apart),
        "answers": len(ratings),
        "raters": {
            "people": ratings[~ratings["simulated"]]["participant"].nunique(),
            "simulated": ratings[ratings["simulated"]]["participant"].nunique(),
        },
        "items": int(ratings["item"].nunique()),
        "groups": [_group(group) for group in apart],
        "flow": flow(ratings, participants),
        "sections": sections,
    }


def fingerprint(
    plan: Plan, ratings: DataFrame, measurements: DataFrame, participants: DataFrame | None
) -> str:
    """sha256 of everything but the seed that a report depends on: tables, plan, code versions."""
    versions = {name: ANALYSES.load(name).version for name in plan if name in ANALYSES.names()}
    settled = json.dumps([FORMAT, versions, plan], sort_keys=True, default=str)
    digest = hashlib.sha256(settled.encode())
    for table in (ratings, measurements, participants):
        text = "" if table is None else table.to_csv(index=False, lineterminator="\n")
        digest.update(hashlib.sha256(text.encode()).digest())
    return digest.hexdigest()


def claims(document: Document) -> Iterator[tuple[str, bool, str]]:
    """(group, simulated, claim) of every finding, in order."""
    for section in document["sections"]:
        for block in section["blocks"]:
            if block["claim"]:
                yield block["group"], block["simulated"], block["claim"]


def csv_files(document: Document) -> dict[str, str]:
    """File name → CSV text, one file a table; simulated ones say so in name and column."""
    files = {}
    for section in document["sections"]:
        for block in section["blocks"]:
            for table in block["tables"]:
                frame = DataFrame(table["rows"], columns=table["columns"])
                frame.insert(0, "population", block["population"])
                frame.insert(1, "simulated", block["simulated"])
                files[f"{table['name']}.csv"] = frame.to_csv(index=False, lineterminator="\n")
    return files


def _block(
    name: str, settings: Mapping[str, Any], group: Group, measurements: DataFrame, seed: int
) -> Document:
    told = {**_group(group), "claim": "", "problem": "", "sentences": [], "notes": []}
    try:
        analysis: Analysis = ANALYSES.build(name, settings)
        finding = analysis.run(group.ratings, measurements, seed)
    except (TableError, BadData, PluginError) as error:
        return {**told, "problem": str(error), "figures": [], "tables": []}
    stem = "-".join([name, *(["SIMULATED"] if group.simulated else []), _slug(group.population)])
    return {
        **told,
        "claim": finding.claim,
        "sentences": list(finding.sentences),
        "notes": list(finding.notes),
        "figures": [_figure(exhibit, group) for exhibit in _exhibits(finding) if exhibit.chart],
        "tables": [
            _table(exhibit, stem.strip("-"), number)
            for number, exhibit in enumerate(_exhibits(finding), start=1)
            if exhibit.table is not None
        ],
    }


def _exhibits(finding: Finding) -> list[Exhibit]:
    own = Exhibit("The numbers", finding.table, finding.chart, finding.caption)
    return [own, *finding.exhibits]


def _figure(exhibit: Exhibit, group: Group) -> Document:
    caption = exhibit.caption or exhibit.title
    if group.simulated:
        caption = f"SIMULATED raters. {caption}"
    spec = as_json(exhibit.chart)
    return {"title": exhibit.title, "caption": caption, "spec": spec, **drawings(spec, caption)}


def _table(exhibit: Exhibit, stem: str, number: int) -> Document:
    frame = exhibit.table
    assert frame is not None
    rows = [[_plain(value) for value in row] for row in frame.itertuples(index=False)]
    name = f"{stem}-{number}-{_slug(exhibit.title)}"
    return {"title": exhibit.title, "name": name, "columns": list(frame.columns), "rows": rows}


def _plain(value: Any) -> Any:
    """A cell as a JSON value: missing and infinite numbers become null."""
    if isinstance(value, str | bool) or value is None:
        return value
    number = float(value)
    if pd.isna(number) or number - number != 0:
        return None
    return int(number) if number.is_integer() and abs(number) < 2**53 else number


def _group(group: Group) -> Document:
    return {"group": group.name, "population": group.population, "simulated": group.simulated}


def _simulated(apart: Sequence[Group]) -> str:
    kinds = {group.simulated for group in apart}
    return {frozenset({True}): "all", frozenset({True, False}): "some"}.get(
        frozenset(kinds), "none"
    )


def _label(name: str) -> str:
    return ANALYSES.load(name).label if name in ANALYSES.names() else name


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
