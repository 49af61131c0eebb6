"""Guards against forged, foreign, late and replayed words, each with a test that needs it."""

import json
import time
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from studies.live.plan import plan_of
from studies.models import BonusBatch, Participant, Submission
from studies.recruitment import arrivals, hooks, ledger
from studies.recruitment import panel_study as panel_studies
from studies.recruitment.calls import PanelError
from studies.recruitment.hooks import HookError, read_hook, signature
from studies.recruitment.ledger import LedgerError, Line
from studies.recruitment.money import Money
from studies.recruitment.prolific import SubmissionRow
from studies.recruitment.stand_in import server
from studies.recruitment.stand_in.api import Answer
from studies.recruitment.submissions import poll, take
from studies.services import StudyError
from tests.studies.recruitment.conftest import (
    SECRET,
    agree,
    arrived,
    impatient,
    on_prolific,
    path_of,
    submission_of,
)
from tests.studies.recruitment.test_once import ADA
from tests.studies.recruitment.test_submissions import send

pytestmark = pytest.mark.django_db


def signed(body: bytes, secret: str = SECRET, at: float = 0, **more: str) -> dict[str, str]:
    stamp = str(int(at or time.time()))
    told = {"X-Prolific-Request-Timestamp": stamp}
    return {**told, "X-Prolific-Request-Signature": signature(secret, stamp, body), **more}


def event(resource: str = "a1b2") -> bytes:
    told = {"event_type": "submission.status.change", "resource_id": resource}
    return json.dumps(told).encode()


def test_a_token_that_is_signed_for_later_is_refused(panel, row):
    _, address = panel.launch(row.reference, iat=int(time.time()) + 600)
    assert Client().get(path_of(address)).status_code == 409


def test_a_hook_from_the_future_is_refused(panel, row):
    submission, _ = arrived(panel, row)
    assert send(panel, submission, at=time.time() + 3600).status_code == 403


def test_a_hook_signed_with_the_empty_secret_is_refused_where_none_is_set():
    body = event()
    with pytest.raises(HookError, match="No secret"):
        read_hook(signed(body, secret=""), body, "", timezone.now())


def test_an_event_that_says_it_is_of_the_future_is_of_now(panel, row):
    """Else it would hide everything that really comes after it."""
    body, now = event(), timezone.now()
    later = {"X-Timestamp": str(time.time() + 86_400)}
    assert read_hook({**signed(body), **later}, body, SECRET, now).stated_at == now


def test_a_body_longer_than_any_event_is_not_read():
    body = event() + b" " * hooks.LONGEST
    with pytest.raises(HookError, match="longer than any event"):
        read_hook(signed(body), body, SECRET, timezone.now())


@pytest.mark.parametrize("resource", ["../studies", "a/b", "", "a" * 101, "a?b=c"])
def test_what_an_event_names_cannot_lead_to_another_address(resource):
    body = event(resource)
    with pytest.raises(HookError, match="not an event"):
        read_hook(signed(body), body, SECRET, timezone.now())


def test_an_older_word_about_a_submission_changes_nothing(panel, row, api):
    reference, _ = arrived(panel, row)
    poll(row, api)
    known = submission_of(reference)
    before = known.stated_at - timedelta(seconds=5)
    old = SubmissionRow(reference, row.reference, "", "RETURNED", "", None, before)
    assert take(row, old).state == known.state
    assert submission_of(reference).state == known.state


def test_a_visit_that_the_panel_has_ended_is_not_put_on_record(panel, row, api):
    first, person = arrived(panel, row, ADA)
    second, address = panel.launch(row.reference, ADA)
    panel.world.submission(second)["status"] = "RETURNED"
    poll(row, api)
    Client().get(path_of(address))
    person.arrival.refresh_from_db()
    assert (person.arrival.visit, person.arrival.visits) == (first, 1)


def test_a_replayed_link_of_an_earlier_visit_is_not_a_new_one(panel, row):
    first, address = panel.launch(row.reference, ADA)
    person = agree(row.study, address)
    second, newer = panel.launch(row.reference, ADA)
    Client().get(path_of(newer))
    Client().get(path_of(address))
    person.arrival.refresh_from_db()
    assert (person.arrival.visit, person.arrival.visits) == (second, 2)
    assert person.arrival.earlier == [first]


