"""Places: quotas, panels' states in any order, arms, squares and repeats in a live study."""

from collections import Counter
from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studies import fieldwork, services
from studies.drafting import rehearsals
from studies.live import places
from studies.live.places import StudyFull
from studies.live.room import filling
from studies.models import Participant, Study, Trial
from studies.rights.withdrawal import withdraw
from tests.studies.factories import a_person, an_answer, enrolled, finish, live_study

pytestmark = pytest.mark.django_db


def state(person: Participant) -> str:
    person.refresh_from_db()
    return person.state


def silence(person: Participant) -> None:
    past = timezone.now() - timedelta(minutes=1)
    Participant.objects.filter(pk=person.pk).update(lease_until=past)


def test_each_participant_meets_one_level_of_a_factor_between_and_levels_stay_balanced():
    study = live_study(design={"between": ["budget"]}, raters={"items_each": 4})
    people = [enrolled(study) for _ in range(9)]
    arms = Counter(person.arm for person in people)
    assert set(arms.values()) == {3}
    for person in people:
        trials = person.trials.filter(practice=False).select_related("item__condition")
        assert {t.item.condition.levels["budget"] for t in trials} == {person.arm}


def test_whoever_leaves_frees_the_level_for_the_next():
    study = live_study(design={"between": ["budget"]}, raters={"items_each": 4})
    gone = [enrolled(study) for _ in range(6)][2]
    silence(gone)
    assert enrolled(study).arm == gone.arm


def test_rows_of_the_square_are_used_equally_often():
    study = live_study(design={"order": "latin_square"}, conditions=2, raters={"items_each": 4})
    people = [enrolled(study) for _ in range(6)]
    assert set(Counter(person.row for person in people).values()) == {3}


def test_nobody_judges_an_artwork_twice_where_the_design_says_so():
    study = live_study(design={"per_artwork": 1}, raters={"items_each": 4})
    for _ in range(5):
        trials = enrolled(study).trials.filter(practice=False).select_related("item")
        assert len({trial.item.artwork_id for trial in trials}) == 4


def test_hidden_repeats_are_dealt_after_their_gap():
    checks = [{"check": "hidden_repeats", "settings": {"each": 2, "gap": 3, "least": 1}}]
    person = enrolled(live_study(checks=checks))
    trials = list(person.trials.select_related("item"))
    again = [t for t in trials if t.repeat]
    first = {t.item_id: t.position for t in trials if not t.repeat}
    assert len(again) == 2
    assert all(t.position - first[t.item_id] > 3 for t in again)
    assert finish(person) == 8
    assert state(person) == "finished"


def test_over_recruiting_opens_more_places():
    study = live_study(raters={"participants": 5, "over_recruit": 0.2})
    for _ in range(6):
        enrolled(study)
    with pytest.raises(StudyFull):
        enrolled(study)


def test_quotas_by_launch_hold_and_the_others_share_the_rest():
    quotas = {"by": "launch", "places": {"uk": 2, "us": 1}}
    study = live_study(raters={"participants": 4, "quotas": quotas})
    for stratum in ("uk", "uk", "us", "fr"):
        enrolled(study, stratum=stratum)
    for stratum in ("uk", "us", "", "de"):
        with pytest.raises(StudyFull):
            enrolled(study, stratum=stratum)
    assert filling(study) == [("uk", 2, 2), ("us", 1, 1), ("everybody else", 1, 1)]


def test_over_recruiting_rounds_each_quota_up_and_lets_every_one_of_them_fill():
    quotas = {"by": "launch", "places": {"uk": 7, "us": 7}}
    raters = {"participants": 20, "per_item": 20, "over_recruit": 0.2, "quotas": quotas}
    study = live_study(raters=raters)
    for stratum, number in (("uk", 9), ("fr", 8), ("us", 9)):
        for _ in range(number):
            enrolled(study, stratum=stratum)
    with pytest.raises(StudyFull):
        enrolled(study, stratum="us")
    assert filling(study) == [("uk", 9, 9), ("us", 9, 9), ("everybody else", 8, 8)]


@pytest.mark.parametrize("strata", [["a", "b", "c", "d", "e"], [f"unknown {n}" for n in range(15)]])
def test_levels_are_balanced_over_all_strata_together_where_each_leaves_them_open(strata):
    raters = {"participants": 15, "items_each": 4, "per_item": 15}
    for seed in range(4):  # chance alone would be even now and then
        study = live_study(
            slug=f"strata-{seed}",
            seed=seed,
            conditions=2,
            design={"between": ["protection"]},
            raters=raters,
        )
        for number in range(15):
            enrolled(study, stratum=strata[number % len(strata)])
        found = Counter(study.participants.values_list("arm", flat=True))
        assert sorted(found.values()) == [7, 8]


