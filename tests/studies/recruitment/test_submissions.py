"""Submissions: every state of the panel, in any order and any number of times."""

import time
from dataclasses import replace

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client

from studies import fieldwork
from studies.channels import Exit
from studies.models import PanelEvent, Participant, Submission
from studies.recruitment import panel_study as panel_studies
from studies.recruitment import review
from studies.recruitment.calls import PanelError
from studies.recruitment.receipts import exit_code, receipt_for
from studies.recruitment.reconcile import mismatches, reconcile
from studies.recruitment.stand_in import Fault
from studies.recruitment.stand_in.courier import letter
from studies.recruitment.stand_in.subscriptions import STUDY
from studies.recruitment.submissions import poll
from studies.services import StudyError
from tests.studies.factories import a_person, enrolled, finish
from tests.studies.recruitment.conftest import arrived, submission_of

pytestmark = pytest.mark.django_db
State = Participant.State
HOOK = "/hooks/prolific/"


def send(panel, submission, state="", **headers):
    if state:
        panel.world.submission(submission)["status"] = state
    at = headers.pop("at", 0)
    body, signed = panel.hook(submission, at=at)
    signed |= headers
    return Client().generic("POST", HOOK, body, headers=signed, content_type="application/json")


def state_of(person: Participant) -> str:
    person.refresh_from_db()
    return person.state


def worked(panel, row):
    """Somebody who finished here and gave the code at the panel."""
    submission, person = arrived(panel, row)
    fieldwork.describe(participant=person, answers=a_person(row.study))
    finish(person)
    panel.world.complete(submission, receipt_for(person, Exit.COMPLETED).code)
    return submission, person


def kinds(row):
    return {one.kind for one in mismatches(row)}


@pytest.mark.parametrize(
    ("said", "becomes"),
    [
        ("RESERVED", State.ACTIVE),
        ("ACTIVE", State.ACTIVE),
        ("TIMED-OUT", State.LAPSED),
        ("RETURNED", State.LAPSED),
        ("SCREENED OUT", State.SCREENED_OUT),
        ("AWAITING REVIEW", State.ACTIVE),
        ("APPROVED", State.ACTIVE),
        ("SOMETHING NEW", State.ACTIVE),
    ],
)
def test_places_follow_each_state_told_once_or_three_times(panel, row, said, becomes):
    submission, person = arrived(panel, row)
    for _ in range(3):
        assert send(panel, submission, said).json()["outcome"] == "taken"
    assert state_of(person) == becomes
    assert submission_of(submission).state == said


@pytest.mark.parametrize("said", ["TIMED-OUT", "RETURNED", "SCREENED OUT", "REJECTED"])
def test_no_state_takes_the_answers_of_whoever_finished(panel, row, said):
    submission, person = worked(panel, row)
    answers = person.responses.count()
    send(panel, submission, said)
    assert state_of(person) == State.FINISHED
    assert person.responses.count() == answers


def test_a_late_finisher_is_accepted_and_listed_for_a_person(panel, row, api):
    submission, person = arrived(panel, row)
    fieldwork.describe(participant=person, answers=a_person(row.study))
    finish(person, 4)
    panel.world.submission(submission)["status"] = "TIMED-OUT"
    poll(row, api)
    assert state_of(person) == State.LAPSED
    fieldwork.come_back(participant=person)
    finish(person)
    assert receipt_for(person, Exit.COMPLETED) is not None
    assert "late" in kinds(row)


def test_an_older_visit_does_not_move_the_place_of_a_newer_one(panel, row):
    first, person = arrived(panel, row, "5f00000000000000000000ac")
    arrived(panel, row, "5f00000000000000000000ac")
    send(panel, first, "RETURNED")
    assert state_of(person) == State.ACTIVE


def test_a_hook_that_is_forged_stale_or_not_json_is_refused(panel, row):
    submission, person = arrived(panel, row)
    forged = send(panel, submission, "RETURNED", **{"X-Prolific-Request-Signature": "AAAA"})
    stale = send(panel, submission, at=time.time() - 3600)
    assert (forged.status_code, stale.status_code) == (403, 403)
    assert "signature" in forged.json()["refused"]
    assert "five minutes" in stale.json()["refused"]
    assert state_of(person) == State.ACTIVE
    assert Client().get(HOOK).status_code == 405


