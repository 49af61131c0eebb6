"""Which sites may show a study in a frame: those that its file names, on its first pages only."""

import pytest
from csp.middleware import CSPMiddleware
from django.http import HttpResponse
from django.test import Client, RequestFactory

from studies import protocol
from studies.channels import Farewell
from studies.live.plan import plan_of
from studies.views.participant.frames import let_frame, let_post
from tests.studies.factories import enrolled, experiment_text, live_study

PANEL = "https://panel.example.org"
FRAME = {"Sec-Fetch-Dest": "iframe"}


def said_of(origin: str) -> str:
    with pytest.raises(protocol.ProtocolError) as error:
        protocol.structure(experiment_text(framed_by=[origin]))
    return "\n".join(str(problem) for problem in error.value.problems)


@pytest.mark.parametrize(
    "origin",
    [
        "http://panel.example.org",
        "https://panel.example.org/",
        "https://panel.example.org/task",
        "https://*",
        "https://*.org",
        "https://a.*.org",
        "https://kim@panel.example.org",
        "https://panel.example.org; script-src *",
        "*",
        "'self'",
        "http://localhost.example.org",
    ],
)
def test_what_is_no_origin_is_refused_with_how_to_write_one(origin: str) -> None:
    said = said_of(origin)
    assert "framed_by" in said
    assert "https://panel.example.org, in lower-case letters: no path" in said


@pytest.mark.parametrize(
    "origin", [PANEL, "https://panel.example.org:8443", "https://*.example.org"]
)
def test_an_origin_is_taken_as_it_stands(origin: str) -> None:
    experiment = protocol.structure(experiment_text(framed_by=[origin]))
    assert experiment.study.framed_by == (origin,)


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["", "no/"])
@pytest.mark.parametrize("state", ["live", "closed"])
def test_first_pages_open_to_the_sites_of_the_file_and_no_other(page: str, state: str) -> None:
    study = live_study(framed_by=[PANEL], state=state)
    shown = Client().get(f"/s/{study.link_token}/{page}")
    assert f"frame-ancestors {PANEL};" in shown["Content-Security-Policy"] + ";"
    assert "X-Frame-Options" not in shown


@pytest.mark.django_db
def test_the_channels_own_sites_stay_allowed_beside_those_of_the_file() -> None:
    channel = {"kind": "panel", "settings": {"external_question": True}}
    study = live_study(framed_by=[PANEL], channel=channel)
    shown = Client().get(f"/s/{study.link_token}/", headers=FRAME)
    assert f"frame-ancestors {PANEL} https://worker.mturk.com" in shown["Content-Security-Policy"]


@pytest.mark.django_db
def test_pages_of_a_participant_stay_out_of_every_frame() -> None:
    person = enrolled(live_study(framed_by=[PANEL]))
    for page in ("guide", "stored", "withdraw"):
        shown = Client().get(f"/p/{person.token}/{page}/")
        assert "frame-ancestors 'none'" in shown["Content-Security-Policy"]
        assert shown["X-Frame-Options"] == "DENY"


@pytest.mark.django_db
def test_a_page_with_a_form_for_a_panel_keeps_both_exceptions() -> None:
    channel = {"kind": "panel", "settings": {"external_question": True}}
    study = live_study(framed_by=[PANEL], channel=channel)
    job = "assignmentId=A1&hitId=H1&workerId=W1&turkSubmitTo=https%3A%2F%2Fwww.mturk.com"
    browser = Client()
    browser.get(f"/s/{study.link_token}/?{job}")
    policy = browser.get(f"/s/{study.link_token}/no/")["Content-Security-Policy"] + ";"
    assert f"frame-ancestors {PANEL} https://worker.mturk.com" in policy


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("state", "status", "says", "leads_there"),
    [
        ("draft", 409, "has not opened yet", False),
        ("live", 200, "opens in a window of its own", True),
        ("paused", 200, "taking a break. Please try again later. If you have begun", True),
        ("closed", 409, "has ended and takes no more answers", False),
    ],
)
def test_a_frame_leads_to_a_study_that_is_there_and_says_so_of_one_that_is_not(
    state: str, status: int, says: str, leads_there: bool
) -> None:
    study = live_study(framed_by=[PANEL], state=state)
    shown = Client().get(f"/s/{study.link_token}/", headers=FRAME)
    assert shown.status_code == status
    assert says in shown.text
    assert ("Open the study" in shown.text) is leads_there
    assert f"frame-ancestors {PANEL};" in shown["Content-Security-Policy"] + ";"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("state", "then"),
    [
        ("draft", "as soon as the study takes answers"),
        ("paused", "as soon as the study takes answers"),
        ("closed", "your answers are safe"),
    ],
)
def test_whoever_is_not_let_in_learns_what_they_can_do(state: str, then: str) -> None:
    study = live_study(state=state)
    text = Client().get(f"/s/{study.link_token}/").text
    assert "Nothing is stored about your visit." in text
    assert then in text
    assert "A place can become free" not in text


@pytest.mark.django_db
def test_what_one_page_is_allowed_adds_up() -> None:
    study = live_study(framed_by=[PANEL])
    way_out = Farewell(link="https://other.example/take?job=7", fields={"answer": "none"})
    page = let_frame(let_post(HttpResponse(), way_out), plan_of(study))
    policy = CSPMiddleware(lambda _: page)(RequestFactory().get("/"))["Content-Security-Policy"]
    allowed = {part.strip() for part in policy.split(";")}
    assert f"frame-ancestors {PANEL}" in allowed
    assert "form-action 'self' https://other.example" in allowed
    assert "object-src 'none'" in allowed
