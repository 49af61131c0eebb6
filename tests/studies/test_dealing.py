"""Designs: what every drawn protocol keeps, or the sentence that says why it cannot."""

from collections import Counter
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studies.designs.assignment import Candidate, Limits
from studies.designs.dealing import Rules
from studies.designs.feasibility import levels, unmet
from studies.designs.rehearsal import rehearse
from studies.designs.session import Turn, room_for_repeats, weave
from studies.designs.squares import williams
from studies.designs.telling import imbalance, picture, regrets, short


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
        assert offered < len(items) * d["per_item"] or regrets(played, d["participants"])


def check_limits(dealt, rules):
    limits = rules.limits
    assert len(dealt) <= rules.size
    assert len({item.item for item in dealt}) == len(dealt)
    assert len({item.arm for item in dealt}) == 1
    if limits.per_painter:
        assert max(Counter(item.painter for item in dealt).values()) <= limits.per_painter
    if limits.per_artwork:
        assert max(Counter(item.artwork for item in dealt).values()) <= limits.per_artwork


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


def test_a_coverage_says_when_limits_keep_items_from_their_ratings():
    items = [
        *crossed(1, 6),
        *(Candidate(90 + n, 9 + n, "other", "c", 0, 0, "arm 0") for n in range(4)),
    ]
    played = rehearse(items, Rules(4, 6, Limits(per_artwork=1)), 15, 0.0, seed=1)
    assert "fewer than 6 ratings" in regrets(played, 15)[0]


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