@pytest.mark.parametrize("header", ["X-Prolific-Request-Signature", "X-Prolific-Request-Timestamp"])
@pytest.mark.parametrize("text", ["\xe9", "€", "\udce9", "inf", "9" * 400])
def test_whatever_stands_in_a_signed_header_is_refused_not_a_fault(panel, row, header, text):
    submission, _ = arrived(panel, row)
    assert send(panel, submission, **{header: text}).status_code == 403


def test_a_time_that_is_none_is_taken_as_long_ago(panel, row):
    submission, _ = arrived(panel, row)
    impossible = send(panel, submission, **{"X-Timestamp": "0001-01-01T00:00:00+14:00"})
    assert impossible.json()["outcome"] == "taken"


def test_the_signature_covers_every_byte(panel, row):
    submission, _ = arrived(panel, row)
    body, headers = panel.hook(submission)
    reformatted = body.replace(b": ", b":")
    answer = Client().generic(
        "POST", HOOK, reformatted, headers=headers, content_type="application/json"
    )
    assert answer.status_code == 403


def test_no_hook_is_taken_where_no_secret_is_set(panel, row, settings):
    submission, _ = arrived(panel, row)
    settings.PROLIFIC_WEBHOOK_SECRET = ""
    assert send(panel, submission).status_code == 403


def test_a_repeated_event_asks_the_panel_once(panel, row):
    submission, _ = arrived(panel, row)
    panel.world.calls.clear()
    first = send(panel, submission, "ACTIVE", **{"X-Event-ID": "event1"})
    again = send(panel, submission, **{"X-Event-ID": "event1"})
    assert (first.json()["outcome"], again.json()["outcome"]) == ("taken", "repeated")
    assert len(panel.world.calls) == 1
    assert PanelEvent.objects.count() == 1


def test_an_older_event_after_a_newer_one_changes_nothing(panel, row):
    submission, _ = arrived(panel, row)
    send(panel, submission, "AWAITING REVIEW")
    old = send(panel, submission, **{"X-Timestamp": str(time.time() - 120)})
    assert old.json()["outcome"] == "outdated"


@pytest.mark.parametrize("behind", [0, 60])
def test_what_follows_at_once_is_heard_whatever_the_clocks_say(panel, row, behind):
    """Stamps of whole seconds, of a clock that is behind ours."""
    submission, person = arrived(panel, row)
    told = {"X-Timestamp": str(int(time.time()) - behind)}
    send(panel, submission, "ACTIVE", **told)
    assert send(panel, submission, "RETURNED", **told).json()["outcome"] == "taken"
    assert state_of(person) == State.LAPSED


def test_the_study_paused_there_at_once_is_heard(panel, row):
    panel.world.move_study(row.reference, "PAUSE")
    body, headers = letter(panel.world, STUDY, row.reference)
    headers["X-Timestamp"] = str(int(time.time()) - 60)
    Client().generic("POST", HOOK, body, headers=headers)
    row.refresh_from_db()
    assert row.state == "PAUSED"


def test_a_hook_during_an_outage_is_asked_for_again(panel, row, monkeypatch):
    monkeypatch.setattr("time.sleep", lambda _: None)
    monkeypatch.setattr("studies.recruitment.calls.FIRST_PAUSE", 0)
    submission, person = arrived(panel, row)
    panel.world.faults.append(Fault("/submissions/", times=5))
    headers = {"X-Event-ID": "event2"}
    assert send(panel, submission, "RETURNED", **headers).status_code == 503
    assert not PanelEvent.objects.exists()
    assert send(panel, submission, **headers).json()["outcome"] == "taken"
    assert state_of(person) == State.LAPSED


def test_a_submission_of_another_study_is_none_of_ours(panel, row):
    other = panel.world.create_study({**panel.world.study(row.reference), "name": "Other"})
    panel.world.move_study(other["id"], "PUBLISH")
    foreign = panel.world.reserve(other["id"])
    assert send(panel, foreign["id"]).json()["outcome"] == "foreign"
    assert not Submission.objects.exists()


def test_an_outage_that_passes_is_waited_out_and_a_longer_one_is_told(panel, row, api):
    arrived(panel, row)
    panel.world.faults.append(Fault("/submissions/", status=429, times=2))
    assert poll(row, api) == 1
    panel.world.faults.append(Fault("/submissions/", status=502, times=50))
    with pytest.raises(PanelError, match="busy or out of order"):
        poll(row, api)