def test_made_up_visits_of_one_person_fill_no_table(panel, db, monkeypatch):
    monkeypatch.setattr(arrivals, "MOST_VISITS", 3)
    study = on_prolific(signed=False)
    base = f"http://localhost/s/{study.link_token}/?PROLIFIC_PID=5f01&STUDY_ID=5f02&SESSION_ID="
    person = agree(study, f"{base}0")
    for number in range(1, 9):
        Client().get(path_of(f"{base}{number}"))
    person.arrival.refresh_from_db()
    assert len(person.arrival.earlier) == 3


def test_two_starts_of_one_person_that_come_at_once_are_one_participant(row):
    """Both pages were looked up before either was enrolled: the lock of the study decides."""
    agreed = plan_of(row.study).consent_sha256
    visitor = arrivals.Visitor(person=ADA, visit="1")
    both = [
        arrivals.start(study=row.study, visitor=visitor, consent_sha256=agreed, token=token * 32)
        for token in "ab"
    ]
    assert both[0] == both[1]
    assert Participant.objects.count() == 1


def test_one_who_agrees_in_two_browsers_is_one_participant(panel, row):
    _, address = panel.launch(row.reference, ADA)
    browsers = [Client(), Client()]
    pages = [browser.get(path_of(address)).context for browser in browsers]
    for browser, page in zip(browsers, pages, strict=True):
        form = {"consent-0": "yes", "consent-1": "yes", "text": page["consent_sha256"]}
        form |= {"visit": page["visit"], "arrival": page["arrival"]}
        assert browser.post(path_of(address), form).status_code == 302
    assert pages[0]["visit"] != pages[1]["visit"]
    assert Participant.objects.count() == 1


def test_an_arrival_sealed_for_one_study_opens_no_other(panel, row):
    other = on_prolific("other")
    visitor = arrivals.Visitor(person=ADA, visit="1")
    sealed = arrivals.seal(row.study, visitor)
    assert arrivals.unseal(row.study, sealed) == visitor
    assert arrivals.unseal(other, sealed) is None


def test_a_redirect_of_the_api_is_not_followed_with_the_token(panel, study, monkeypatch):
    elsewhere = {"Location": f"{panel.address}/api/v1/elsewhere/"}
    monkeypatch.setattr(server, "answer", lambda *_: Answer(302, {}, elsewhere))
    with pytest.raises(PanelError):
        impatient(study).study("5f")
    assert not [path for _, path in panel.world.calls if "elsewhere" in path]


def test_what_is_set_up_already_is_not_set_up_again(panel, row, api):
    reference, _ = arrived(panel, row)
    poll(row, api)
    line = Line(submission_of(reference), Money(100, "GBP"), "thanks")
    batch = ledger.set_up(ledger.intend(panel_study=row, lines=[line]), api)
    paid = ledger.pay(ledger.set_up(batch, api), api)
    assert ledger.set_up(paid, api).state == BonusBatch.State.PAID
    assert len(panel.world.batches) == 1


def test_a_payment_has_one_currency_and_one_study(panel, row, api):
    reference, _ = arrived(panel, row)
    poll(row, api)
    mine = submission_of(reference)
    other = panel_studies.create(study=on_prolific("other"), api=api)
    theirs = Submission.objects.create(
        panel_study=other, reference="x", state="ACTIVE", stated_at=timezone.now()
    )
    pounds, dollars = Money(1, "GBP"), Money(1, "USD")
    lines = [Line(mine, pounds, "a"), Line(mine, dollars, "b")]
    with pytest.raises(LedgerError, match="one currency"):
        ledger.intend(panel_study=row, lines=lines)
    with pytest.raises(LedgerError, match="another study"):
        ledger.intend(panel_study=row, lines=[Line(theirs, pounds, "a")])
    assert not BonusBatch.objects.exists()


@pytest.mark.parametrize("what", ["publish", "start"])
def test_nobody_is_sent_to_a_study_that_is_not_open(panel, row, api, what):
    row.study.state = "paused"
    row.study.save()
    panel.world.calls.clear()
    with pytest.raises(StudyError, match="people would be refused"):
        panel_studies.move(panel_study=row, what=what, api=api)
    assert panel.world.calls == []
