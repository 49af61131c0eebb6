"""`manage.py recruitment`: the study at Prolific, from the dry run to the daily reconciliation."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from studies.channels import Exit
from studies.live.plan import plan_of
from studies.management.hook_verbs import HOOK_ARGUMENTS, HookVerbs
from studies.management.payments import Payments
from studies.management.recruiting import actor_of, confirmed, row_of, study_called
from studies.recruitment import ledger, panel_list, panel_study, reconcile, review
from studies.recruitment.calls import PanelError
from studies.recruitment.money import MoneyError
from studies.recruitment.receipts import exit_code
from studies.services import StudyError

SPENDS = {"publish", "start", "stop", "add-places", "approve", "screen-out", "pay", "settle"}
"""What needs --yes: it spends money, settles a payment, or cannot be taken back."""
READS = {"codes", "dry-run", "reconcile", "payments", "compare"}
NUMBER: dict[str, Any] = {"type": int, "help": "of the payment, as `payments` lists it"}
MORE: dict[str, dict[str, dict[str, Any]]] = {
    "add-places": {"more": {"type": int}},
    "link": {"reference": {"help": "the study's id at Prolific"}},
    "screen-out": {"person": {"help": "pseudonym, as P-7F3K2, or the submission at Prolific"}},
    "bonus": {
        "amount": {"help": "for each, as 1.50"},
        "purpose": {"help": "what for; each person gets one bonus of a purpose"},
        "people": {"nargs": "+", "help": "pseudonyms, as P-7F3K2"},
    },
    "compare": {
        "list": {"type": Path, "help": "the panel's list, a table with a head"},
        "--person": {"required": True, "help": "the column that says who"},
        "--code": {"default": "", "help": "the column of the codes that people gave"},
    },
    "pay": {"number": NUMBER},
    "drop": {"number": NUMBER},
    "settle": {"number": NUMBER, "found": {"choices": ["paid", "not-paid"]}},
    "hooks": HOOK_ARGUMENTS,
}
"""Verb → its further arguments."""


class Command(Payments, HookVerbs, BaseCommand):
    """What spends money needs --yes; without it the command says what would happen."""

    help = "Recruit on Prolific: from the dry run to payments and the daily reconciliation."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        for name, text in ACTIONS.items():
            action = actions.add_parser(name, help=text)
            needed = name not in {"reconcile"}
            action.add_argument("slug", nargs=None if needed else "?")
            for argument, told in MORE.get(name, {}).items():
                action.add_argument(argument, **told)
            if name in SPENDS:
                action.add_argument("--yes", action="store_true", help="do it: it spends money")
            if name not in READS:
                action.add_argument("--as", dest="account", help="who decides, for the record")

    def handle(self, *_args: Any, **options: Any) -> None:
        action = options["action"]
        try:
            getattr(self, f"do_{action.replace('-', '_')}")(options)
        except (StudyError, PanelError, ledger.LedgerError, MoneyError) as error:
            raise CommandError(str(error)) from error

    def do_dry_run(self, options: dict[str, Any]) -> None:
        """Print what would be sent."""
        run = panel_study.dry_run(study_called(options["slug"]))
        self.stdout.write(json.dumps(run.payload, indent=2, ensure_ascii=False))
        for warning in run.warnings:
            self.stdout.write(f"! {warning}")
        if run.cost is None:
            self.stdout.write(f"The cost is not known: {run.cost_problem}")
            return
        for name in ("rewards", "fees", "vat", "total"):
            self.stdout.write(f"{name:>8} {getattr(run.cost, name) or 'not told apart'}")
        self.stdout.write("Nothing was sent but the question of what it costs.")

    def do_codes(self, options: dict[str, Any]) -> None:
        """For panels that are set up by hand."""
        study = study_called(options["slug"])
        channel = plan_of(study).channel
        self.stdout.write(channel.entrance(settings.SITE_URL, study.link_token))
        if not channel.shared_codes:
            self.stdout.write("Every participant has a code of their own.")
            return
        for leaving in Exit:
            self.stdout.write(f"{leaving:>14} {exit_code(study, leaving)}")

    def do_create(self, options: dict[str, Any]) -> None:
        """A draft."""
        row = panel_study.create(study=study_called(options["slug"]), actor=actor_of(options))
        self.stdout.write(f"A draft, {row.reference}: nobody sees it, nothing is spent.")

    def do_link(self, options: dict[str, Any]) -> None:
        """Take over."""
        study = study_called(options["slug"])
        row = panel_study.link(
            study=study,
            reference=options["reference"],
            actor=actor_of(options),
            api=panel_study.api_of(study),
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
        row = row_of(options["slug"])
        confirmed(options, f"add {options['more']} places, each paid")
        row = panel_study.add_places(panel_study=row, more=options["more"], actor=actor_of(options))
        self.stdout.write(f"{row.places} places.")

    def do_approve(self, options: dict[str, Any]) -> None:
        """All with answers."""
        row = row_of(options["slug"])
        which = review.approvable(row)
        confirmed(options, f"approve the work of {len(which)} people whose answers are stored")
        count = review.approve(panel_study=row, submissions=which, actor=actor_of(options))
        self.stdout.write(f"{count} approved.")

    def do_reconcile(self, options: dict[str, Any]) -> None:
        """One study, or all that wait for it."""
        if not options["slug"]:
            self.stdout.write(f"{reconcile.reconcile_due()} studies reconciled.")
            return
        found = reconcile.reconcile(row_of(options["slug"]))
        for one in found:
            self.stdout.write(f"{one.subject}: {one.sentence}")
        self.stdout.write(f"{len(found)} to look at." if found else "Everything agrees.")

    def do_compare(self, options: dict[str, Any]) -> None:
        """For panels that are asked by no API."""
        try:
            data = options["list"].read_bytes()
        except OSError as error:
            raise CommandError(f"{options['list']} cannot be read: {error.strerror}.") from error
        listed = panel_list.read_list(data, options["person"], options["code"])
        found = list(panel_list.compare(study_called(options["slug"]), listed))
        for sentence in found:
            self.stdout.write(sentence)
        told = f"{len(found)} to look at." if found else "Everything agrees."
        self.stdout.write(f"{len(listed)} lines compared. {told}")

    def _move(self, options: dict[str, Any]) -> None:
        what, row = options["action"], row_of(options["slug"])
        if what in SPENDS:
            confirmed(options, WOULD[what])
        row = panel_study.move(panel_study=row, what=what, actor=actor_of(options))
        self.stdout.write(f"{row.reference} is {row.state}.")


WOULD = {
    "publish": "publish the study: Prolific sends people, and pays them",
    "start": "start the study again: Prolific sends people, and pays them",
    "stop": "end recruiting for good",
}
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
    "approve": "approve all work whose answers are stored; spends money",
    "screen-out": "pay the fixed amount to somebody whom a check screened out; spends money",
    "bonus": "set a bonus up, unpaid",
    "payments": "list bonuses, and where each stands",
    "pay": "pay a bonus that is set up; spends money",
    "drop": "never pay a bonus that was set up",
    "settle": "say what you found at Prolific of a payment that is perhaps made",
    "hooks": "who is told when a submission changes: list, --create, --remove",
    "reconcile": "ask the panel and list what does not agree",
    "compare": "lay a panel's own list (SONA, Connect, any) beside what is stored here",
}
