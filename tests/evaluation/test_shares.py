"""Shares by the crossed bootstrap: hand-made numbers, ends of the scale, pairs within painters."""

import numpy as np
import pytest

from evaluation.statistics.estimate import BadData
from evaluation.statistics.shares import (
    Resampling,
    crossed_difference,
    crossed_share,
    share_of_items,
)
from tests.evaluation.tables import crossed_answers


def how(seed: int = 1, replicates: int = 400) -> Resampling:
    return Resampling(np.random.default_rng(seed), replicates)


def grid(hits: list[list[int]]) -> tuple[list[int], list[int], list[int]]:
    """Rows are raters, columns items: values, raters, items."""
    cells = [(v, r, i) for r, row in enumerate(hits) for i, v in enumerate(row)]
    values, raters, items = zip(*cells, strict=True)
    return list(values), list(raters), list(items)


def test_the_share_of_answers_is_that_of_all_answers() -> None:
    found = crossed_share(*grid([[1, 0, 1, 0], [1, 1, 1, 0], [0, 0, 1, 0]]), how())
    assert found.value == pytest.approx(6 / 12)
    assert found.low < 0.5 < found.high
    assert found.n == 12
    assert "3 raters and 4 items" in found.method


def test_the_share_of_items_goes_by_their_median_answer() -> None:
    # medians 1, 2.5, 3, 2: two of four lie within 1 to 2
    answers = grid([[1, 2, 3, 2], [1, 3, 5, 2], [1, 2, 3, 4], [2, 3, 1, 1]])
    values, raters, items = answers
    found = share_of_items(values, raters, items, items, (1, 2), how())
    assert found.value == 0.5
    assert found.n == 4
    assert share_of_items(values, raters, items, items, (3, 5), how()).value == 0.25


@pytest.mark.parametrize("value", [0, 1])
def test_answers_all_alike_are_no_certainty(value: int) -> None:
    found = crossed_share(*grid([[value] * 5] * 10), how())
    limit = 1 - 0.05 ** (1 / 10)  # one-sided Clopper-Pearson for 10 of 10
    ends = (0, limit) if value == 0 else (1 - limit, 1)
    assert (found.low, found.high) == pytest.approx(ends)
    assert "10 raters" in found.method


def test_items_all_alike_are_as_many_as_there_are_items_or_raters() -> None:
    values, raters, items = grid([[1] * 4] * 10)
    found = share_of_items(values, raters, items, items, (1, 2), how())
    assert found.value == 1
    assert found.low == pytest.approx(0.05 ** (1 / 10))


def test_measurements_are_drawn_without_raters() -> None:
    values, items = [1.0, 0.75, 0.5, 1.0], [0, 1, 2, 3]
    found = crossed_share(values, None, items, how())
    assert found.value == pytest.approx(0.8125)
    assert 0.5 <= found.low < found.value < found.high <= 1
    assert "rater" not in found.method
    with pytest.raises(BadData, match="numbers from 0 to 1"):
        crossed_share([0.5, 1.5], None, [0, 1], how())


@pytest.mark.parametrize(("raters", "items"), [(1, 4), (4, 1)])
def test_one_of_either_gives_no_interval(raters: int, items: int) -> None:
    cells = grid([[1] + [0] * (items - 1)] * raters if items > 1 else [[1]] + [[0]] * (raters - 1))
    assert not crossed_share(*cells, how()).has_interval
    values, who, what = cells
    assert not share_of_items(values, who, what, what, (1, 1), how()).has_interval


def test_an_interval_always_holds_its_estimate() -> None:
    for seed in range(12):
        hits, raters, items = crossed_answers(np.random.default_rng(seed), 6, 5, intercept=2.5)
        for found in (
            crossed_share(hits, raters, items, how(seed, 200)),
            share_of_items(hits * 1 + 1, raters, items, items, (2, 2), how(seed, 200)),
        ):
            assert 0 <= found.low <= found.value <= found.high <= 1


