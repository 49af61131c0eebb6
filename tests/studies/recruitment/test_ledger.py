"""The ledger: whatever breaks, and wherever, a bonus is paid at most once."""

import contextlib
import sys
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from studies.models import Bonus, BonusBatch
from studies.recruitment import calls, ledger, prolific
from studies.recruitment.calls import PanelError
from studies.recruitment.ledger import LedgerError, Line
from studies.recruitment.money import Money, MoneyError
from studies.recruitment.reconcile import mismatches
from studies.recruitment.stand_in import Fault
from studies.recruitment.submissions import poll
from tests.studies.recruitment.conftest import arrived, submission_of

pytestmark = pytest.mark.django_db
State = BonusBatch.State
WATCHED = {Path(module.__file__).name for module in (ledger, prolific, calls)}


class Crash(BaseException):
    """The process ends here."""


@pytest.fixture
def submission(panel, row, api):
    reference, _ = arrived(panel, row)
    poll(row, api)
    return submission_of(reference)


def intend(row, submission, purpose="thanks", amount=425):
    return ledger.intend(panel_study=row, lines=[Line(submission, Money(amount, "GBP"), purpose)])


def times_paid(panel, submission) -> int:
    return len(panel.world.submission(submission.reference)["bonus_payments"])


def send(batch, api):
    """What the button does: set up what is not, and pay."""
    ledger.set_up(batch, api)
    return ledger.pay(batch, api)


def crash_at(line: int, action) -> bool:
    """Run `action` and end it at the n-th line it enters in the watched files; whether it was."""
    seen = count(1)

    def trace(frame, event, _):
        if not frame.f_code.co_filename.endswith(tuple(f"recruitment/{w}" for w in WATCHED)):
            return None
        if event == "line" and next(seen) == line:
            raise Crash
        return trace

    sys.settrace(trace)
    try:
        action()
    except Crash:
        sys.settrace(None)
        _forget_open_transaction()
        return True
    finally:
        sys.settrace(None)
    return False


def _forget_open_transaction() -> None:
    """What the database does when the process of a transaction is gone."""
    connection.in_atomic_block, connection.needs_rollback = False, False
    connection.rollback()
    connection.savepoint_ids.clear()
    connection.atomic_blocks.clear()
    connection.run_on_commit.clear()
    connection.set_autocommit(True)


def test_a_bonus_is_paid_once_in_the_currencys_units(panel, row, api, submission):
    batch = send(intend(row, submission), api)
    assert batch.state == State.PAID
    assert panel.world.submission(submission.reference)["bonus_payments"] == [425]
    with pytest.raises(LedgerError, match="sent before"):
        ledger.pay(batch, api)
    assert times_paid(panel, submission) == 1


@pytest.mark.django_db(transaction=True)
def test_a_crash_at_any_line_pays_at_most_once_and_is_shown(panel, row, api, submission):
    crashed = 0
    for line in count(1):
        panel.world.submission(submission.reference)["bonus_payments"].clear()
        batch = intend(row, submission, purpose=f"line {line}")
        if not crash_at(line, lambda batch=batch: send(batch, api)):
            break
        crashed += 1
        with contextlib.suppress(LedgerError):
            send(batch, api)  # a person presses the button again
        batch.refresh_from_db()
        paid = times_paid(panel, submission)
        BonusBatch.objects.filter(pk=batch.pk).update(
            moved_at=timezone.now() - timedelta(minutes=5)
        )
        shown = ledger.unresolved(row).filter(pk=batch.pk).exists()
        assert paid <= 1
        assert (paid == 1 and batch.state == State.PAID) or shown
    assert crashed > 40  # the lines between the intent and the last word were all tried


@pytest.mark.parametrize("after", [False, True])
def test_an_answer_that_is_lost_is_left_to_a_person(panel, row, api, submission, after):
    panel.world.faults.append(Fault("/pay/", status=502, after=after))
    batch = send(intend(row, submission), api)
    assert batch.state == State.UNRESOLVED
    assert times_paid(panel, submission) == int(after)
    with pytest.raises(LedgerError):
        send(batch, api)
    assert times_paid(panel, submission) == int(after)
    assert "payment" in {one.kind for one in mismatches(row)}
    assert ledger.settle(batch=batch, paid=after).state == (State.PAID if after else State.REFUSED)


def test_a_busy_panel_is_not_asked_to_pay_again(panel, row, api, submission):
    panel.world.faults.append(Fault("/pay/", status=429))
    assert send(intend(row, submission), api).state == State.UNRESOLVED
    assert len([path for _, path in panel.world.calls if "/pay/" in path]) == 1


