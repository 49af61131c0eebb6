"""Looking early: boundaries against mvtnorm, sequences against loops, coverage at every look."""

import json
from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.statistics.clustered import clustered_share
from evaluation.statistics.estimate import BadData, Estimate
from evaluation.statistics.sequential import (
    anytime,
    confidence_sequence,
    look,
    obrien_fleming,
    stop_at_precision,
)
from tests.conftest import REPOSITORY

REFERENCE = json.loads((REPOSITORY / "tests/data/statistics/sequential.json").read_text())
FIXED = Estimate(0.7, 0.6, 0.8, 0.05, 0.95, 900, "for show")


@pytest.mark.parametrize("wanted", REFERENCE["boundaries"])
def test_boundaries_equal_multivariate_normal_probabilities(wanted) -> None:
    found = obrien_fleming(
        wanted["fractions"], alpha=wanted["alpha"], two_sided=wanted["two_sided"]
    )
    assert found.critical == pytest.approx(wanted["critical"], abs=1e-5)
    assert found.spent == pytest.approx(wanted["spent"], rel=1e-9)


def test_five_looks_have_the_published_boundaries() -> None:
    found = obrien_fleming([0.2, 0.4, 0.6, 0.8, 1]).critical
    assert [round(z, 4) for z in found] == [4.8769, 3.3570, 2.6803, 2.2898, 2.0310]


def test_one_look_at_the_end_is_the_fixed_test() -> None:
    found = obrien_fleming([1])
    assert found.critical == pytest.approx([1.959964], abs=1e-6)
    assert found.levels == pytest.approx([0.95])


@settings(max_examples=6, deadline=None)
@given(st.lists(st.integers(1, 19), min_size=1, max_size=4, unique=True))
def test_later_looks_do_not_change_earlier_ones_and_none_claims_more_than_was_spent(
    twentieths,
) -> None:
    fractions = [k / 20 for k in sorted(twentieths)]
    before, after = obrien_fleming(fractions), obrien_fleming([*fractions, 1])
    assert after.critical[:-1] == pytest.approx(before.critical)
    assert (np.array(after.nominal) <= np.array(after.spent) * (1 + 1e-6)).all()
    assert after.spent[-1] == pytest.approx(0.05)


def test_the_chance_of_any_false_claim_is_what_was_asked() -> None:
    rng = np.random.default_rng(3)
    fractions = np.array([0.3, 0.5, 0.75, 1])
    steps = rng.normal(size=(40_000, 4)) * np.sqrt(np.diff(fractions, prepend=0))
    z = np.cumsum(steps, 1) / np.sqrt(fractions)
    crossed = (abs(z) > obrien_fleming(fractions).critical).any(1).mean()
    assert crossed == pytest.approx(0.05, abs=0.004)
    assert (abs(z) > 1.96).any(1).mean() > 0.11


def test_a_look_asks_for_the_interval_it_deserves() -> None:
    rng = np.random.default_rng(5)
    rater, item = np.divmod(np.arange(600), 10)
    hits = rng.random(600) < 0.6
    planned = obrien_fleming([0.5, 1])

    def compute(level: float) -> Estimate:
        return clustered_share(hits, rater, item, level=level).estimate

    early, late = (look(compute, planned, number, null=0.5) for number in (1, 2))
    assert early.estimate.low < late.estimate.low
    assert early.estimate.level == planned.levels[0] > 0.99
    assert "look 1 of 2 at 50%" in early.said


def test_a_look_too_early_to_stop_says_so() -> None:
    planned = obrien_fleming([0.01, 0.02, 1])
    assert planned.critical[1] == inf
    found = look(lambda level: FIXED, planned, 2)
    assert not found.stop
    assert "cannot stop" in found.said


def test_one_sided_boundaries_stop_above_only() -> None:
    planned = obrien_fleming([0.5, 1], two_sided=False)
    below = Estimate(-0.7, -0.8, -0.6, 0.05, 0.95, 90, "for show")
    assert look(lambda level: FIXED, planned, 1).stop
    assert not look(lambda level: below, planned, 1).stop


@pytest.mark.parametrize("fractions", [[], [0, 1], [0.5, 0.4], [0.5, 1.2]])
def test_looks_that_are_none_are_refused(fractions) -> None:
    with pytest.raises(BadData, match="rising fractions"):
        obrien_fleming(fractions)


