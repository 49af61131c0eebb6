"""Shares: balanced whoever arrives, leaves or returns; orders without the same picture twice."""

from collections import Counter
from contextlib import suppress
from datetime import timedelta
from itertools import pairwise
from random import Random

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from studies import fieldwork
from studies.designs.assignment import Candidate, arrange, ceiling, choose
from studies.models import Participant, Study, Trial
from tests.studies.factories import enrolled, finish, live_study


def grid(artworks: int, conditions: int, claims: int = 0) -> list[Candidate]:
    return [
        Candidate(a * conditions + c, a, f"painter {a % 3}", f"condition {c}", claims)
        for a in range(artworks)
        for c in range(conditions)
    ]


def test_emptier_items_come_first():
    items = [Candidate(n, n, "p", "c", claims) for n, claims in enumerate([3, 0, 2, 1])]
    assert [c.item for c in choose(items, 3, 5, Random(1))] == [1, 3, 2]


def test_one_participant_sees_conditions_and_artworks_equally_often():
    share = choose(grid(6, 4), 12, 5, Random(3))
    assert set(Counter(c.condition for c in share).values()) == {3}
    assert set(Counter(c.painter for c in share).values()) == {4}
    assert set(Counter(c.artwork for c in share).values()) == {2}


def test_no_item_is_given_past_its_number_until_all_are_answered():
    items = [Candidate(0, 0, "p", "c", 4), Candidate(1, 1, "p", "c", 6)]
    assert [c.item for c in choose(items, 2, 5, Random(1))] == [0]
    assert [c.item for c in choose(items, 2, None, Random(1))] == [0, 1]
    assert ceiling([5, 4], per_item=5) == 5
    assert ceiling([5, 6], per_item=5) is None


def test_an_item_with_a_waiting_answer_comes_first_if_it_may_be_given():
    items = [Candidate(0, 0, "p", "c", 0), Candidate(1, 1, "p", "c", 5)]
    assert choose(items, 1, 5, Random(1), wanted=1)[0].item == 1
    items = [Candidate(0, 0, "p", "c", 0), Candidate(1, 1, "p", "c", 6)]
    assert choose(items, 1, 5, Random(1), wanted=1)[0].item == 0


def test_the_seed_decides_and_the_order_of_the_rows_does_not():
    items = grid(6, 4)
    first = arrange(choose(items, 10, 5, Random(9)), Random(9))
    again = arrange(choose(reversed(items), 10, 5, Random(9)), Random(9))
    assert first == again
    assert first != arrange(choose(items, 10, 5, Random(10)), Random(10))


artworks = st.lists(st.integers(0, 5), min_size=1, max_size=24)


@given(artworks, st.integers(0, 2**32))
def test_the_same_artwork_never_comes_twice_in_a_row_where_that_is_possible(works, seed):
    items = [Candidate(n, work, "p", f"c{n % 3}", 0) for n, work in enumerate(works)]
    order = [c.artwork for c in arrange(items, Random(seed))]
    most = Counter(works).most_common(1)[0][1]
    unavoidable = max(0, 2 * most - len(works) - 1)
    assert sorted(order) == sorted(works)
    assert sum(a == b for a, b in pairwise(order)) == unavoidable


@given(st.integers(0, 2**32))
def test_each_condition_is_spread_over_the_whole_session(seed):
    order = [c.condition for c in arrange(grid(8, 3), Random(seed))]
    for start in (0, 12):
        counts = Counter(order[start : start + 12])
        assert max(counts.values()) - min(counts.values()) <= 3


@pytest.mark.parametrize("place", [0, 5, 11])
def test_every_item_is_equally_likely_at_every_place(place):
    items = grid(4, 3)
    seen = Counter(arrange(items, Random(seed))[place].item for seed in range(1200))
    assert len(seen) == 12
    assert 50 <= min(seen.values()) <= max(seen.values()) <= 170  # 100 expected


