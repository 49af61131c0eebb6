"""Questionnaires: pages without pictures, branches, what is written, and what leaves the study."""

import json
from random import Random
from typing import Any

import pytest
import yaml

from config.plugins import PluginError
from studies import export, fieldwork, services
from studies.drafting import readiness
from studies.live.answers import IncompleteAnswer
from studies.models import Participant, Response, Study, Trial
from studies.presets import preset_text
from studies.protocol import ProtocolError
from studies.simulation import simulate
from studies.trials import TRIALS, SimulatedRater, order_of, parts_of, questions_of
from tests.studies.factories import enrolled, experiment_text

PAGES: list[dict[str, Any]] = [
    {
        "page": "first",
        "questions": [
            {"name": "paints", "form": "single", "ask": "Do you paint?", "options": ["Yes", "No"]},
            {
                "name": "tools",
                "form": "several",
                "ask": "With what?",
                "options": ["Oil", "Ink", "Pixels"],
                "other": "Else",
                "alone": "Nothing",
                "order": "drawn",
                "at_most": 2,
            },
        ],
    },
    {
        "page": "painters",
        "when": {"paints": ["Yes"]},
        "questions": [{"name": "why", "form": "text", "ask": "Why?", "at_most": 20}],
    },
    {
        "page": "all",
        "title": "At last",
        "questions": [
            {
                "name": "agree",
                "form": "matrix",
                "ask": "Agree?",
                "rows": {"a": "Art is long.", "b": "Life is short."},
                "points": ["No", "Partly", "Yes"],
            },
            {"name": "mood", "form": "slider", "ask": "Mood?", "low": "Dark", "high": "Bright"},
        ],
    },
]


def kind(pages: object = PAGES) -> Any:
    return TRIALS.build("questionnaire", {"pages": pages})


def survey(slug: str = "survey", participants: int = 9, **study: Any) -> Study:
    trial = {"kind": "questionnaire", "settings": {"pages": PAGES}}
    raters = {"participants": participants, "items_each": 1, "per_item": participants}
    text = yaml.safe_load(experiment_text(slug, raters, **{"trial": trial, "checks": [], **study}))
    del text["stimuli"]
    return services.apply(text=yaml.safe_dump(text))


@pytest.fixture
def live(db: None) -> Study:
    return services.launch(study=survey())


def sent(row: Trial, **meant: Any) -> dict[str, Any]:
    """What a browser sends where these things are meant."""
    this, filled = kind(), {}
    order = order_of(this, row.part, row.layout)
    for question in questions_of(this, row.part):
        filled |= question.fill(meant[question.name], order)
    return filled


def answer(person: Participant, **meant: Any) -> Trial:
    row = fieldwork.next_trial(person)
    assert row is not None
    assert fieldwork.record(trial=row, answers=sent(row, **meant)) is fieldwork.Outcome.SAVED
    row.refresh_from_db()
    return row


LAST = {"agree_a": 3, "agree_b": 1, "mood": 0}


def test_a_file_without_pictures_is_a_study_with_one_item_and_nothing_to_make(live: Study):
    item = live.items.get()
    assert (item.artwork, item.stimuli.count()) == (None, 0)
    assert set(item.condition.levels.values()) == {"none", "0"}
    assert live.state == Study.State.LIVE


def test_a_study_cannot_be_launched_twice_and_is_applied_again_without_a_change(db: None):
    study = survey()
    events = study.events.count()
    assert survey().events.count() == events
    assert readiness.obstacles(study) == []


@pytest.mark.parametrize(
    ("change", "sentence"),
    [({"trial": {"kind": "rating"}}, "rating shows pictures: add a section stimuli")],
)
def test_kinds_that_show_pictures_need_some(db: None, change: dict[str, Any], sentence: str):
    with pytest.raises(ProtocolError, match=sentence):
        survey(**change)


def test_a_questionnaire_takes_no_pictures(db: None):
    text = experiment_text(trial={"kind": "questionnaire"}, checks=[])
    with pytest.raises(ProtocolError, match="questionnaire shows no pictures"):
        services.apply(text=text)


def test_pages_come_one_by_one_and_each_is_saved(live: Study):
    person = enrolled(live)
    assert answer(person, paints=1, tools=[2, 4]).part == "first"
    assert answer(person, why="Because").part == "painters"
    assert answer(person, **LAST).part == "all"
    person.refresh_from_db()
    assert person.state == Participant.State.FINISHED
    rows = export.responses(live).set_index("question")
    assert rows["answer"]["paints"] == "Yes"
    assert json.loads(rows["answer"]["tools"]) == ["Ink", "Else: SIMULATED"]
    assert rows["value"]["agree_a"] == 3
    assert (rows["answer"]["agree_a"], rows["answer"]["agree_b"]) == ("Yes", "No")
    assert (rows["value"]["mood"], rows["scale"]["mood"]) == (0, 100)
    assert (rows["artwork"] == "").all()
    assert (rows["protection"] == "none").all()


