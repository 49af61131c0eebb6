"""Designs: what every drawn protocol keeps, or the sentence that says why it cannot."""

from collections import Counter
from dataclasses import replace
from itertools import pairwise
from math import ceil
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from studies.designs.assignment import Candidate, Limits
from studies.designs.coverage import Span
from studies.designs.dealing import Rules
from studies.designs.feasibility import levels, unmet
from studies.designs.rehearsal import rehearse
from studies.designs.session import Turn, room_for_repeats, weave
from studies.designs.shortfalls import regrets
from studies.designs.squares import williams
from studies.designs.telling import imbalance, picture, short
from studies.designs.versions import versions


def crossed(artworks: int, conditions: int, arms: int = 1, painters: int = 3) -> list[Candidate]:
    """Every artwork under every condition of every arm."""
    cells = [(a, c, m) for a in range(artworks) for c in range(conditions) for m in range(arms)]
    return [
        Candidate(n, a, f"painter {a % painters}", f"condition {c}", 0, 0, f"arm {m}")
        for n, (a, c, m) in enumerate(cells)
    ]


@pytest.mark.parametrize("size", range(2, 13))
def test_a_williams_square_balances_places_and_what_follows_what(size):
    rows = williams(size)
    assert len(rows) == (size if size % 2 == 0 else 2 * size)
    places = Counter((at, c) for row in rows for at, c in enumerate(row))
    follows = Counter(pair for row in rows for pair in pairwise(row))
    assert len(set(places.values())) == len(set(follows.values())) == 1
    assert len(follows) == size * (size - 1)


def test_pairs_of_conditions_meet_equally_often_where_nobody_meets_all():
    played = rehearse(crossed(10, 7), Rules(3, 20), 140, 0.0, seed=2)
    assert played.pairs.imbalance <= 2  # 140 blocks of 3 pairs over 21 pairs: 20 on average
    assert imbalance(played) <= 1


def test_participants_are_balanced_over_the_levels_between_them_though_some_leave():
    played = rehearse(crossed(10, 4, arms=3), Rules(8, 10), 50, 0.3, seed=2)
    assert played.left > 5
    assert played.arms.imbalance <= 1
    assert all(len({item.arm for item in person.dealt}) == 1 for person in played.people)


def test_a_square_puts_each_condition_at_each_place_equally_often():
    square = Rules(8, 10, Limits(even=True), square=True)
    played = rehearse(crossed(12, 4), square, 60, 0.0, seed=1)
    assert (played.places.imbalance, played.carried.imbalance) == (0, 0)
    assert (played.each.least, played.each.most) == (2, 2)
    assert imbalance(played) == 0


designs = st.fixed_dictionaries(
    {
        "artworks": st.integers(1, 8),
        "conditions": st.integers(1, 5),
        "arms": st.integers(1, 3),
        "painters": st.integers(1, 4),
        "size": st.integers(1, 12),
        "per_item": st.integers(1, 6),
        "per_painter": st.none() | st.integers(1, 4),
        "per_artwork": st.none() | st.integers(1, 3),
        "square": st.booleans(),
        "blocks": st.integers(1, 4),
        "participants": st.integers(1, 24),
        "drop_out": st.sampled_from([0.0, 0.3, 0.6]),
        "holes": st.sets(st.integers(0, 120), max_size=4),
        "seed": st.integers(0, 2**32),
    }
)


@settings(max_examples=150, deadline=None)
@given(designs)
def test_every_design_keeps_its_limits_or_a_sentence_says_which_cannot_be_met(d):
    items = crossed(d["artworks"], d["conditions"], d["arms"], d["painters"])
    items = [item for item in items if item.item not in d["holes"]] or items
    limits = Limits(d["per_painter"], d["per_artwork"], d["square"])
    rules = Rules(d["size"], d["per_item"], limits, d["square"], d["blocks"])
    played = rehearse(items, rules, d["participants"], d["drop_out"], d["seed"])
    sentences = unmet(items, rules)
    for person in played.people:
        check_limits(person.dealt, rules)
    assert len(played.finishers) <= d["participants"]
    if not sentences:
        smallest = min(sum(i.arm == arm for i in items) for arm in {i.arm for i in items})
        assert len(played.people[0].dealt) >= min(d["size"], smallest)
    for sentence in sentences:
        assert sentence.startswith("study.design.")
    if d["drop_out"] == 0 and not d["holes"] and played.lacking and not sentences:
        offered = d["participants"] * d["size"]
        short = offered < len(items) * d["per_item"]
        assert short or regrets(played, rules, d["participants"])
    if d["drop_out"] == 0 and not sentences:
        check_balance(played, rules)


def check_limits(dealt, rules):
    limits = rules.limits
    assert len(dealt) <= rules.size
    assert len({item.item for item in dealt}) == len(dealt)
    assert len({item.arm for item in dealt}) == 1
    if limits.per_painter:
        assert max(Counter(item.painter for item in dealt).values()) <= limits.per_painter
    if limits.per_artwork:
        assert max(Counter(item.artwork for item in dealt).values()) <= limits.per_artwork


