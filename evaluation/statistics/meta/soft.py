"""Soft pairwise accuracy: is a metric as sure as people are, about every two conditions?

    1 - mean over pairs of |p_human - p_metric|

(Thompson et al. 2024, arXiv 2409.09598), p the chance that paired sign flips of the items make the
first condition as much better than the second as it is; ties count half, so the order in which
conditions are named does not matter. People and metric see the same flips.
"""

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import t as student

from evaluation.statistics.answers import Floats
from evaluation.statistics.estimate import (
    ESTIMATE_LEVEL,
    BadData,
    Estimate,
    check_level,
    is_rounding,
)
from evaluation.statistics.meta.grid import Grid


def soft_pairwise_accuracy(
    human: ArrayLike,
    metric: ArrayLike,
    *,
    generator: np.random.Generator,
    replicates: int = 1000,
    level: float = ESTIMATE_LEVEL,
) -> Estimate:
    """Of `metric` [S, I] for `human` [S, I] or [R, S, I], both oriented alike; in [0, 1].

    Items that some condition lacks are left out, since flips are of pairs. The interval is a
    jackknife over conditions: it speaks of other conditions judged on these very items. An
    unrelated metric gets more than half, up to two thirds.
    """
    check_level(level)
    grid = Grid.of(human, [metric])
    complete = ~np.isnan(grid.human).any(0)
    items = int(complete.sum())
    pairs = grid.conditions * (grid.conditions - 1) // 2
    if grid.conditions < 2 or items < 2:
        reason = f"{grid.conditions} conditions and {items} items judged under all of them"
        return Estimate.undefined(level=level, n=pairs, reason=reason)
    if replicates < 100:
        raise BadData(f"Sign flips need at least 100 replicates; given: {replicates}.")
    flips = generator.choice([-1.0, 1.0], (replicates, items))
    apart = np.abs(
        _sureness(grid.human[:, complete], flips) - _sureness(grid.metrics[0][:, complete], flips)
    )
    value = 1 - float(apart.sum()) / (2 * pairs)
    if grid.conditions < 4:
        reason = f"{grid.conditions} conditions say too little about others"
        return Estimate.without_interval(value, level=level, n=pairs, reason=reason)
    return _jackknifed(value, apart, pairs, level, f"{items} items judged under all conditions")


def _sureness(scores: Floats, flips: Floats) -> Floats:
    """[S, S]: share of flips under which row is no more above column than it is, ties half."""
    found = np.empty((len(scores), len(scores)))
    flipped, sums = scores @ flips.T, scores.sum(1)
    slack = 1e-9 * np.abs(scores).sum(1).max()
    for k in range(len(scores)):
        null, seen = flipped[k] - flipped, (sums[k] - sums)[:, None]
        # each flip and its opposite: one draw more, and p of the reverse is exactly 1 - p
        beyond = (null > seen + slack).mean(1) + (-null > seen + slack).mean(1)
        level_with = (np.abs(null - seen) <= slack).mean(1) + (np.abs(null + seen) <= slack).mean(1)
        found[k] = (beyond + level_with / 2) / 2
    return found


def _jackknifed(value: float, apart: Floats, pairs: int, level: float, said: str) -> Estimate:
    count = len(apart)
    left = count - 1
    without = 1 - (apart.sum() / 2 - apart.sum(1)) / (left * (left - 1) / 2)
    variance = left / count * float(((without - without.mean()) ** 2).sum())
    se = float(np.sqrt(variance))
    if is_rounding(se, 1.0):  # of a share: at most 1
        reason = f"metric and people are equally sure of each of {pairs} pairs"
        return Estimate.without_interval(value, level=level, n=pairs, reason=reason)
    reach = float(student.ppf((1 + level) / 2, left)) * se
    low, high = max(value - reach, 0.0), min(value + reach, 1.0)
    method = f"jackknife over {count} conditions, t({left}); {said}, held"
    return Estimate(value, low, high, se, level, pairs, method)
