"""Whatever spends or settles is asked twice and says who did it; nobody is asked for good work."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from studies.channels import Exit
from studies.models import BonusBatch, Event, Flag, Participant
from studies.recruitment import ledger, review
from studies.recruitment import panel_study as panel_studies
from studies.recruitment.calls import PanelError
from studies.recruitment.ledger import LedgerError, Line
from studies.recruitment.money import Money
from studies.recruitment.receipts import exit_code
from studies.recruitment.stand_in import Fault
from studies.recruitment.submissions import poll
from studies.services import StudyError
from tests.studies.factories import finish
from tests.studies.recruitment.conftest import submission_of
from tests.studies.recruitment.test_once import ADA, begun
from tests.studies.recruitment.test_page import alice, press, read  # noqa: F401
from tests.studies.recruitment.test_submissions import worked

pytestmark = pytest.mark.django_db
WRITES = ("POST", "PATCH")
SPENDING = ["start", "stop", "places", "approve", "approve-one", "screen-out", "pay", "settle"]


@pytest.fixture
def scene(panel, row, api):
    """Somebody who finished, somebody who was screened out, a bonus set up, one perhaps paid."""
    done, _ = worked(panel, row)
    out, person = begun(panel, row, ADA)
    Participant.objects.filter(pk=person.pk).update(state=Participant.State.SCREENED_OUT)
    panel.world.complete(out, exit_code(row.study, Exit.SCREENED_OUT))
    poll(row, api)
    line = Line(submission_of(done), Money(100, "GBP"), "thanks")
    unpaid = ledger.set_up(ledger.intend(panel_study=row, lines=[line]), api)
    line = Line(submission_of(done), Money(200, "GBP"), "more")
    unclear = ledger.set_up(ledger.intend(panel_study=row, lines=[line]), api)
    panel.world.faults.append(Fault("/pay/", status=502))
    ledger.pay(unclear, api)
    return {
        "approve-one": {"submission": done},
        "screen-out": {"submission": out},
        "places": {"more": "1"},
        "pay": {"batch": unpaid.pk},
        "drop": {"batch": unpaid.pk},
        "settle": {"batch": unclear.pk, "found": "paid"},
    }


@pytest.mark.parametrize("deed", SPENDING)
def test_nothing_that_spends_or_settles_happens_without_the_tick(alice, panel, row, scene, deed):  # noqa: F811
    panel.world.calls.clear()
    states = list(BonusBatch.objects.values_list("pk", "state"))
    assert "tick the box" in press(alice, row.study, deed, **scene.get(deed, {}))
    assert not [path for method, path in panel.world.calls if method in WRITES]
    assert list(BonusBatch.objects.values_list("pk", "state")) == states


@pytest.mark.parametrize(
    ("deed", "kind"),
    [
        ("stop", "panel_stopped"),
        ("approve", "panel_approved"),
        ("approve-one", "panel_approved"),
        ("screen-out", "panel_screened_out"),
        ("pay", "bonus_pressed"),
        ("settle", "bonus_settled"),
        ("drop", "bonus_dropped"),
    ],
)
def test_who_spent_or_settled_is_on_record(alice, row, scene, deed, kind):  # noqa: F811
    press(alice, row.study, deed, sure="yes", **scene.get(deed, {}))
    event = Event.objects.filter(kind=kind, participant=None).last()
    assert event.actor == User.objects.get(username="alice")
    assert event.study == row.study


def test_a_payment_on_record_says_how_much_and_what_was_found(alice, row, scene):  # noqa: F811
    press(alice, row.study, "settle", sure="yes", batch=scene["settle"]["batch"], found="not")
    told = Event.objects.get(kind="bonus_settled").details
    assert told == {
        "bonuses": scene["settle"]["batch"],
        "total": "2.00 GBP",
        "found": "not paid",
    }
    assert BonusBatch.objects.get(pk=told["bonuses"]).state == BonusBatch.State.REFUSED


@pytest.mark.parametrize("found", ["", "perhaps"])
def test_settling_needs_a_finding(alice, row, scene, found):  # noqa: F811
    form = {**scene["settle"], "found": found}
    assert "Say what you found" in press(alice, row.study, "settle", sure="yes", **form)
    assert not Event.objects.filter(kind="bonus_settled").exists()


@pytest.mark.parametrize("number", ["", "x", "-1", "9" * 30, "0"])
def test_a_payment_that_is_none_is_not_found(alice, row, number):  # noqa: F811
    address = f"/studies/{row.study.slug}/recruitment/pay/"
    assert alice.post(address, {"sure": "yes", "batch": number}).status_code == 404


def test_the_first_who_settles_a_payment_settles_it(row, scene):
    batch = BonusBatch.objects.get(pk=scene["settle"]["batch"])
    ledger.settle(batch=batch, paid=True)
    with pytest.raises(LedgerError, match="not open"):
        ledger.settle(batch=batch, paid=False)
    batch.refresh_from_db()
    assert batch.state == BonusBatch.State.PAID
    assert Event.objects.filter(kind="bonus_settled").count() == 1


def test_a_lost_answer_that_comes_after_a_person_settled_changes_nothing(row, api, scene):
    """The call hung for longer than any may; meanwhile somebody looked the payment up."""
    batch = BonusBatch.objects.get(pk=scene["pay"]["batch"])

    def hang(_reference: str) -> None:
        long_ago = timezone.now() - 2 * ledger.PAYING_TAKES - timedelta(minutes=1)
        BonusBatch.objects.filter(pk=batch.pk).update(moved_at=long_ago)
        ledger.settle(batch=batch, paid=True)
        raise PanelError("Prolific did not answer in time.")

    class Hanging:
        pay_bonuses = staticmethod(hang)

    assert ledger.pay(batch, Hanging()).state == BonusBatch.State.PAID


@pytest.mark.parametrize(
    ("path", "deed", "kind"),
    [
        ("bulk-approve", "approve", "panel_approved"),
        ("transition", "stop", "panel_stopped"),
        ("/studies/", "places", "panel_places"),
        ("transition", "screen-out", "panel_screened_out"),
    ],
)
@pytest.mark.parametrize(("status", "told"), [(502, ["{}_unclear"]), (400, [])])
def test_what_nobody_knows_was_done_says_who_asked_for_it(
    alice,  # noqa: F811
    panel,
    row,
    scene,
    monkeypatch,
    path,
    deed,
    kind,
    status,
    told,
):
    monkeypatch.setattr("studies.recruitment.calls.FIRST_PAUSE", 0)
    panel.world.study(row.reference)["total_available_places"] = 3  # room for one more
    panel.world.faults.append(Fault(path, status=status, times=50, methods=WRITES))
    press(alice, row.study, deed, sure="yes", **scene.get(deed, {}))
    events = Event.objects.filter(participant=None, kind__startswith=kind)
    assert [(one.kind, one.actor.username) for one in events] == [
        (name.format(kind), "alice") for name in told
    ]


def flagged(person):
    return Flag.objects.create(
        participant=person,
        found_by="gold_pairs",
        version=1,
        consequence="flag",
        failed=True,
        failures=1,
        sentence="One gold pair was answered wrongly.",
    )


def test_nobody_is_asked_to_hand_back_complete_work_that_no_check_speaks_against(panel, row, api):
    reference, person = worked(panel, row)
    poll(row, api)
    with pytest.raises(StudyError, match="no check speaks against it"):
        review.ask_to_return(submission=submission_of(reference), reason="Too quick.", api=api)
    assert not [path for _, path in panel.world.calls if "request-return" in path]
    flagged(person)
    review.ask_to_return(submission=submission_of(reference), reason="One pair.", api=api)
    assert [path for _, path in panel.world.calls if "request-return" in path]
    assert person.events.get(kind="panel_asked_to_return").details == {"reason": "One pair."}


def test_whoever_was_screened_out_here_is_paid_before_they_are_asked_to_return(panel, row, api):
    reference, person = begun(panel, row)
    Participant.objects.filter(pk=person.pk).update(state=Participant.State.SCREENED_OUT)
    panel.world.complete(reference, exit_code(row.study, Exit.SCREENED_OUT))
    poll(row, api)
    submission = submission_of(reference)
    with pytest.raises(StudyError, match="before you ask"):
        review.ask_to_return(submission=submission, reason="Screened out.", api=api)
    line = Line(submission, Money(50, "GBP"), "your minutes")
    ledger.pay(ledger.set_up(ledger.intend(panel_study=row, lines=[line]), api), api)
    review.ask_to_return(submission=submission, reason="Screened out; paid as a bonus.", api=api)


def test_unfinished_and_further_submissions_may_be_asked_for(panel, row, api):
    empty, _ = panel.launch(row.reference)
    panel.world.complete(empty, "NOCODE")
    started, _ = begun(panel, row)
    panel.world.complete(started, "NOCODE")
    first, person = begun(panel, row, ADA)
    finish(person)
    panel.world.complete(first, exit_code(row.study, Exit.COMPLETED))
    second, _ = panel.launch(row.reference, ADA)
    panel.world.complete(second, exit_code(row.study, Exit.COMPLETED))
    poll(row, api)
    for reference in (empty, started, second):
        review.ask_to_return(submission=submission_of(reference), reason="Why.", api=api)
    with pytest.raises(StudyError, match="complete"):
        review.ask_to_return(submission=submission_of(first), reason="Why.", api=api)


def test_a_draft_whose_answer_was_lost_says_who_asked_for_it(panel, study, api):
    panel.world.faults.append(Fault("/studies/", after=True))
    bob = User.objects.create(username="bob")
    with pytest.raises(PanelError):
        panel_studies.create(study=study, actor=bob, api=api)
    assert study.events.get(kind="panel_created_unclear").actor == bob


def test_the_page_says_who_made_a_payment_and_asks_whether_they_looked(alice, row, scene):  # noqa: F811
    page = read(alice, row.study)
    assert "I looked at Prolific" in page
    form = {"who": "", "amount": "1", "purpose": "x"}
    person = row.submissions.get(reference=scene["approve-one"]["submission"]).participant
    press(alice, row.study, "bonus", **{**form, "who": person.code})
    assert "by alice" in read(alice, row.study)
