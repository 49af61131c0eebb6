"""Whoever comes back: what they had looked at, the limits, the parts, and finishing late."""

from collections import Counter
from random import Random

import pytest
from django.test import Client
from hypothesis import example, given
from hypothesis import strategies as st

from studies import fieldwork
from studies.designs.assignment import Candidate, Limits
from studies.designs.dealing import Rules, Seat, deal_again
from studies.models import Item, Participant, Study, Trial
from tests.studies.factories import enrolled, finish, live_study
from tests.studies.test_participant_pages import agree, text_of
from tests.studies.test_places import silence

pytestmark = pytest.mark.django_db


def away(person: Participant) -> None:
    """Silent for too long: the place is given back."""
    silence(person)
    fieldwork.give_back(study=person.study)
    person.refresh_from_db()
    assert person.state == Participant.State.LAPSED


def back(person: Participant) -> Participant:
    return fieldwork.come_back(participant=person)


def held(person: Participant) -> list[Trial]:
    rows = person.trials.filter(released=False).select_related("item")
    return list(rows.order_by("position"))


def one_each(**raters: int) -> Study:
    """A study in which nobody meets an artwork twice: three conditions of four artworks."""
    numbers = {"participants": 6, "items_each": 4, "per_item": 6, **raters}
    return live_study(size=8, practice=0, checks=[], design={"per_artwork": 1}, raters=numbers)


@pytest.mark.parametrize("seen", range(3))
def test_what_was_looked_at_before_a_lapse_is_what_comes_first_on_return(seen):
    person = enrolled(one_each())
    finish(person, seen)
    looked_at = fieldwork.next_trial(person)
    fieldwork.shown(trial=looked_at)
    away(person)
    assert fieldwork.next_trial(back(person)) == looked_at


@pytest.mark.parametrize("arrived", [False, True])
def test_an_artwork_that_was_looked_at_never_comes_again_in_another_condition(arrived):
    """There is but one; its picture in the first condition was seen, or it had not arrived."""
    design, raters = {"per_artwork": 1}, {"participants": 9, "items_each": 1, "per_item": 1}
    study = live_study(size=8, artworks=1, practice=0, checks=[], design=design, raters=raters)
    person = enrolled(study)
    looked_at = fieldwork.next_trial(person)
    fieldwork.shown(trial=looked_at)
    if not arrived:
        fieldwork.undelivered(trial=looked_at, viewing={})
    away(person)
    while claims_of(looked_at.item) < 2:  # one rater more than it needs: no room
        enrolled(study)
    assert any(claims_of(item) < 2 for item in study.items.all())
    if arrived:
        with pytest.raises(fieldwork.StudyFull):
            back(person)
    else:
        assert [trial.item for trial in held(back(person))] != [looked_at.item]


def claims_of(item: Item) -> int:
    return Trial.objects.filter(item=item, released=False).count()


returns = st.fixed_dictionaries(
    {
        "claims": st.lists(st.integers(0, 3), min_size=12, max_size=12),
        "size": st.integers(1, 6),
        "per_artwork": st.integers(1, 2),
        "per_painter": st.none() | st.integers(1, 4),
        "square": st.booleans(),
        "met": st.lists(st.integers(0, 11), max_size=5, unique=True),
        "answered": st.integers(0, 5),
        "seed": st.integers(0, 999),
    }
)


ONE_SEEN = {"claims": [3, 0, 0, *[1] * 9], "size": 3, "per_artwork": 1, "per_painter": None}


@given(returns)
@example({**ONE_SEEN, "square": True, "met": [0], "answered": 0, "seed": 1})
def test_a_second_share_begins_with_what_was_seen_and_counts_it_for_every_limit(drawn):
    items = [
        Candidate(n, n // 3, f"painter {n // 6}", f"condition {n % 3}", claims, 0)
        for n, claims in enumerate(drawn["claims"])
    ]
    limits = Limits(drawn["per_painter"], drawn["per_artwork"], drawn["square"])
    rules = Rules(drawn["size"], 2, limits, drawn["square"])
    met = within(limits, [items[n] for n in drawn["met"]])[: drawn["size"]]
    done, seen = met[: drawn["answered"]], met[drawn["answered"] :]
    judged, looked_at = ({item.item for item in part} for part in (done, seen))
    rng = Random(drawn["seed"])
    share = deal_again(items, rules, Seat(row=0), judged, None, rng, seen=looked_at)
    assert not set(share.items) & set(done)
    assert len(share.items) + len(done) <= drawn["size"]
    everything = list(dict.fromkeys([*met, *share.items]))
    assert within(limits, everything) == everything
    if not drawn["square"]:
        assert {item for item in seen if item.claims < 2} <= set(share.items)


def within(limits: Limits, items: list[Candidate]) -> list[Candidate]:
    """Those of them that the limits let somebody meet, one after the other."""
    artworks: Counter[int | None] = Counter()
    painters: Counter[str] = Counter()
    kept = []
    for item in items:
        room = artworks[item.baseline] < (limits.per_artwork or 99)
        if room and painters[item.painter] < (limits.per_painter or 99):
            kept.append(item)
            artworks[item.baseline] += 1
            painters[item.painter] += 1
    return kept


@pytest.mark.parametrize("answered", range(1, 7))
def test_parts_are_cut_anew_so_that_a_return_makes_no_endless_last_part(answered):
    raters = {"participants": 4, "items_each": 8, "per_item": 4}
    study = live_study(
        size=8, practice=0, checks=[], artworks=8, conditions=2, design={"blocks": 4}, raters=raters
    )
    person = enrolled(study)
    finish(person, answered)
    away(person)
    enrolled(study)  # takes some of what was held, so that the return brings new items
    blocks = [trial.block for trial in held(back(person))]
    assert blocks == sorted(blocks)
    assert Counter(blocks) == {0: 2, 1: 2, 2: 2, 3: 2}


def test_a_late_finisher_holds_one_share_however_often_they_left():
    study = one_each(participants=2, per_item=2)
    person = enrolled(study)
    finish(person, 1)
    for _ in range(2):
        away(person)
        others = [enrolled(study) for _ in range(1)]
        person = back(person)
        for other in others:
            away(other)
    away(person)
    for _ in range(2):
        finish(enrolled(study))
    person = back(person)
    assert person.late
    met = held(person)
    assert len(met) <= 4
    assert len({trial.item.artwork_id for trial in met}) == len(met)
    assert finish(person) == len(met) - 1
    person.refresh_from_db()
    assert person.state == Participant.State.FINISHED


def test_nobody_is_asked_for_consent_while_all_items_are_in_hands(client):
    study = live_study(artworks=1, conditions=2, checks=[], raters={"items_each": 2, "per_item": 1})
    for _ in range(2):
        holder = enrolled(study)
    told = client.get(f"/s/{study.link_token}/")
    assert "All places in this study are taken just now." in text_of(told)
    assert "I agree" not in text_of(told)
    silence(holder)
    assert agree(client, study).status_code == 302  # the place of the silent one
    for participant in study.participants.all():
        finish(participant)
    assert "I agree" in text_of(Client().get(f"/s/{study.link_token}/"))


def test_whoever_returns_to_items_in_others_hands_reads_it_before_pressing(client):
    study = live_study(artworks=1, conditions=2, checks=[], raters={"items_each": 2, "per_item": 1})
    absent = enrolled(study)
    away(absent)
    for _ in range(2):
        enrolled(study)
    told = text_of(client.get(f"/p/{absent.token}/", follow=True))
    assert "All places in this study are taken just now." in told
