"""Findings into one document: plain JSON that pages, files and the database share. Pure.

Each analysis of the plan is run for each group of raters apart: populations (unless its setting
`pooled` says together), people before SIMULATED raters. What cannot be answered is said in a
sentence in its place and stops nothing; neither does an analysis that breaks: its place names the
error, and the log has the rest.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import pandas as pd
import structlog
from pandas import DataFrame

from config.csv_text import no_formula
from config.plugins import PluginError
from evaluation.analyses import ANALYSES, Analysis, Attachment, Exhibit, Finding, compares
from evaluation.charts.figures import as_json, drawings
from evaluation.evidence import Evidence
from evaluation.findings.exclusions import flow
from evaluation.groups import Group, compared, groups
from evaluation.ratings import TableError
from evaluation.reporting.about import About
from evaluation.reporting.behind import counts, questions_of
from evaluation.reporting.scales import check_scales
from evaluation.reporting.sensitivity import ruled_out, told, without_rules
from evaluation.statistics.estimate import BadData
from generation.progress import Cancelled, Progress, silent

FORMAT = 5
"""Counts changes of the document's layout; part of what a report is known by."""

Plan = Mapping[str, Mapping[str, Any]]
"""Analysis → its settings."""
Document = dict[str, Any]
LISTS = ("sentences", "notes", "assumptions", "limits", "figures", "tables", "attachments")
"""Parts of a block that are empty where a question could not be answered."""
BROKEN = (
    "This analysis broke with {error}. That is a fault of the program and says nothing about the"
    " study; all other findings stand. Please report it with the name of the analysis ({name},"
    " version {version}), the error, and the lines of the log that begin with “an analysis broke”."
)

log = structlog.get_logger(__name__)


def compose(
    *,
    title: str,
    facts: Sequence[tuple[str, str]],
    plan: Plan,
    evidence: Evidence,
    participants: DataFrame | None,
    seed: int,
    about: About | None = None,
    progress: Progress = silent,
) -> Document:
    """The whole report, of evidence with the ratings of all groups together.

    `progress` counts findings: analyses times groups of raters.
    """
    ratings = evidence.ratings
    apart = groups(ratings)
    due = [(name, settings, _groups(name, settings, ratings)) for name, settings in plan.items()]
    total, done = sum(len(those) for *_, those in due), 0
    sections: list[Document] = []
    for name, settings, those in due:
        blocks: list[Document] = []
        for group in those:
            progress(done, total, f"{_label(name)} {group.name}")
            blocks.append(_block(name, settings, group, evidence, seed))
            done += 1
        pooled = bool(settings.get("pooled", False))
        sections.append({"name": name, "label": _label(name), "pooled": pooled, "blocks": blocks})
    progress(total, total)
    _name_tables(sections)
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
        **(about or About()).document(ratings),
        "flow": flow(ratings, participants),
        "sections": sections,
    }


def _groups(name: str, settings: Mapping[str, Any], ratings: DataFrame) -> list[Group]:
    """The groups that an analysis is run for; last the populations to be compared, if it does."""
    pooled = bool(settings.get("pooled", False))
    apart = groups(ratings, pooled=pooled)
    return apart if pooled or not compares(name) else [*apart, *compared(ratings)]


def fingerprint(plan: Plan, evidence: Evidence, participants: DataFrame | None) -> str:
    """sha256 of everything but the seed that a report depends on: tables, plan, code versions."""
    versions = {name: ANALYSES.load(name).version for name in plan if name in ANALYSES}
    settled = json.dumps([FORMAT, versions, plan], sort_keys=True, default=str)
    digest = hashlib.sha256(settled.encode())
    told = (evidence.ratings, evidence.measurements, evidence.items, evidence.sets, participants)
    for table in (*told, evidence.marks, evidence.maps, evidence.pairs):
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
    """File name → CSV text, one file a table; simulated ones say so in name and column.

    Text that a spreadsheet would take for a formula is led by an apostrophe. Raises ValueError
    where two tables have one name (also where they differ in capitals alone).
    """
    files: dict[str, str] = {}
    taken: set[str] = set()
    for section in document["sections"]:
        for block in section["blocks"]:
            for table in tables_of(block):
                if table["name"].casefold() in taken:
                    raise ValueError(f"Two tables of the report are called {table['name']}.")
                taken.add(table["name"].casefold())
                frame = DataFrame(table["rows"], columns=table["columns"])
                if "population" not in frame:  # a table of several says it row by row
                    frame.insert(0, "population", block["population"])
                behind = list(frame).index("population") + 1
                frame.insert(behind, "simulated", block["simulated"])
                safe = frame.map(_no_formula).rename(columns=_no_formula)
                files[f"{table['name']}.csv"] = safe.to_csv(index=False, lineterminator="\n")
    return files


def tables_of(block: Document) -> list[Document]:
    """The tables of a block, with that of before and after exclusions where there is one."""
    compared = (block["sensitivity"] or {}).get("table")
    return [*block["tables"], *([compared] if compared else [])]