def test_a_page_whose_branch_is_not_taken_is_never_asked_and_has_no_rows(live: Study):
    person = enrolled(live)
    answer(person, paints=2, tools=[5])
    waiting = fieldwork.next_trial(person)
    assert waiting is not None
    assert waiting.part == "all"
    passed = person.trials.get(part="painters")
    assert passed.layout["left_out"]
    assert not passed.responses.exists()
    answer(person, **LAST)
    person.refresh_from_db()
    assert person.state == Participant.State.FINISHED
    assert set(export.responses(live)["question"]) == {
        "paints",
        "tools",
        "agree_a",
        "agree_b",
        "mood",
    }


def test_the_order_of_options_is_drawn_for_each_person_and_kept_with_the_answer(live: Study):
    seen = set()
    for _ in range(8):
        person = enrolled(live)
        answer(person, paints=2, tools=[1])
        details = Response.objects.get(participant=person, question="tools").details
        assert details["chosen"] == ["Oil"]
        assert sorted(details["stood"]) == [1, 2, 3, 4, 5]
        assert details["stood"][3:] == [4, 5], "what is written, and what excludes, stand last"
        seen.add(tuple(details["stood"]))
    assert len(seen) > 2


@pytest.mark.parametrize(
    "tools",
    [
        {},
        {"tools": ["1", "2", "3"]},
        {"tools": ["1", "5"]},
        {"tools": ["9"]},
        {"tools": "4"},
        {"tools": "4", "tools.other": "x" * 201},
    ],
)
def test_ticks_out_of_bounds_and_an_other_without_words_stay_open(
    live: Study, tools: dict[str, Any]
):
    row = fieldwork.next_trial(enrolled(live))
    assert row is not None
    with pytest.raises(IncompleteAnswer) as refused:
        fieldwork.record(trial=row, answers={"paints": "1", **tools})
    assert refused.value.missing == ("tools",)


@pytest.mark.parametrize(
    ("place", "name", "value", "sentence"),
    [
        (1, "when", {"why": ["x"]}, "no earlier page"),
        (1, "when", {"paints": ["Maybe"]}, "does not offer"),
        (1, "when", {"agree_a": ["No"]}, "no earlier page"),
        (1, "page", "first", "two pages"),
        (1, "questions", PAGES[0]["questions"], "two questions"),
        (1, "questions", [{"name": "q", "form": "grid", "ask": "?"}], "single, several"),
        (
            1,
            "questions",
            [{"name": "q", "form": "single", "ask": "?", "options": ["a", "a"]}],
            "same words",
        ),
        (
            1,
            "questions",
            [{"name": "q", "form": "several", "ask": "?", "options": ["a", "b"], "at_least": 3}],
            "more than can be ticked",
        ),
    ],
)
def test_wrong_pages_are_refused_with_a_sentence(
    place: int, name: str, value: object, sentence: str
):
    pages = [dict(page) for page in PAGES]
    pages[place][name] = value
    with pytest.raises(PluginError, match=sentence):
        kind(pages)


def test_every_form_is_played_through_the_pages_of_a_browser(live: Study):
    people = simulate(study=live, raters=12, seed=3)
    assert {person.state for person in people} == {"finished"}
    rows = export.responses(live)
    assert rows["simulated"].all()
    painted = rows[rows["answer"] == "Yes"].query("question == 'paints'")["participant"]
    assert set(rows[rows["question"] == "why"]["participant"]) == set(painted)


def test_the_codebook_says_every_option_and_what_it_is_measured_on(live: Study):
    from studies.tables.codebook import codebook

    told = {(row["table"], row["column"]): row["values"] for row in codebook(live)}
    assert told["responses", "value"]["tools"][5] == "Nothing"


def test_the_survey_of_artists_is_a_file_that_can_be_played(db: None):
    study = services.launch(study=services.apply(text=preset_text("artist_attitudes")))
    people = simulate(study=study, raters=6, seed=1)
    assert {person.state for person in people} == {"finished"}
    assert {"worries", "agree_danger", "future"} <= set(export.responses(study)["question"])


def test_simulated_answers_follow_from_their_generator():
    rater = SimulatedRater(0.0, 1.0, 0.5)
    this = kind()
    assert this.simulate(3.0, 0.0, rater, Random(4)) == this.simulate(3.0, 0.0, rater, Random(4))
    assert parts_of(this) == ("first", "painters", "all")
