"""`manage.py collection import FOLDER --slug SLUG` and `collection caption SLUG`.

Brings a folder of pictures in; has a captioner say what they show.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.plugins import PluginError
from generation.captioners import CAPTIONERS
from generation.importing import (
    CollectionError,
    ImportStopped,
    ImportSummary,
    Outcome,
    import_folder,
)
from generation.management.bars import bar
from generation.management.method_help import listing
from generation.management.pairs import from_pairs
from generation.manifest import ManifestError, RightsRecord
from generation.models import Rights
from generation.refusals import Refused


class Command(BaseCommand):
    """Import collections of artworks, and caption them."""

    help = "Brings pictures into a collection, or captions them; what is there is left alone."

    def add_arguments(self, parser: CommandParser) -> None:
        """Two actions: import and caption."""
        actions = parser.add_subparsers(dest="action", required=True)
        self._add_import(actions)
        self._add_caption(actions)

    def _add_import(self, actions: Any) -> None:
        command = actions.add_parser("import", help="import a folder of pictures")
        command.add_argument("folder", type=Path)
        command.add_argument("--slug", required=True, help="name of the collection")
        command.add_argument("--title", default="", help="title of the collection")
        command.add_argument("--manifest", type=Path, help="CSV: path, painter, title, rights, …")
        command.add_argument("--rights", choices=Rights.values, help="for all without their own")
        command.add_argument("--statement", default="", help="why: the reason for --rights")
        command.add_argument("--consent-document", type=Path, help="for --rights consent")
        command.add_argument("--json", action="store_true", help="print the summary as JSON")

    def _add_caption(self, actions: Any) -> None:
        command = actions.add_parser("caption", help="write a caption into each artwork's record")
        command.add_argument("slug", help="name of the collection")
        command.add_argument("--captioner", required=True, metavar="NAME", help=listing(CAPTIONERS))
        command.add_argument("--network", required=True, metavar="ID", help="hub id or folder")
        command.add_argument("--preset", help="named settings of the captioner")
        command.add_argument(
            "--set", action="append", default=[], metavar="KEY=VALUE", dest="values"
        )
        command.add_argument("--force", action="store_true", help="also those that have one")
        command.add_argument("--json", action="store_true", help="print the captions as JSON")

    def handle(self, **options: Any) -> None:
        """Carry out the action; a sentence where it cannot be done."""
        if options["action"] == "caption":
            self._caption(options)
        else:
            self._import(options)

    def _caption(self, options: dict[str, Any]) -> None:
        """Caption, then print a line per artwork, also of those before a failure."""
        # torch is imported here alone: importing pictures does without
        from generation.captioning import caption_collection  # noqa: PLC0415
        from generation.networks import NetworkUnavailable, load  # noqa: PLC0415

        made: list[Mapping[str, str]] = []
        try:
            captioner = CAPTIONERS.build(
                options["captioner"], from_pairs(options["values"]), options["preset"]
            )
            networks = load(
                {"captioner": options["network"]}, settings.NETWORKS_DIR, settings.DEVICE
            )
            with bar(f"captioning {options['slug']}", "picture") as progress:
                for one in caption_collection(
                    slug=options["slug"], name=options["captioner"], captioner=captioner,
                    networks=networks, force=options["force"], progress=progress,
                ):  # fmt: skip
                    made.append(asdict(one))
        except (CollectionError, PluginError, NetworkUnavailable, Refused) as error:
            if made:
                self.stdout.write(_captions(made, options))
            raise CommandError(str(error)) from error
        self.stdout.write(_captions(made, options))

    def _import(self, options: dict[str, Any]) -> None:
        """Import, then print one line per file that needs one, and the counts."""
        try:
            with bar(f"importing {options['slug']}", "file") as progress:
                summary = import_folder(
                    folder=options["folder"],
                    slug=options["slug"],
                    title=options["title"],
                    manifest=options["manifest"],
                    rights=_rights(options),
                    progress=progress,
                )
        except ImportStopped as error:
            self._tell(error.summary, options)
            raise CommandError(str(error)) from error
        except (CollectionError, ManifestError) as error:
            raise CommandError(str(error)) from error
        self._tell(summary, options)
        refused = summary.count(Outcome.REFUSED)
        if refused:
            files = "file was" if refused == 1 else "files were"
            raise CommandError(f"{refused} {files} refused; the rest is in the collection.")

    def _tell(self, summary: ImportSummary, options: dict[str, Any]) -> None:
        self.stdout.write(_as_json(summary) if options["json"] else _as_text(summary))


def _rights(options: dict[str, Any]) -> RightsRecord | None:
    kind, consent = options["rights"], options["consent_document"]
    if kind is None:
        return None
    if not options["statement"].strip():
        raise CommandError("Say why in --statement (“painter died 1890”, “CC BY 4.0”, …).")
    if kind == Rights.CONSENT and not (consent and consent.is_file()):
        raise CommandError("--rights consent needs --consent-document FILE.")
    return RightsRecord(kind, options["statement"], consent.resolve() if consent else None)


def _captions(made: Sequence[Mapping[str, str]], options: dict[str, Any]) -> str:
    if options["json"]:
        return json.dumps({"collection": options["slug"], "captions": made}, ensure_ascii=False)
    lines = [f"{one['painter']}: {one['title']}  “{one['caption']}”" for one in made]
    return "\n".join([*lines, f"{options['slug']}: {len(made)} artworks captioned."])


def _as_json(summary: ImportSummary) -> str:
    return json.dumps(
        {
            "collection": summary.slug,
            "counts": {str(outcome): summary.count(outcome) for outcome in Outcome},
            "files": [
                {"path": line.path, "outcome": str(line.outcome), "note": line.sentence}
                for line in summary.lines
            ],
        },
        ensure_ascii=False,
        indent=2,
    )


def _as_text(summary: ImportSummary) -> str:
    told = [
        f"{line.outcome:>13}  {line.path}: {line.sentence}"
        for line in summary.lines
        if line.sentence and line.outcome != Outcome.LEFT_OUT
    ]
    left_out = summary.count(Outcome.LEFT_OUT)
    if left_out:
        told.append(f"{left_out} files of the folder are not in the manifest (--json names them).")
    counts = [f"{summary.count(outcome)} {outcome}" for outcome in Outcome if outcome != "left out"]
    new = "" if summary.count(Outcome.IMPORTED) else " Nothing is new."
    return "\n".join([*told, f"{summary.slug}: {', '.join(counts)}.{new}"])
