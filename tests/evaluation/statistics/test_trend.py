"""Trends: against R, against counting all orders, properties, and what has no trend."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import page_trend_test

from evaluation.statistics.estimate import BadData
from evaluation.statistics.trend import isotonic, jonckheere, page
from tests.conftest import REPOSITORY

REFERENCE = json.loads((REPOSITORY / "tests/data/statistics/trend.json").read_text())


def long(table) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Values, blocks, levels."""
    table = np.asarray(table, dtype=float)
    block, level = np.indices(table.shape)
    return table.ravel(), block.ravel(), level.ravel()


def rng() -> np.random.Generator:
    return np.random.default_rng(7)


def test_page_with_ties_has_coins_standardised_statistic() -> None:
    wanted = REFERENCE["page"]
    found = page(*long(wanted["table"]))
    assert found.z == pytest.approx(wanted["z"], rel=1e-9)


@pytest.mark.parametrize("alternative", ["increasing", "decreasing"])
def test_pages_p_counts_all_orders_ties_and_all(alternative) -> None:
    wanted = REFERENCE["page_exact"]
    found = page(*long(wanted["table"]), alternative=alternative)
    assert found.statistic == wanted["statistic"]
    assert found.p == pytest.approx(wanted[alternative], rel=1e-9)


def test_page_without_ties_equals_scipy() -> None:
    table = rng().normal(size=(6, 5)) + 0.3 * np.arange(5)
    found = page(*long(table), alternative="increasing")
    wanted = page_trend_test(table, method="exact")
    assert (found.statistic, found.p) == pytest.approx((wanted.statistic, wanted.pvalue))


def test_page_of_many_levels_is_normal_and_near_the_exact_one_of_scipy() -> None:
    table = rng().normal(size=(8, 9)) + 0.1 * np.arange(9)
    found = page(*long(table), alternative="increasing")
    assert "normal" in found.method
    assert found.p == pytest.approx(page_trend_test(table, method="asymptotic").pvalue)


def test_hollander_and_wolfes_motivation_data() -> None:
    wanted = REFERENCE["motivation"]
    found = jonckheere(wanted["values"], wanted["levels"])
    assert found.statistic == wanted["statistic"] == 79
    assert (found.z, found.p) == pytest.approx((wanted["z"], wanted["p"]), rel=1e-9)


@pytest.mark.parametrize("alternative", ["increasing", "decreasing"])
def test_jonckheeres_p_counts_all_splits(alternative) -> None:
    wanted = REFERENCE["jonckheere_exact"]
    found = jonckheere(wanted["values"], wanted["levels"], alternative=alternative)
    assert found.statistic == wanted["statistic"]
    assert found.p == pytest.approx(wanted[alternative], rel=1e-9)


def test_the_effect_is_the_share_of_rising_pairs() -> None:
    found = jonckheere([1, 2, 2, 3], [1, 1, 2, 2])
    assert found.effect.value == pytest.approx((1 + 1 + 0.5 + 1) / 4)


def test_isotonic_means_equal_those_of_isoreg() -> None:
    wanted = REFERENCE["isotonic"]
    found = isotonic(wanted["values"], wanted["levels"], increasing=False, generator=rng())
    assert [e.value for e in found.fitted.values()] == pytest.approx(wanted["fitted"], abs=1e-12)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 5), min_size=12, max_size=12), st.randoms(use_true_random=False))
def test_order_of_rows_labels_and_a_stretched_scale_do_not_matter(numbers, random) -> None:
    values, blocks, levels = long(np.reshape(numbers, (4, 3)))
    order = random.sample(range(12), 12)
    names = np.array(random.sample(["v", "w", "x", "y"], 4))
    stretched = np.exp(values[order]), names[blocks][order], (10 * levels + 3)[order]
    for before, after in (
        (page(values, blocks, levels), page(*stretched)),
        (jonckheere(values, levels), jonckheere(stretched[0], stretched[2])),
        (
            jonckheere(values, levels, clusters=blocks),
            jonckheere(stretched[0], stretched[2], clusters=stretched[1]),
        ),
    ):
        wanted = (before.statistic, before.p, before.effect.value, before.effect.low)
        found = (after.statistic, after.p, after.effect.value, after.effect.low)
        assert found == pytest.approx(wanted, abs=1e-9, nan_ok=True)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 5), min_size=12, max_size=12))
def test_turning_the_levels_round_turns_the_trend_round(numbers) -> None:
    values, blocks, levels = long(np.reshape(numbers, (4, 3)))
    for up, down in (
        (page(values, blocks, levels), page(values, blocks, -levels)),
        (jonckheere(values, levels), jonckheere(values, -levels)),
    ):
        assert up.p == pytest.approx(down.p)
        assert up.z == pytest.approx(-down.z, nan_ok=True)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(-9, 9), min_size=6, max_size=30), st.booleans())
def test_isotonic_means_are_monotone_and_keep_the_mean(numbers, increasing) -> None:
    levels = np.arange(len(numbers)) % 5
    found = isotonic(numbers, levels, increasing=increasing, generator=rng(), replicates=100)
    fitted = np.array([e.value for e in found.fitted.values()])
    assert (np.diff(fitted) * (1 if increasing else -1) >= -1e-9).all()
    assert fitted @ np.bincount(levels) == pytest.approx(sum(numbers))