class Arrivals(RuleBasedStateMachine):
    """People arrive, answer, fall silent and return, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.per_item, self.share = 3, 4
        self.answered: dict[int, set[int]] = {}
        self.held: dict[int, set[int]] = {}
        self.rng = Random(5)

    def raters(self) -> Counter[int]:
        counts = Counter({candidate.item: 0 for candidate in grid(3, 3)})
        for items in self.answered.values():
            counts.update(items)
        return counts

    def claims(self) -> Counter[int]:
        counts = self.raters()
        for items in self.held.values():
            counts.update(items)
        return counts

    def deal(self, person: int) -> None:
        counts = self.claims()
        done = self.answered[person]
        items = [
            Candidate(c.item, c.artwork, c.painter, c.condition, counts[c.item])
            for c in grid(3, 3)
            if c.item not in done
        ]
        most = ceiling(self.raters().values(), self.per_item)
        chosen = choose(items, self.share - len(done), most, self.rng)
        self.held[person] = {c.item for c in chosen}

    @rule()
    def arrive(self) -> None:
        person = len(self.answered)
        self.answered[person] = set()
        self.deal(person)

    @precondition(lambda self: any(self.held.values()))
    @rule(data=st.data())
    def answer(self, data: st.DataObject) -> None:
        person = data.draw(st.sampled_from([p for p, items in self.held.items() if items]))
        item = self.held[person].pop()
        self.answered[person].add(item)

    @precondition(lambda self: any(self.held.values()))
    @rule(data=st.data())
    def fall_silent(self, data: st.DataObject) -> None:
        person = data.draw(st.sampled_from([p for p, items in self.held.items() if items]))
        self.held[person] = set()

    @precondition(lambda self: any(not items for items in self.held.values()))
    @rule(data=st.data())
    def come_back(self, data: st.DataObject) -> None:
        person = data.draw(st.sampled_from([p for p, items in self.held.items() if not items]))
        self.deal(person)

    @invariant()
    def nobody_judges_an_item_twice(self) -> None:
        for person, items in self.held.items():
            assert not items & self.answered[person]
            assert len(items) + len(self.answered[person]) <= self.share

    @invariant()
    def every_item_has_its_raters_before_any_has_two_more(self) -> None:
        if min(self.raters().values()) < self.per_item:
            assert max(self.claims().values()) <= self.per_item + 1


TestArrivals = Arrivals.TestCase
TestArrivals.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


acts = st.lists(
    st.tuples(st.sampled_from(["arrive", "answer", "silence", "return"]), st.integers(0, 9)),
    max_size=30,
)


@pytest.mark.django_db
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(acts)
def test_in_the_database_no_quota_is_overshot_whatever_people_do(db, happenings):
    with transaction.atomic():
        study = live_study(
            artworks=3,
            conditions=2,
            size=8,
            checks=[],
            raters={"participants": 6, "items_each": 3, "per_item": 1},
        )
        people: list[Participant] = []
        for act, number in happenings:
            if act == "arrive":
                with suppress(fieldwork.FieldworkError):
                    people.append(enrolled(study))
            elif people:
                person = Participant.objects.get(pk=people[number % len(people)].pk)
                _act(act, person)
            _check_quotas(study)
        transaction.set_rollback(True)


def _act(act: str, person: Participant) -> None:
    if act == "answer":
        finish(person, 1)
    elif act == "silence":
        past = timezone.now() - timedelta(minutes=1)
        Participant.objects.filter(pk=person.pk).update(lease_until=past)
    else:
        with suppress(fieldwork.FieldworkError):
            fieldwork.come_back(participant=person)


def _check_quotas(study: Study) -> None:
    places = study.participants.exclude(state=Participant.State.LAPSED)
    assert places.filter(late=False).count() <= 6
    trials = Trial.objects.filter(item__study=study, released=False, participant__late=False)
    claims = Counter(trials.values_list("item", flat=True))
    raters = Counter(trials.filter(answered_at__isnull=False).values_list("item", flat=True))
    if len(raters) < study.items.filter(practice=False).count():  # late finishers come on top
        assert max(claims.values(), default=0) <= 2
    for person in study.participants.all():
        assert person.trials.filter(released=False).count() <= 3
