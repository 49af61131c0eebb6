"""What no page sends, to every kind of trial: a sentence (422), nothing stored, never a failure."""

import re

import pytest
from django.test import Client

from studies import fieldwork, services
from studies.live.plan import plan_of
from studies.models import Response, Study
from studies.showing import flashes
from studies.trials import TRIALS, order_of, questions_of
from tests.studies.factories import enrolled, live_study
from tests.studies.test_careful_raters import portfolio_study, study_with
from tests.studies.test_questionnaires import survey

pytestmark = pytest.mark.django_db

JUNK = ("", "²", "١", "-1", "1.0", "1e0", "+1", "0x1", "None", "{}", "999", "1" * 30, "\0",
        "original", "altered", "first", "best", "A" * 6_000)  # fmt: skip
MARKS = ("x", "3", "null", '{"0": 1}', "[[NaN, 0]]", "[[1e999, 0]]", "[[true, false]]",
         "[[2, 2]]", "[" * 3_000, "[" + "[0.1, 0.1]," * 40 + "[0.1, 0.1]]")  # fmt: skip


def of_kind(kind: str) -> Study:
    if kind == "questionnaire":
        return services.launch(study=survey())
    raters = {"participants": 9, "items_each": 1}
    study = live_study(trial={"kind": kind}, practice=0, checks=[], frozen=False, raters=raters)
    flashes.fix(study)
    return study


def hostile(fields: list[str], text: bool) -> list[dict[str, object]]:
    """Posts of which none answers all that is asked."""
    values = ["", "\0", "A" * 6_000] if text else list(JUNK)
    wrong: list[object] = [*values, *([] if text else [["1", "2", "1"]])]
    names = [{"foreign": "1"}, {f"{f}[]": "1" for f in fields}, {f"{f}x": "1" for f in fields}]
    return [{}, *names, *(dict.fromkeys(fields, value) for value in wrong)]


@pytest.mark.parametrize("name", TRIALS.names())
def test_what_was_not_offered_is_a_sentence_and_never_a_failure(name: str):
    person = enrolled(of_kind(name))
    row, kind = fieldwork.next_trial(person), plan_of(person.study).kind
    asked, order = questions_of(kind, row.part), order_of(kind, row.part, row.layout)
    fields = [f for q in asked for f in {q.name, *(group.field for group in q.groups(order))}]
    posts = hostile(fields, all(question.measured == "text" for question in asked))
    if name == "artifact_marking":
        posts += [{**dict.fromkeys(fields, "1"), "marks": marks} for marks in MARKS]
    client, address = Client(raise_request_exception=False), f"/p/{person.token}/t/{row.token}/"
    for post in posts:
        page = client.post(address, post)
        assert page.status_code == 422, post
        assert re.search("Still open: “|Please ", page.content.decode()), post
        scripted = client.post(address, post, headers={"accept": "application/json"})
        assert (scripted.status_code, bool(scripted.json()["missing"])) == (422, True), post
    assert not Response.objects.filter(trial=row).exists()


@pytest.mark.parametrize("number", ["²", "-1", "x", "9" * 40])
def test_a_number_that_is_none_beside_an_answer_costs_nothing(number: str):
    person = enrolled(of_kind("rating"))
    row = fieldwork.next_trial(person)
    client, address = Client(raise_request_exception=False), f"/p/{person.token}/t/{row.token}/"
    assert client.post(f"{address}missing/", {"showing": number}).status_code == 302
    sent = {"rating": "2", "rt_ms": number, "viewing": number}
    assert client.post(address, sent).status_code == 302
    assert Response.objects.get(trial=row).value == 2


@pytest.mark.parametrize("number", ["²", "x", ""])
def test_an_attempt_that_has_no_number_is_none(number: str):
    person = enrolled(study_with("skill_task"))
    client = Client(raise_request_exception=False)
    page = client.post(f"/p/{person.token}/before/", {"of": "0", "number": number})
    assert page.status_code == 302
    assert not person.attempts.exists()


def test_a_line_about_the_person_holds_nothing_that_a_database_refuses():
    study = portfolio_study()
    person = fieldwork.enrol(study=study, consent_sha256=plan_of(study).consent_sha256)
    given = {q.name: q.choices[0] if q.choices else "a\0b" for q in plan_of(study).person_questions}
    assert Client().post(f"/p/{person.token}/about/", given).status_code == 302
    told = list(person.responses.values_list("answer", flat=True))
    assert not [answer for answer in told if "\0" in answer]