def test_a_population_whose_quota_is_full_is_thanked_and_frees_the_place():
    study = live_study(raters={"participants": 5})
    asked = a_person(study)
    person = fieldwork.enrol(study=study, consent_sha256="c" * 64)
    fieldwork.describe(participant=person, answers=asked)
    person.refresh_from_db()
    quotas = {"places": {person.population: 1}}
    other = live_study(slug="other", raters={"participants": 5, "quotas": quotas})
    first = enrolled(other)
    second = fieldwork.enrol(study=other, consent_sha256="c" * 64)
    fieldwork.describe(participant=second, answers=asked)
    assert (state(first), state(second)) == ("active", "screened_out")
    assert not second.trials.filter(released=False, answered_at=None).exists()
    assert second.events.get(kind="screened_out").details == {"check": "quota"}


@pytest.mark.parametrize("leave", [places.timed_out, places.returned, places.screened_out])
def test_whoever_leaves_by_the_panel_gives_the_place_back_at_once_and_only_once(leave):
    study = live_study(raters={"participants": 1})
    person = enrolled(study)
    assert leave(participant=person)
    assert not leave(participant=person)
    enrolled(study)
    assert not person.trials.filter(released=False, answered_at=None).exists()


def test_panels_that_speak_late_change_nothing_about_whoever_finished():
    person = enrolled(live_study())
    finish(person)
    for say in (places.timed_out, places.returned, places.screened_out):
        assert not say(participant=person)
    assert state(person) == "finished"
    assert places.approved(participant=person)
    assert not places.approved(participant=person)


def test_a_held_place_outlasts_silence_and_is_never_shortened():
    person = enrolled(live_study())
    later = timezone.now() + timedelta(days=1)
    assert places.hold(participant=person, until=later)
    assert places.hold(participant=person, until=timezone.now())
    person.refresh_from_db()
    assert person.lease_until == later


def test_looking_takes_no_place_however_often(client):
    study = live_study()
    for _ in range(100):
        assert client.get(f"/s/{study.link_token}/").status_code == 200
        client.cookies.clear()
    assert not Participant.objects.exists()


def test_a_stored_draft_that_cannot_be_met_is_not_launched():
    study = live_study(design={"per_painter": 1}, state=Study.State.DRAFT, frozen=False)
    assert "per_painter: 1 item of each of 3 painters" in rehearsals.obstacles(study)[0]
    with pytest.raises(services.StudyError, match="per_painter"):
        services.launch(study=study)


ACTS = (
    "arrive", "answer", "finish", "silence", "sweep", "return", "late", "hold", "timed_out",
    "handed_back", "screened_out", "approved", "pause", "resume", "close",
)  # fmt: skip
happenings = st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 9)), max_size=30)


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(happenings)
def test_whatever_happens_in_any_order_places_counts_and_receipts_hold(db, acts):
    with transaction.atomic():
        quotas = {"by": "launch", "places": {"uk": 2}}
        study = live_study(
            conditions=2,
            size=8,
            checks=[],
            design={"between": ["budget"], "per_artwork": 1, "blocks": 2},
            raters={"participants": 5, "items_each": 3, "per_item": 2, "quotas": quotas},
        )
        people: list[Participant] = []
        for act, number in acts:
            happen(study, people, act, number)
            hold_true(study)
        transaction.set_rollback(True)


def happen(study: Study, people: list[Participant], act: str, number: int) -> None:
    if act in ("pause", "resume", "close"):
        with suppress(services.StudyError):
            getattr(services, act)(study=study)
    elif act == "sweep":
        fieldwork.give_back(study=study)
    elif act == "arrive":
        with suppress(fieldwork.FieldworkError):
            people.append(enrolled(study, stratum=["uk", "us"][number % 2]))
    elif people:
        of_a_person(act, Participant.objects.get(pk=people[number % len(people)].pk))


def of_a_person(act: str, person: Participant) -> None:
    if act in ("answer", "finish"):
        finish(person, 1 if act == "answer" else None)
    elif act == "silence":
        silence(person)
    elif act == "return":
        with suppress(fieldwork.FieldworkError):
            fieldwork.come_back(participant=person)
    elif act == "late":
        trial = person.trials.filter(answered_at=None).first()
        if trial:
            values = {"acceptability": 3, "noticeability": 3}
            fieldwork.record(trial=trial, answers=values)
    elif act == "hold":
        places.hold(participant=person, until=timezone.now() + timedelta(hours=1))
    else:
        verbs = {"handed_back": places.returned}
        (verbs.get(act) or getattr(places, act))(participant=person)


