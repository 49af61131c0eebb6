"""Adaptive dealing: comparisons that teach most come next, and items stop by a fixed rule."""

from collections import Counter
from random import Random

import numpy as np
import pytest
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from studies import fieldwork
from studies.designs.arms import BESIDE
from studies.designs.assignment import Candidate, Limits
from studies.designs.dealing import Rules, deal_again, deal_share
from studies.designs.information import as_if_answered, gains, posterior
from studies.designs.seeking import Seeking
from studies.designs.stopping import Stopping
from studies.drafting import adapting
from studies.live.adapting import heard, stopped
from studies.live.plan import plan_of
from studies.live.shares import _Counts, candidates, holders, laid_out, rules_of, seats
from studies.models import Event, Response, Trial
from studies.simulation import simulate
from tests.studies.comparing_scene import comparing_text, live
from tests.studies.factories import enrolled, live_study

NAMES = ("a", "b", "c", "d")
PAIRS = [BESIDE.join((x, y)) for n, x in enumerate(NAMES) for y in NAMES[n + 1 :]]


def pool(artworks: int = 4, claims: int = 0) -> list[Candidate]:
    cells = [(a, pair) for a in range(artworks) for pair in PAIRS]
    return [Candidate(n, a, f"p{a % 2}", c, claims, claims) for n, (a, c) in enumerate(cells)]


def test_a_posterior_is_at_its_mode_and_answers_narrow_it():
    wins = np.array([[0.0, 9, 3], [2, 0, 8], [1, 4.5, 0]])
    mean, covariance = posterior(wins, 2.0)
    p = 1 / (1 + np.exp(-np.subtract.outer(mean, mean)))
    slope = (wins - (wins + wins.T) * p).sum(1) - mean / 4
    assert np.abs(slope).max() < 1e-6
    after = as_if_answered(mean, covariance, 0, 1, 5)
    assert gains(mean, after)[0, 1] < gains(mean, covariance)[0, 1]


def test_coverage_comes_first_and_then_what_is_close_and_seldom_compared():
    rules = Rules(6, 2, seeking=Seeking(0.2))
    first = deal_share(pool(), rules, Counter(), Random(1))
    assert {draw.why for draw in first.draws} == {"coverage"}
    won = {pair: (10.0, 0.0) if pair[0] == "a" else (5.0, 5.0) for pair in PAIRS}
    draws = [
        draw
        for seed in range(60)
        for draw in deal_share(pool(claims=2), rules, Counter(), Random(seed), won).draws
    ]
    share = sum(draw.why == "random" for draw in draws) / len(draws)
    assert 0.12 < share < 0.28
    by_item = {item.item: item.condition for item in pool()}
    sought = Counter(by_item[d.item][0] for d in draws if d.why == "informative")
    assert sought["a"] < 0.1 * sum(sought.values())  # decided already
    assert all(0 < d.chance <= 1 for d in draws)


def test_chances_are_those_of_the_draws():
    rules = Rules(1, 1, seeking=Seeking(0.5))
    won = {PAIRS[0]: (4.0, 3.0), PAIRS[5]: (9.0, 1.0)}
    by_item = {item.item: item.condition for item in pool()}
    drawn, chance = Counter[str](), {}
    for seed in range(1500):
        draw = deal_share(pool(claims=1), rules, Counter(), Random(seed), won).draws[0]
        drawn[by_item[draw.item]] += 1
        chance[by_item[draw.item]] = draw.chance
    assert set(drawn) == set(PAIRS)
    assert sum(chance.values()) == pytest.approx(1)
    assert all(abs(drawn[pair] / 1500 - chance[pair]) < 0.05 for pair in PAIRS)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 12),
    st.none() | st.integers(1, 6),
    st.none() | st.integers(1, 3),
    st.integers(1, 3),
    st.integers(0, 3),
    st.integers(0, 2**32),
)
def test_sought_shares_keep_the_limits_and_never_repeat(size, painter, artwork, floor, had, seed):
    rules = Rules(size, floor, Limits(painter, artwork), seeking=Seeking())
    share = deal_share(pool(claims=had), rules, Counter(), Random(seed))
    again = deal_again(pool(claims=had), rules, share.seat, {0, 1}, 2, Random(seed))
    for items in (share.items, [i for i in pool() if i.item in (0, 1)] + list(again.items)):
        assert len({i.item for i in items}) == len(items) <= max(size, 2)
    for found, value in ((painter, "painter"), (artwork, "artwork")):
        most = max(Counter(getattr(i, value) for i in share.items).values())
        assert found is None or most <= found
    assert len(share.draws) == len(share.items)
    assert {draw.item for draw in share.draws} == {item.item for item in share.items}


def test_a_rule_looks_from_its_least_number_on_and_ends_at_its_most():
    rule = Stopping(0.4, 10, 30, 5)
    assert not rule.stops({3: 9})
    assert not rule.stops({3: 10})  # ten alike do not look certain
    assert rule.stops({3: 20})
    assert not rule.stops({1: 10, 5: 10})
    assert rule.stops({1: 15, 5: 15})
    share = Stopping(0.15, 10, 500, 5, above=3)
    assert share.reach({1: 50, 5: 50}) == pytest.approx(0.0962, abs=1e-4)  # Wilson 1927
    assert share.stops({1: 50, 5: 50})