def test_a_difference_is_taken_within_painters() -> None:
    # painter a is easy and has most answers in arm 1; within each painter nothing differs
    easy = ([1, 1, 1, 0] * 2, [1, 1, 1, 0] * 10)
    hard = ([1, 0, 0, 0] * 10, [1, 0, 0, 0] * 2)
    values, painter, arm = [], [], []
    for name, sides in (("a", easy), ("b", hard)):
        for second, side in enumerate(sides):
            values += side
            painter += [name] * len(side)
            arm += [bool(second)] * len(side)
    count = len(values)
    raters, clusters = [k % 7 for k in range(count)], [k % 5 for k in range(count)]
    found, p = crossed_difference(values, raters, clusters, painter, arm, how())
    plain = np.mean(np.array(values)[arm]) - np.mean(np.array(values)[~np.array(arm)])
    assert plain == pytest.approx(1 / 3)
    assert found.value == pytest.approx(0)
    assert p > 0.3


def test_mantel_haenszel_weights_by_hand() -> None:
    # painter a: 2/4 against 4/4, painter b: 0/2 against 1/4
    values = [1, 1, 0, 0, 1, 1, 1, 1, 0, 0, 1, 0, 0, 0]
    arm = [False] * 4 + [True] * 4 + [False] * 2 + [True] * 4
    painter = ["a"] * 8 + ["b"] * 6
    raters, clusters = [k % 3 for k in range(14)], [k % 2 for k in range(14)]
    found, _ = crossed_difference(values, raters, clusters, painter, arm, how())
    weights = 4 * 4 / 8, 2 * 4 / 6
    assert found.value == pytest.approx((weights[0] * 0.5 + weights[1] * 0.25) / sum(weights))


def test_painters_whom_one_side_lacks_are_left_out() -> None:
    values, arm = [0, 0, 1, 1, 1, 1], [False, False, True, True, True, True]
    painter = ["a", "a", "a", "a", "b", "b"]
    raters, clusters = [0, 1, 0, 1, 0, 1], [0, 1, 0, 1, 0, 1]
    found, _ = crossed_difference(values, raters, clusters, painter, arm, how())
    assert (found.value, found.n) == (1.0, 4)
    nothing, p = crossed_difference(
        values, raters, clusters, ["x", "y", "z", "z", "z", "z"], arm, how()
    )
    assert not nothing.defined
    assert p != p


def test_two_conditions_all_alike_differ_by_no_more_than_their_limits() -> None:
    one, raters, items = grid([[0] * 6] * 12)
    found, p = crossed_difference(
        one + [1] * len(one), raters * 2, items * 2, [0] * 144, [False] * 72 + [True] * 72, how()
    )
    assert found.value == found.high == 1
    assert 0.5 < found.low < 0.95
    assert p < 0.01
    same, p = crossed_difference(
        one * 2, raters * 2, items * 2, [0] * 144, [False] * 72 + [True] * 72, how()
    )
    assert same.value == 0
    assert same.low < 0 < same.high
    assert p > 0.5


def test_pairing_makes_a_difference_sharper_than_two_apart() -> None:
    rng = np.random.default_rng(5)
    looks = rng.normal(0, 2.5, 30)
    first = (looks + rng.normal(0, 0.5, (10, 30)) > 0).astype(int).ravel()
    second = (looks + 0.4 + rng.normal(0, 0.5, (10, 30)) > 0).astype(int).ravel()
    raters, items = np.divmod(np.arange(300), 30)
    arm = [False] * 300 + [True] * 300
    values = [*first, *second]
    paired, _ = crossed_difference(
        values, [*raters, *raters], [*items, *items], [0] * 600, arm, how()
    )
    apart, _ = crossed_difference(
        values, [*raters, *raters], [*items, *(items + 100)], [0] * 600, arm, how()
    )
    assert paired.value == pytest.approx(apart.value)
    assert (paired.high - paired.low) < 0.7 * (apart.high - apart.low)


def test_a_great_difference_survives_many_comparisons() -> None:
    rng = np.random.default_rng(6)
    hits = [rng.random((20, 8)) < share for share in (0.1, 0.9)]
    raters, items = np.divmod(np.arange(160), 8)
    arm = [False] * 160 + [True] * 160
    values = [*hits[0].ravel() * 1, *hits[1].ravel() * 1]
    _, p = crossed_difference(values, [*raters] * 2, [*items] * 2, [0] * 320, arm, how())
    assert p < 0.001
