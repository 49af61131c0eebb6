"""`manage.py experiment VERB`: a study from its file to its data, without a browser.

Another app adds verbs by a command of the same name whose `Command` extends this one: it adds
parsers in `add_verbs` and has a method `do_VERB` for each, which returns an Outcome.
"""

import json
from argparse import ArgumentParser
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config.plugins import PluginFolder
from generation.management.bars import bar
from generation.models import Job
from generation.networks import NetworkUnavailable
from generation.writing import write_whole
from studies import export, queries, services
from studies.designs.selection import SelectionError
from studies.drafting import checksums, rehearsals
from studies.drafting.draft import (
    MissingCollection,
    collection_of,
    read_checked,
    refuse_long_prompts,
)
from studies.drafting.layout import lay_out
from studies.drafting.offered import refuse_strangers
from studies.drafting.overview import sum_up
from studies.fieldwork import FieldworkError
from studies.live.plan import plan_of
from studies.management import blindcheck, outcome
from studies.management.outcome import Outcome
from studies.models import Study
from studies.presets import preset_text
from studies.protocol import ProtocolError
from studies.protocol.document import parse
from studies.protocol.reference import reference
from studies.protocol.schema import full_schema
from studies.queries import Making
from studies.rights import consent
from studies.rights.consent import AmendmentError
from studies.services import StudyError
from studies.showing import lossless_advice
from studies.simulation import simulate

PAUSE_SECONDS = 0.5
PATIENCE_SECONDS = 15

VERBS = {
    "check": "validate a file; sums, time and warnings at a glance",
    "apply": "create or update a draft study from a file",
    "generate": "queue the pictures of a study, and follow them with --wait",
    "launch": "freeze the design under one hash and open the study",
    "pause": "stop a live study for a while",
    "resume": "open a paused study again",
    "close": "end a study for good",
    "amend": "put on record that something about a launched study changed, and why",
    "information": "replace what participants read and agree to; those under way are asked again",
    "simulate": "let SIMULATED raters take part through the pages that a browser uses",
    "blindcheck": blindcheck.SAYS,
    "export": "write the tables, codebook, manifest, protocol and hashes into a folder",
    "status": "where a study stands",
    "reference": "write the reference page and the JSON Schema of experiment files",
}
FROM_FILE, INTO_FOLDER, ABOUT_NONE = ("check", "apply"), ("export", "reference"), ("reference",)
WITH_REASON = ("pause", "resume", "close", "amend", "information")
MUST_SAY_WHY = ("amend", "information")

REFUSALS = (
    AmendmentError,
    ProtocolError,
    StudyError,
    SelectionError,
    NetworkUnavailable,
    FieldworkError,
)
"""What a verb may be refused with: each is a sentence for whoever typed it."""


