"""The page of what is stored: words, in the reader's language, and nothing that checks look at."""

import json
import re
from itertools import pairwise

import pytest
from django.test import Client

from studies import fieldwork
from studies.live.places import tell
from studies.models import Participant
from tests.studies.checks_scene import ROWS, Visit, study_with
from tests.studies.factories import enrolled, finish, live_study

pytestmark = pytest.mark.django_db
SHOWN = re.compile(r"<d[td]>(?:<bdi>)?(.*?)(?:</bdi>)?</d[td]>", re.DOTALL)


def spelt_out(person: Participant) -> list[str]:
    page = Client().get(f"/p/{person.token}/stored/").content.decode()
    return [text.strip() for text in SHOWN.findall(page)]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", {"An open link", "You began", "You came back"}),
        ("de", {"Ein offener Link", "Sie haben begonnen", "Sie sind zurückgekommen"}),
        ("es", {"Un enlace abierto", "Usted empezó", "Usted volvió"}),
        ("ar", {"رابط مفتوح", "لقد بدأت", "لقد عدت"}),
    ],
)
def test_names_of_ours_stand_in_words_of_the_readers_language(language, words):
    person = enrolled(live_study(checks=[]), language=language)
    tell(person, "returned")
    told = spelt_out(person)
    assert words <= set(told)
    assert not {"open_link", "enrolled", "returned"} & set(told)


def test_no_braces_or_brackets_of_a_program_are_shown():
    person = Visit(
        study_with("comprehension", "flag"), ROWS["comprehension"].careless, "w", Client()
    )
    told = spelt_out(person.go())
    assert "Questions about the instructions" in told
    assert "worker: w" in told
    assert not [text for text in told if text[:1] in "[{" and text]
    assert any("I am 18 or older." in text.splitlines() for text in told)


def test_questions_languages_and_numbers_are_those_that_people_know():
    person = enrolled(
        live_study(languages=["en", "de"], checks=[{"check": "expertise"}]), language="de"
    )
    finish(person, 1)
    told = spelt_out(person)
    pairs = list(pairwise(told))
    assert ("Sprache", "Deutsch") in pairs
    assert not {"acceptability", "noticeability", "expertise"} & {
        value for name, value in pairs if name == "Frage"
    }
    assert [value for name, value in pairs if name == "Bildschirm"] == ["1", "1"]
    places = [value for name, value in pairs if name == "Platz in der Reihenfolge"]
    assert places == [str(n) for n in range(1, len(places) + 1)]


def test_an_answer_in_braces_is_shown_as_it_was_written():
    study = live_study(trial={"kind": "free_text"}, checks=[], practice=0)
    person = enrolled(study)
    trial = fieldwork.next_trial(person)
    assert trial is not None
    fieldwork.record(trial=trial, answers={"text": '{"a": [1, 2]}'})
    assert "{&quot;a&quot;: [1, 2]}" in spelt_out(person)


def test_what_happened_does_not_say_which_check_looked():
    person = enrolled(live_study(checks=[]))
    tell(person, "screened_out", {"check": "side_bias"})
    tell(person, "hidden_field", {"trial": "t-17", "check": "hidden_instruction"})
    files = [Client().get(f"/p/{person.token}/stored.{form}").content for form in ("json", "csv")]
    for text in (*files, json.dumps(spelt_out(person)).encode()):
        assert b"side_bias" not in text
        assert b"hidden_instruction" not in text