def test_closed_items_are_not_dealt_and_no_item_gets_more_than_its_most():
    items = [Candidate(n, n, "p", "c", n, n, closed=n == 0) for n in range(6)]
    share = deal_share(items, Rules(6, 1, at_most=4), Counter(), Random(1))
    assert {item.item for item in share.items} == {1, 2, 3}


SMALL = {"participants": 40, "items_each": 4, "per_item": 10}


SEEKING = {"study__adaptive": {"pairs": {}}}


def stopping_study(**changes):
    rule = {"half_width": 0.8, "at_most": 14, **changes}
    return live_study(
        artworks=2, conditions=3, size=8, checks=[], raters=SMALL, adaptive={"items": rule}
    )


@pytest.mark.django_db
def test_an_item_that_has_stopped_is_dealt_no_more_and_its_ratings_go_to_others():
    study = stopping_study()
    plan = plan_of(study)
    open_items = set(study.items.filter(practice=False).values_list("pk", flat=True))
    steady = min(open_items)
    while True:
        try:
            person = enrolled(study)
        except fieldwork.FieldworkError:
            break
        by = set(heard(study, plan, laid_out(study, plan), [], simulated=False).closed)
        dealt = set(person.trials.values_list("item", flat=True))
        assert not dealt & by
        while trial := fieldwork.next_trial(person):
            point = 3 if trial.item_id == steady else 1 + 4 * (person.pk % 2)
            answers = {q.name: point for q in plan.kind.questions}
            fieldwork.record(trial=trial, answers=answers)
    counts = Counter(Trial.objects.filter(practice=False).values_list("item", flat=True))
    assert max(counts.values()) == 14
    assert counts[steady] < 14
    assert len(stopped(study, plan, simulated=False)) == 6
    assert stopped(study, plan, simulated=True) == []
    event = Event.objects.filter(kind="adapted").order_by("pk").last()
    assert event.details["stopped"]
    assert len(event.details["state_sha256"]) == 64


@pytest.mark.django_db
def test_simulated_raters_play_it_and_the_live_page_says_what_stopped(client, django_user_model):
    study = stopping_study()
    simulate(study=study, raters=8, seed=1)
    client.force_login(django_user_model.objects.create_superuser("a", "a@example.org", "x"))
    page = client.get(reverse("studies:live", args=[study.slug])).content.decode()
    assert "items have stopped by the rule (±0.8, at most 14 ratings)" in page


@pytest.mark.django_db
def test_comparisons_are_sought_by_answers_and_every_draw_is_on_record_and_can_be_replayed():
    raters = {"participants": 30, "items_each": 3, "per_item": 1}
    levels = ("none", "jpeg-60", "jpeg-15")
    study = live(comparing_text("forced_choice", *levels, study__raters=raters, **SEEKING))
    plan = plan_of(study)
    simulate(study=study, raters=12, seed=2)
    events = Event.objects.filter(kind="adapted").order_by("pk")
    assert events.count() == 12
    why = Counter(draw["why"] for event in events for draw in event.details["draws"])
    assert why["coverage"] >= study.items.filter(practice=False, gold="").count()
    assert why["informative"] > 0
    last = heard(study, plan, laid_out(study, plan), [], simulated=True)
    question = plan.kind.questions[0].name
    given = Response.objects.filter(question=question, trial__practice=False).count()
    assert last.answers == given == sum(sum(won) for won in last.won.values())
    newest = enrolled(study, simulated=True)
    told = newest.events.get(kind="adapted").details
    assert told["state_sha256"] == last.sha256
    counts = _Counts(newest)  # of everybody else
    rng = plan.rng("share", newest.seed, told["trials_before"])
    items, taken = candidates(newest, plan, counts), seats(holders(newest, counts.left_out))
    again = deal_share(items, rules_of(plan), taken, rng, last.won)
    assert [(d.why, d.gain, d.chance) for d in again.draws] == [
        (d["why"], d["gain"], d["chance"]) for d in told["draws"]
    ]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"adaptive": {"pairs": {}}}, "does not compare two conditions"),
        ({"adaptive": {"items": {"half_width": 0.5, "at_most": 20}}}, "per_item to 10"),
        (
            {
                "adaptive": {"items": {"half_width": 0.5, "at_most": 4}},
                "design": {"order": "latin_square"},
            },
            "at_most: 4 is fewer",
        ),
        ({"adaptive": {"items": {"half_width": 0.6, "at_most": 9, "above": 9}}}, "above 9"),
    ],
)
@pytest.mark.django_db
def test_what_cannot_be_done_is_said_before_a_launch(changes, said):
    study = live_study(size=8, checks=[], **changes)
    sentences = adapting.unmet(plan_of(study))
    assert any(said in sentence for sentence in sentences)
    assert all(sentence.startswith("study.adaptive") for sentence in sentences)


@pytest.mark.django_db
def test_a_check_says_what_is_adaptive_and_what_it_costs_at_most():
    study = stopping_study()
    lines = adapting.told(plan_of(study), 6)
    assert "At most 40 participants × 4 items = 160 ratings." in lines
    assert "84 ratings if no item stops early" in lines[0]
    assert adapting.told(plan_of(live_study(slug="plain", size=8)), 6) == []
