"""Test-retest: do raters give the same answer when they meet an item again?

Repeats must be hidden and spaced, and are no extra independent answers. Everything here is of pairs
(first, second) of one rater's answers to one item, so intervals are two-way clustered.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from evaluation.statistics.agreement.kappa import (
    KappaWeights,
    kappa_slopes,
    pair_interval,
    paired,
)
from evaluation.statistics.answers import Floats, Labels, label_column
from evaluation.statistics.bootstrap import FISHER_Z, Scale
from evaluation.statistics.clustered import Clustered, clustered_mean, clustered_share
from evaluation.statistics.estimate import ESTIMATE_LEVEL, Estimate, check_level
from evaluation.statistics.influence import PLAIN, influences

REACH = 1.96  # Bland and Altman's limits hold 95 % of normal differences
LOG = Scale("log", np.log, np.exp)


@dataclass(frozen=True)
class TestRetest:
    """How far answers repeat, in four ways."""

    __test__ = False  # no test of pytest's, though its name begins like one

    kappa: Estimate
    """weighted; says nothing of a shift that all share"""
    icc: Estimate
    """ICC(A,1) of the two occasions: share of the variance of answers that is not retest noise"""
    shift: Estimate
    """mean of second - first: practice or fatigue"""
    limits: tuple[Estimate, Estimate]
    """of agreement: mean ± 1.96 sd of second - first (Bland and Altman 1986)"""
    sem: Estimate
    """standard error of measurement, √ of the mean square within pairs, in points of the scale"""
    identical: Clustered
    within_one: Clustered
    """share of pairs that differ by at most one point"""
    pairs: int

    def __str__(self) -> str:
        return f"kappa {self.kappa}, ICC(A,1) {self.icc}, SEM {self.sem}"


def test_retest(
    first: Labels,
    second: Labels,
    raters: Labels,
    items: Labels,
    *,
    weights: KappaWeights = "quadratic",  # noqa: PT028 (no test of pytest's)
    categories: Sequence[float] | None = None,  # noqa: PT028
    level: float = ESTIMATE_LEVEL,  # noqa: PT028
) -> TestRetest:
    """Agreement of n first answers with the n second ones of the same raters to the same items.

    first, second  columns of n numbers
    raters, items  labels of the n pairs

    A rater or item that occurs once only is fine; with one rater or one item there are estimates
    but no intervals. Raises BadData for columns of unequal length or missing numbers.
    """
    check_level(level)
    one, other = paired(first, second)
    apart = other - one
    who, what = label_column(raters, "rater", "Pair"), label_column(items, "item", "Pair")

    interval = _Interval(who, what, level)
    kappa, slopes = kappa_slopes(one, other, weights, categories)
    return TestRetest(
        kappa=interval.of(kappa, slopes, FISHER_Z),
        icc=interval.smooth(lambda w: _icc(one, other, w), len(one), FISHER_Z),
        shift=clustered_mean(apart, who, what, level=level).estimate,
        limits=(
            interval.smooth(lambda w: _limit(apart, w, -REACH), len(one), PLAIN),
            interval.smooth(lambda w: _limit(apart, w, REACH), len(one), PLAIN),
        ),
        sem=interval.smooth(lambda w: _sem(apart, w), len(one), LOG),
        identical=clustered_share(apart == 0, who, what, level=level),
        within_one=clustered_share(np.abs(apart) <= 1, who, what, level=level),
        pairs=len(one),
    )


test_retest.__test__ = False  # type: ignore[attr-defined]  # pytest, where a test imports it


@dataclass(frozen=True)
class _Interval:
    """Intervals of statistics of the same pairs."""

    raters: Labels
    items: Labels
    level: float

    def smooth(self, statistic: Callable[[Floats], Floats], n: int, scale: Scale) -> Estimate:
        value = float(statistic(np.ones((1, n)))[0])
        slopes = influences(statistic, n) if np.isfinite(value) else np.zeros(n)
        return self.of(value, slopes, scale)

    def of(self, value: float, slopes: Floats, scale: Scale) -> Estimate:
        if not np.isfinite(value):
            reason = "both occasions hold one and the same answer"
            return Estimate.undefined(level=self.level, n=len(slopes), reason=reason)
        return pair_interval(value, slopes, self.raters, self.items, scale=scale, level=self.level)


def _icc(one: Floats, other: Floats, weights: Floats) -> Floats:
    """[B]: ICC(A,1) of pairs (McGraw and Wong 1996) under weights [B, n]; nan without variance."""
    total = weights.sum(1)
    apart, middle = other - one, (one + other) / 2
    shift, mean = (weights @ apart) / total, (weights @ middle) / total
    between = 2 * (weights * (middle - mean[:, None]) ** 2).sum(1) / (total - 1)
    error = (weights * (apart - shift[:, None]) ** 2).sum(1) / 2 / (total - 1)
    occasions = total * shift**2 / 2
    whole = between + error + 2 * (occasions - error) / total
    found = np.full(len(total), np.nan)
    return np.asarray(np.divide(between - error, whole, out=found, where=whole > 1e-12))


def _limit(apart: Floats, weights: Floats, reach: float) -> Floats:
    """[B]: mean + reach · sd of the differences under weights [B, n]."""
    total = weights.sum(1)
    mean = (weights @ apart) / total
    spread = (weights * (apart - mean[:, None]) ** 2).sum(1) / (total - 1)
    return np.asarray(mean + reach * np.sqrt(spread))


def _sem(apart: Floats, weights: Floats) -> Floats:
    """[B]: √ of the mean square within pairs under weights [B, n]."""
    return np.asarray(np.sqrt(weights @ apart**2 / (2 * weights.sum(1))))
