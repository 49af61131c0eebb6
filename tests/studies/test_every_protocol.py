"""Every protocol deals what it promises, or a sentence says which constraint cannot be met."""

from collections import Counter
from datetime import timedelta
from itertools import count
from random import Random

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studies import fieldwork
from studies.checks.expertise import POPULATIONS
from studies.designs.quotas import opened
from studies.drafting import rehearsals
from studies.live.plan import plan_of
from studies.models import Participant, Trial
from tests.studies.factories import a_person, finish, live_study

NUMBERS = count(1)
NAMES = list(POPULATIONS)
HOLDING = (Participant.State.ACTIVE, Participant.State.FINISHED)

protocols = st.fixed_dictionaries(
    {
        "artworks": st.integers(1, 5),
        "conditions": st.integers(1, 4),
        "participants": st.integers(1, 7),
        "items_each": st.integers(1, 8),
        "per_item": st.integers(1, 3),
        "over_recruit": st.sampled_from([0.0, 0.3, 1.0]),
        "quotas": st.none()
        | st.dictionaries(st.sampled_from([*NAMES, "nobody"]), st.integers(1, 4), min_size=1),
        "between": st.sampled_from([[], ["protection"], ["budget"]]),
        "per_painter": st.none() | st.integers(1, 3),
        "per_artwork": st.none() | st.integers(1, 2),
        "order": st.sampled_from(["spread", "latin_square"]),
        "blocks": st.integers(1, 4),
        "practice": st.integers(0, 2),
        "repeats": st.none() | st.tuples(st.integers(1, 3), st.integers(0, 4)),
        "at_most": st.none() | st.integers(1, 12),
        "seed": st.integers(0, 2**32),
    }
)


def study_of(p):
    checks = [{"check": "expertise"}]
    if p["practice"]:
        checks.append({"check": "practice", "settings": {"trials": p["practice"]}})
    if p["repeats"]:
        each, gap = p["repeats"]
        checks.append({"check": "hidden_repeats", "settings": {"each": each, "gap": gap}})
    raters = {key: p[key] for key in ("participants", "items_each", "over_recruit")}
    raters["per_item"] = p["per_item"] + (9 if p["at_most"] else 0)
    if p["quotas"]:
        raters["quotas"] = {"by": "population", "places": p["quotas"]}
    design = {key: p[key] for key in ("between", "per_painter", "per_artwork", "order", "blocks")}
    stop = {"items": {"half_width": 1.0, "at_most": p["at_most"]}} if p["at_most"] else {}
    return live_study(
        slug=f"protocol-{next(NUMBERS)}",
        size=8,
        artworks=p["artworks"],
        conditions=p["conditions"],
        practice=p["practice"],
        raters=raters,
        checks=checks,
        design=design,
        adaptive=stop,
        seed=p["seed"],
    )


@pytest.mark.django_db
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(protocols)
def test_every_protocol_is_dealt_as_it_says_or_refused_with_the_reason(p):
    with transaction.atomic():
        study = study_of(p)
        sentences = rehearsals.obstacles(study)
        assert all(sentence.startswith("study.") for sentence in sentences)
        if not sentences:
            fill(study, p)
        transaction.set_rollback(True)


def fill(study, p) -> None:
    """People come until nobody can; some fall silent, some finish."""
    rng, places = Random(p["seed"]), opened(p["participants"], p["over_recruit"])
    for turn in range(2 * places + 2):
        try:
            person = fieldwork.enrol(study=study, consent_sha256=plan_of(study).consent_sha256)
        except fieldwork.FieldworkError:
            break
        check_share(person, p, first=turn == 0)
        choice = rng.randrange(3)
        fieldwork.describe(participant=person, answers=a_person(study, choice))
        person.refresh_from_db()
        if person.state == Participant.State.ACTIVE and rng.random() < 0.7:
            finish(person)
        elif rng.random() < 0.5:
            gone = timezone.now() - timedelta(minutes=1)
            Participant.objects.filter(pk=person.pk).update(lease_until=gone)
        check_places(study, p, places)


def check_share(person: Participant, p, *, first: bool) -> None:
    trials = list(person.trials.select_related("item__artwork", "item__condition"))
    trials.sort(key=lambda trial: trial.position)
    practice = [trial for trial in trials if trial.practice]
    assert trials[: len(practice)] == practice
    assert len(practice) == p["practice"]
    counted = trials[len(practice) :]
    share = [trial for trial in counted if not trial.repeat]
    assert 0 < len(share) <= p["items_each"]
    assert len({trial.item_id for trial in share}) == len(share)
    painters = Counter(trial.item.artwork.painter for trial in share)
    artworks = Counter(trial.item.artwork_id for trial in share)
    assert max(painters.values()) <= (p["per_painter"] or 99)
    assert max(artworks.values()) <= (p["per_artwork"] or 99)
    for factor in p["between"]:
        assert len({trial.item.condition.levels[factor] for trial in share}) == 1
    if first and p["order"] == "latin_square":
        assert len(set(Counter(trial.item.condition_id for trial in share).values())) == 1
    check_session(counted, p, first=first)


def check_session(counted: list[Trial], p, *, first: bool) -> None:
    """Parts differ by one, and repeats come after their gap."""
    blocks = Counter(trial.block for trial in counted)
    assert max(blocks.values()) - min(blocks.values()) <= 1
    assert len(blocks) == min(p["blocks"], len(counted))
    place = {(trial.item_id, trial.repeat): n for n, trial in enumerate(counted)}
    again = [trial.item_id for trial in counted if trial.repeat]
    each, gap = p["repeats"] or (0, 0)
    assert len(again) <= each
    assert not first or len(again) == each
    assert all(place[item, 1] - place[item, 0] > gap for item in again)


def check_places(study, p, places: int) -> None:
    here = study.participants.filter(state__in=HOLDING)
    assert here.count() <= places
    groups = Counter(here.exclude(population="").values_list("population", flat=True))
    for group, most in (p["quotas"] or {}).items():
        assert groups[group] <= opened(most, p["over_recruit"])
    if p["at_most"]:
        held = Trial.objects.filter(item__study=study, practice=False, repeat=0, released=False)
        claims = Counter(held.values_list("item", flat=True))
        assert max(claims.values(), default=0) <= p["at_most"]