def test_a_plain_refusal_may_be_meant_anew(panel, row, api, submission):
    panel.world.faults.append(Fault("/pay/", status=400))
    assert send(intend(row, submission), api).state == State.REFUSED
    assert send(intend(row, submission), api).state == State.PAID
    assert times_paid(panel, submission) == 1


def test_a_set_up_whose_answer_was_lost_is_done_again_and_paid_once(panel, row, api, submission):
    panel.world.faults.append(Fault("/bonus-payments/", status=500, after=True))
    batch = intend(row, submission)
    with pytest.raises(PanelError):
        ledger.set_up(batch, api)
    assert send(batch, api).state == State.PAID
    assert len(panel.world.batches) == 2
    assert times_paid(panel, submission) == 1


def test_one_purpose_is_paid_once_per_submission(row, submission):
    intend(row, submission)
    with pytest.raises(LedgerError, match="same purpose"):
        intend(row, submission)
    intend(row, submission, purpose="a second thing")
    assert Bonus.objects.count() == 2


def test_what_is_paid_or_perhaps_paid_cannot_be_dropped(panel, row, api, submission):
    panel.world.faults.append(Fault("/pay/", after=True))
    perhaps = ledger.pay(ledger.set_up(intend(row, submission), api), api)
    paid = ledger.pay(ledger.set_up(intend(row, submission, "more"), api), api)
    for batch in (perhaps, paid):
        with pytest.raises(LedgerError, match="sent before"):
            ledger.drop(batch=batch)
    assert [batch.state for batch in (perhaps, paid)] == [State.UNRESOLVED, State.PAID]


def test_what_is_dropped_while_it_is_set_up_is_not_paid(panel, row, api, submission, monkeypatch):
    batch = intend(row, submission)
    create = type(api).create_bonuses

    def meanwhile(*told):
        ledger.drop(batch=batch)
        return create(*told)

    monkeypatch.setattr(type(api), "create_bonuses", meanwhile)
    ledger.set_up(batch, api)
    with pytest.raises(LedgerError, match="not set up"):
        ledger.pay(batch, api)
    assert times_paid(panel, submission) == 0


@pytest.mark.parametrize("known", [False, True])
def test_a_bonus_that_nobody_paid_for_a_day_is_listed(row, api, submission, known):
    batch = intend(row, submission)
    if known:
        ledger.set_up(batch, api)

    def listed() -> list[str]:
        return [one.sentence for one in mismatches(row) if one.subject == f"bonuses {batch.pk}"]

    assert listed() == []
    BonusBatch.objects.update(made_at=timezone.now() - timedelta(hours=25))
    assert listed() == ["4.25 GBP were set up and never paid: pay them, or drop them."]
    ledger.drop(batch=batch)
    assert listed() == []


@pytest.mark.parametrize(("amount", "purpose"), [(0, "x"), (-5, "x"), (5, " "), (5, "x" * 61)])
def test_what_makes_no_sense_is_not_written_down(row, submission, amount, purpose):
    with pytest.raises(LedgerError):
        intend(row, submission, purpose, amount)
    assert not BonusBatch.objects.exists()


def test_a_bonus_that_the_ledger_does_not_know_is_listed(panel, row, api, submission):
    panel.world.submission(submission.reference)["bonus_payments"].append(300)
    poll(row, api)
    assert "3.00 GBP" in next(m.sentence for m in mismatches(row) if m.kind == "bonus")


@pytest.mark.parametrize(
    ("text", "hundredths"), [("4.25", 425), ("4", 400), ("0.01", 1), (" 12.50 ", 1250)]
)
def test_decimals_and_hundredths_are_one_amount(text, hundredths):
    assert Money.from_decimal(text, "GBP") == Money(hundredths, "GBP")
    assert Money.from_decimal(Money(hundredths, "GBP").decimal, "GBP").hundredths == hundredths


@pytest.mark.parametrize(
    "text",
    [
        *("4.255", "0.001", "four", "", "inf", "nan", "1e-3", "1e3", "1_000", "4,25", "-1", "+1"),
        *(".5", "5.", "٤", "9" * 10, "9" * 40),
    ],
)
def test_what_is_no_amount_is_refused(text):
    with pytest.raises(MoneyError):
        Money.from_decimal(text, "GBP")


def test_a_fraction_of_a_hundredth_and_two_currencies_are_refused():
    with pytest.raises(MoneyError):
        Money(4.25, "GBP")
    with pytest.raises(MoneyError):
        Money(1, "GBP") + Money(1, "USD")