class Command(BaseCommand):
    """The life of a study on the command line."""

    help = "Check, apply, generate, launch, pause, resume, close, export: a study from its file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
        self.add_verbs(verbs)

    def add_verbs(self, verbs: Any) -> None:
        """One parser a verb; `verbs` is what argparse's `add_subparsers` gives."""
        for verb, says in VERBS.items():
            parser = self.add_verb(verbs, verb, says)
            if verb in FROM_FILE:
                parser.add_argument("file", type=Path, help="the experiment file (YAML)")
            elif verb not in ABOUT_NONE:
                parser.add_argument("slug", help="the study: first line of its file")
            if verb == "generate":
                parser.add_argument("--wait", action="store_true", help="follow until all is made")
            if verb == "simulate":
                parser.add_argument("--raters", type=int, required=True, help="how many")
                parser.add_argument("--seed", type=int, default=0, help="their answers follow it")
                careless = "share of raters who take no care, 0 to 1 (each in one of four manners)"
                parser.add_argument("--careless", type=float, default=0.0, help=careless)
            if verb == "information":
                what = "YAML: information, consent, contact, translations; what is left out stays"
                parser.add_argument("--file", type=Path, required=True, help=what)
            if verb in WITH_REASON:
                why = "what changed and why; the report tells it"
                parser.add_argument("--reason", default="", required=verb in MUST_SAY_WHY, help=why)
            if verb == "blindcheck":
                blindcheck.add_options(parser)
            if verb in INTO_FOLDER:
                parser.add_argument("--to", type=Path, required=True, help="folder to write")

    def add_verb(self, verbs: Any, verb: str, says: str) -> ArgumentParser:
        """The parser of one verb, with --json."""
        parser: ArgumentParser = verbs.add_parser(verb, help=says, description=says)
        parser.add_argument("--json", action="store_true", help="print the outcome as JSON")
        return parser

    def handle(self, *_args: Any, verb: str, **options: Any) -> None:
        """Run the verb's method, and print what it came to."""
        try:
            came_to: Outcome = getattr(self, f"do_{verb}")(options)
        except REFUSALS as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps(came_to.data, indent=2, ensure_ascii=False))
        else:
            self.stdout.write("\n".join(came_to.lines))
        blindcheck.refuse_leaks(came_to)

    def do_check(self, options: dict[str, Any]) -> Outcome:
        """Read the file and do its sums, as far as its collection is there."""
        text = read_text(options["file"])
        experiment = read_checked(text)
        networks = checksums.named(experiment.stimuli, settings.NETWORKS_DIR)
        warnings = list(dict.fromkeys(each.missing for each in networks if each.missing))
        sums, dealt = None, None
        try:
            collection = collection_of(experiment)
            layout = lay_out(experiment, collection)
            refuse_strangers(text, experiment, layout, collection)
            rehearsals.refuse_unmet(experiment, layout)
            dealt = rehearsals.from_layout(experiment, layout)
            warnings += rehearsals.regrets(dealt)
            sums = sum_up(experiment, layout)
            refuse_long_prompts(experiment, layout)
            warnings += lossless_advice.of_file(experiment, layout)
        except MissingCollection as error:
            warnings.append(str(error))
        advice = checksums.advice(networks)
        return outcome.of_check(experiment, sums, warnings, advice, dealt)

    def do_apply(self, options: dict[str, Any]) -> Outcome:
        """Make or renew the draft; target styles are drawn here, which may take a while."""
        text = read_text(options["file"])
        with bar("measuring styles", "picture") as progress:
            study = services.apply(text=text, progress=progress)
        return outcome.of_draft(study)

    def do_generate(self, options: dict[str, Any]) -> Outcome:
        """Queue what is missing; with --wait, follow the jobs until none can move."""
        study = named(options["slug"])
        services.generate(study=study)
        if options["wait"]:
            self.follow(study)
        return outcome.of_generating(study, queries.making(study))

    def follow(self, study: Study) -> None:
        """Draw the progress of the jobs; raises CommandError where some of them fail."""
        with bar(f"making {study.slug}", "picture") as progress:
            work, last_sign = queries.making(study), monotonic()
            while work.moving:
                progress(int(work.done), work.total, f"{work.states[Job.State.RUNNING]} at work")
                sleep(PAUSE_SECONDS)
                before, work = work, queries.making(study)
                if work.done != before.done or work.states[Job.State.RUNNING]:
                    last_sign = monotonic()
                if monotonic() - last_sign > PATIENCE_SECONDS:
                    self.stderr.write("No worker is at work. Start one beside this: manage.py work")
                    last_sign = float("inf")
        if not work.complete:
            raise CommandError(_unfinished(work))

    def do_launch(self, options: dict[str, Any]) -> Outcome:
        """Freeze and open."""
        study = services.launch(study=named(options["slug"]))
        warnings = study.events.get(kind="launched").details["warnings"]
        link = plan_of(study).channel.entrance(settings.SITE_URL, study.link_token)
        return outcome.of_launch(study, link, warnings)

    def do_pause(self, options: dict[str, Any]) -> Outcome:
        """Stop for a while."""
        return outcome.of_move(
            services.pause(study=named(options["slug"]), reason=options["reason"])
        )

    def do_resume(self, options: dict[str, Any]) -> Outcome:
        """Open again."""
        return outcome.of_move(
            services.resume(study=named(options["slug"]), reason=options["reason"])
        )

    def do_close(self, options: dict[str, Any]) -> Outcome:
        """End for good."""
        return outcome.of_move(
            services.close(study=named(options["slug"]), reason=options["reason"])
        )

    def do_amend(self, options: dict[str, Any]) -> Outcome:
        """Put a change on record."""
        study = services.amend(study=named(options["slug"]), reason=options["reason"])
        return Outcome([f"{study.slug}: the change is on record."], {"study": study.slug})

    def do_information(self, options: dict[str, Any]) -> Outcome:
        """Make the next version of what participants read before they agree."""
        study, changes = named(options["slug"]), parse(read_text(options["file"]))[0]
        if not isinstance(changes, dict):
            raise CommandError("The file is a mapping: information, consent, contact, ….")
        row = consent.amend(study=study, changes=changes, reason=options["reason"])
        due = study.participants.filter(consent_due=True).count()
        line = f"{study.slug}: people read version {row.version} now; {due} are asked again."
        data = {"study": study.slug, "version": row.version, "sha256": row.sha256, "asked": due}
        return Outcome([line], data)

    def do_simulate(self, options: dict[str, Any]) -> Outcome:
        """Send SIMULATED raters through the study."""
        study, raters, seed = named(options["slug"]), options["raters"], options["seed"]
        if raters < 1:
            raise CommandError("--raters must be at least 1.")
        careless = options["careless"]
        if not 0 <= careless <= 1:
            raise CommandError("--careless must be a share from 0 to 1, such as 0.1.")
        with bar("SIMULATED raters", "rater") as progress:
            people = simulate(
                study=study, raters=raters, seed=seed, careless=careless, progress=progress
            )
        codes = [person.code for person in people]
        line = f"{study.slug}: {len(people)} SIMULATED raters took part; they are no people."
        return Outcome([line], {"study": study.slug, "simulated": True, "raters": codes})

    def do_blindcheck(self, options: dict[str, Any]) -> Outcome:
        """Look for leaks as a rater's browser could."""
        return blindcheck.run(named(options["slug"]), options)

    def do_export(self, options: dict[str, Any]) -> Outcome:
        """Write what leaves a study."""
        study, folder = named(options["slug"]), options["to"]
        try:
            written = export.write(study, folder)
        except OSError as error:
            raise CommandError(f"{folder} cannot be written: {error.strerror}.") from error
        lines = [f"{folder / name}  {size:,} bytes" for name, size in written.items()]
        return Outcome(lines, {"study": study.slug, "folder": str(folder), "files": written})

    def do_status(self, options: dict[str, Any]) -> Outcome:
        """Where a study stands."""
        return outcome.of_status(named(options["slug"]))

    def do_reference(self, options: dict[str, Any]) -> Outcome:
        """Write what docs/ holds about experiment files."""
        written = reference_files()
        for name, content in written.items():
            write_whole(options["to"] / name, content.encode())
        lines = [str(options["to"] / name) for name in written]
        return Outcome(lines, {"files": lines})


def reference_files() -> dict[str, str]:
    """Name → content of what docs/ holds about experiment files, written from the declarations."""
    analyses: PluginFolder[Any] = PluginFolder(settings.ANALYSES)
    page = reference(preset_text("acceptability"), analyses)
    schema = json.dumps(full_schema(analyses), indent=2, ensure_ascii=False)
    return {"experiment-file.md": page, "experiment.schema.json": schema + "\n"}


def named(slug: str) -> Study:
    """The study called `slug`; raises CommandError where there is none."""
    study = Study.objects.select_related("protocol").filter(slug=slug).first()
    if study is None:
        known = ", ".join(Study.objects.values_list("slug", flat=True)) or "none"
        raise CommandError(f"There is no study “{slug}” (there are: {known}).")
    return study


def read_text(path: Path) -> str:
    """The text of an experiment file; raises CommandError where it cannot be read."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise CommandError(f"{path} is not UTF-8 text: save it as UTF-8.") from error


def _unfinished(work: Making) -> str:
    why = " ".join(work.messages) or "The work was cancelled."
    return f"{work.total - work.made} of {work.total} pictures could not be made. {why}"
