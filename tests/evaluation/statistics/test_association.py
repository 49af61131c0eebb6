"""Correlations, areas, calibration and importance: equal to R, and honest at the edges."""

import json
from itertools import permutations
from math import sqrt
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.statistics.association import (
    auc,
    calibration,
    compare_correlations,
    compare_dependent,
    correlation,
    delong,
    dominance,
)
from evaluation.statistics.estimate import BadData

R = json.loads((Path(__file__).parents[2] / "data/statistics/association.json").read_text())
X, Y, Z, W, YES, P, ARTIST = (
    np.array(R["data"][name], dtype=float) for name in ("x", "y", "z", "w", "yes", "p", "artist")
)
columns = st.integers(5, 14).flatmap(
    lambda n: st.tuples(*(st.lists(st.integers(0, 6), min_size=n, max_size=n) for _ in range(2)))
)


@pytest.mark.parametrize("method", ["pearson", "spearman", "kendall"])
def test_correlations_and_their_p_values_are_rs(method) -> None:
    found = correlation(X, Y, method=method)
    assert found.estimate.value == pytest.approx(R[method]["r"], abs=1e-9)
    assert found.p == pytest.approx(R[method]["p"], rel=1e-6)


def test_pearsons_interval_is_rs() -> None:
    found = correlation(X, Y).estimate
    assert (found.low, found.high) == pytest.approx(
        (R["pearson"]["low"], R["pearson"]["high"]), abs=1e-9
    )


def test_partial_correlations_are_those_of_residuals() -> None:
    held = np.column_stack([Z, W])
    plain = correlation(X, Y, given=held)
    ranked = correlation(X, Y, given=held, method="spearman")
    assert plain.estimate.value == pytest.approx(R["partial"]["r"], abs=1e-9)
    assert plain.p == pytest.approx(R["partial"]["p"], rel=1e-6)
    assert ranked.estimate.value == pytest.approx(R["partial_spearman"]["r"], abs=1e-9)
    assert ranked.p == pytest.approx(R["partial_spearman"]["p"], rel=1e-6)
    tau = correlation(X, Y, given=Z, method="kendall").estimate.value
    assert tau == pytest.approx(R["partial_kendall"], abs=1e-9)