def test_a_panel_that_says_how_long_to_wait_is_given_that_long(panel, row, api):
    paused: list[float] = []
    patient = replace(api, calls=replace(api.calls, sleep=paused.append))
    panel.world.faults.append(Fault("/submissions/", status=429, times=2))
    assert poll(row, patient) == 0
    assert paused == [7, 7]


def test_reconciliation_lists_what_does_not_agree(panel, row, api):
    nodata, _ = panel.launch(row.reference)
    panel.world.complete(nodata, "NOCODE")
    forged, _ = worked(panel, row)
    panel.world.submission(forged)["study_code"] = "WRONG123"
    unfinished, _ = arrived(panel, row)
    panel.world.complete(unfinished, exit_code(row.study, Exit.COMPLETED))
    odd, _ = panel.launch(row.reference)
    panel.world.submission(odd)["status"] = "SOMETHING NEW"
    found = {(one.kind, one.subject) for one in reconcile(row, api)}
    assert found >= {
        ("no_data", nodata),
        ("code", forged),
        ("code", unfinished),
        ("unfinished", unfinished),
        ("state", odd),
    }
    row.refresh_from_db()
    assert row.checked_at
    assert len(row.mismatches) == len(found)


def test_what_agrees_is_not_listed(panel, row, api):
    worked(panel, row)
    assert reconcile(row, api) == []


def test_a_receipt_whose_answers_changed_is_listed(panel, row, api):
    _, person = worked(panel, row)
    with connection.cursor() as past_the_orm:
        past_the_orm.execute(
            "UPDATE studies_response SET value = 1 WHERE participant_id = %s AND value IS NOT NULL",
            [person.pk],
        )
    assert "receipt" in {one.kind for one in reconcile(row, api)}


def test_only_work_with_answers_is_approved_in_bulk(panel, row, api):
    good, _ = worked(panel, row)
    empty, _ = panel.launch(row.reference)
    panel.world.complete(empty, "NOCODE")
    poll(row, api)
    assert [one.reference for one in review.approvable(row)] == [good]
    review.approve(panel_study=row, submissions=review.approvable(row), api=api)
    assert panel.world.submission(good)["status"] == "APPROVED"
    assert panel.world.submission(empty)["status"] == "AWAITING REVIEW"
    with pytest.raises(StudyError, match="say why"):
        review.approve(panel_study=row, submissions=[submission_of(empty)], api=api)
    review.approve(panel_study=row, submissions=[submission_of(empty)], reason="known", api=api)
    assert panel.world.submission(empty)["status"] == "APPROVED"


def test_a_dry_run_creates_nothing_and_names_the_cost(panel, study, api):
    run = panel_studies.dry_run(study, api)
    assert run.cost.rewards.hundredths == 4 * 200
    assert run.cost.total.hundredths > run.cost.rewards.hundredths
    assert panel.world.studies == {}
    assert len({one["code"] for one in run.payload["completion_codes"]}) == 5


def test_low_pay_is_warned_of_before_anything_is_sent(panel, db):
    from tests.studies.recruitment.conftest import impatient, on_prolific

    study = on_prolific(minutes=30, reward=100)
    assert any(
        "2.00 GBP an hour" in text
        for text in panel_studies.dry_run(study, impatient(study)).warnings
    )


def test_creating_publishes_nothing_and_happens_once(panel, study, api):
    row = panel_studies.create(study=study, api=api)
    assert panel.world.study(row.reference)["status"] == "UNPUBLISHED"
    with pytest.raises(StudyError, match="already"):
        panel_studies.create(study=study, api=api)


def test_a_creation_whose_answer_was_lost_is_not_repeated(panel, study, api):
    panel.world.faults.append(Fault("/studies/", after=True))
    with pytest.raises(PanelError):
        panel_studies.create(study=study, api=api)
    assert len(panel.world.studies) == 1


def test_places_are_added_never_beyond_the_studys_own(panel, row, api):
    with pytest.raises(StudyError, match="4 places"):
        panel_studies.add_places(panel_study=row, more=1, api=api)