def test_betting_equals_the_loops_written_out_but_for_a_step_of_the_grid() -> None:
    wanted = REFERENCE["betting"]
    found = confidence_sequence(wanted["x"], np.arange(60))
    step = 1 / 2000
    assert found.low == pytest.approx(np.maximum(np.array(wanted["low"]) - step, 0), abs=1e-9)
    assert found.high == pytest.approx(np.minimum(np.array(wanted["high"]) + step, 1), abs=1e-9)


def test_a_sequence_holds_the_truth_at_every_look_as_often_as_asked() -> None:
    rng = np.random.default_rng(8)
    missed = 0
    for _ in range(40):
        found = confidence_sequence(rng.random(120) < 0.3, np.arange(120), level=0.8)
        missed += bool(((found.low > 0.3) | (found.high < 0.3)).any())
    assert missed <= 0.2 * 40


def test_limits_only_narrow_and_another_scale_moves_them_along() -> None:
    scores = np.random.default_rng(2).integers(1, 6, 80)
    found = confidence_sequence(scores, np.arange(80), bounds=(1, 5))
    shares = confidence_sequence((scores - 1) / 4, np.arange(80))
    assert (np.diff(found.low) >= 0).all()
    assert (np.diff(found.high) <= 0).all()
    assert found.low == pytest.approx(1 + 4 * shares.low)


def test_a_raters_answers_count_once() -> None:
    rater = np.repeat(np.arange(30), 4)
    hits = np.repeat(np.arange(30) % 3 > 0, 4)
    found = confidence_sequence(hits, rater)
    assert len(found.low) == 30
    assert found.estimate.low == confidence_sequence(hits[::4], rater[::4]).estimate.low
    assert found.estimate.n == 120


def test_raters_who_change_while_they_come_in_are_told() -> None:
    found = confidence_sequence([0] * 100 + [1] * 100, np.arange(200))
    assert "they changed" in found.estimate.method


def test_one_rater_leaves_everything_open() -> None:
    found = confidence_sequence([1], ["a"])
    assert (found.estimate.low, found.estimate.high) == (0, 1)


def test_values_off_the_scale_are_refused() -> None:
    with pytest.raises(BadData, match="outside the scale"):
        confidence_sequence([2], ["a"])


def test_any_look_costs_width_least_where_it_was_tuned() -> None:
    def factor(raters: int) -> float:
        found = anytime(FIXED, raters=raters, tuned_for=100)
        return (found.high - found.low) / 2 / FIXED.se

    assert 2.5 < factor(100) < 3.5
    assert factor(100) < min(factor(5), factor(20_000))


def test_anytime_limits_hold_at_every_look() -> None:
    rng = np.random.default_rng(6)
    n = np.arange(1, 2001)
    mean = np.cumsum(rng.normal(size=(300, 2000)), 1) / n
    reach = [
        anytime(Estimate(0, 0, 0, k**-0.5, 0.9, k, ""), raters=k, tuned_for=200).high
        for k in n[29:].tolist()
    ]
    assert (abs(mean[:, 29:]) > reach).any(1).mean() < 0.1
    assert (abs(mean[:, 29:]) > 1.645 / np.sqrt(n[29:])).any(1).mean() > 0.3


def test_anytime_on_a_scale_stays_there_and_needs_a_standard_error() -> None:
    near = Estimate(0.97, 0.9, 1.0, 0.02, 0.95, 90, "for show")
    assert anytime(near, raters=30, tuned_for=60, bounds=(0, 1)).high < 1
    bare = Estimate.without_interval(0.5, level=0.95, n=3, reason="one rater")
    assert not anytime(bare, raters=30, tuned_for=60).has_interval
    with pytest.raises(BadData, match="counted from 2"):
        anytime(near, raters=1, tuned_for=60)


def test_precision_stops_when_the_interval_is_short_and_enough_raters_came() -> None:
    assert stop_at_precision(FIXED, half_width=0.1, raters=40).stop
    assert not stop_at_precision(FIXED, half_width=0.1, raters=19).stop
    wide = stop_at_precision(FIXED, half_width=0.05, raters=40)
    assert (wide.stop, wide.raters_needed) == (False, 160)
    bare = Estimate.without_interval(0.5, level=0.95, n=3, reason="one rater")
    assert stop_at_precision(bare, half_width=0.1, raters=1).said.startswith("go on: no interval")
    with pytest.raises(BadData, match="above 0"):
        stop_at_precision(FIXED, half_width=0, raters=40)
