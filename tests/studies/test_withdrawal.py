"""Participants withdraw by themselves, with or without erasing; what is left names nobody."""

import json
from datetime import UTC, datetime

import pytest
from django.apps import apps
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection
from django.test import TestCase
from django.utils import timezone

from evaluation.models import Report, ReportRequest
from generation import store
from studies import export, fieldwork
from studies.live.room import is_full
from studies.models import (
    AppendOnlyError,
    Event,
    Identity,
    Participant,
    Response,
    Trial,
    Withdrawal,
)
from studies.rights import identities
from studies.rights.holdings import COUNTED, SECRET
from studies.rights.in_words import COLUMNS
from studies.rights.withdrawal import withdraw
from tests.studies.factories import a_person, an_answer, enrolled, finish, live_study

pytestmark = pytest.mark.django_db


@pytest.fixture
def study():
    return live_study(raters={"participants": 1})


@pytest.fixture
def person(study):
    found = enrolled(study)
    finish(found, 4)
    return Participant.objects.get(pk=found.pk)


def whole_database() -> str:
    """Every value of every row of every table, as text."""
    rows = (row for model in apps.get_models() for row in model._base_manager.values())
    return "\n".join(json.dumps(row, default=str) for row in rows)


def erase_in_the_browser(client, person):
    page = f"/p/{person.token}/withdraw/"
    assert b"Erase" in client.get(page, {"choice": "erase"}).content
    return client.post(page, {"choice": "erase"}, follow=True)


def test_looking_at_the_pages_changes_nothing(client, person):
    before = Event.objects.count()
    for choice in ("", "keep", "erase", "nonsense"):
        client.get(f"/p/{person.token}/withdraw/", {"choice": choice})
    assert not Withdrawal.objects.exists()
    assert Event.objects.count() == before


def test_after_erasure_no_row_ties_to_the_person(client, person):
    identities.remember(person, "panel", "panel-name-of-ada")
    trials = list(person.trials.values_list("token", flat=True))
    rest = f"/p/{person.token}/"
    page = erase_in_the_browser(client, person)
    told = whole_database()
    assert page.status_code == 200
    assert Withdrawal.objects.get().token in page.redirect_chain[-1][0]
    assert not [text for text in (person.token, person.code, *trials) if text in told]
    assert not Response.objects.exists()
    assert not Trial.objects.exists()
    assert not Identity.objects.exists()
    assert client.get(rest, follow=True).redirect_chain[-1][0] == page.redirect_chain[-1][0]


def test_the_receipt_counts_in_words(client, person):
    identities.remember(person, "panel", "panel-name-of-ada")
    told = erase_in_the_browser(client, person).content.decode()
    assert "1 identifier ·" in told
    assert f"{2 + 2 * 4} answers" in told
    assert "1 identities" not in told


def test_the_audit_event_names_nobody(person):
    withdraw(participant=person, erase=True)
    event = Event.objects.get(kind="erased")
    assert event.participant is None
    assert event.details["responses"] == 2 + 2 * 4
    assert not Event.objects.filter(participant__isnull=False).exists()


def test_the_place_and_the_items_are_open_again(study, person):
    assert is_full(study)
    withdraw(participant=person, erase=True)
    assert not is_full(study)
    another = enrolled(study)
    assert another.trials.exists()


def test_without_erasing_answers_stay_and_no_more_are_taken(study, person):
    waiting = fieldwork.next_trial(person)
    answers = person.responses.count()
    receipt = withdraw(participant=person, erase=False)
    person.refresh_from_db()
    assert receipt.kept == {"responses": answers}
    assert person.state == Participant.State.WITHDRAWN
    late = fieldwork.record(trial=waiting, answers=an_answer(study))
    assert late is fieldwork.Outcome.LATE
    assert person.responses.count() == answers
    assert not person.events.filter(kind="answer_late").exists()
    assert not is_full(study)


def test_withdrawing_twice_gives_the_same_receipt(person):
    assert withdraw(participant=person, erase=False) == withdraw(participant=person, erase=False)
    erased = withdraw(participant=person, erase=True)
    assert erased.erased
    assert withdraw(participant=person, erase=True) == erased
    assert Withdrawal.objects.count() == 2


def test_an_erased_person_who_comes_again_is_somebody_else(client, study, person):
    withdraw(participant=person, erase=True)
    again = enrolled(study)
    assert again.pk != person.pk
    assert client.get(f"/p/{person.token}/guide/").status_code == 302
    assert client.get("/p/0123456789abcdef01/guide/").status_code == 404


def test_the_counts_of_the_study_say_that_somebody_withdrew(study, person):
    withdraw(participant=person, erase=True)
    flow = export.flow(study).query("not simulated").set_index("stage")["raters"]
    assert flow["agreed to take part"] == flow["withdrew"] == 1