def check_balance(played, rules):
    """At most one rating more than the best that these limits let anybody reach; or it is told."""
    told = regrets(played, rules, len(played.people))
    assert imbalance(played) <= 1 or any("ratings for each item" in each for each in told)
    for arm, people, ratings in played.by_arm:
        items = [item for item in played.items if item.arm == arm]
        shares = [person for person in played.people if person.arm == arm]
        if {len(person.dealt) for person in shares} == {min(rules.size, len(items))}:
            reached = best(items, rules, people)
            assert reached is None or ratings.imbalance <= ceil(reached - 1e-6) + 1


def best(items, rules, people):
    """The least difference between items, fractions allowed (a linear programme of its own)."""
    number, limits = len(items), rules.limits
    most, least = np.eye(number, number + 2), -np.eye(number, number + 2)
    most[:, number], least[:, number + 1] = -1, 1
    rows, bounds = [*most, *least], [0.0] * (2 * number)
    painters, artworks = [i.painter for i in items], [i.artwork for i in items]
    groups = [(painters, limits.per_painter), (artworks, limits.per_artwork)]
    for names, limit in groups:
        for name in set(names) if limit else ():
            rows.append(np.array([*(float(each == name) for each in names), 0.0, 0.0]))
            bounds.append(people * limit)
    conditions = [i.condition for i in items] if rules.square else ["all"] * number
    names = sorted(set(conditions))
    total = [[*(float(each == name) for each in conditions), 0.0, 0.0] for name in names]
    room = [(0, people)] * number + [(0, None)] * 2
    cost = [0.0] * number + [1.0, -1.0]
    offered = [people * min(rules.size, number) / len(names)] * len(names)
    return linprog(cost, np.array(rows), bounds, total, offered, bounds=room).fun


squares = st.fixed_dictionaries(
    {
        "artworks": st.integers(2, 7),
        "conditions": st.integers(2, 5),
        "painters": st.integers(1, 4),
        "size": st.integers(2, 12),
        "per_painter": st.none() | st.integers(1, 3),
        "per_artwork": st.none() | st.integers(1, 2),
        "holes": st.sets(st.integers(0, 34), max_size=6),
        "seed": st.integers(0, 2**32),
    }
)


@settings(max_examples=150, deadline=None)
@given(squares)
def test_a_square_shows_each_condition_equally_often_whatever_the_limits_or_is_refused(d):
    items = crossed(d["artworks"], d["conditions"], 1, d["painters"])
    items = [item for item in items if item.item not in d["holes"]] or items
    limits = Limits(d["per_painter"], d["per_artwork"], even=True)
    rules = Rules(d["size"], 99, limits, square=True)
    if unmet(items, rules):
        return
    played = rehearse(items, rules, 12, 0.0, d["seed"])
    assert played.each.imbalance == 0
    assert played.shares.imbalance == 0
    for person in played.people:
        check_limits(person.dealt, rules)


def test_a_square_that_greed_alone_would_leave_uneven():
    items = crossed(3, 3)  # two of each artwork and two of each condition: only few sets are so
    rules = Rules(6, 99, Limits(2, 2, even=True), square=True)
    for seed in range(10):
        assert rehearse(items, rules, 20, 0.0, seed).each == Span(2, 2)
    cells = [("A", 1, "x"), ("A", 2, "y"), ("B", 3, "x"), ("C", 4, "x")]  # y is of one painter only
    lopsided = [Candidate(n, n, painter, c, 0) for painter, n, c in [*cells, ("A", 5, "y")]]
    told = unmet(lopsided, Rules(4, 5, Limits(per_painter=2, even=True), square=True))
    assert told == []  # both of A's y, and x of B and C
    told = unmet(lopsided, Rules(4, 5, Limits(per_painter=1, even=True), square=True))
    assert "per_painter: 1 item of each of 3 painters" in told[0]
    assert "per_painter and per_artwork let 3 items of 4" in told[1]


def test_sets_of_paintings_beside_one_artwork_are_baselines_of_their_own():
    """Ten paintings of each mimic, eight works held out: sets 1 and 9 share an original."""
    items = versions(
        Candidate(60 * c + 10 * p + n, 8 * p + n % 8, f"painter {p}", f"condition {c}", 0)
        for c in range(3)
        for p in range(2)
        for n in range(10)
    )
    assert len({item.baseline for item in items}) == 20
    assert {item.version for item in items} == {0, 1}
    played = rehearse(items, Rules(12, 40, Limits(per_artwork=1)), 200, 0.0, seed=7)
    assert imbalance(played) == 0
    assert (played.shares.least, played.lacking) == (12, 0)
    assert all(len({i.baseline for i in person.dealt}) == 12 for person in played.people)