def test_means_that_rise_already_stay_as_they_are() -> None:
    found = isotonic([1, 2, 3, 2, 3, 4], [1, 2, 3, 1, 2, 3], generator=rng(), replicates=100)
    assert [e.value for e in found.fitted.values()] == list(found.means.values())
    assert (found.departure, found.p) == (0, 1)


def ladder(raters: int, shares: list[float]) -> tuple[np.ndarray, ...]:
    """Yes and no of raters to 6 artworks at every level."""
    draw = np.random.default_rng(11)
    rater, rest = np.divmod(np.arange(raters * 6 * len(shares)), 6 * len(shares))
    item, level = np.divmod(rest, len(shares))
    lean = draw.normal(0, 0.1, raters)[rater]
    return (draw.random(len(rater)) < np.array(shares)[level] + lean) * 1.0, level, rater, item


def test_a_curve_with_a_dip_is_told_from_noise() -> None:
    values, level, rater, item = ladder(40, [0.9, 0.2, 0.8, 0.1])
    dip = isotonic(
        values, level, raters=rater, items=item, increasing=False, generator=rng(), replicates=300
    )
    assert dip.p < 0.05
    values, level, rater, item = ladder(40, [0.9, 0.6, 0.6, 0.1])
    flat = isotonic(
        values, level, raters=rater, items=item, increasing=False, generator=rng(), replicates=300
    )
    assert flat.p > 0.05


def test_levels_where_all_agree_are_never_certain() -> None:
    values, level, rater = (
        np.array([1.0] * 10 + [0, 1] * 5),
        np.repeat([0, 1], 10),
        [*range(10)] * 2,
    )
    bounded = isotonic(
        values, level, raters=rater, increasing=False, bounds=(0, 1), generator=rng()
    )
    assert bounded.fitted[0].low == pytest.approx(0.05 ** (1 / 10))
    free = isotonic(values, level, raters=rater, increasing=False, generator=rng())
    assert "give `bounds`" in free.fitted[0].method


def test_isotonic_intervals_are_the_same_for_the_same_seed() -> None:
    data = ladder(10, [0.8, 0.5, 0.2])
    once, again = (
        isotonic(*data[:2], raters=data[2], items=data[3], increasing=False, generator=rng())
        for _ in range(2)
    )
    assert once == again


def test_incomplete_blocks_are_left_out_and_counted() -> None:
    values, blocks, levels = long([[1, 2, 3], [2, 1, 3], [1, 3, 2]])
    found = page(values[:-1], blocks[:-1], levels[:-1])
    assert "1 incomplete ones left out" in found.method
    assert found.statistic == page(values[:6], blocks[:6], levels[:6]).statistic
    with pytest.raises(BadData, match="No block has an answer at every level"):
        page([1, 2], ["a", "b"], [1, 2])


def test_answers_that_are_all_alike_have_no_trend() -> None:
    flat = page(*long(np.ones((3, 3))))
    assert (flat.p, flat.effect.defined) == (1, False)
    same = jonckheere([2, 2, 2, 2], [1, 1, 2, 2])
    assert (same.p, same.effect.defined) == (1, False)


def test_perfect_trends_are_never_certain() -> None:
    perfect = page(*long([[1, 2, 3]] * 4))
    assert perfect.effect.value == 1
    assert not perfect.effect.has_interval
    assert perfect.p == pytest.approx(2 / 6**4)
    ordered = jonckheere([1, 2, 3, 4, 5, 6], [1, 1, 2, 2, 3, 3])
    assert (ordered.effect.value, ordered.effect.low) == (1, pytest.approx(0.05 ** (1 / 2)))


def test_clusters_that_answer_alike_count_once() -> None:
    values, blocks, levels = long(rng().normal(size=(8, 3)) + np.arange(3) / 2)
    once = jonckheere(values, levels, clusters=blocks)
    thrice = jonckheere(np.tile(values, 3), np.tile(levels, 3), clusters=np.tile(blocks, 3))
    naive = jonckheere(np.tile(values, 3), np.tile(levels, 3))
    assert thrice.p == pytest.approx(once.p)
    assert naive.p < once.p


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(0, 9), min_size=12, max_size=12))
def test_clustered_p_and_interval_never_contradict_each_other(numbers) -> None:
    values, blocks, levels = long(np.reshape(numbers, (4, 3)))
    found = jonckheere(values, levels, clusters=blocks)
    if found.p == found.p and found.effect.has_interval:
        assert (found.p < 0.05) == found.effect.excludes(0.5)


def test_one_cluster_has_no_test() -> None:
    found = jonckheere([1, 2, 3], [1, 2, 3], clusters=["a"] * 3)
    assert np.isnan(found.p)
    assert "one cluster" in found.method


@pytest.mark.parametrize(
    ("levels", "said"), [([1, 1], "two levels"), ([1, np.nan], "not a finite number")]
)
def test_levels_that_are_none_are_refused(levels, said) -> None:
    for test in (
        lambda: page([1, 2], ["a", "a"], levels),
        lambda: jonckheere([1, 2], levels),
        lambda: isotonic([1, 2], levels, generator=rng()),
    ):
        with pytest.raises(BadData, match=said):
            test()


def test_a_wrong_alternative_is_refused() -> None:
    with pytest.raises(BadData, match="two-sided, increasing or decreasing"):
        jonckheere([1, 2], [1, 2], alternative="greater")
