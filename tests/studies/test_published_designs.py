"""The published designs as files: checked, laid out, and played by a few SIMULATED raters.

The same with 200 raters each, and what came out: benchmarks/designs.py and docs/designs.md.
"""

from collections import Counter

import pytest

from studies import export, fieldwork, services
from studies.live import places
from studies.live.plan import plan_of
from studies.live.shares import laid_out
from studies.models import Participant, Study, Trial
from studies.presets import preset_text
from studies.simulation import simulate
from tests.studies import stand_ins

pytestmark = pytest.mark.django_db

DESIGNS = {
    "glaze_psr_sandbox": ("mimicry_success",),
    "glaze_tolerance": ("acceptability", "noticeability"),
    "hoenig_2afc": ("quality", "style"),
    "organic_or_diffused": ("attribution", "confidence"),
    "artist_attitudes": ("worries", "agree_danger", "future"),
}


@pytest.mark.parametrize("name", DESIGNS)
def test_every_published_design_is_a_file_that_is_played_to_the_end(name: str):
    stand_ins.import_sandbox(20)
    study = services.apply(text=preset_text(name))
    stand_ins.fill(study)
    study = services.launch(study=study)
    simulate(study=study, raters=2, seed=1)
    assert set(study.participants.values_list("state", flat=True)) == {"finished"}
    rows = export.responses(study)
    assert rows["simulated"].all()
    assert set(DESIGNS[name]) <= set(rows["question"])
    assert _spread(study) <= 1
    assert _as_published(name, study)


def _spread(study: Study) -> int:
    """Most raters of an item minus fewest."""
    rows = Trial.objects.filter(participant__study=study, practice=False)
    pairs = set(rows.values_list("item", "participant"))
    counts = Counter(item for item, _ in pairs)
    items = study.items.filter(practice=False).values_list("pk", flat=True)
    found = [counts[item] for item in items]
    return max(found) - min(found)


def _as_published(name: str, study: Study) -> bool:
    """What the papers' trials are known for."""
    trials = Trial.objects.filter(participant__study=study, practice=False)
    first = trials.order_by("participant", "position")[:2]
    slots = Counter(slot.partition("-")[0] for slot in first[0].layout["order"])
    if name == "glaze_psr_sandbox":
        return slots == {"original": 4, "mimicry": 4}
    if name == "hoenig_2afc":
        compared = [
            sorted(s.condition.levels["protection"] for s in item.stimuli.exclude(condition=None))
            for item in study.items.filter(practice=False)
        ]
        parts = [trial.part for trial in first]
        return (
            slots["option"] == 2
            and parts == ["quality", "style"]
            and all(levels == ["clean", "glaze"] for levels in compared)
        )
    return True


def test_whoever_comes_back_to_a_half_judged_comparison_finishes_it_and_meets_no_baseline_twice():
    stand_ins.import_sandbox(20)
    study = services.apply(text=preset_text("hoenig_2afc"))
    stand_ins.fill(study)
    study = services.launch(study=study)
    baselines = {each.item: each.baseline for each in laid_out(study, plan_of(study))}
    for _ in range(12):
        person = _arrived(study)
        for trial in person.trials.order_by("position")[:3]:
            fieldwork.record(trial=trial, answers={trial.part: 1})
        places.returned(participant=person)
        _arrived(study)
        _arrived(study)
        person = fieldwork.come_back(participant=person)
        held = Counter(person.trials.filter(released=False).values_list("item", flat=True))
        assert set(held.values()) == {2}
        assert len({baselines[item] for item in held}) == len(held) == 12


def test_whoever_lacks_only_the_second_screen_of_the_last_comparison_is_not_late():
    stand_ins.import_sandbox(20)
    study = services.apply(text=preset_text("hoenig_2afc"))
    stand_ins.fill(study)
    study = services.launch(study=study)
    person = _arrived(study)
    for trial in person.trials.order_by("position")[:23]:
        fieldwork.record(trial=trial, answers={trial.part: 1})
    places.returned(participant=person)
    person = fieldwork.come_back(participant=person)
    assert (person.state, person.late) == ("active", False)
    assert person.trials.filter(released=False).count() == 24


def _arrived(study: Study) -> Participant:
    return fieldwork.enrol(study=study, consent_sha256=plan_of(study).consent_sha256)
