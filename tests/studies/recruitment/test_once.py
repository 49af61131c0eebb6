"""People who come twice: one place, one approval, one bonus; what else they bring is listed."""

import pytest
from django.core.management import call_command
from django.test import Client

from studies import fieldwork
from studies.channels import Exit
from studies.models import Bonus, Event, Participant, Submission
from studies.recruitment import ledger, review
from studies.recruitment.calls import PanelError
from studies.recruitment.ledger import LedgerError, Line
from studies.recruitment.money import Money
from studies.recruitment.receipts import exit_code
from studies.recruitment.reconcile import reconcile
from studies.recruitment.stand_in import Fault
from studies.recruitment.submissions import poll
from studies.services import StudyError
from tests.studies.factories import a_person, finish
from tests.studies.recruitment.conftest import agree, arrived, path_of, submission_of
from tests.studies.recruitment.test_page import alice, press, read  # noqa: F401
from tests.studies.recruitment.test_submissions import send, state_of

pytestmark = pytest.mark.django_db
ADA = "5f00000000000000000000a3"
State = Participant.State


@pytest.fixture
def twice(panel, row, api):
    """Somebody who finished, and came and gave the code again with another submission."""
    first, person = begun(panel, row, ADA)
    finish(person)
    code = exit_code(row.study, Exit.COMPLETED)
    panel.world.complete(first, code)
    second, address = panel.launch(row.reference, ADA)
    assert Client().get(path_of(address))["Location"] == f"/p/{person.token}/"
    panel.world.complete(second, code)
    poll(row, api)
    return first, second, person


def begun(panel, row, name=""):
    reference, person = arrived(panel, row, name)
    fieldwork.describe(participant=person, answers=a_person(row.study))
    return reference, person


def found(row, api):
    return {(one.kind, one.subject) for one in reconcile(row, api)}


def paid(panel):
    return sorted(one for row in panel.world.submissions.values() for one in row["bonus_payments"])


def test_one_data_set_is_approved_once_and_the_second_submission_is_listed(
    panel, row, api, twice, capsys
):
    first, second, _ = twice
    call_command("recruitment", "approve", row.study.slug, "--yes")
    assert "1 approved" in capsys.readouterr().out
    assert panel.world.submission(first)["status"] == "APPROVED"
    assert panel.world.submission(second)["status"] == "AWAITING REVIEW"
    assert review.approvable(row) == []
    assert found(row, api) == {("second", second)}


def test_a_second_approval_of_a_person_needs_its_reason(panel, row, api, twice):
    first, second, person = twice
    both = [submission_of(first), submission_of(second)]
    with pytest.raises(StudyError, match="another submission"):
        review.approve(panel_study=row, submissions=both, api=api)
    panel.world.submission(first)["status"] = "APPROVED"  # by hand, at the panel
    with pytest.raises(StudyError, match="another submission"):
        review.approve(panel_study=row, submissions=both[1:], api=api)
    assert panel.world.submission(second)["status"] == "AWAITING REVIEW"
    review.approve(panel_study=row, submissions=both[1:], reason="our mistake", api=api)
    assert panel.world.submission(second)["status"] == "APPROVED"
    assert found(row, api) == set()
    assert person.events.get(kind="panel_approved").details == {"reason": "our mistake"}


def test_two_who_press_at_once_approve_a_person_once(panel, row, api, twice):
    """The other press is on its way: it was written down, the panel has not answered yet."""
    first, second, _ = twice
    panel.world.faults.append(Fault("bulk-approve", status=502, times=50))
    with pytest.raises(PanelError):
        review.approve(panel_study=row, submissions=[submission_of(first)], api=api)
    panel.world.faults.clear()
    with pytest.raises(StudyError, match="another submission"):
        review.approve(panel_study=row, submissions=[submission_of(second)], api=api)
    assert [one.reference for one in review.approvable(row)] == [first]


