"""Intervals for smooth statistics: what each rater, item and cell adds, two-way clustered.

A statistic that is no mean is one to first order: dT/dw of each answer's weight w is its influence
(the infinitesimal jackknife; Efron 1982, chapter 6). Summed by rater, by item and by cell, the
influences give the two-way variance of `clustered.py`: the interval counts raters *and* items as
samples and needs no replicates. Its t has min(raters, items) - 1 degrees of freedom.
"""

from collections.abc import Callable

import numpy as np
from scipy.special import expit, logit
from scipy.stats import t as student

from evaluation.statistics.answers import Codes, Floats, summed
from evaluation.statistics.bootstrap import Scale
from evaluation.statistics.clustered import combined_variance
from evaluation.statistics.estimate import Estimate, is_rounding

STEP = 1e-4
CHUNK_CELLS = 4_000_000
PLAIN = Scale("own scale", lambda x: x, lambda x: x)
LOGIT = Scale("logit", logit, expit)


def two_way_interval(
    value: float,
    by_rater: Floats,
    by_item: Floats,
    by_cell: Floats,
    scale: Scale,
    *,
    level: float,
    n: int,
    bias: float = 0.0,
) -> Estimate:
    """`value` with the interval for other raters and other items, symmetric on `scale`.

    by_rater [R], by_item [I], by_cell [any]: summed influences; each sums to about 0.
    bias  what the estimate lies above its population value in samples of this size, by the
          jackknife: the interval is centred on value - bias.
    """
    raters, items = len(by_rater), len(by_item)
    if min(raters, items) < 2:
        alone = "one rater says nothing about other raters" if raters < 2 else ONE_ITEM
        return Estimate.without_interval(value, level=level, n=n, reason=alone)
    variance, source = combined_variance(by_rater, by_item, by_cell)
    said = f"{source} ({raters} raters and {items} items)"
    freedom = min(raters, items) - 1
    return t_interval(value, variance, freedom, scale, level=level, n=n, method=said, bias=bias)


def item_interval(
    value: float, by_item: Floats, scale: Scale, *, level: float, n: int, bias: float = 0.0
) -> Estimate:
    """`value` with the interval for other items by these very raters."""
    items = len(by_item)
    if items < 2:
        return Estimate.without_interval(value, level=level, n=n, reason=ONE_ITEM)
    variance = items / (items - 1) * float(by_item @ by_item)
    said = f"by {items} items, the raters held"
    return t_interval(value, variance, items - 1, scale, level=level, n=n, method=said, bias=bias)


def t_interval(
    value: float,
    variance: float,
    freedom: float,
    scale: Scale,
    *,
    level: float,
    n: int,
    method: str,
    bias: float = 0.0,
) -> Estimate:
    """value - bias ± t · se, symmetric on `scale` (delta method); it always holds the value.

    A bias of more than half a standard error is a tiny sample's noise, and taken for so much.
    """
    if not np.isfinite(value):
        return Estimate.undefined(level=level, n=n, reason="the answers do not vary")
    if is_rounding(float(np.sqrt(variance)), 1.0):  # of agreement: at most 1
        reason = "no rater and no item departs from the others"
        return Estimate.without_interval(value, level=level, n=n, reason=reason)
    se = float(np.sqrt(variance))
    step, centre = min(1e-6, se), value - float(np.clip(bias, -se / 2, se / 2))
    middle, right, left = scale.stretch(np.array([centre, centre + step, centre - step]))
    half = float(student.ppf((1 + level) / 2, freedom)) * se * (right - left) / (2 * step)
    low, high = scale.back(middle + np.array([-half, half]))
    named = "" if scale is PLAIN else f"{scale.name}, "
    moved = ", centred by the jackknife" if bias else ""
    quantile = f"t({freedom:.4g})" if np.isfinite(freedom) else "normal"
    said = f"{method}, {named}{quantile}{moved}"
    low, high = min(float(low), value), max(float(high), value)
    return Estimate(value, low, high, se, level, n, said)


def clustered_error(parts: Floats, codes: Codes, size: Floats) -> float:
    """Standard error of the sum of `parts` [n] (centred) over clusters `codes` [n], from 0.

    size  [n]: the numbers that the parts were left of by centring. Clusters whose sums differ by
          rounding of these alone are alike, and the error is exactly 0.
    """
    sums, sizes = summed(codes, parts), summed(codes, np.abs(size))
    error, largest = float(np.sqrt(sums @ sums)), float(np.sqrt(sizes @ sizes))
    if is_rounding(error, largest):
        return 0.0
    return error * float(np.sqrt(len(sums) / (len(sums) - 1)))


def jackknifed(without: Floats) -> Floats:
    """Influences [G] from the statistic without each of G raters (or items)."""
    groups = len(without)
    return np.asarray((without.mean() - without) * (groups - 1) / groups)


def influences(statistic: Callable[[Floats], Floats], n: int) -> Floats:
    """[n]: slope of `statistic` (weights [B, n] → [B]) by each of n weights, all 1.

    Central differences: n² numbers are computed, so this is for a few thousand answers.
    """
    found = np.empty(n)
    size = max(1, CHUNK_CELLS // n)
    for start in range(0, n, size):
        stop = min(start + size, n)
        moved = np.ones((stop - start, n))
        rows = np.arange(stop - start)
        moved[rows, start + rows] += STEP
        up = statistic(moved)
        moved[rows, start + rows] -= 2 * STEP
        found[start:stop] = (up - statistic(moved)) / (2 * STEP)
    return found


ONE_ITEM = "one item says nothing about other items"
