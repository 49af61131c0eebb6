"""Opinion scores: against sureal and a general optimiser, properties, and what has no answer."""

import json
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import t as student

from evaluation.statistics.estimate import BadData
from evaluation.statistics.opinion import bt500_screening, mos, subject_bias
from tests.conftest import REPOSITORY

REFERENCE = json.loads((REPOSITORY / "tests/data/statistics/opinion.json").read_text())
METHODS = ["projection", "likelihood"]


def case(name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Values, raters and items of a stored table."""
    table = np.array(REFERENCE[name]["table"], dtype=float)
    rater, item = np.nonzero(~np.isnan(table))
    return table[rater, item], rater, item


def values(estimates) -> list[float]:
    return [estimate.value for estimate in estimates.values()]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", ["full", "sparse"])
def test_scores_biases_and_inconsistencies_equal_those_of_sureal(name, method) -> None:
    wanted = REFERENCE[name]["sureal"]
    found = subject_bias(*case(name), method=method, floor=1e-6, least=1)
    assert values(found.scores) == pytest.approx(wanted["scores"], abs=1e-7)
    assert values(found.bias) == pytest.approx(wanted["bias"], abs=1e-7)
    assert values(found.inconsistency) == pytest.approx(wanted["inconsistency"], abs=1e-7)
    if name == "full":
        errors = [estimate.se for estimate in found.inconsistency.values()]
        assert errors == pytest.approx(wanted["inconsistency_se"], rel=1e-6)


@pytest.mark.parametrize("name", ["full", "sparse"])
def test_they_are_where_a_general_optimiser_finds_the_maximum(name) -> None:
    wanted = REFERENCE[name]["optimised"]
    found = subject_bias(*case(name), method="likelihood", floor=1e-6, least=1)
    assert values(found.scores) == pytest.approx(wanted["scores"], abs=2e-4)
    assert values(found.inconsistency) == pytest.approx(wanted["inconsistency"], abs=2e-4)
    group, free = found.groups["all"], 50 + 2 * 20 - 1
    assert group.aic == pytest.approx(2 * free - 2 * wanted["log_likelihood"], abs=1e-5)
    assert group.aic < group.plain_aic


@pytest.mark.parametrize("name", ["full", "sparse"])
def test_screening_counts_what_bt500_counts(name) -> None:
    found = bt500_screening(*case(name))
    wanted = REFERENCE[name]["bt500"]
    assert [rater.above for rater in found.raters.values()] == wanted["above"]
    assert [rater.below for rater in found.raters.values()] == wanted["below"]
    assert [rater.would_reject for rater in found.raters.values()] == wanted["rejected"]


def test_screening_skips_items_on_which_all_agree() -> None:
    found = bt500_screening([3, 3, 3, 1, 2, 3], list("abcabc"), list("xxxyyy"))
    assert found.items_skipped == 1
    assert [rater.above + rater.below for rater in found.raters.values()] == [0, 0, 0]


def test_raters_who_guess_are_named_and_weigh_less() -> None:
    found = subject_bias(*case("full")).groups["all"]
    assert set(found.extreme) <= {0, 1, 2}
    assert found.extreme
    assert min(found.inconsistency[guesser].value for guesser in range(3)) > max(
        found.inconsistency[honest].value for honest in range(3, 20)
    )


def test_weighting_brings_scores_nearer_to_the_truth_than_plain_means() -> None:
    rng = np.random.default_rng(9)
    rater, item = np.divmod(np.arange(24 * 60), 60)
    truth, noise = rng.uniform(1, 5, 60), np.where(np.arange(24) < 3, 2.5, 0.5)
    answers = truth[item] + noise[rater] * rng.normal(size=len(item))
    weighted, plain = subject_bias(answers, rater, item).scores, mos(answers, rater, item).scores
    errors = [np.std(np.array(values(found)) - truth) for found in (weighted, plain)]
    assert errors[0] < 0.6 * errors[1]


@settings(max_examples=8, deadline=None)
@given(st.randoms(use_true_random=False), st.sampled_from(METHODS))
def test_order_of_rows_and_names_do_not_matter(random, method) -> None:
    answers, rater, item = case("sparse")
    order = random.sample(range(len(answers)), len(answers))
    before = subject_bias(answers, rater, item, method=method)
    names = np.array([f"r{k}" for k in random.sample(range(20), 20)])
    after = subject_bias(answers[order], names[rater][order], item[order], method=method)
    assert values(after.scores) == pytest.approx(values(before.scores), abs=1e-7)
    for code, name in enumerate(names):
        was, now = before.bias[code], after.bias[name]
        assert (now.value, now.low) == pytest.approx((was.value, was.low), abs=1e-7)


@settings(max_examples=8, deadline=None)
@given(st.floats(-50, 50), st.floats(0.1, 20))
def test_another_scale_moves_scores_along(shift, factor) -> None:
    answers, rater, item = case("sparse")
    before = subject_bias(answers, rater, item).groups["all"]
    after = subject_bias(answers * factor + shift, rater, item).groups["all"]
    wanted = np.array(values(before.scores)) * factor + shift
    assert values(after.scores) == pytest.approx(wanted, rel=1e-5, abs=1e-5)
    assert after.extreme == before.extreme


def test_a_rater_without_residuals_stands_at_the_floor_and_takes_nothing_over() -> None:
    rng = np.random.default_rng(2)
    rater, item = np.divmod(np.arange(10 * 8), 8)
    answers = rng.normal(3, 1, 80)
    answers[:8] = mos(answers[8:], rater[8:], item[8:]).scores[0].value
    found = subject_bias(answers, rater, item, floor=0.5).groups["all"]
    assert 0 in found.floored
    assert all(estimate.value > 0.4 for estimate in found.inconsistency.values())
    few = np.arange(80) >= 6
    lent = subject_bias(answers[few], rater[few], item[few]).groups["all"]
    assert lent.lent == (0,)
    assert "lent" in lent.inconsistency[0].method


def test_groups_are_fitted_on_their_own_so_that_expertise_is_not_bias() -> None:
    answers, rater, item = case("full")
    artists = rater >= 12
    harsher = answers - 1.0 * artists
    group = np.where(artists, "artist", "crowd")
    found = subject_bias(harsher, rater, item, groups=group)
    alone = subject_bias(harsher[artists], rater[artists], item[artists])
    assert found.groups["artist"].scores == alone.scores
    assert sum(found.bias[k].value for k in range(12, 20)) == pytest.approx(0, abs=1e-9)
    with pytest.raises(BadData, match="take one of the groups"):
        _ = found.scores
    group[0] = "artist"
    with pytest.raises(BadData, match="one group"):
        subject_bias(harsher, rater, item, groups=group)


def test_raters_without_a_common_item_cannot_be_compared() -> None:
    with pytest.raises(BadData, match="2 sets that rated no item in common"):
        subject_bias([1, 2, 3, 4], list("aabb"), list("wxyz"))


@pytest.mark.parametrize("method", METHODS)
def test_perfect_agreement_has_scores_without_intervals(method) -> None:
    found = subject_bias([1, 2, 3, 2, 3, 4], list("aaabbb"), list("xyzxyz"), method=method)
    assert values(found.scores) == pytest.approx([1.5, 2.5, 3.5])
    assert values(found.bias) == pytest.approx([-0.5, 0.5])
    assert "agree exactly" in found.scores["x"].method
    assert np.isnan(found.groups["all"].aic)


def test_one_rater_has_scores_without_intervals() -> None:
    found = subject_bias([1, 2, 3], ["a"] * 3, list("xyz"))
    assert values(found.scores) == [1, 2, 3]
    assert "one rater" in found.scores["x"].method


def test_an_item_that_one_rater_saw_has_no_interval() -> None:
    answers, rater, item = case("full")
    kept = (item != 4) | (rater == 7)
    found = subject_bias(answers[kept], rater[kept], item[kept]).scores
    assert not found[4].has_interval
    assert found[5].has_interval


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_answers_that_are_no_numbers_are_refused(bad) -> None:
    for function in (mos, subject_bias, bt500_screening):
        with pytest.raises(BadData, match="not a finite number"):
            function([1, bad], ["a", "b"], ["x", "x"])


def test_mos_without_bounds_is_the_mean_with_students_interval() -> None:
    found = mos([1, 2, 4, 5], list("abcd"), ["x"] * 4).scores["x"]
    half = student.ppf(0.975, 3) * np.std([1, 2, 4, 5], ddof=1) / 2
    assert (found.value, found.low) == pytest.approx((3, 3 - half))
    assert found.n == 4


def test_mos_with_bounds_stays_on_the_scale() -> None:
    found = mos([5, 5, 5, 4], list("abcd"), ["x"] * 4, bounds=(1, 5)).scores["x"]
    assert 1 < found.low < found.value < found.high < 5


def test_an_item_on_which_all_agree_is_never_certain() -> None:
    bounded = mos([4] * 6, list("abcdef"), ["x"] * 6, bounds=(1, 5)).scores["x"]
    share = 0.05 ** (1 / 6)
    ends = (share * 4 + (1 - share) * 1, share * 4 + (1 - share) * 5)
    assert (bounded.low, bounded.high) == pytest.approx(ends)
    assert "same score" in mos([4] * 6, list("abcdef"), ["x"] * 6).scores["x"].method


def test_repeated_answers_of_a_rater_are_no_further_raters() -> None:
    once = mos([1, 3, 5], list("abc"), ["x"] * 3)
    again = mos([1, 1, 3, 4, 2, 5], list("aabbbc"), ["x"] * 6)
    assert again.scores["x"] == once.scores["x"]


def test_scores_off_the_scale_are_refused() -> None:
    with pytest.raises(BadData, match="goes from 1 to 5; given: 6"):
        mos([6], ["a"], ["x"], bounds=(1, 5))
    with pytest.raises(BadData, match="floor is a share"):
        subject_bias([1, 2], ["a", "b"], ["x", "x"], floor=0)


@pytest.mark.parametrize("method", METHODS)
def test_a_perfectly_consistent_rater_weighs_all_however_low_the_floor(method) -> None:
    rng = np.random.default_rng(0)
    rater, item = np.repeat(np.arange(6), 10), np.tile(np.arange(10), 6)
    truth = rng.integers(1, 6, 10)[item]
    noisy = np.clip(truth + rng.integers(-1, 2, 60), 1, 5)
    answers = np.where(rater == 0, truth, noisy)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        usual, *lower = (
            subject_bias(answers, rater, item, floor=floor, method=method)
            for floor in (1e-3, 1e-6, 1e-9, 1e-12)
        )
    for found in lower:
        assert values(found.scores) == pytest.approx(values(usual.scores), abs=1e-3)
        errors = [[e.se for e in fit.scores.values()] for fit in (found, usual)]
        assert errors[0] == pytest.approx(errors[1], rel=1e-3)
