"""`manage.py recruitment`, the verbs about money: screen-outs, bonuses, unclear payments."""

from typing import Any

from django.core.management.base import CommandError, OutputWrapper
from django.db.models import Q

from studies.management.recruiting import actor_of, confirmed, row_of
from studies.models import BonusBatch, PanelStudy, Submission
from studies.recruitment import ledger, panel_study, review
from studies.recruitment.bonuses import lines_for
from studies.recruitment.money import Money


class Payments:
    """Each verb that spends or settles says what it would do, and does it with --yes."""

    stdout: OutputWrapper

    def do_screen_out(self, options: dict[str, Any]) -> None:
        """Spends."""
        one = _submission(row_of(options["slug"]), options["person"])
        confirmed(options, f"pay {one.reference} the fixed amount for screened-out people")
        review.pay_screen_out(submission=one, actor=actor_of(options))
        self.stdout.write("Paid as screened out.")

    def do_bonus(self, options: dict[str, Any]) -> None:
        """Written down and set up; pays nothing."""
        row = row_of(options["slug"])
        amount = Money.from_decimal(options["amount"], row.currency)
        lines = lines_for(
            panel_study=row,
            codes=options["people"],
            amount=amount,
            purpose=options["purpose"],
        )
        batch = ledger.intend(panel_study=row, lines=lines, actor=actor_of(options))
        self.stdout.write(f"Payment {batch.pk}: {len(lines)} × {amount}, written down, not paid.")
        ledger.set_up(batch, panel_study.api_of(row.study))
        self.stdout.write(f"Prolific knows of it. manage.py recruitment pay … {batch.pk} pays it.")

    def do_payments(self, options: dict[str, Any]) -> None:
        """All of them."""
        batches = row_of(options["slug"]).batches.prefetch_related("lines__submission")
        for batch in batches:
            who = f", by {batch.actor}" if batch.actor else ""
            people = ledger.people_in(batch.lines.all())
            said = f"{batch.get_state_display()}{who}  {batch.message}".rstrip()
            self.stdout.write(f"{batch.pk:>5}  {people} people  {ledger.total(batch)}  {said}")
        if not batches:
            self.stdout.write("No bonus was ever written down.")

    def do_pay(self, options: dict[str, Any]) -> None:
        """Spends, once."""
        batch = _batch(options)
        confirmed(options, f"pay {ledger.total(batch)} as bonuses (payment {batch.pk})")
        api = panel_study.api_of(batch.panel_study.study)
        batch = ledger.pay(ledger.set_up(batch, api), api, actor_of(options))
        if batch.state != BonusBatch.State.PAID:
            raise CommandError(f"The payment is {batch.get_state_display()}. {batch.message}")
        self.stdout.write("Paid.")

    def do_drop(self, options: dict[str, Any]) -> None:
        """Never paid."""
        batch = ledger.drop(batch=_batch(options), actor=actor_of(options))
        self.stdout.write(f"Dropped: {ledger.total(batch)} are never paid by this site.")

    def do_settle(self, options: dict[str, Any]) -> None:
        """What a person found at the panel."""
        batch, paid = _batch(options), options["found"] == "paid"
        found = "paid" if paid else "not paid, so that it can be meant anew"
        confirmed(options, f"put on record that {ledger.total(batch)} were {found}")
        batch = ledger.settle(batch=batch, paid=paid, actor=actor_of(options))
        self.stdout.write(f"On record: {batch.get_state_display()}.")


def _batch(options: dict[str, Any]) -> BonusBatch:
    batch = row_of(options["slug"]).batches.filter(pk=options["number"]).first()
    if batch is None:
        raise CommandError(
            f"“{options['slug']}” has no payment {options['number']}:"
            f" manage.py recruitment payments {options['slug']} lists them."
        )
    return batch


def _submission(row: PanelStudy, name: str) -> Submission:
    found = row.submissions.filter(Q(reference=name) | Q(participant__code=name)).first()
    if found is None:
        raise CommandError(f"Nobody here is called {name}.")
    return found
