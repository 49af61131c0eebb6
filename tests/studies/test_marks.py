"""Marks: what a page may send, what is kept, what leaves the study."""

import json
from random import Random

import numpy as np
import pytest

from config.plugins import PluginError
from studies import export, fieldwork
from studies.fieldwork import Outcome
from studies.live.answers import IncompleteAnswer
from studies.models import Response, Study
from studies.simulated.fault_sight import SIDE, faults_beside, marked
from studies.simulation import simulate
from studies.tables.codebook import MARKS
from studies.trial_forms.marks import Marking, read_marks
from studies.trials import TRIALS
from tests.studies.factories import enrolled, live_study

MARKING = Marking("marked", "disturbance", 3, 0.04)


@pytest.fixture
def study() -> Study:
    return live_study(
        trial={"kind": "artifact_marking", "settings": {"most": 3}},
        checks=[{"check": "practice", "settings": {"trials": 1}}],
        raters={"items_each": 3},
        conditions=5,
    )


def test_places_are_kept_as_shares_in_their_order():
    given = {"marks": "[[0.123456, 1], [0, 0.5]]"}
    assert read_marks(MARKING, given) == {"marks": [[0.1235, 1.0], [0.0, 0.5]]}


def test_no_marks_and_an_unknown_number_of_marks_are_told_apart():
    assert read_marks(MARKING, {"marks": "[]"}) == {"marks": []}
    assert read_marks(MARKING, {"marks": ""}) == read_marks(MARKING, {}) == {}
    assert read_marks(None, {"marks": "[[0.1, 0.1]]"}) == {}


@pytest.mark.parametrize(
    "text",
    [
        "[[1.01, 0]]", "[[-0.1, 0]]", "[[NaN, 0]]", "[[1e999, 0]]", '[["0.1", 0]]', "[[true, 0]]",
        "[[0.1]]", "[0.1, 0.2]", "{}x", "null", "7", "[[0, 0, 0]]", json.dumps([[0.1, 0.1]] * 4),
        "[" * 3000, "[[0.1, 0.1]]" + " " * 5000,
    ],
)  # fmt: skip
def test_what_no_page_sends_is_refused(text: str):
    with pytest.raises(IncompleteAnswer):
        read_marks(MARKING, {"marks": text})


@pytest.mark.django_db
def test_marks_are_saved_once_with_their_answer_and_the_first_counts(study: Study):
    person = enrolled(study)
    trial = fieldwork.next_trial(person)
    assert trial is not None
    first = {"disturbance": 4, "marks": "[[0.5, 0.25]]"}
    assert fieldwork.record(trial=trial, answers=first) is Outcome.SAVED
    assert fieldwork.record(trial=trial, answers=first) is Outcome.REPEATED
    moved = {**first, "marks": "[[0.5, 0.3]]"}
    assert fieldwork.record(trial=trial, answers=moved) is Outcome.DIFFERS
    assert Response.objects.get(trial=trial).details == {"marks": [[0.5, 0.25]]}
    kept = person.events.get(kind="answer_differs").details
    assert kept["marks"] == [[0.5, 0.3]]


@pytest.mark.django_db
def test_wrong_marks_save_nothing(study: Study):
    trial = fieldwork.next_trial(enrolled(study))
    assert trial is not None
    with pytest.raises(IncompleteAnswer):
        fieldwork.record(trial=trial, answers={"disturbance": 4, "marks": "[[2, 2]]"})
    assert not Response.objects.filter(trial=trial).exists()


@pytest.mark.django_db
def test_marks_leave_as_a_table_of_their_own_without_practice_and_conditions(study, tmp_path):
    person = enrolled(study)
    while (trial := fieldwork.next_trial(person)) is not None:
        places = [[0.5, 0.25], [0.125, 1]] if trial.position < 2 else []
        answers = {"disturbance": 4, "marks": json.dumps(places)}
        fieldwork.record(trial=trial, answers=answers)
    table = export.marks(study)
    assert tuple(table.columns) == tuple(MARKS)
    assert table[["x", "y", "order"]].to_numpy().tolist() == [[0.5, 0.25, 1], [0.125, 1, 2]]
    assert set(table["trial"]) <= set(export.responses(study)["trial"])
    export.write(study, tmp_path)
    written = (tmp_path / "marks.csv").read_text()
    assert "0.125,1.0,2" in written
    assert not any(word in written for word in ("glaze", "clean", "protection"))
    assert '"marks","x"' in (tmp_path / "codebook.csv").read_text()


@pytest.mark.django_db
def test_other_studies_have_no_table_of_marks(tmp_path):
    written = export.write(live_study(slug="plain"), tmp_path)
    assert not any("marks" in name for name in written)


@pytest.mark.django_db
def test_simulated_raters_mark_by_the_pages_form(study: Study):
    simulate(study=study, raters=4, seed=1)
    table = export.marks(study)
    assert len(table)
    assert table["simulated"].all()
    assert table.groupby("trial").size().max() <= 3


def test_simulated_raters_mark_where_the_change_is():
    rng = np.random.default_rng(0)
    original = np.full((96, 96, 3), 128, np.uint8)
    altered = original.copy()
    altered[60:90, 10:40] = rng.integers(60, 200, (30, 30, 3))
    faults = faults_beside(original, altered)
    assert faults.where.shape == (SIDE, SIDE)
    places = np.array(marked(faults.where, 200, spread=0.01, lapses=0.0, rng=Random(1)))
    inside = (abs(places[:, 0] - 0.26) < 0.2) & (abs(places[:, 1] - 0.78) < 0.2)
    assert inside.all()
    assert faults_beside(original, original).plain < 1


def test_a_painting_needs_a_work_beside_it_and_counts_as_a_mimics():
    kind = TRIALS.build("artifact_marking", {"shows": "painting"})
    assert kind.shows_mimics
    assert [slot.shows for slot in kind.slots] == ["artwork", "condition"]
    alone = TRIALS.build("artifact_marking", {"beside_original": False})
    assert [slot.name for slot in alone.slots] == ["marked"]
    with pytest.raises(PluginError, match="beside"):
        TRIALS.build("artifact_marking", {"shows": "painting", "beside_original": False})
