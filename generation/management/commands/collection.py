"""`manage.py collection import FOLDER --slug SLUG`: bring a folder of pictures in."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from generation.importing import (
    CollectionError,
    ImportStopped,
    ImportSummary,
    Outcome,
    import_folder,
)
from generation.management.bars import bar
from generation.manifest import ManifestError, RightsRecord
from generation.models import Rights


class Command(BaseCommand):
    """Import collections of artworks."""

    help = "Brings a folder of pictures into a collection; what is there already is left alone."

    def add_arguments(self, parser: CommandParser) -> None:
        """One action so far: import."""
        actions = parser.add_subparsers(dest="action", required=True)
        command = actions.add_parser("import", help="import a folder of pictures")
        command.add_argument("folder", type=Path)
        command.add_argument("--slug", required=True, help="name of the collection")
        command.add_argument("--title", default="", help="title of the collection")
        command.add_argument("--manifest", type=Path, help="CSV: path, painter, title, rights, …")
        command.add_argument("--rights", choices=Rights.values, help="for all without their own")
        command.add_argument("--statement", default="", help="why: the reason for --rights")
        command.add_argument("--consent-document", type=Path, help="for --rights consent")
        command.add_argument("--json", action="store_true", help="print the summary as JSON")

    def handle(self, **options: Any) -> None:
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
