"""`manage.py measure --study SLUG --import scores.csv`: scores that were computed elsewhere."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, OutputWrapper

from evaluation.measuring import score_files
from evaluation.measuring.score_tables import DIRECTIONS
from studies.models import Study

HINT = "Nothing was taken over. --leave-out-unknown leaves out lines about nothing in the study."


def add_arguments(parser: ArgumentParser) -> None:
    """--import and what goes with it."""
    parser.add_argument(
        "--import", type=Path, metavar="CSV", dest="scores",
        help="with --study: take over scores that were computed elsewhere; columns metric, value,"
        " and item, image or file",
    )  # fmt: skip
    parser.add_argument(
        "--direction", choices=DIRECTIONS, default="higher",
        help="of --import: which scores are better, where no column “direction” says it",
    )  # fmt: skip
    parser.add_argument(
        "--leave-out-unknown", action="store_true",
        help="of --import: leave out lines about nothing in this study",
    )  # fmt: skip


def take_over(study: Study, options: dict[str, Any], out: OutputWrapper) -> None:
    """Give, look at and accept the file; raises CommandError with a sentence a line."""
    path: Path = options["scores"]
    try:
        file = score_files.give(
            study=study,
            name=path.name,
            data=path.read_bytes(),
            direction=options["direction"],
            by=score_files.COMMAND_LINE,
        )
        seen = score_files.preview(file)
        file = score_files.accept(file=file, leave_out=options["leave_out_unknown"])
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}.") from error
    except score_files.ScoreFileError as error:
        raise CommandError(f"{error}\n{HINT}") from error
    if options["json"]:
        told = {
            "study": study.slug,
            "sha256": file.sha256,
            "lines": seen.lines,
            "left_out": file.left_out,
            "items": {each.metric: each.scored for each in seen.coverage},
            "replaced": list(seen.replaced),
        }
        out.write(json.dumps(told, ensure_ascii=False))
        return
    out.write(f"{study.slug}: {seen.lines} scores of {path.name} taken over.")
    for each in seen.coverage:
        out.write(f"{each.metric}: {each.said}; {each.direction} is better.")
    if seen.replaced:
        out.write(f"In the place of earlier scores by {', '.join(seen.replaced)}.")
    if file.left_out:
        out.write(f"{file.left_out} lines about nothing in this study were left out.")