def _block(
    name: str, settings: Mapping[str, Any], group: Group, evidence: Evidence, seed: int
) -> Document:
    """One finding of one group of raters; whatever goes wrong in it stays in it."""
    given = evidence.ratings.loc[group.ratings.index]  # with populations as the table names them
    rows = counts(given, None)
    untold = {**_group(group), "claim": "", "problem": "", "sensitivity": None, "rows": rows}
    untold |= {part: [] for part in LISTS}
    try:
        analysis: Analysis = ANALYSES.build(name, settings)
        untold["rows"] = counts(given, questions_of(analysis))
        check_scales(name, analysis, evidence.asked)
        finding = analysis.run(evidence.of(group.ratings), seed)
        return {**untold, **_told(finding, group, _again(analysis, group, evidence, seed, finding))}
    except (TableError, BadData, PluginError) as error:
        return {**untold, "problem": str(error)}
    except Cancelled:
        raise
    except Exception as error:  # whatever it is, the other findings stand
        log.exception("an analysis broke", analysis=name, group=group.name)
        return {**untold, "problem": _broken(name, error)}


def _told(finding: Finding, group: Group, sensitivity: Document | None) -> Document:
    exhibits = _exhibits(finding)
    return {
        "claim": finding.claim,
        "sentences": list(finding.sentences),
        "notes": list(finding.notes),
        "assumptions": [
            {"name": each.name, "held": each.held, "said": each.said}
            for each in finding.assumptions
        ],
        "limits": list(finding.limits),
        "figures": [_figure(exhibit, group) for exhibit in exhibits if exhibit.chart],
        "tables": [_table(exhibit) for exhibit in exhibits if exhibit.table is not None],
        "attachments": [_attached(each, group) for each in finding.attachments],
        "sensitivity": sensitivity,
    }


def _again(
    analysis: Analysis, group: Group, evidence: Evidence, seed: int, finding: Finding
) -> Document | None:
    """The finding beside what it would be without rules of exclusion; None where none applied."""
    if not ruled_out(group.ratings):
        return None
    try:
        before = analysis.run(evidence.of(without_rules(group.ratings)), seed)
        found = told(group.ratings, finding, before)
    except (TableError, BadData) as error:
        said = f"With all answers kept, this cannot be computed: {error}"
        return {"answers": ruled_out(group.ratings), "claim": "", "said": said}
    exhibit = Exhibit("Before and after exclusions", found["table"])
    return {**found, "table": _table(exhibit)}


def _broken(name: str, error: Exception) -> str:
    version = ANALYSES.load(name).version
    named = type(error).__name__
    said = f"{named} ({error})" if str(error) else named
    return BROKEN.format(error=said, name=name, version=version)


def _attached(each: Attachment, group: Group) -> Document:
    mark = "SIMULATED" if group.simulated else ""
    name = "-".join(filter(None, [mark, _slug(group.population), each.name]))
    return {"name": name, "title": each.title, "media": each.media, "text": each.text}


def attachments(document: Document) -> dict[str, str]:
    """File name → text of everything that findings give to be taken away."""
    return {
        each["name"]: each["text"]
        for section in document["sections"]
        for block in section["blocks"]
        for each in block["attachments"]
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


def _table(exhibit: Exhibit) -> Document:
    frame = exhibit.table
    assert frame is not None
    rows = [[_plain(value) for value in row] for row in frame.itertuples(index=False)]
    caption = "" if exhibit.chart else exhibit.caption  # else it stands below the chart
    columns = list(frame.columns)
    return {"title": exhibit.title, "caption": caption, "columns": columns, "rows": rows}


def _name_tables(sections: Sequence[Document]) -> None:
    """Gives every table of the report a file name of its own."""
    blocks = [(section["name"], block) for section in sections for block in section["blocks"]]
    parts = _parts(block["population"] for _, block in blocks)
    for analysis, block in blocks:
        simulated = "SIMULATED" if block["simulated"] else ""
        stem = "-".join(filter(None, [analysis, simulated, parts[block["population"]]]))
        block["stem"] = stem
        for number, table in enumerate(tables_of(block), start=1):
            table["name"] = f"{stem}-{number}-{_slug(table['title'])}".strip("-")


def _parts(populations: Iterable[str]) -> dict[str, str]:
    """Population → its part of file names, at most 49 characters, unlike for unlike populations.

    Names that have nothing for a file name, share it, or could be taken for the mark of simulated
    raters are told apart by the beginning of their sha256.
    """
    slugs = {population: _slug(population) for population in populations}
    used = Counter(slugs.values())
    return {
        population: slug
        if not population or (slug and used[slug] == 1 and not slug.startswith("simulated"))
        else f"{slug}-{hashlib.sha256(population.encode()).hexdigest()[:8]}".strip("-")
        for population, slug in slugs.items()
    }


def _no_formula(cell: Any) -> Any:
    """A cell as spreadsheets may have it: no text is a formula, a number written out stays one."""
    if not isinstance(cell, str):
        return cell
    try:
        float(cell)
    except ValueError:
        return no_formula(cell)
    return cell


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
    return ANALYSES.load(name).label if name in ANALYSES else name


def _slug(text: str) -> str:
    """At most 40 characters that every file system takes; may be empty."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower())[:40].strip("-")
