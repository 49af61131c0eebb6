"""`manage.py protect IN OUT --method NAME`: protect one picture or a folder of them."""

from pathlib import Path
from typing import Any, ClassVar

from django.core.management.base import CommandError, CommandParser

from generation.folder import Aim, Method
from generation.management.over_files import OverFiles, built, picture


class Command(OverFiles):
    """Carry out a protection, with its target where it needs one."""

    help = "Protects one picture or a folder; prints how far each saved file moved."
    kind: ClassVar[str] = "protection"

    def add_arguments(self, parser: CommandParser) -> None:
        """Besides the common ones, what pictures are drawn to."""
        super().add_arguments(parser)
        aims = parser.add_mutually_exclusive_group()
        aims.add_argument("--target", type=Path, help="draw every picture to this one")
        aims.add_argument(
            "--style", type=Path, help="draw each to itself, repainted in this picture's style"
        )
        parser.add_argument("--transfer", default="gram", help="style transfer used with --style")
        parser.add_argument(
            "--set-transfer", action="append", default=[], metavar="KEY=VALUE",
            help="settings of the style transfer",
        )  # fmt: skip

    def aim(self, method: Method, options: dict[str, Any]) -> Aim:
        """A picture, or a style and what repaints in it."""
        if options["target"]:
            return Aim(target=picture(options["target"]))
        if not method.takes_target and options["style"]:
            raise CommandError(f"{method.name} takes no target: leave --style away.")
        if options["style"]:
            transfer = built("style_transfer", options["transfer"], options["set_transfer"])
            return Aim(style=picture(options["style"]), transfer=transfer)
        if method.takes_target:
            raise CommandError(
                f"{method.name} draws pictures to a target: give --style IMAGE (each picture"
                " repainted in its style) or --target IMAGE (the same for all)."
            )
        return Aim()
