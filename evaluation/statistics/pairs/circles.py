"""Circles: a over b, b over c, c over a (Kendall and Babington Smith 1940).

Within a rater, circles are carelessness or several yardsticks; by chance a quarter of all triads
are circles. Circles of the pooled majorities speak against any single scale.
"""

from collections.abc import Hashable
from dataclasses import dataclass
from math import sqrt

import numpy as np
from scipy.special import expit, logit
from scipy.stats import t as student

from evaluation.statistics.answers import Floats, Labels
from evaluation.statistics.estimate import ESTIMATE_LEVEL, Estimate, check_level
from evaluation.statistics.pairs.table import FIRST, SECOND, Comparisons, Mask

CHANCE = 0.25


@dataclass(frozen=True)
class Intransitivity:
    """Circles within raters, and among the majorities of all raters."""

    share: Estimate
    """of the triads that one rater decided in full, those that are circles; chance is 0.25"""
    triads: int
    pooled_triads: int
    """triads all of whose three pairs have a majority"""
    pooled_circles: tuple[tuple[Hashable, Hashable, Hashable], ...]
    """each: the first was mostly preferred to the second, that to the third, that to the first"""


def intransitivity(
    first: Labels,
    second: Labels,
    first_won: Labels,
    *,
    raters: Labels,
    level: float = ESTIMATE_LEVEL,
) -> Intransitivity:
    """Columns as in `bradley_terry`; a pair that a rater called equal, on balance, is undecided."""
    check_level(level)
    comparisons = Comparisons.of(first, second, first_won, raters)
    assert comparisons.raters is not None
    balances = [_balance(comparisons, who) for who in _each(comparisons)]
    counts = np.array([_circles_and_triads(balance > 0) for balance in balances])
    pooled = _balance(comparisons, np.ones(comparisons.n, dtype=bool)) > 0
    return Intransitivity(
        _share(counts, level),
        int(counts[:, 1].sum()),
        _circles_and_triads(pooled)[1],
        _named_circles(comparisons, pooled),
    )


def _each(comparisons: Comparisons) -> list[Mask]:
    """The answers of each rater, as masks."""
    assert comparisons.raters is not None
    return [comparisons.raters == rater for rater in range(int(comparisons.raters.max()) + 1)]


def _balance(comparisons: Comparisons, mine: Mask) -> Floats:
    """[I, I]: wins of the row's item over the column's, less losses."""
    signs = (comparisons.outcome == FIRST) * 1.0 - (comparisons.outcome == SECOND)
    flat = comparisons.first * comparisons.size + comparisons.second
    sums = np.bincount(flat[mine], signs[mine], minlength=comparisons.size**2)
    square = sums.reshape(comparisons.size, comparisons.size)
    return np.asarray(square - square.T)


def _circles_and_triads(beats: Mask) -> tuple[int, int]:
    """By traces: tr(A³)/3 circles among tr((A + A')³)/6 decided triads."""
    a = beats.astype(np.float64)
    decided = a + a.T
    circles = np.einsum("ij,ji->", a @ a, a) / 3
    triads = np.einsum("ij,ji->", decided @ decided, decided) / 6
    return round(float(circles)), round(float(triads))


def _named_circles(
    comparisons: Comparisons, beats: Mask
) -> tuple[tuple[Hashable, Hashable, Hashable], ...]:
    """Each circle once, beginning with the item that comes first by name."""
    names = comparisons.items
    found = []
    for a, b in np.argwhere(beats):
        after = np.flatnonzero(beats[b] & beats[:, a])
        found += [(names[a], names[b], names[c]) for c in after if a < min(b, c)]
    return tuple(found)


def _share(counts: Floats, level: float) -> Estimate:
    """Circles over triads, raters being the sample."""
    counts = counts[counts[:, 1] > 0]
    raters, triads = len(counts), int(counts[:, 1].sum())
    if not triads:
        reason = "no rater decided all three pairs of any three items"
        return Estimate.undefined(level=level, n=0, reason=reason)
    value = float(counts[:, 0].sum() / triads)
    if raters < 2:
        reason = "one rater says nothing about other raters"
        return Estimate.without_interval(value, level=level, n=triads, reason=reason)
    if value in (0.0, 1.0):
        limit = 1 - (1 - level) ** (1 / raters)
        low, high = (0.0, limit) if value == 0 else (1 - limit, 1.0)
        method = f"all triads alike: one-sided Clopper-Pearson limit at {raters} raters"
        return Estimate(value, low, high, float("nan"), level, triads, method)
    residuals = (counts[:, 0] - value * counts[:, 1]) / triads
    se = sqrt(raters / (raters - 1) * float(residuals @ residuals))
    reach = se / (value * (1 - value)) * float(student.ppf((1 + level) / 2, raters - 1))
    low, high = expit(logit(value) - reach), expit(logit(value) + reach)
    method = f"clustered by {raters} raters, logit scale, t({raters - 1})"
    return Estimate(value, float(low), float(high), se, level, triads, method)
