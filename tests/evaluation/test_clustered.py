"""The two-way clustered interval: formula, ends, differences, coverage."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import t as student

from evaluation.statistics.clustered import clustered_difference, clustered_mean, clustered_share
from evaluation.statistics.estimate import BadData
from tests.evaluation.tables import REFERENCE, crossed_answers, population_share


def test_variance_terms_equal_those_of_statsmodels() -> None:
    case = REFERENCE["clusters"]
    found = clustered_share(case["hit"], case["rater"], case["item"]).estimate
    R, I = len(set(case["rater"])), len(set(case["item"]))  # noqa: E741 (the paper's letters)
    cells = case["raters"] + case["items"] - case["both"]
    wanted = R / (R - 1) * case["raters"] + I / (I - 1) * case["items"] - cells
    assert found.se**2 == pytest.approx(wanted, rel=1e-9)


def test_interval_is_symmetric_on_the_logit_with_t_of_the_scarcer_axis() -> None:
    hits, rater, item = crossed_answers(np.random.default_rng(3), 12, 7)
    found = clustered_share(hits, rater, item).estimate
    p = found.value
    logits = np.log([found.low / (1 - found.low), p / (1 - p), found.high / (1 - found.high)])
    reach = student.ppf(0.975, 6) * found.se / (p * (1 - p))
    assert np.diff(logits) == pytest.approx([reach, reach], rel=1e-9)


def test_a_variance_below_its_larger_one_way_term_takes_that_term() -> None:
    hits = np.array([[1, 0, 1, 0], [0, 1, 0, 1], [1, 0, 0, 1], [1, 1, 0, 1]])
    rater, item = np.nonzero(np.ones_like(hits))
    found = clustered_share(hits.ravel(), rater, item).estimate
    means = (hits - hits.mean()) / hits.size
    larger = 4 / 3 * max((means.sum(1) ** 2).sum(), (means.sum(0) ** 2).sum())
    assert "larger one-way term" in found.method
    assert found.se**2 == pytest.approx(larger)


def test_raters_and_items_that_do_not_differ_leave_the_variance_of_cells() -> None:
    found = clustered_share([1, 0, 0, 1], [0, 0, 1, 1], [0, 1, 0, 1]).estimate
    assert "cells alone" in found.method
    assert found.low < 0.5 < found.high


@pytest.mark.parametrize(
    ("hit", "ends"), [(1, (0.05 ** (1 / 9), 1)), (0, (0, 1 - 0.05 ** (1 / 9)))]
)
def test_unanimous_answers_get_the_clopper_pearson_limit_at_the_rater_count(hit, ends) -> None:
    rater, item = np.divmod(np.arange(36), 4)
    found = clustered_share(np.full(36, hit), rater, item).estimate
    assert (found.low, found.high) == pytest.approx(ends)
    assert "Clopper-Pearson limit at 9 raters" in found.method


def test_one_item_gives_a_value_and_says_why_it_has_no_interval() -> None:
    found = clustered_share([1, 0, 1], ["a", "b", "c"], ["x", "x", "x"]).estimate
    assert found.value == pytest.approx(2 / 3)
    assert found.method == "no interval: one item says nothing about other items"


def test_a_bounded_mean_is_a_stretched_share() -> None:
    hits, rater, item = crossed_answers(np.random.default_rng(4))
    share = clustered_share(hits, rater, item).estimate
    mean = clustered_mean(1 + 4 * hits, rater, item, bounds=(1, 5)).estimate
    assert (mean.value, mean.low, mean.high) == pytest.approx(
        (1 + 4 * share.value, 1 + 4 * share.low, 1 + 4 * share.high)
    )


def test_values_off_the_scale_are_refused() -> None:
    with pytest.raises(BadData, match=r"goes from 1 to 5; given: 6\.0"):
        clustered_mean([1, 6], ["a", "b"], ["x", "y"], bounds=(1, 5))


def test_a_difference_equals_the_mean_of_paired_differences_in_a_full_design() -> None:
    rng = np.random.default_rng(5)
    first, second = rng.normal(0, 1, (2, 8, 6))
    rater, item = np.nonzero(np.ones((8, 6)))
    both = clustered_difference(
        np.r_[first.ravel(), second.ravel()],
        np.r_[rater, rater],
        np.r_[item, item],
        np.repeat([False, True], 48),
    )
    paired = clustered_mean((second - first).ravel(), rater, item)
    assert (both.estimate.value, both.estimate.se) == pytest.approx(
        (paired.estimate.value, paired.estimate.se)
    )


def test_what_both_conditions_share_cancels_in_their_difference() -> None:
    rng = np.random.default_rng(6)
    shared = rng.normal(0, 3, (10, 1)) + rng.normal(0, 3, (1, 10))
    arms = [shared + shift + rng.normal(0, 0.1, (10, 10)) for shift in (0, 0.5)]
    rater, item = np.nonzero(np.ones((10, 10)))
    found = clustered_difference(
        np.concatenate([arm.ravel() for arm in arms]),
        np.r_[rater, rater],
        np.r_[item, item],
        np.repeat([0, 1], 100),
    )
    assert found.estimate.high - found.estimate.low < 0.2
    assert found.p < 1e-6


def test_two_unanimous_conditions_are_not_certainly_equal() -> None:
    rater, item = np.divmod(np.arange(40), 5)
    found = clustered_difference(np.ones(40), rater, item, item >= 2, bounds=(0, 1)).estimate
    assert found.value == 0
    assert found.low < -0.1
    assert found.high > 0.1


def test_the_p_value_agrees_with_the_interval() -> None:
    rng = np.random.default_rng(7)
    for _ in range(40):
        hits, rater, item = crossed_answers(rng, 8, 8)
        found = clustered_difference(hits, rater, item, item >= 4, bounds=(0, 1))
        assert (found.p < 0.05) == found.estimate.excludes(0.0)


@given(st.integers(0, 10_000))
@settings(max_examples=40, deadline=None)
def test_names_and_order_of_raters_and_items_do_not_matter(seed: int) -> None:
    rng = np.random.default_rng(seed)
    hits, rater, item = crossed_answers(rng, 6, 5, filled=0.7)
    if len(hits) < 2:
        return
    names = rng.permutation(100)
    order = rng.permutation(len(hits))
    before = clustered_share(hits, rater, item).estimate
    after = clustered_share(hits[order], names[rater[order]], names[item[order]]).estimate
    assert [after.value, after.low, after.high] == pytest.approx(
        [before.value, before.low, before.high], nan_ok=True
    )


@given(st.integers(0, 10_000))
@settings(max_examples=40, deadline=None)
def test_the_share_of_the_opposite_is_the_mirror_image(seed: int) -> None:
    hits, rater, item = crossed_answers(np.random.default_rng(seed), 5, 6)
    yes = clustered_share(hits, rater, item).estimate
    no = clustered_share(~hits, rater, item).estimate
    assert [no.value, no.low, no.high] == pytest.approx([1 - yes.value, 1 - yes.high, 1 - yes.low])
    assert 0 <= yes.low <= yes.value <= yes.high <= 1


def test_it_covers_about_95_percent_where_the_binomial_interval_does_not() -> None:
    """statistics.md 0.1; 10 raters, 10 items, full; the table is in benchmarks/coverage.py."""
    rng, truth = np.random.default_rng(8), population_share(0.4)
    studies = [crossed_answers(rng, 10, 10, intercept=0.4) for _ in range(500)]
    clustered = [clustered_share(*study).estimate for study in studies]
    covered = np.mean([found.low <= truth <= found.high for found in clustered])
    shares = np.array([hits.mean() for hits, _, _ in studies])
    binomial = np.mean(abs(shares - truth) < 1.96 * np.sqrt(shares * (1 - shares) / 100))
    assert 0.93 <= covered <= 0.985
    assert binomial < 0.8
