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
        parser.add_argument(
            "--transfer",
            help="style transfer: gram with --style (the default), or image_to_image with"
            " --set-transfer prompt=WORDS",
        )
        parser.add_argument(
            "--set-transfer", action="append", default=[], metavar="KEY=VALUE",
            help="settings of the style transfer",
        )  # fmt: skip

    def aim(self, method: Method, options: dict[str, Any]) -> Aim:
        """A picture, or what repaints, and in which style."""
        if options["target"]:
            return Aim(target=picture(options["target"]))
        if not (options["style"] or options["transfer"]):
            return _aimless(method)
        if not method.takes_target:
            raise CommandError(f"{method.name} takes no target: leave --style and --transfer away.")
        transfer = built("style_transfer", options["transfer"] or "gram", options["set_transfer"])
        if transfer.takes_style and not options["style"]:
            raise CommandError(
                f"{transfer.name} repaints in a picture's style: give --style IMAGE."
            )
        if options["style"] and not transfer.takes_style:
            raise CommandError(
                f"{transfer.name} is told the style in words: leave --style away, and give"
                " --set-transfer prompt=WORDS."
            )
        style = picture(options["style"]) if options["style"] else None
        return Aim(style=style, transfer=transfer)


def _aimless(method: Method) -> Aim:
    if method.takes_target:
        raise CommandError(
            f"{method.name} draws pictures to a target: give --style IMAGE (each picture"
            " repainted in its style), --transfer image_to_image (repainted as its prompt says) or"
            " --target IMAGE (the same for all)."
        )
    return Aim()
