"""Simulated raters: the same doors, marked everywhere, nobody's place."""

from statistics import mean

import pytest

from studies.fieldwork import StudyClosed
from studies.models import Participant, Response, Study
from studies.simulation import simulate
from tests.studies.factories import enrolled, live_study

pytestmark = pytest.mark.django_db


def answers(study: Study) -> list[tuple[int, str, str]]:
    rows = Response.objects.filter(participant__study=study).order_by("pk")
    return list(rows.values_list("participant__seed", "question", "answer"))


def test_every_simulated_rater_comes_to_the_end_and_is_marked():
    study = live_study()
    people = simulate(study=study, raters=3, seed=1)
    assert {(p.simulated, p.state) for p in people} == {(True, "finished")}
    assert all(str(p).endswith("SIMULATED") and p.population for p in people)
    assert Response.objects.filter(trial__isnull=False).count() == 3 * 8 * 2


def test_they_pass_through_the_pages_a_browser_sees():
    study = live_study()
    simulate(study=study, raters=1, seed=1)
    trials = Participant.objects.get().trials.all()
    assert all(trial.shown_at and trial.rt_ms for trial in trials)


def test_the_seed_decides_what_they_answer():
    first, same, other = (live_study(slug=slug) for slug in ("first", "same", "other"))
    for study, seed in ((first, 4), (same, 4), (other, 5)):
        simulate(study=study, raters=2, seed=seed)
    assert answers(first) == answers(same) != answers(other)


def test_they_mind_what_can_be_seen():
    study = live_study(size=48, artworks=3, conditions=5, raters={"items_each": 15, "per_item": 8})
    simulate(study=study, raters=4, seed=2)
    rows = Response.objects.filter(question="acceptability", trial__practice=False)

    def willing(condition: int) -> float:
        values = rows.filter(trial__item__condition__position=condition)
        return mean(values.values_list("value", flat=True))

    assert willing(0) > willing(3) > willing(4)


def test_they_take_nobodys_place():
    study = live_study(raters={"participants": 1})
    simulate(study=study, raters=3, seed=1)
    assert enrolled(study).state == Participant.State.ACTIVE


def test_progress_is_told_and_each_line_says_simulated():
    told: list[tuple[int, int, str]] = []
    simulate(study=live_study(), raters=2, seed=1, progress=lambda *line: told.append(line))
    assert [(done, total) for done, total, _ in told] == [(1, 2), (2, 2)]
    assert all("SIMULATED" in words for _, _, words in told)


def test_a_rating_study_can_be_simulated_too():
    study = live_study(trial={"kind": "rating"}, checks=[])
    simulate(study=study, raters=1, seed=1)
    assert Response.objects.filter(question="rating").count() == 6


def test_a_site_behind_tls_is_no_obstacle(settings):
    settings.SECURE_SSL_REDIRECT, settings.SITE_URL = True, "https://localhost"
    assert len(simulate(study=live_study(), raters=1, seed=1)) == 1


def test_a_study_that_is_not_live_is_not_simulated():
    with pytest.raises(StudyClosed):
        simulate(study=live_study(state=Study.State.PAUSED), raters=1, seed=1)