def test_an_approval_that_was_refused_blocks_nothing(panel, row, api, twice):
    first, second, _ = twice
    panel.world.faults.append(Fault("bulk-approve", status=400))
    with pytest.raises(PanelError):
        review.approve(panel_study=row, submissions=[submission_of(first)], api=api)
    assert review.approve(panel_study=row, submissions=[submission_of(second)], api=api) == 1


def test_the_page_sets_up_one_bonus_per_person(alice, panel, row, twice):  # noqa: F811
    _, _, person = twice
    form = {"who": person.code, "amount": "1.00", "purpose": "thanks"}
    assert "1 bonus for as many people" in press(alice, row.study, "bonus", **form)
    page = read(alice, row.study)
    assert "one of 2 of this person" in page
    assert "1 person whose answers are all stored" in page
    press(alice, row.study, "pay", batch=str(row.batches.get().pk), sure="yes")
    assert paid(panel) == [100]
    assert "same purpose" in press(alice, row.study, "bonus", **form)


def test_the_ledger_knows_people_by_whichever_submission(row, twice):
    lines = [Line(submission_of(one), Money(100, "GBP"), "thanks") for one in twice[:2]]
    with pytest.raises(LedgerError, match="same purpose"):
        ledger.intend(panel_study=row, lines=lines)
    ledger.intend(panel_study=row, lines=lines[1:])
    with pytest.raises(LedgerError, match="same purpose"):
        ledger.intend(panel_study=row, lines=lines[:1])
    assert Bonus.objects.count() == 1


def test_a_screened_out_person_is_paid_once(panel, row, api):
    first, person = begun(panel, row, ADA)
    second, _ = panel.launch(row.reference, ADA)
    panel.world.submission(first)["status"] = "SCREENED OUT"
    panel.world.submission(second)["status"] = "SCREENED OUT"
    poll(row, api)
    assert state_of(person) == State.SCREENED_OUT
    panel.world.submission(second)["status"] = "AWAITING REVIEW"
    poll(row, api)
    with pytest.raises(StudyError, match="another submission"):
        review.pay_screen_out(submission=submission_of(second), api=api)


def test_two_who_press_at_once_pay_a_screened_out_person_once(panel, row, api, monkeypatch):
    first, person = begun(panel, row, ADA)
    second, _ = panel.launch(row.reference, ADA)
    for one in (first, second):
        panel.world.submission(one)["status"] = "AWAITING REVIEW"
    poll(row, api)
    Participant.objects.filter(pk=person.pk).update(state=State.SCREENED_OUT)
    asked = []

    def meanwhile(self, reference):
        asked.append(reference)
        if reference == first:
            with pytest.raises(StudyError, match="another submission"):
                review.pay_screen_out(submission=submission_of(second), api=api)

    monkeypatch.setattr(type(api), "screen_out", meanwhile)
    review.pay_screen_out(submission=submission_of(first), api=api)
    assert asked == [first]


def test_a_screen_out_that_the_panel_refuses_leaves_the_other_submission_free(
    panel, row, api, monkeypatch
):
    first, person = begun(panel, row, ADA)
    Participant.objects.filter(pk=person.pk).update(state=State.SCREENED_OUT)
    poll(row, api)

    def refuse(self, reference):
        raise PanelError("refused", surely_not_done=True)

    monkeypatch.setattr(type(api), "screen_out", refuse)
    with pytest.raises(PanelError):
        review.pay_screen_out(submission=submission_of(first), api=api)
    assert submission_of(first).approval_asked_at is None


def test_whoever_handed_one_back_and_finished_with_the_next_agrees_and_is_approved(panel, row, api):
    first, person = begun(panel, row, ADA)
    panel.world.submission(first)["status"] = "RETURNED"
    second, address = panel.launch(row.reference, ADA)
    agree(row.study, address)
    finish(person)
    panel.world.complete(second, exit_code(row.study, Exit.COMPLETED))
    assert found(row, api) == set()
    assert [one.reference for one in review.approvable(row)] == [second]


