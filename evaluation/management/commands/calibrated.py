"""`manage.py calibrated`: metrics learnt from the ratings of a study, brought here and listed."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from evaluation.findings.calibrations import Calibration
from evaluation.measuring import calibration_store
from evaluation.ratings import TableError


class Command(BaseCommand):
    """Keeps files of calibrated metrics, and says what each is."""

    help = (
        "Calibrated metrics: `add FILE ...` keeps files that a report was written with; `list` says"
        " which this site knows, and how the next study's plan names them."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("verb", choices=["add", "list"])
        parser.add_argument("files", type=Path, nargs="*", metavar="FILE")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, **options: Any) -> None:
        if options["verb"] == "add" and not options["files"]:
            raise CommandError("Name the files to add: attachments/…calibrated….json of a report.")
        try:
            if options["verb"] == "add":
                found = [calibration_store.keep(_text(path)) for path in options["files"]]
            else:
                found = calibration_store.everything()
        except TableError as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            told = [{"name": each.name, "metrics": [i.name for i in each.inputs]} for each in found]
            self.stdout.write(json.dumps(told, ensure_ascii=False))
            return
        for each in found:
            self.stdout.write(_said(each))
        if not found:
            self.stdout.write("No calibrated metric is known here.")


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{path} cannot be read: {error}.") from error


def _said(each: Calibration) -> str:
    training, quality = each.training, each.quality.get("r_within_artists") or {}
    value = quality.get("value")
    score = "" if value is None else f", r within new artists {value:.2f}".replace("-", "−")
    mark = f"{each.mark}. " if each.mark else ""
    return (
        f"{each.name}\n  {mark}Learnt from {training.answers:,} answers to “{each.question}” by"
        f" {training.raters} raters ({training.population or 'all'}) about {training.artists}"
        f" artists{score}; needs {', '.join(i.name for i in each.inputs)}."
    )