def hold_true(study: Study) -> None:
    holding = study.participants.filter(state__in=["active", "finished"])
    assert holding.filter(late=False).count() <= 5
    assert holding.filter(late=False, stratum="uk").count() <= 2
    for person in study.participants.all():
        trials = person.trials.all()
        held = trials.filter(released=False).select_related("item__condition")
        assert len(held) <= 3
        assert len({t.item.artwork_id for t in held}) == len(held)
        assert {t.item.condition.levels["budget"] for t in trials} <= {person.arm}
        answered = trials.filter(answered_at__isnull=False)
        assert person.responses.count() == 2 * answered.count()
        if person.state not in ("active",):
            assert not trials.filter(released=False, answered_at=None).exists()
        if person.state == "finished":
            assert person.completion_code
            assert answered.exists()
    assert not Trial.objects.filter(released=True, answered_at__isnull=False).exists()


def test_whoever_comes_back_after_the_place_of_their_group_was_taken_finishes_late_or_not_at_all():
    quotas = {"by": "population", "places": {"professional artist": 1}}
    raters = {"participants": 6, "items_each": 2, "per_item": 5, "quotas": quotas}
    study = live_study(size=8, checks=[{"check": "expertise"}], raters=raters)
    for begun in (False, True):
        away = enrolled(study)
        finish(away, int(begun))
        silence(away)
        instead = enrolled(study)
        assert state(instead) == Participant.State.ACTIVE
        if begun:
            assert fieldwork.come_back(participant=away).late
        else:
            with pytest.raises(StudyFull):
                fieldwork.come_back(participant=away)
        withdraw(participant=instead, erase=False)


@pytest.mark.parametrize(("participants", "extra", "opened"), [(10, 0.5, 15), (10, 1.0, 20)])
def test_all_places_that_were_opened_can_be_taken_at_once(participants, extra, opened):
    raters = {"participants": participants, "over_recruit": extra}
    study = live_study(
        artworks=3,
        conditions=2,
        practice=0,
        checks=[],
        raters={**raters, "items_each": 6, "per_item": participants},
    )
    people = [enrolled(study) for _ in range(opened)]
    assert {person.trials.count() for person in people} == {6}
    with pytest.raises(StudyFull):
        enrolled(study)


def with_repeats(**raters) -> Study:
    checks = [{"check": "hidden_repeats", "settings": {"each": 3, "gap": 3}}]
    return live_study(artworks=8, conditions=2, practice=0, checks=checks, raters=raters)


def between_repeats(person: Participant) -> list[int]:
    """For each repeat that is held, how many screens lie between it and its first showing."""
    rows = person.trials.filter(released=False).order_by("position")
    shown = list(rows.values_list("item", "repeat"))
    firsts = [item for item, repeat in shown if not repeat]
    assert all(item in firsts for item, repeat in shown if repeat)
    return [n - shown.index((item, 0)) - 1 for n, (item, repeat) in enumerate(shown) if repeat]


@pytest.mark.parametrize("number", range(6))
def test_a_repeat_keeps_its_gap_when_somebody_comes_back_to_other_items(number):
    study = with_repeats(participants=4, items_each=8, per_item=2)
    for _ in range(number % 3):
        enrolled(study)
    person = enrolled(study)
    finish(person, 2)
    silence(person)
    fieldwork.give_back(study=study)
    for _ in range(2 - number % 3):
        enrolled(study)
    places.come_back(participant=person)
    assert person.trials.filter(answered_at=None, released=False).exists()
    assert all(gap >= 3 for gap in between_repeats(person))


def test_a_repeat_stays_behind_a_first_showing_whose_picture_did_not_arrive():
    study = with_repeats(participants=4, items_each=8, per_item=2)
    person = enrolled(study)
    repeated = person.trials.filter(repeat=1).values_list("item", flat=True)
    for item in list(repeated):
        first = person.trials.get(item=item, repeat=0)
        finish_until(person, first)
        fieldwork.undelivered(trial=first, viewing={})
    assert all(gap >= 3 for gap in between_repeats(person))
    order = list(person.trials.order_by("position").values_list("position", flat=True))
    assert order == sorted(set(order))


def finish_until(person: Participant, trial: Trial) -> None:
    """Answer what comes before a trial."""
    while (waiting := fieldwork.next_trial(person)) and waiting.position < trial.position:
        fieldwork.record(trial=waiting, answers=an_answer(person.study))