@pytest.mark.parametrize(
    ("done", "leaving", "said", "kinds"),
    [
        (None, Exit.COMPLETED, "REJECTED", {"late"}),
        (None, Exit.SCREENED_OUT, "SCREENED OUT", {"late", "code"}),
        (1, None, "APPROVED", {"unfinished"}),
        (None, Exit.SCREENED_OUT, "AWAITING REVIEW", {"code"}),
        (None, None, "APPROVED", set()),
    ],
)
def test_what_the_panel_says_against_the_data_is_listed(
    panel, row, api, done, leaving, said, kinds
):
    reference, person = begun(panel, row)
    finish(person, done)
    if done:
        panel.world.submission(reference)["status"] = "TIMED-OUT"
        poll(row, api)
        assert state_of(person) == State.LAPSED
    panel.world.complete(reference, exit_code(row.study, leaving) if leaving else "")
    panel.world.submission(reference)["status"] = said
    assert {one.kind for one in reconcile(row, api)} == kinds


def test_an_old_link_costs_nobody_their_place(panel, row, api):
    first, address = panel.launch(row.reference, ADA)
    person = agree(row.study, address)
    fieldwork.describe(participant=person, answers=a_person(row.study))
    finish(person, 1)
    panel.world.submission(first)["status"] = "RETURNED"
    poll(row, api)
    second, newer = panel.launch(row.reference, ADA)
    browser = Client()
    browser.get(path_of(newer))
    assert browser.post(f"/p/{person.token}/place/").status_code == 302
    assert state_of(person) == State.ACTIVE
    events = Event.objects.count()
    for _ in range(3):
        Client().get(path_of(address))  # a scanner, or a tab that was restored
    assert Event.objects.count() == events
    assert found(row, api) == set()
    assert state_of(person) == State.ACTIVE
    send(panel, second, "RETURNED")
    assert state_of(person) == State.LAPSED


def test_an_older_visit_told_by_a_hook_before_the_newer_one_is_known_moves_nothing(panel, row):
    first, person = begun(panel, row, ADA)
    _, newer = panel.launch(row.reference, ADA)
    Client().get(path_of(newer))
    send(panel, first, "RETURNED")
    assert state_of(person) == State.ACTIVE


def test_a_made_up_visit_keeps_no_place_that_the_panel_has_ended(panel, row, api):
    first, person = begun(panel, row, ADA)
    person.arrival.visit = "madeup"  # an address that is not signed can say so
    person.arrival.save()
    panel.world.submission(first)["status"] = "RETURNED"
    poll(row, api)
    assert state_of(person) == State.LAPSED


@pytest.mark.parametrize("said", ["RETURNED", "TIMED-OUT"])
def test_a_submission_that_was_handed_back_before_the_landing_starts_nothing(panel, row, said):
    reference, address = panel.launch(row.reference)
    send(panel, reference, said)
    page = Client().get(path_of(address))
    assert page.status_code == 409
    assert "once more before you start" in page.content.decode()
    assert agree(row.study, address) is None


def test_one_that_is_handed_back_while_somebody_reads_starts_nothing(panel, row):
    reference, address = panel.launch(row.reference)
    browser = Client()
    page = browser.get(path_of(address))
    send(panel, reference, "RETURNED")
    form = {"consent-0": "yes", "consent-1": "yes", "text": page.context["consent_sha256"]}
    form |= {name: page.context[name] for name in ("visit", "arrival")}
    assert browser.post(path_of(address), form).status_code == 409
    assert not Participant.objects.exists()
    assert Submission.objects.get().participant is None


def test_what_is_stored_shows_no_code_but_the_one_to_hand_in(panel, row):
    _, person = begun(panel, row)
    finish(person)
    person.refresh_from_db()
    browser = Client()
    assert (
        exit_code(row.study, Exit.COMPLETED)
        in browser.get(f"/p/{person.token}/done/").content.decode()
    )
    for page in ("stored/", "stored.json", "stored.csv"):
        told = browser.get(f"/p/{person.token}/{page}").content.decode()
        assert person.completion_code not in told
    assert (
        exit_code(row.study, Exit.COMPLETED)
        in browser.get(f"/p/{person.token}/stored/").content.decode()
    )
