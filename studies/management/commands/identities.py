"""`manage.py identities status|rotate`: keys and dates of what tells who participants are."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from studies.rights import no_mail
from studies.rights.rotation import BATCH, Standing, rotate, standing


class Command(BaseCommand):
    """See docs/rights.md."""

    help = "Say under which keys identifiers are kept and when they go; seal them under a new key."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
        verbs.add_parser("status", help="kinds, keys, and the day on which the next of them goes")
        turn = verbs.add_parser("rotate", help="bring all under the first key of IDENTITY_KEYS")
        turn.add_argument("--batch", type=int, default=BATCH, help="rows in one transaction")

    def handle(self, *_args: Any, verb: str, **options: Any) -> None:
        """Rotating may be repeated, and goes on where it was stopped."""
        if verb == "status":
            lines = [*map(_line, standing()), *map(_no_mail, no_mail.standing())]
            self.stdout.write("\n".join(lines) or "No identifiers are kept.")
            return
        if options["batch"] < 1:
            raise CommandError("--batch must be at least 1.")
        came_to = rotate(options["batch"])
        self.stdout.write(f"Sealed anew: {came_to.sealed}.")
        if came_to.unreadable:
            told = ", ".join(f"{rows} under key {key}" for key, rows in came_to.unreadable.items())
            raise CommandError(
                f"These cannot be opened and stay as they are: {told}. Add the key that sealed"
                " them to the end of IDENTITY_KEYS and run this again; without it they are found"
                " by nobody, and go on their date."
            )


def _line(row: Standing) -> str:
    said = "current key" if row.current else "older key: run rotate"
    said = said if row.known else "this key is not listed in IDENTITY_KEYS"
    return f"{row.kind}: {row.rows} under {row.key} ({said}), next goes on {row.next_deletion}"


def _no_mail(row: tuple[str, int]) -> str:
    key, rows = row
    return f"no mail: {rows} found by {key} alone (rotate cannot change that: keep the key listed)"
