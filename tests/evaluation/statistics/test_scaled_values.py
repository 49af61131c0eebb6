"""What is too little to be a difference is a matter of proportion: units change no answer."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from evaluation.statistics import meta
from evaluation.statistics.association import auc, delong
from evaluation.statistics.estimate import Estimate

FACTORS = [1e-12, 1e12]
RNG = np.random.default_rng(5)
TRUTH = RNG.normal(size=(6, 1)) + 0.5 * RNG.normal(size=(6, 9))
PEOPLE = TRUTH + RNG.normal(0, 0.7, (4, 6, 9))
FIRST, SECOND = TRUTH + RNG.normal(0, 0.6, (2, 6, 9))
POSITIVE = (TRUTH + RNG.normal(0, 0.5, TRUTH.shape) > 0).ravel()
ARTIST = np.repeat(np.arange(18), 3)
Call = Callable[[float], Estimate]


def agreement(by: Any, coefficient: Any) -> Call:
    return lambda unit: meta.agreement(PEOPLE * unit, FIRST * unit, by=by, coefficient=coefficient)


def difference(by: Any, coefficient: Any) -> Call:
    return lambda unit: meta.compare_metrics(
        PEOPLE * unit, FIRST * unit, SECOND * unit, by=by, coefficient=coefficient,
        generator=np.random.default_rng(1), replicates=100,
    ).difference  # fmt: skip


CALLS: dict[str, Call] = {
    "pairwise accuracy": lambda unit: meta.pairwise_accuracy(PEOPLE * unit, FIRST * unit).estimate,
    "soft pairwise accuracy": lambda unit: meta.soft_pairwise_accuracy(
        PEOPLE * unit, FIRST * unit, generator=np.random.default_rng(1)
    ),
    **{
        f"{made.__name__}, {by}, {coefficient}": made(by, coefficient)
        for made in (agreement, difference)
        for by in ("none", "group-by-item")
        for coefficient in ("pearson", "spearman", "kendall", "accuracy")
    },
    "auc": lambda unit: auc(FIRST.ravel() * unit, POSITIVE, clusters=ARTIST),
    "delong": lambda unit: (
        delong(FIRST.ravel() * unit, SECOND.ravel() * unit, POSITIVE, clusters=ARTIST).difference
    ),
}


@pytest.mark.parametrize("factor", FACTORS)
@pytest.mark.parametrize("name", CALLS)
def test_the_unit_of_values_changes_no_estimate(name: str, factor: float) -> None:
    usual, scaled = CALLS[name](1.0), CALLS[name](factor)
    assert usual.has_interval
    assert scaled.method == usual.method
    for end in ("value", "low", "high", "se"):
        assert getattr(scaled, end) == pytest.approx(getattr(usual, end), abs=1e-9)


TENTHS = np.tile(0.1 * np.arange(1, 8), 6)
TWICE = np.tile([0, 1, 0, 1, 0, 1, 1], 6)
PANEL = np.arange(42) // 7
UNMOVED: dict[str, Call] = {
    "agreement with themselves": lambda unit: meta.agreement(
        TRUTH * unit, 3 * TRUTH * unit, by="none", coefficient="pearson"
    ),
    "two metrics that are one": lambda unit: meta.compare_metrics(
        PEOPLE * unit, FIRST * unit, 3 * FIRST * unit, by="none",
        generator=np.random.default_rng(1), replicates=100,
    ).difference,
    "soft pairwise accuracy": lambda unit: meta.soft_pairwise_accuracy(
        TRUTH * unit, 3 * TRUTH * unit, generator=np.random.default_rng(1)
    ),
    "auc of artists that are alike": lambda unit: auc(TENTHS * unit, TWICE, clusters=PANEL),
    "two scores in one order": lambda unit: delong(
        FIRST.ravel() * unit, 3 * FIRST.ravel() * unit, POSITIVE
    ).difference,
    "two scores of artists that are alike": lambda unit: delong(
        TENTHS * unit, np.sin(9 * TENTHS) * unit, TWICE, clusters=PANEL
    ).difference,
}  # fmt: skip


@pytest.mark.parametrize("factor", [1.0, *FACTORS])
@pytest.mark.parametrize("name", UNMOVED)
def test_what_rounding_leaves_of_no_difference_is_no_interval(name: str, factor: float) -> None:
    found = UNMOVED[name](factor)
    assert found.defined
    assert found.method.startswith("no interval: "), found


@pytest.mark.parametrize("factor", [1.0, *FACTORS])
def test_a_metric_alike_within_every_group_has_no_correlation_in_any_unit(factor: float) -> None:
    metric = np.repeat(0.1 * factor * np.arange(1, 7)[:, None], 9, axis=1)
    found = meta.agreement(PEOPLE * factor, metric, by="group-by-condition", coefficient="pearson")
    assert found.method == "undefined: people or a metric do not vary within any group"


def test_where_one_rater_alone_judged_enough_the_interval_is_left_out() -> None:
    answers = np.full((2, 3, 9), np.nan)
    answers[0], answers[1, 2] = TRUTH[:3], TRUTH[2]
    found = meta.pairwise_accuracy(answers, FIRST[:3]).estimate
    assert found.defined
    assert found.method == "no interval: without one rater or the other no two entries are judged"
