"""`manage.py translations`: brings the catalogues of participants' pages up to date, says what is
missing, and compiles them."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from studies.management.catalogues import bring_up_to_date, catalogues, standing_of, start
from studies.management.extraction import messages


class Command(BaseCommand):
    """See docs/languages.md."""

    help = "Collect the texts of participants' pages, say what lacks a translation, compile."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`--start fr` begins a language; `--check` writes nothing."""
        parser.add_argument("--start", metavar="LANGUAGE", help="begin a catalogue, e.g. fr, pt_BR")
        parser.add_argument("--check", action="store_true", help="only say; fail if one is missing")

    def handle(self, *args: Any, **options: Any) -> None:
        """One line a language, then what is missing."""
        if options["start"]:
            start(options["start"])
        found, lacking = messages(), 0
        for path in catalogues():
            told = standing_of(path, found) if options["check"] else bring_up_to_date(path, found)
            lacking += len(told.missing)
            self.stdout.write(f"{told.language}: {told.known} of {len(found)} texts translated.")
            for text in told.missing:
                self.stdout.write(f"  missing: {text}")
            for text in told.gone:
                self.stdout.write(f"  no longer said: {text}")
        if options["check"] and lacking:
            raise CommandError(f"{lacking} translations are missing: see the lines above.")
