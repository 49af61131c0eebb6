"""Panels other than Prolific: who arrives, what refuses them, and with what they leave."""

import pytest
from django.core.management import call_command
from django.test import Client

from config.plugins import PluginError
from studies import fieldwork
from studies.channels import CHANNELS, Exit, Visitor
from studies.models import Identity, Participant, Study
from studies.recruitment.receipts import exit_code
from tests.studies.factories import a_person, finish, live_study
from tests.studies.recruitment.conftest import agree

pytestmark = pytest.mark.django_db

TURK = "&turkSubmitTo=https%3A%2F%2Fworkersandbox.mturk.com"
JOB = "hitId=H1&assignmentId=A1&workerId=W1"
PREVIEW = "hitId=H1&assignmentId=ASSIGNMENT_ID_NOT_AVAILABLE"
PLAIN = {
    "name": "Besample",
    "parameters": {"rid": "[[rid]]", "wave": ""},
    "person": "rid",
    "addresses": {"completed": "https://panel.example/done?id={rid}&code={code}"},
}
POOL = {"site": "https://x.sona-systems.com", "experiment": 12, "credit_token": "abc"}


def by(kind: str, **settings) -> Study:
    return live_study(slug=kind, channel={"kind": kind, "settings": settings})


def address(study: Study, query: str) -> str:
    return f"/s/{study.link_token}/?{query}"


def last_page(study: Study, query: str):
    person = agree(study, address(study, query))
    fieldwork.describe(participant=person, answers=a_person(study))
    finish(person)
    return Client().get(f"/p/{person.token}/done/")


def test_a_panels_person_is_one_participant_and_leaves_by_the_outcomes_address():
    study = by("panel", **PLAIN)
    page = last_page(study, "rid=r%2F7&wave=2")
    code = exit_code(study, Exit.COMPLETED)
    assert page.context["farewell"].link == f"https://panel.example/done?id=r%2F7&code={code}"
    again = Client().get(address(study, "rid=r%2F7&wave=3"))
    assert again.status_code == 302
    assert "r/7" not in "".join(Identity.objects.values_list("sealed", flat=True))


@pytest.mark.parametrize("query", ["", "wave=2", "rid=[[rid]]&wave=2", f"rid={'r' * 101}&wave=2"])
def test_a_launch_that_names_nobody_is_refused(query):
    page = Client().get(address(by("panel", **PLAIN), query))
    assert page.status_code == 409
    assert "Besample" in page.content.decode()


def test_an_outcome_without_an_address_shows_its_code():
    channel = CHANNELS.build("panel", PLAIN)
    assert channel.farewell(Exit.SCREENED_OUT, "CODE", Visitor()).code == "CODE"
    assert channel.farewell(Exit.COMPLETED, "", Visitor(details={"rid": "1"})).link == ""


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"person": "nobody"}, "identifies a person"),
        ({"addresses": {"completed": "https://x.example/{who}"}}, "names who"),
        ({"addresses": {"completed": "http://x.example/"}}, "from https"),
        ({"addresses": {"done": "https://x.example/"}}, "outcomes"),
        ({"external_question": True}, "leave them out"),
    ],
)
def test_settings_that_cannot_work_are_told(change, sentence):
    with pytest.raises(PluginError, match=sentence):
        CHANNELS.build("panel", {**PLAIN, **change})


def test_a_preview_consumes_nothing_and_nothing_can_be_started_from_it():
    study = by("panel", external_question=True)
    page = Client().get(address(study, PREVIEW))
    assert "disabled>I agree" in page.content.decode()
    assert agree(study, address(study, PREVIEW)) is None
    assert not Participant.objects.exists()


def test_mturk_work_is_submitted_by_a_form_to_a_host_on_the_list():
    study = by("panel", external_question=True)
    page = last_page(study, JOB + TURK)
    code = exit_code(study, Exit.COMPLETED)
    text = page.content.decode()
    assert 'action="https://workersandbox.mturk.com/mturk/externalSubmit"' in text
    assert 'name="assignmentId" value="A1"' in text
    assert f'name="completion_code" value="{code}"' in text
    policy = page["Content-Security-Policy"]
    assert "form-action 'self' https://workersandbox.mturk.com;" in policy + ";"


@pytest.mark.parametrize(
    "host",
    [
        "https%3A%2F%2Fevil.example",
        "http%3A%2F%2Fwww.mturk.com",
        "https%3A%2F%2Fa@www.mturk.com",
        "https%3A%2F%2F%5B",
        "https%3A%2F%2Fwww.mturk.com%E2%84%80",
    ],
)
def test_work_goes_to_no_other_host(host):
    study = by("panel", external_question=True)
    page = Client().get(address(study, f"{JOB}&turkSubmitTo={host}"))
    assert page.status_code == 409


def test_a_frame_of_the_panel_only_opens_the_study_in_a_window_of_its_own():
    study = by("panel", external_question=True)
    page = Client().get(address(study, JOB + TURK), headers={"Sec-Fetch-Dest": "iframe"})
    assert 'target="_blank"' in page.content.decode()
    assert "X-Frame-Options" not in page
    assert "frame-ancestors https://worker.mturk.com" in page["Content-Security-Policy"]
    assert not page.cookies


def test_nobody_else_may_frame_a_study():
    page = Client().get(address(by("open_link"), ""))
    assert page["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in page["Content-Security-Policy"]


def test_connect_gives_the_completion_to_finished_people_only():
    study = by("connect", partial="https://connect.example/partial")
    page = last_page(study, "participantId=P1&assignmentId=A1")
    assert exit_code(study, Exit.COMPLETED) in page.content.decode()
    channel = CHANNELS.build(
        "connect", {"completed": "https://c.example/all", "partial": "https://c.example/part"}
    )
    ways = {leaving: channel.farewell(leaving, "CODE", Visitor()) for leaving in Exit}
    assert ways[Exit.COMPLETED].link == "https://c.example/all"
    assert ways[Exit.SCREENED_OUT].link == "https://c.example/part"
    bare = CHANNELS.build("connect", {"completed": "https://c.example/all"})
    assert bare.farewell(Exit.SCREENED_OUT, "CODE", Visitor()).link == ""
    assert "CODE" not in bare.farewell(Exit.SCREENED_OUT, "CODE", Visitor()).text


def test_sona_books_the_credit_of_the_survey_code_that_arrived():
    page = last_page(by("sona", **POOL), "survey_code=4711")
    assert page.context["farewell"].link == (
        "https://x.sona-systems.com/webstudy_credit.aspx"
        "?experiment_id=12&credit_token=abc&survey_code=4711"
    )
    assert CHANNELS.build("sona", POOL).farewell(Exit.COMPLETED, "", Visitor()).link == ""


def test_sona_refuses_the_placeholder_that_nobody_filled():
    page = Client().get(address(by("sona", **POOL), "survey_code=%25SURVEY_CODE%25"))
    assert page.status_code == 409


def test_the_command_prints_what_a_panel_needs(capsys):
    study = by("connect")
    call_command("recruitment", "codes", "connect")
    told = capsys.readouterr().out
    assert f"/s/{study.link_token}/" in told
    assert all(exit_code(study, leaving) in told for leaving in Exit)
