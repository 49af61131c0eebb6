"""`manage.py recruitment`: the study at Prolific, from the dry run to the daily reconciliation."""

import json
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from studies.channels import Exit
from studies.live.plan import plan_of
from studies.models import PanelStudy, Study
from studies.recruitment import ledger, panel_study, reconcile, review
from studies.recruitment.calls import PanelError
from studies.recruitment.receipts import exit_code
from studies.services import StudyError

SPENDS = {"publish", "start", "add-places", "approve"}


class Command(BaseCommand):
    """What spends money needs --yes; without it the command says what would happen."""

    help = "Recruit on Prolific: dry-run, create, publish, pause, start, stop, approve, reconcile."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        for name, text in ACTIONS.items():
            action = actions.add_parser(name, help=text)
            needed = name not in {"reconcile"}
            action.add_argument("slug", nargs=None if needed else "?")
            if name == "add-places":
                action.add_argument("more", type=int)
            if name == "link":
                action.add_argument("reference", help="the study's id at Prolific")
            if name in SPENDS:
                action.add_argument("--yes", action="store_true", help="spend the money")

    def handle(self, *_args: Any, **options: Any) -> None:
        action = options["action"]
        try:
            getattr(self, f"do_{action.replace('-', '_')}")(options)
        except (StudyError, PanelError, ledger.LedgerError) as error:
            raise CommandError(str(error)) from error

    def do_dry_run(self, options: dict[str, Any]) -> None:
        """Print what would be sent."""
        run = panel_study.dry_run(_study(options["slug"]))
        self.stdout.write(json.dumps(run.payload, indent=2, ensure_ascii=False))
        for warning in run.warnings:
            self.stdout.write(f"! {warning}")
        if run.cost is None:
            self.stdout.write(f"The cost is not known: {run.cost_problem}")
            return
        for name in ("rewards", "fees", "vat", "total"):
            self.stdout.write(f"{name:>8} {getattr(run.cost, name)}")
        self.stdout.write("Nothing was sent but the question of what it costs.")

    def do_codes(self, options: dict[str, Any]) -> None:
        """For panels that are set up by hand."""
        study = _study(options["slug"])
        channel = plan_of(study).channel
        self.stdout.write(channel.entrance(settings.SITE_URL, study.link_token))
        if not channel.shared_codes:
            self.stdout.write("Every participant has a code of their own.")
            return
        for leaving in Exit:
            self.stdout.write(f"{leaving:>14} {exit_code(study, leaving)}")

    def do_create(self, options: dict[str, Any]) -> None:
        """A draft."""
        row = panel_study.create(study=_study(options["slug"]))
        self.stdout.write(f"A draft, {row.reference}: nobody sees it, nothing is spent.")

    def do_link(self, options: dict[str, Any]) -> None:
        """Take over."""
        study = _study(options["slug"])
        row = panel_study.link(
            study=study, reference=options["reference"], api=panel_study.api_of(study)
        )
        self.stdout.write(f"{row.reference} is {row.state}, with {row.places} places.")

    def do_publish(self, options: dict[str, Any]) -> None:
        """Spends."""
        self._move(options)

    def do_pause(self, options: dict[str, Any]) -> None:
        """Nobody new."""
        self._move(options)

    def do_start(self, options: dict[str, Any]) -> None:
        """Again."""
        self._move(options)

    def do_stop(self, options: dict[str, Any]) -> None:
        """For good."""
        self._move(options)

    def do_add_places(self, options: dict[str, Any]) -> None:
        """More."""
        row = _row(options["slug"])
        _confirmed(options, f"add {options['more']} places, each paid")
        row = panel_study.add_places(panel_study=row, more=options["more"])
        self.stdout.write(f"{row.places} places.")

    def do_approve(self, options: dict[str, Any]) -> None:
        """All with answers."""
        row = _row(options["slug"])
        which = review.approvable(row)
        _confirmed(options, f"approve the work of {len(which)} people whose answers are stored")
        count = review.approve(panel_study=row, submissions=which)
        self.stdout.write(f"{count} approved.")

    def do_reconcile(self, options: dict[str, Any]) -> None:
        """One study, or all that wait for it."""
        if not options["slug"]:
            self.stdout.write(f"{reconcile.reconcile_due()} studies reconciled.")
            return
        found = reconcile.reconcile(_row(options["slug"]))
        for one in found:
            self.stdout.write(f"{one.subject}: {one.sentence}")
        self.stdout.write(f"{len(found)} to look at." if found else "Everything agrees.")

    def _move(self, options: dict[str, Any]) -> None:
        what, row = options["action"], _row(options["slug"])
        if what in SPENDS:
            _confirmed(options, f"{what} the study: Prolific sends people, and pays them")
        row = panel_study.move(panel_study=row, what=what)
        self.stdout.write(f"{row.reference} is {row.state}.")


ACTIONS = {
    "codes": "print the address for a panel, and the code of each way to leave",
    "dry-run": "print what would be sent and what it costs",
    "create": "make a draft at Prolific; spends nothing",
    "link": "take over a study that was set up at Prolific by hand",
    "publish": "open the draft to people; spends money",
    "pause": "let nobody new start",
    "start": "after a pause",
    "stop": "end recruiting",
    "add-places": "more places",
    "approve": "approve all work whose answers are stored",
    "reconcile": "ask the panel and list what does not agree",
}


def _study(slug: str) -> Study:
    study = Study.objects.select_related("protocol").filter(slug=slug).first()
    if study is None:
        raise CommandError(f"There is no study “{slug}”.")
    return study


def _row(slug: str) -> PanelStudy:
    row = PanelStudy.objects.filter(study=_study(slug)).exclude(reference="").first()
    if row is None:
        raise CommandError(f"“{slug}” is not at Prolific yet: manage.py recruitment create {slug}")
    return row


def _confirmed(options: dict[str, Any], what: str) -> None:
    if not options["yes"]:
        raise CommandError(f"This would {what}. Say --yes to do it.")
