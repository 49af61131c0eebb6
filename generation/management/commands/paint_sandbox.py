"""`manage.py paint_sandbox --to FOLDER`: works by the sandbox's painters, ready to import."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from generation.management.bars import bar
from generation.sandbox.exhibition import GROUPS, ExhibitionError, called, exhibit, works
from generation.sandbox.rendering import FINISH
from generation.sandbox.world import WorldError


class Command(BaseCommand):
    """Needs no database and no network; the same options give the same files."""

    help = (
        "Paint works by the sandbox's invented painters into a folder, with a manifest for"
        " “collection import”. Run again, it paints the same, byte for byte."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Who paints, how much, and where it goes."""
        parser.add_argument("--to", type=Path, required=True, help="folder to paint into")
        parser.add_argument(
            "--painters",
            nargs="+",
            default=[*GROUPS],
            metavar="NAME",
            help=f"painters by name, or {' or '.join(GROUPS)}; all of them by default",
        )
        parser.add_argument("--each", type=int, default=24, help="works of each painter")
        parser.add_argument("--seed", type=int, default=0, help="which works they are")
        parser.add_argument("--size", type=int, default=FINISH, help="pixels a side")
        parser.add_argument("--json", action="store_true", help="print the outcome as JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Paint, then say how to go on."""
        folder = options["to"]
        try:
            painters = called(options["painters"])
            chosen = [
                work
                for painter in painters
                for work in works(painter, options["each"], options["seed"])
            ]
            with bar("painting", "work") as progress:
                manifest = exhibit(chosen, folder, options["size"], progress)
        except (ExhibitionError, WorldError) as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{folder} cannot be written: {error.strerror}.") from error
        if options["json"]:
            told = {"manifest": str(manifest), "painters": painters, "works": len(chosen)}
            self.stdout.write(json.dumps(told, indent=2))
        else:
            self.stdout.write(
                f"{len(chosen)} works by {len(painters)} painters are in {folder}.\n"
                f"Next: manage.py collection import {folder} --slug sandbox --manifest {manifest}"
            )