def test_the_limit_that_keeps_items_from_their_ratings_is_named_with_what_is_reached():
    items = [
        Candidate(30 * p + 3 * n + c, 8 * p + n % 8, f"painter {p}", f"condition {c}", 0)
        for c in range(3)
        for p in range(2)
        for n in range(10)
    ]  # four artworks have six items, the others three
    rules = Rules(12, 40, Limits(per_artwork=1))
    played = rehearse(items, rules, 200, 0.0, seed=7)
    assert regrets(played, rules, 200) == [
        "24 of 60 items end with fewer than 40 ratings, though there are places enough."
        " study.design.per_artwork: one participant judges at most 1 of the 6 items of one artwork,"
        " so 200 participants give each of these 33 ratings, and per_item is 40: raise per_artwork,"
        " or study.raters.participants to 240, or lower per_item to 33. Reached when all stay: 33"
        " to 41 ratings for each item (a difference of 8), 4 to 12 items for each participant."
    ]
    assert regrets(played, rules, 400) == []


def test_the_limit_that_cannot_be_met_is_named_with_what_to_change():
    items = crossed(6, 4, painters=3)
    too_few = unmet(items, Rules(10, 5, Limits(per_painter=2)))
    assert too_few == [
        "study.design.per_painter: 2 items of each of 3 painters are 6 items for one participant,"
        " and items_each asks for 10 (for arm 0): raise per_painter, lower items_each to 6, or use"
        " more painters."
    ]
    assert "lower items_each to 6" in unmet(items, Rules(10, 5, Limits(per_artwork=1)))[0]
    assert "multiple of 4" in unmet(items, Rules(6, 5, Limits(even=True), square=True))[0]
    assert "cut into 9 parts" in unmet(items, Rules(6, 5, blocks=9))[0]
    assert "lower the gap to 4" in unmet(items, Rules(6, 5), repeats=2, gap=6)[0]
    assert "one level only" in levels(["budget"], [{"budget": "0"}, {"budget": "0"}])[0]


def test_advice_to_lower_items_each_is_followed_by_no_other_refusal_and_quotes_the_file():
    three_works = crossed(3, 5, painters=3)
    square = Rules(5, 3, Limits(per_artwork=1, even=True), square=True)
    said = " ".join(unmet(three_works, square))
    assert "items_each asks for 5" in said
    assert "lower items_each" not in said  # no five of three works, and no fewer in a square
    rules = Rules(12, 3, Limits(per_painter=2, per_artwork=2))
    too_many = unmet(crossed(5, 2, painters=3), rules)[0]
    assert "items_each asks for 12" in too_many
    assert "lower items_each to 6," in too_many
    assert unmet(crossed(5, 2, painters=3), replace(rules, size=6)) == []


def test_a_session_has_all_repeats_that_it_has_room_for_without_a_gap_too():
    turns = [Turn(n, n) for n in range(3)]
    for seed in range(20):
        order = weave(turns, [], room_for_repeats(3, 0), 0, 1, Random(seed))
        assert sum(turn.repeat for turn in order) == room_for_repeats(3, 0)
    assert unmet(crossed(3, 1), Rules(3, 3), repeats=3, gap=0)


def test_a_coverage_says_when_limits_keep_items_from_their_ratings():
    items = [
        *crossed(1, 6),
        *(Candidate(90 + n, 9 + n, "other", "c", 0, 0, "arm 0") for n in range(4)),
    ]
    rules = Rules(4, 6, Limits(per_artwork=1))
    played = rehearse(items, rules, 15, 0.0, seed=1)
    assert "fewer than 6 ratings" in regrets(played, rules, 15)[0]


sessions = st.tuples(
    st.integers(2, 20), st.integers(0, 4), st.integers(0, 4), st.integers(1, 8), st.integers(1, 5)
)


@given(sessions, st.integers(0, 2**32))
def test_repeats_come_after_their_gap_and_parts_differ_by_one(session, seed):
    items, gold, repeats, gap, blocks = session
    turns = [Turn(n, n % 4) for n in range(items)]
    known = [Turn(100 + n, 50 + n) for n in range(gold)]
    order = weave(turns, known, repeats, gap, blocks, Random(seed))
    first = [turn.item for turn in order if not turn.repeat and turn.item < 100]
    assert first == list(range(items))
    assert sum(turn.item >= 100 for turn in order) == gold
    where = {(turn.item, turn.repeat): place for place, turn in enumerate(order)}
    again = [turn.item for turn in order if turn.repeat]
    assert len(again) <= repeats
    assert all(where[item, 1] - where[item, 0] > gap for item in again)
    sizes = Counter(turn.block for turn in order).values()
    assert max(sizes) - min(sizes) <= 1
    assert [turn.block for turn in order] == sorted(turn.block for turn in order)
    assert len(again) >= min(repeats, room_for_repeats(items, gap))


def test_the_picture_has_a_row_a_condition_and_drops_what_all_conditions_share():
    assert short(["glaze · 0.1 · none", "glaze · 0.2 · none"]) == {
        "glaze · 0.1 · none": "0.1",
        "glaze · 0.2 · none": "0.2",
    }
    rows = picture(rehearse(crossed(6, 3, arms=2), Rules(6, 5), 40, 0.0, seed=1))
    assert len(rows) == 6
    assert all(len(row.cells) == 30 for row in rows)
    assert sum(row.total for row in rows) == 40 * 6
