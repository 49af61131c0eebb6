"""`manage.py ratings mturk BATCH.csv --to ratings.csv`: older studies as `analyse` reads them."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import pandas as pd
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config import csv_text
from evaluation import mturk
from evaluation.ratings import TableError
from generation.writing import write_whole


class Command(BaseCommand):
    """Names nobody: WorkerIds become pseudonyms under this site's key."""

    help = "Turn results of other platforms into the table that `manage.py analyse` reads."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("platform", choices=["mturk"])
        parser.add_argument("batch", type=Path, help="the batch-result CSV, as downloaded")
        parser.add_argument("--to", type=Path, required=True, metavar="RATINGS.csv")
        parser.add_argument(
            "--item", default="HITId", help="column that says what was judged, e.g. Input.image_url"
        )
        parser.add_argument(
            "--column",
            action="append",
            default=[],
            metavar="NAME=COLUMN",
            help="a column of the table, e.g. protection=Input.method; may be repeated",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        key = b"connoisseur/mturk/" + settings.SECRET_KEY.encode()
        columns = dict(_pair(text) for text in options["column"])
        try:
            batch = mturk.ratings(
                _read(options["batch"]), key, item=options["item"], columns=columns
            )
        except TableError as error:
            raise CommandError(str(error)) from error
        write_whole(options["to"], _safe(batch.ratings).to_csv(index=False).encode())
        self.stdout.write(
            f"{len(batch.ratings)} answers of {batch.ratings['participant'].nunique()} workers."
            f" Left out: {batch.rejected} rejected assignments, {batch.unanswered} empty answers."
        )
        words = int(batch.ratings["value"].isna().sum())
        if words:
            self.stdout.write(f"{words} answers are words, not numbers: they have no value.")


def _safe(ratings: pd.DataFrame) -> pd.DataFrame:
    """What workers wrote is no formula in a spreadsheet; numbers stay as they are."""
    words = ratings["answer"].map(csv_text.no_formula)
    return ratings.assign(answer=ratings["answer"].where(ratings["value"].notna(), words))


def _pair(text: str) -> tuple[str, str]:
    name, equals, source = text.partition("=")
    if not (name and equals and source):
        raise CommandError(f"“{text}”: write --column NAME=COLUMN, as in protection=Input.method.")
    return name, source


def _read(path: Path) -> pd.DataFrame:
    """All cells as text, each under its column, by the file's lines; a line that is longer or
    shorter than the head is refused."""
    try:
        head, lines = csv_text.split(csv_text.decoded(path.read_bytes()), most=None)
    except (OSError, ValueError) as error:
        raise CommandError(f"{path} cannot be read as CSV: {error}") from error
    twice = sorted({name for name in head if head.count(name) > 1})
    if twice:
        raise CommandError(f"{path} has the column “{twice[0]}” twice.")
    for number, cells in lines:
        if len(cells) != len(head):
            raise CommandError(
                f"Line {number} of {path} has {len(cells)} cells, and the head has {len(head)}."
                " Give the file as it was downloaded."
            )
    numbers = [number for number, _ in lines]
    return pd.DataFrame([cells for _, cells in lines], index=numbers, columns=head, dtype=str)
