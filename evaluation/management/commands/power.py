"""`manage.py power`: what a planned study would find out, and how many raters it needs."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from math import isnan
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from evaluation.statistics import power
from evaluation.statistics.estimate import BadData
from studies.drafting.draft import MissingCollection, collection_of, read_checked
from studies.drafting.layout import lay_out
from studies.management.commands.experiment import REFUSALS, read_text
from studies.protocol import Experiment

QUESTIONS = ("difference", "equivalence", "non_inferiority", "precision", "effect")
DEVIATIONS = {name.replace("_", ":"): name for name in power.DEVIATIONS}


class Command(BaseCommand):
    """Simulates a planned study many times and analyses it as the report will."""

    help = (
        "Says what a planned study would find out: simulates it and analyses it as the report will."
        " The size comes from an experiment file or from numbers; see docs/statistics/power.md."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, nargs="?", help="an experiment file (YAML)")
        parser.add_argument(
            "--psr", nargs="+", required=True, metavar="CONDITION=SHARE",
            help="assumed protection success rates, e.g. clean=0.05 cloak=0.6; the second is"
            " compared with the first",
        )  # fmt: skip
        parser.add_argument("--raters", type=int, help="instead of the file's participants")
        parser.add_argument("--artworks", type=int, help="instead of the file's artworks")
        parser.add_argument(
            "--answers-each", type=int,
            help="answers of one rater about the conditions named in --psr (default: all of them)",
        )  # fmt: skip
        parser.add_argument(
            "--between", action="store_true", help="each rater sees one condition only"
        )
        parser.add_argument("--question", choices=QUESTIONS, default="difference")
        parser.add_argument(
            "--margin", type=float, help="of equivalence and non_inferiority, e.g. 0.1"
        )
        parser.add_argument("--half-width", type=float, help="of precision, e.g. 0.05")
        parser.add_argument(
            "--sd", nargs="+", default=[], metavar="TERM=SD",
            help="standard deviations on the logit, of " + ", ".join(DEVIATIONS),
        )  # fmt: skip
        parser.add_argument(
            "--find", choices=("raters", "artworks"), help="how many of these are needed"
        )
        parser.add_argument("--power", type=float, default=0.8, help="to reach (default 0.8)")
        parser.add_argument("--most", type=int, default=400, help="where --find stops looking")
        parser.add_argument("--alpha", type=float, default=0.05, help="of the test (default 0.05)")
        parser.add_argument("--studies", type=int, default=1000, help="simulated (default 1000)")
        parser.add_argument("--seed", type=int, default=1, help="the numbers follow it")
        parser.add_argument("--processes", type=int, default=1, help="change nothing but the time")
        parser.add_argument("--json", action="store_true", help="print the outcome as JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        names = ("seed", "studies", "alpha", "processes")
        how = {name: options[name] for name in names}
        try:
            truth = power.Truth.of_psr(
                _numbers(options["psr"], "--psr"), **_deviations(options["sd"])
            )
            design, question = _design(options, truth), _question(options, truth)
            found: power.Power | power.SampleSize
            if options["find"]:
                found = power.sample_size(
                    design, truth, question,
                    vary=options["find"], power=options["power"], most=options["most"], **how,
                )  # fmt: skip
            else:
                found = power.simulate(design, truth, question, **how)
        except (BadData, *REFUSALS) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            json.dumps(_plain(asdict(found)), indent=2) if options["json"] else str(found)
        )


def _numbers(given: list[str], option: str) -> dict[str, float]:
    """`["clean=0.05"]` → `{"clean": 0.05}`"""
    found: dict[str, float] = {}
    for part in given:
        name, _, number = part.rpartition("=")
        try:
            value = float(number)
        except ValueError:
            name = ""
        if not name:
            raise CommandError(f"{option} takes NAME=NUMBER, e.g. clean=0.05; given: {part}.")
        found[name] = value
    return found


def _deviations(given: list[str]) -> dict[str, Any]:
    numbers = _numbers(given, "--sd")
    unknown = [name for name in numbers if name not in DEVIATIONS]
    if unknown:
        raise CommandError(f"--sd takes {', '.join(DEVIATIONS)}; given: {unknown[0]}.")
    return {DEVIATIONS[name]: number for name, number in numbers.items()}


def _question(options: dict[str, Any], truth: power.Truth) -> power.Question:
    asked, names = options["question"], truth.names
    if asked == "precision":
        return power.Precision(names[-1], _needed(options, "half_width"))
    if len(names) < 2:
        raise CommandError("Name two conditions in --psr; a precision alone needs but one.")
    if asked == "difference":
        return power.Difference(names[0], names[1])
    if asked == "effect":
        return power.Effect(names[0], names[1])
    margin = _needed(options, "margin")
    kind = power.Equivalence if asked == "equivalence" else power.NonInferiority
    return kind(names[0], names[1], margin=margin)


def _needed(options: dict[str, Any], name: str) -> float:
    value: float | None = options[name]
    if value is None:
        raise CommandError(f"--question {options['question']} needs --{name.replace('_', '-')}.")
    return value


def _design(options: dict[str, Any], truth: power.Truth) -> power.Design:
    size = {name: options[name] for name in ("raters", "artworks", "answers_each")}
    if options["file"]:
        planned = _planned(read_checked(read_text(options["file"])), options, len(truth.names))
        size = {name: size[name] or planned[name] for name in size}
    missing = [name for name in ("raters", "artworks") if size[name] is None]
    if missing:
        raise CommandError(f"Give an experiment file, or --{missing[0]}.")
    return power.Design(**size, between=options["between"])


def _planned(
    experiment: Experiment, options: dict[str, Any], compared: int
) -> dict[str, int | None]:
    """Raters, artworks, and how many of a rater's answers fall on the conditions compared."""
    raters = experiment.study.raters
    size: dict[str, int | None] = {"raters": raters.participants, "artworks": None}
    try:
        layout = lay_out(experiment, collection_of(experiment))
    except MissingCollection as error:
        if options["artworks"] and options["answers_each"]:
            return {**size, "answers_each": None}
        raise CommandError(f"{error} Or give --artworks and --answers-each.") from error
    arms = {
        tuple(value for factor, value in item.cell.items() if factor != "artist")
        for item in layout.judged
    }
    if compared > len(arms):
        raise CommandError(f"The file has {len(arms)} conditions; --psr names {compared}.")
    share = compared / len(arms)
    each = min(raters.items_each, len(layout.judged))
    size["artworks"] = len({item.artwork.sha256 for item in layout.judged})
    return {**size, "answers_each": max(1, round(each * share))}


def _plain(found: Any) -> Any:
    """What JSON can hold: no nan, and keys as text."""
    if isinstance(found, dict):
        return {str(key): _plain(value) for key, value in found.items()}
    if isinstance(found, list | tuple):
        return [_plain(value) for value in found]
    return None if isinstance(found, float) and isnan(found) else found
