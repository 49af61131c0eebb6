"""`manage.py analyse RATINGS.csv --to DIR`: the same analyses on data collected elsewhere."""

import hashlib
import json
from argparse import ArgumentParser
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from pandas import DataFrame, concat

from config import csv_text
from config.plugins import Settings
from evaluation import ratings
from evaluation.analyses import ANALYSES
from evaluation.choices import taken_apart
from evaluation.evidence import Evidence
from evaluation.findings.arms import SUCCESS
from evaluation.findings.calibrations import Calibration, applied, is_calibrated, read
from evaluation.measuring import map_table, measurements, set_table
from evaluation.reporting import files
from evaluation.reporting.describing import elsewhere
from evaluation.reporting.pdf import pdf
from evaluation.reporting.report import Plan, claims, compose, fingerprint
from evaluation.services import PDF, rows_csv, versions
from evaluation.words import counted
from generation.management.bars import bar

CORRECT = "correct"
"""The number of a genre metric that is an accuracy: `clip_genre.correct`."""


class Command(BaseCommand):
    """Tables in, report out; nothing is stored."""

    help = (
        "Analyses a table of ratings (one row an answer: participant, item, question, value, and"
        " what else docs/report.md names) and writes the report as HTML, PDF, LaTeX, CSV and JSON."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("ratings", type=Path, help="CSV, one row an answer")
        parser.add_argument("--metrics", type=Path, help="CSV: item, metric, value")
        parser.add_argument(
            "--sets", type=Path,
            help="CSV of sets of pictures compared, as `measure --set-metric NAME --csv` prints it",
        )  # fmt: skip
        parser.add_argument(
            "--marks", type=Path, help="CSV of places that raters marked: participant, item, x, y"
        )
        parser.add_argument(
            "--items", type=Path,
            help="CSV of all items, rated or not: item, artist, artwork, and what names its arm",
        )  # fmt: skip
        parser.add_argument(
            "--calibrated", type=Path, action="append", default=[], metavar="FILE",
            help="a calibrated metric of an earlier study, computed from those of --metrics",
        )  # fmt: skip
        parser.add_argument("--to", type=Path, required=True, help="folder to write")
        parser.add_argument("--seed", type=int, default=0, help="of the bootstraps (default 0)")
        parser.add_argument(
            "--question",
            help="question to analyse (default: mimicry_success or protection_success where the"
            " table has one, else acceptability)",
        )
        parser.add_argument(
            "--points", type=int, nargs="+", metavar="POINT",
            help="points of its scale that say that a protection against mimicry held: asks for"
            " the protection success rate",
        )  # fmt: skip
        parser.add_argument(
            "--margin",
            type=float,
            help="difference of shares that would not matter, fixed beforehand, e.g. 0.05: asks"
            " which conditions are shown to differ by less",
        )
        parser.add_argument("--title", default="", help="heading of the report")
        parser.add_argument("--json", action="store_true", help="print the outcome as JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            given = _answers(options["ratings"])
            table = ratings.checked(given)
            found = _read(options["metrics"]) if options["metrics"] else measurements.empty()
            usable, left_out = measurements.cleaned(found)
            measured = measurements.checked(usable)
            known = tuple(_calibrated(path) for path in options["calibrated"])
            for each in known:
                measured = concat([measured, applied(each, measured)[0]], ignore_index=True)
            items = ratings.items_checked(_read(options["items"])) if options["items"] else None
            sets = set_table.checked(_read(options["sets"])) if options["sets"] else None
            marks = map_table.marks_checked(_read(options["marks"])) if options["marks"] else None
        except ratings.TableError as error:
            raise CommandError(str(error)) from error
        judged = {*table["item"], *([] if items is None else items["item"])}
        left_out += measurements.strangers(usable, judged)
        remarks = [*ratings.remarks(given, table), *left_out]
        plan = _plan(table, measured, options["question"], options["points"], options["margin"])
        evidence = Evidence(table, measured, items, known)
        if sets is not None:
            evidence, plan = replace(evidence, sets=sets), {**plan, "set_quality": {}}
        if marks is not None:
            asked = {"question": options["question"]} if options["question"] else {}
            evidence, plan = replace(evidence, marks=marks), {**plan, "artifact_map": asked}
        with bar("analysing", "finding") as progress:
            document = compose(
                title=options["title"] or options["ratings"].stem,
                facts=[*remarks, *_facts(options, fingerprint(plan, evidence, None))],
                plan=plan,
                evidence=evidence,
                participants=None,
                seed=options["seed"],
                about=elsewhere(plan, options["seed"], versions()),
                progress=progress,
            )
        with bar("drawing", "chart") as progress:
            made = {PDF: pdf(document, progress=progress)}
        written = _write(document, options["to"], rows_csv(table), made)
        if options["json"]:
            said = [claim for _, _, claim in claims(document)]
            told = {"claims": said, "remarks": dict(remarks), "files": written}
            self.stdout.write(json.dumps(told, indent=2))
        else:
            lines = [f"{label}: {sentence}" for label, sentence in remarks]
            lines += files.told(document, options["to"], written)
            self.stdout.write("\n".join(lines))


def _plan(
    table: DataFrame,
    measured: DataFrame,
    question: str | None,
    points: list[int] | None,
    margin: float | None,
) -> Plan:
    """The analyses that suit the question, with every metric that was measured."""
    asked = set(table["question"])
    about = question or next((name for name in SUCCESS if name in asked), None)
    names = sorted(measured["metric"].unique())
    held: Settings = {"metrics": names, **({"question": about} if about else {})}
    small: Settings = {} if margin is None else {"margin": margin}
    plan: dict[str, Settings] = dict(_of_quality(table, names))
    if asked == {"genre"}:
        correct = [name for name in names if taken_apart(name)[2] == CORRECT]
        return {"genre_choice": {"metrics": correct} if correct else {}}
    if about is None or (about not in SUCCESS and points is None):
        plan["acceptability"] = {**({"question": about} if about else {}), **small}
        plan["thresholds"] = {"question": about} if about else {}
        plan["agreement"] = {}
        return {**plan, "metric_validity": held, **_learnt(table, held)} if names else plan
    psr = {"question": about, **({"points": points} if points else {})}
    plan["psr"] = {**psr, **small}
    genres = [name for name in names if taken_apart(name)[2] == CORRECT]
    if genres:
        plan["clip_genre_shift"] = {"metrics": genres, **psr}
    if names:
        plan["metric_validity"] = {**held, **psr, "of": "psr"}
        plan["decision_errors"] = {**held, **psr}
        plan |= _learnt(table, {**held, **psr, "of": "psr"})
    if ratings.purified(table):
        plan["generality"] = {**psr, **small}
    return {**plan, "agreement": {}}


def _of_quality(table: DataFrame, names: list[str]) -> Plan:
    """Whether metrics see quality, where raters were asked for it or pictures were degraded."""
    asked = set(table["question"])
    if not names or not ({"style", "quality"} <= asked or not ratings.undegraded(table).all()):
        return {}
    success = next((name for name in (*SUCCESS, "acceptability") if name in asked), None)
    return {
        "quality_blindness": {
            "metrics": names,
            "question": "quality" if "quality" in asked else None,
            "style": "style" if "style" in asked else None,
            "success": success if success != "protection_success" else None,
        }
    }


def _learnt(table: DataFrame, settings: Settings) -> Plan:
    """What is learnt from answers, where there are artists enough to test it on."""
    artists = table["artist"].nunique()
    learnt = ("calibrated_metric", "metric_assisted")
    fresh = [name for name in settings["metrics"] if not is_calibrated(name)]
    settings = {**settings, "metrics": fresh}
    return {
        name: settings
        for name in learnt
        if artists >= getattr(ANALYSES.load(name), "fewest_painters", 1)
    }


def _facts(options: dict[str, Any], table: str) -> list[tuple[str, str]]:
    facts = [
        (f"{path.name} (sha256)", hashlib.sha256(path.read_bytes()).hexdigest())
        for path in (
            *(options[name] for name in ("ratings", "metrics", "items", "sets", "marks")),
            *options["calibrated"],
        )
        if path
    ]
    return [*facts, ("Table (sha256)", table), ("Seed", str(options["seed"])), ("With", versions())]


def _calibrated(path: Path) -> Calibration:
    try:
        return read(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{path} cannot be read: {error}.") from error


def _answers(path: Path) -> DataFrame:
    table = _read(path)
    if table.empty:
        raise CommandError(f"{path} holds no answers: there is no row below its header.")
    return table


def _read(path: Path) -> DataFrame:
    """A table as people save them; rows are those of the file, empty lines left out."""
    try:
        head, lines = csv_text.split(csv_text.decoded(path.read_bytes()), most=None)
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        said = str(error)
        raise CommandError(f"{path} {said}." if said[0].islower() else f"{path}: {said}") from error
    odd = next(((line, cells) for line, cells in lines if len(cells) != len(head)), None)
    if odd:
        raise CommandError(
            f"{path}: line {odd[0]} has {counted(len(odd[1]), 'cell')}, where the head has"
            f" {len(head)} columns."
        )
    twice = [name for name in head if head.count(name) > 1]
    if twice:
        raise CommandError(f"{path}: the column “{twice[0]}” is there twice; keep one.")
    return DataFrame([cells for _, cells in lines], columns=head, dtype=str)


def _write(
    document: dict[str, Any], folder: Path, rows: str, made: dict[str, bytes]
) -> dict[str, int]:
    try:
        return files.write(document, folder, rows=rows, made=made)
    except OSError as error:
        raise CommandError(f"{folder} cannot be written: {error.strerror}.") from error