def test_reports_go_with_their_files_and_are_asked_for_again():
    more = live_study(raters={"participants": 2})
    first, second = enrolled(more), enrolled(more)
    finish(first)
    finish(second)
    file = store.put(b"a report that holds answers")
    Report.objects.create(
        study=more, table_sha256="0" * 64, seed=1, document={}, files={"report.pdf": file}
    )
    with TestCase.captureOnCommitCallbacks(execute=True):
        withdraw(participant=first, erase=True)
    assert not Report.objects.exists()
    assert not default_storage.exists(store.name_of(file))
    assert ReportRequest.objects.filter(study=more).count() == 1


def test_rows_that_are_written_once_leave_by_no_other_door(person):
    for rows in (Response.objects.all(), Event.objects.filter(participant=person)):
        with pytest.raises(AppendOnlyError):
            rows.delete()
        with pytest.raises(AppendOnlyError):
            rows.update(pk=1)


def test_the_page_and_the_files_say_what_is_stored(client, person):
    identities.remember(person, "panel", "panel-name-of-ada")
    page = client.get(f"/p/{person.token}/stored/").content.decode()
    told = client.get(f"/p/{person.token}/stored.json").json()
    table = client.get(f"/p/{person.token}/stored.csv").content.decode()
    assert person.code in page
    assert "panel-name-of-ada" in page
    assert len(told["Your answers"]) == person.responses.count()
    assert "panel-name-of-ada" in table
    assert "layout" not in page


def test_identifiers_are_deleted_on_their_date_and_counted(study, person):
    identities.remember(person, "panel", "panel-name-of-ada")
    call_command("forget")
    assert Identity.objects.exists()
    Identity.objects.update(delete_after=timezone.now())
    call_command("forget")
    assert not Identity.objects.exists()
    assert study.events.get(kind="identities_deleted").details == {"identifiers": 1}


@pytest.mark.parametrize("page", ["guide", "done"])
def test_pages_lead_to_withdrawing(client, study, page):
    found = enrolled(study)
    fieldwork.describe(participant=found, answers=a_person(study))
    if page == "done":
        finish(found)
    assert f"/p/{found.token}/withdraw/" in client.get(f"/p/{found.token}/{page}/").content.decode()


def test_the_receipt_has_a_button_for_erasing_in_the_browser_that_withdrew(client, person):
    page = client.post(f"/p/{person.token}/withdraw/", {"choice": "keep"}, follow=True)
    button = f'action="/p/{person.token}/withdraw/"'
    assert button in page.content.decode()
    receipt = page.redirect_chain[-1][0]
    stranger = client.__class__()
    seen = stranger.get(receipt).content.decode()
    assert person.token not in seen
    assert "open your personal link" in seen
    assert button in stranger.get(f"/p/{person.token}/", follow=True).content.decode()
    erased = client.post(f"/p/{person.token}/withdraw/", {"choice": "erase"}, follow=True)
    assert button not in erased.content.decode()
    assert not Response.objects.exists()


def test_every_column_that_is_told_has_a_name_in_plain_words():
    owners = (Participant, Response)
    pointing = [each.related_model for row in owners for each in row._meta.related_objects]
    tables = [Participant, *pointing]
    columns = {
        field.name
        for table in tables
        if table._meta.model_name not in COUNTED
        for field in table._meta.concrete_fields
        if not field.is_relation and field.name not in SECRET
    }
    assert columns | {"screen", "text", "version", "mails"} == COLUMNS.keys()


def test_the_state_of_taking_part_is_a_sentence_in_every_language(client, person):
    said = {"en": "You are taking part", "de": "Sie nehmen teil", "ar": "أنت تشارك الآن"}
    for language, words in said.items():
        Participant.objects.filter(pk=person.pk).update(language=language)
        assert words in client.get(f"/p/{person.token}/stored/").content.decode()


def test_the_page_says_it_in_plain_words_and_the_reader_s_language(client, person):
    Participant.objects.filter(pk=person.pk).update(language="de")
    page = client.get(f"/p/{person.token}/stored/").text
    assert "<dt>Wann Sie zustimmten</dt>" in page
    assert "<dt>Nur zur Übung</dt><dd><bdi>nein</bdi></dd>" in page
    assert f"{person.consented_at:%Y-%m-%d %H:%M} UTC" in page
    assert "consented_at" not in page
    assert "consented_at" in client.get(f"/p/{person.token}/stored.csv").text


@pytest.mark.parametrize(
    ("language", "day"),
    [("en", "9 March 2026, 14:05"), ("de", "9. März 2026, 14:05"), ("es", "9 de marzo de 2026")],
)
def test_days_are_written_as_the_language_does(client, person, language, day):
    Participant.objects.filter(pk=person.pk).update(language=language)
    at = datetime(2026, 3, 9, 14, 5, tzinfo=UTC)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE studies_agreement SET at = %s", [at])
    Participant.objects.filter(pk=person.pk).update(consented_at=at)
    assert day in client.get(f"/p/{person.token}/stored/").text