def test_the_command_tells_and_asks_before_it_spends(panel, study, capsys):
    call_command("recruitment", "dry-run", study.slug)
    assert "total" in capsys.readouterr().out
    call_command("recruitment", "create", study.slug)
    from django.core.management.base import CommandError

    with pytest.raises(CommandError, match="--yes"):
        call_command("recruitment", "publish", study.slug)
    call_command("recruitment", "publish", study.slug, "--yes")
    assert [one["status"] for one in panel.world.studies.values()] == ["ACTIVE"]
    call_command("recruitment", "reconcile", study.slug)
    assert "agrees" in capsys.readouterr().out


def test_a_worker_compares_each_study_once_a_day(panel, row, monkeypatch):
    from datetime import timedelta

    from django.utils import timezone

    from studies.tasks import make_round

    arrived(panel, row)
    for _ in range(3):
        make_round()
    row.refresh_from_db()
    assert row.checked_at
    assert len([1 for method, path in panel.world.calls if path.endswith("/submissions/")]) == 1
    row.checked_at = timezone.now() - timedelta(days=2)
    row.save()
    make_round()
    assert len([1 for method, path in panel.world.calls if path.endswith("/submissions/")]) == 2


@pytest.mark.parametrize("fault", ["outage", "nonsense"])
def test_a_comparison_that_failed_is_not_called_agreement_and_is_tried_again(
    panel, row, monkeypatch, fault
):
    from studies.recruitment.reconcile import reconcile_due

    monkeypatch.setattr("studies.recruitment.calls.FIRST_PAUSE", 0)
    monkeypatch.setattr("studies.recruitment.calls._asked_pause", lambda _: 0.0)
    reference, _ = arrived(panel, row)
    if fault == "outage":
        panel.world.faults.append(Fault("/studies/", times=10))
    else:
        nameless = panel.world.submissions.pop(reference)
        panel.world.submissions[""] = {k: v for k, v in nameless.items() if k != "id"}
    for _ in range(2):
        assert reconcile_due() == 0
        row.refresh_from_db()
        assert row.checked_at is None
        assert [one["kind"] for one in row.mismatches] == ["away"]
    panel.world.submissions.pop("", None)
    assert reconcile_due() == 1
    row.refresh_from_db()
    assert (row.checked_at is not None, row.mismatches) == (True, [])


def test_a_submission_that_the_panel_lists_no_more_is_listed_here(panel, row, api):
    handed_in, _ = arrived(panel, row)
    left, _ = arrived(panel, row)
    panel.world.set_state(handed_in, "UNKNOWN")
    assert reconcile(row, api) == []
    del panel.world.submissions[handed_in], panel.world.submissions[left]
    assert [(one.kind, one.subject) for one in reconcile(row, api)] == [("unlisted", handed_in)]


def test_more_places_there_than_here_are_listed(panel, row, api):
    panel.world.study(row.reference)["total_available_places"] = 50
    found = [one for one in reconcile(row, api) if one.kind == "places"]
    assert "has 50 places and the study 4" in found[0].sentence


def test_a_study_that_rests_there_while_places_are_free_here_is_listed(panel, row, api):
    panel.world.move_study(row.reference, "PAUSE")
    found = [one for one in reconcile(row, api) if one.kind == "study"]
    assert "says “PAUSED” and sends nobody" in found[0].sentence
    for _ in range(4):
        enrolled(row.study)
    assert reconcile(row, api) == []


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("reward", 90, "Reward, in hundredths, at the panel: “90”; this study’s is “200”"),
        ("external_study_url", "https://elsewhere.example/", "Address at the panel: “https://else"),
        ("is_external_study_url_secure", False, "Signed arrivals at the panel: “False”"),
        ("completion_codes", None, "(SCREENED_OUT), which people are shown here"),
    ],
)
def test_what_was_changed_at_the_panel_is_listed(panel, row, api, field, value, sentence):
    assert reconcile(row, api) == []
    panel.world.study(row.reference)[field] = value
    found = [one.sentence for one in reconcile(row, api)]
    assert len(found) == (5 if field == "completion_codes" else 1)
    assert any(sentence in each for each in found)


def test_names_are_deleted_when_their_date_has_come(panel, row):
    from django.utils import timezone

    from studies.models import Identity
    from studies.rights import identities

    arrived(panel, row)
    assert identities.delete_due() == 0
    Identity.objects.update(delete_after=timezone.now())
    assert identities.delete_due() == Identity.objects.count() + 2
    assert not Identity.objects.exists()