@given(columns, st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_the_order_of_rows_and_columns_does_not_matter(pair, random) -> None:
    x, y = pair
    order = random.sample(range(len(x)), len(x))
    for method in ("pearson", "spearman", "kendall"):
        one = correlation(x, y, method=method).estimate
        other = correlation([y[k] for k in order], [x[k] for k in order], method=method).estimate
        assert one.value == pytest.approx(other.value, abs=1e-9, nan_ok=True)
        assert one.low == pytest.approx(other.low, abs=1e-9, nan_ok=True)


def test_rank_correlations_know_only_the_order_and_take_infinity() -> None:
    far = X.copy()
    far[X.argmax()] = np.inf
    for method in ("spearman", "kendall"):
        plain = correlation(X, Y, method=method).estimate.value
        assert correlation(np.exp(X), Y, method=method).estimate.value == pytest.approx(plain)
        assert correlation(far, Y, method=method).estimate.value == pytest.approx(plain)
    with pytest.raises(BadData, match="no usable value of x"):
        correlation(far, Y)


def test_pearson_does_not_care_how_small_or_far_the_numbers_are() -> None:
    tiny = correlation(X * 1e-12 + 1, Y * 1e-9)
    assert tiny.estimate.value == pytest.approx(correlation(X, Y).estimate.value, abs=1e-3)
    assert correlation(X * 1e-12, Y).estimate.value == pytest.approx(R["pearson"]["r"], abs=1e-9)


def test_clusters_widen_the_interval_where_rows_repeat_one_another() -> None:
    copies, group = np.repeat([X, Y], 6, axis=1), np.repeat(np.arange(len(X)), 6)
    naive = correlation(*copies).estimate
    fair = correlation(*copies, clusters=group, generator=np.random.default_rng(1)).estimate
    assert fair.high - fair.low > 1.8 * (naive.high - naive.low)
    assert "60 clusters" in fair.method


def test_disattenuation_divides_and_may_exceed_one() -> None:
    found = correlation(X, Y, reliability=(0.5, 0.6))
    assert found.disattenuated is not None
    assert found.disattenuated.value == pytest.approx(R["pearson"]["r"] / sqrt(0.3))
    assert found.disattenuated.value > 1 > found.estimate.value
    with pytest.raises(BadData, match="reliability"):
        correlation(X, Y, reliability=(0.0, 0.6))


@pytest.mark.parametrize(
    ("x", "y", "said"),
    [
        ([1, 1, 1, 1, 1], [1, 2, 3, 4, 5], "does not vary"),
        ([0.1] * 5, [1, 2, 3, 4, 5], "does not vary"),
        ([1, 2, 3], [1, 3, 2], "too few"),
        ([1, 2, 3, 4, 5], [2, 4, 6, 8, 10], "on one line"),
    ],
)
def test_what_has_no_interval_says_why(x, y, said) -> None:
    found = correlation(x, y).estimate
    assert not found.has_interval
    assert said in found.method


def test_holding_the_same_column_constant_leaves_nothing() -> None:
    assert not correlation(X, Y, given=X).estimate.defined


def test_missing_values_and_unequal_columns_are_refused() -> None:
    with pytest.raises(BadData, match="Row 2"):
        correlation([1, float("nan"), 3], [1, 2, 3])
    with pytest.raises(BadData, match="equally long"):
        correlation([1, 2], [1, 2, 3])
    with pytest.raises(BadData, match="no row"):
        correlation([], [])
    with pytest.raises(BadData, match="generator"):
        correlation(X, Y, clusters=ARTIST)


def test_dependent_correlations_are_compared_as_published() -> None:
    """R's cocor 1.1-4 tests itself by these: DEPCOR 2006, Steiger 1980 p. 249, Zou 2007 p. 409."""
    found = compare_correlations(0.3, 0.4, 0.5, 100)
    assert found.williams_t == pytest.approx(-1.0767, abs=5e-5)
    assert found.williams_p == pytest.approx(0.2843, abs=5e-5)
    assert found.steiger_z == pytest.approx(-1.0718, abs=5e-5)
    assert found.steiger_p == pytest.approx(0.2838, abs=5e-5)
    case_a = compare_correlations(0.4, 0.5, 0.1, 103)
    assert case_a.steiger_z == pytest.approx(-0.8887185, abs=5e-8)
    zou = compare_correlations(0.396, 0.179, 0.088, 66).difference
    assert (zou.low, zou.high) == pytest.approx((-0.093, 0.517), abs=5e-4)


def test_turning_the_comparison_round_turns_its_sign() -> None:
    there, back = compare_dependent(X, Z, Y), compare_dependent(Z, X, Y)
    assert there.difference.value == pytest.approx(-back.difference.value)
    assert there.difference.low == pytest.approx(-back.difference.high)
    assert there.williams_p == pytest.approx(back.williams_p)


def test_equal_correlations_have_an_error_and_equal_columns_none() -> None:
    found = compare_correlations(0.4, 0.4, 0.2, 50)
    assert found.steiger_z == 0
    assert found.difference.se > 0
    assert "same up to scale" in compare_dependent(X, 2 * X, Y).difference.method
    assert "does not vary" in compare_dependent(X, 0 * X, Y).difference.method
    with pytest.raises(BadData, match="No three columns"):
        compare_correlations(0.9, -0.9, 0.9, 50)
    with pytest.raises(BadData, match="not kendall"):
        compare_dependent(X, Z, Y, method="kendall")


def test_areas_and_their_difference_are_procs() -> None:
    found, theirs = delong(X, Z, YES), R["delong"]
    assert found.first.value == pytest.approx(theirs["first"], abs=1e-9)
    assert found.second.value == pytest.approx(theirs["second"], abs=1e-9)
    assert found.first.se**2 == pytest.approx(theirs["var_first"], abs=1e-9)
    assert found.difference.value / found.difference.se == pytest.approx(theirs["z"], rel=1e-8)
    assert found.p == pytest.approx(theirs["p"], rel=1e-8)


def test_clustered_areas_are_obuchowskis() -> None:
    found, theirs = delong(X, Z, YES, clusters=ARTIST), R["obuchowski"]
    assert found.first.value == pytest.approx(theirs["first"], abs=1e-9)
    assert found.first.se**2 == pytest.approx(theirs["var_first"], abs=1e-9)
    assert found.difference.se**2 == pytest.approx(theirs["var_difference"], abs=1e-9)


@given(columns)
@settings(max_examples=60, deadline=None)
def test_an_area_counts_pairs_and_turns_round_with_the_sign(pair) -> None:
    scores, yes = np.array(pair[0], float), np.array(pair[1]) > 3
    found = auc(scores, yes)
    if yes.all() or not yes.any():
        assert not found.defined
        return
    apart = scores[yes][:, None] - scores[~yes]
    assert found.value == pytest.approx((apart > 0).mean() + (apart == 0).mean() / 2)
    turned = auc(-scores, yes)
    assert turned.value == pytest.approx(1 - found.value)
    assert turned.low == pytest.approx(1 - found.high, nan_ok=True)


def test_perfect_separation_is_no_certainty() -> None:
    found = auc([1, 2, 3, 4, 5, 6], [0, 0, 0, 1, 1, 1])
    assert (found.value, found.high) == (1.0, 1.0)
    assert found.low == pytest.approx(0.05 ** (1 / 3))
    together = auc([1, 2, 3, 4, 5, 6], [0, 0, 0, 1, 1, 1], clusters=[1, 1, 1, 1, 1, 1])
    assert "one cluster" in together.method


def test_scores_without_variation_and_equal_scores() -> None:
    assert auc([1, 1, 1, 1], [0, 0, 1, 1]).value == 0.5
    assert not auc([1, 1, 1, 1], [0, 0, 1, 1]).has_interval
    assert not delong(X, X, YES).difference.has_interval
    with pytest.raises(BadData, match="yes"):
        auc([1, 2], [0, 2])


def test_calibration_is_rs_logistic_regression_with_clustered_errors() -> None:
    found, theirs = calibration(P, YES, clusters=ARTIST), R["calibration"]
    assert [found.intercept.value, found.slope.value] == pytest.approx(
        theirs["coefficients"], abs=1e-6
    )
    assert [found.intercept.se, found.slope.se] == pytest.approx(theirs["se"], rel=1e-5)
    assert found.brier.value == pytest.approx(theirs["brier"], abs=1e-9)
    assert found.bins["n"].sum() == len(P)


def test_true_probabilities_are_well_calibrated_and_stretched_ones_not() -> None:
    rng = np.random.default_rng(3)
    logit = rng.normal(0, 1.5, 4000)
    yes = rng.random(4000) < 1 / (1 + np.exp(-logit))
    honest = calibration(1 / (1 + np.exp(-logit)), yes)
    bold = calibration(1 / (1 + np.exp(-2 * logit)), yes)
    assert not honest.slope.excludes(1.0)
    assert not honest.in_the_large.excludes(0.0)
    assert bold.slope.high < 0.6
    assert bold.error > honest.error


@pytest.mark.parametrize(
    ("p", "yes", "said"),
    [
        ([0.2, 0.4, 0.6, 0.8], [0, 0, 1, 1], "separated"),
        ([0.2, 0.4, 0.6, 0.8], [1, 1, 1, 1], "all outcomes are the same"),
        ([0.5, 0.5, 0.5, 0.5], [1, 0, 1, 1], "all probabilities are the same"),
        ([0.0, 0.5, 0.6, 1.0], [1, 0, 1, 1], "exactly 0 or 1"),
    ],
)
def test_a_line_that_cannot_be_fitted_says_why(p, yes, said) -> None:
    found = calibration(p, yes)
    assert not found.slope.defined
    assert said in found.slope.method
    assert np.isfinite(found.brier.value)


def test_shares_are_the_mean_gains_over_all_orders() -> None:
    found = dominance(
        np.column_stack([X, Z, W]), Y, names=["x", "z", "w"], generator=np.random.default_rng(1)
    )
    assert [share.value for share in found.shares.values()] == pytest.approx(R["lmg"], abs=1e-9)
    assert sum(R["lmg"]) == pytest.approx(found.r_squared.value)


def test_the_order_of_predictors_does_not_matter() -> None:
    table = np.column_stack([X, Z, W])
    for order in permutations(range(3)):
        found = dominance(table[:, order], Y, generator=np.random.default_rng(2))
        assert [share.value for share in found.shares.values()] == pytest.approx(
            [R["lmg"][k] for k in order]
        )


def test_predictors_that_cannot_be_told_apart_are_refused() -> None:
    generator = np.random.default_rng(1)
    with pytest.raises(BadData, match="made up of"):
        dominance(np.column_stack([X, Z, X + Z]), Y, generator=generator)
    with pytest.raises(BadData, match="does not vary"):
        dominance(np.column_stack([X, np.full(len(X), 0.1)]), Y, generator=generator)
    with pytest.raises(BadData, match="1 to 12"):
        dominance(generator.normal(size=(60, 13)), Y, generator=generator)


def test_ranks_are_compared_with_wider_errors() -> None:
    numbers, ranked = (compare_correlations(0.6, 0.4, 0.5, 60, ranks=r) for r in (False, True))
    wider = np.sqrt(1 + 0.5**2 / 2)
    assert ranked.williams_t == pytest.approx(numbers.williams_t / wider)
    assert ranked.steiger_z == pytest.approx(numbers.steiger_z / wider)
    assert ranked.difference.low < numbers.difference.low
    assert "of ranks" in ranked.difference.method


def test_one_positive_case_has_no_interval() -> None:
    found = delong([1.0, 2, 3, 4], [2.0, 4, 1, 3], [0, 1, 0, 0])
    assert not found.difference.has_interval
    assert "too few cases" in found.difference.method
