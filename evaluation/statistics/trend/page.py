"""Page's trend test: do answers rise with the level within each block? (Page 1963).

L = Σ_j j R_j, with R_j the sum over blocks of the rank that level j has within the block (midranks
for ties). Where order does not matter, the ranks of a block fall on the levels in any order, so

    E L = Σ_b Σ_j j r̄_b,   var L = Σ_b Σ_j (j - j̄)² Σ_j (r_bj - r̄_b)² / (k - 1)
"""

from itertools import permutations
from math import nan, sqrt

import numpy as np
from scipy.stats import rankdata
from scipy.stats import t as student

from evaluation.statistics.answers import Answers, Floats, Labels, number_column
from evaluation.statistics.estimate import ESTIMATE_LEVEL, BadData, Estimate, check_level
from evaluation.statistics.trend.result import (
    Alternative,
    Trend,
    check_alternative,
    exact_p,
    levels_in_order,
    normal_p,
)

EXACT_LEVELS, EXACT_BLOCKS = 7, 100


def page(
    values: Labels,
    blocks: Labels,
    levels: Labels,
    *,
    alternative: Alternative = "two-sided",
    level: float = ESTIMATE_LEVEL,
) -> Trend:
    """Trend within blocks along `levels` (numbers, of which the order counts); columns [n].

    blocks  what went through every level and was drawn from many: the artwork, usually. Several
        answers of a block to a level are averaged first; blocks that miss a level are left out,
        which `method` says. The test speaks of other blocks, so average over raters beforehand
        only where it need not speak of other raters.

    The effect is the mean over blocks of Spearman's correlation with the level, with Student's
    interval over blocks. The p-value is exact, ties and all, for up to 7 levels and 100 blocks.

    >>> found = page([1, 2, 3, 2, 1, 3, 1, 2, 3], list("aaabbbccc"), [1, 2, 3] * 3)
    >>> found.statistic, round(found.p, 4)
    (41.0, 0.0648)
    """
    check_level(level)
    check_alternative(alternative)
    table, dropped = _table(values, blocks, levels)
    if len(table) < 1:
        raise BadData("No block has an answer at every level, so no trend within blocks is seen.")
    ranks = rankdata(table, axis=1)
    doses = np.arange(1, table.shape[1] + 1)
    statistic = float((ranks @ doses).sum())
    between = float(((doses - doses.mean()) ** 2).sum())
    spread = ((ranks - ranks.mean(1, keepdims=True)) ** 2).sum(1)
    variance = between * float(spread.sum()) / (len(doses) - 1)
    said = f"{len(table)} blocks" + (f" ({dropped} incomplete ones left out)" if dropped else "")
    effect = _effect(ranks, doses, spread, said, level)
    if variance == 0:
        return Trend(statistic, nan, 1.0, effect, alternative, f"nothing varies within {said}")
    middle = float((ranks.mean(1) * doses.sum()).sum())
    z = (statistic - middle) / sqrt(variance)
    if len(doses) <= EXACT_LEVELS and len(table) <= EXACT_BLOCKS:
        p = exact_p(*_null(ranks, doses), alternative)
        return Trend(statistic, z, p, effect, alternative, f"Page, exact, {said}")
    p = normal_p(z, alternative)
    return Trend(statistic, z, p, effect, alternative, f"Page, normal, {said}")


def _table(values: Labels, blocks: Labels, levels: Labels) -> tuple[Floats, int]:
    """[complete blocks, levels] of means, and how many blocks are incomplete."""
    doses = number_column(levels, "Level")
    levels_in_order(doses)
    answers = Answers.of(values, blocks, doses)
    complete = (answers.counts > 0).all(1)
    return answers.sums[complete] / answers.counts[complete], int((~complete).sum())


def _null(ranks: Floats, doses: Floats) -> tuple[Floats, int]:
    """Chances of every value of 2 L less its least, and the value seen.

    Blocks are independent, so their distributions convolve; a block's holds all orders of its
    ranks, doubled so that midranks are whole.
    """
    orders = np.array(list(permutations(range(len(doses)))))
    chances, lowest = np.ones(1), 0
    known: dict[tuple[int, ...], tuple[Floats, int]] = {}
    for row in np.sort(np.rint(2 * ranks).astype(int), axis=1):
        key = tuple(row.tolist())
        if key not in known:
            sums = row[orders] @ doses
            low = int(sums.min())
            known[key] = np.bincount((sums - low).astype(int)) / len(orders), low
        chances = np.convolve(chances, known[key][0])
        lowest += known[key][1]
    return chances, round(2 * float((ranks @ doses).sum())) - lowest


def _effect(ranks: Floats, doses: Floats, spread: Floats, said: str, level: float) -> Estimate:
    varied = spread > 0
    n = int(varied.sum())
    if not n:
        return Estimate.undefined(level=level, n=0, reason="within blocks all levels are alike")
    centred = doses - doses.mean()
    each = (ranks[varied] @ centred) / np.sqrt(spread[varied] * float(centred @ centred))
    value = float(each.mean())
    if n < 2 or np.ptp(each) < 1e-12:
        reason = "one block says nothing about others" if n < 2 else "every block has the same"
        return Estimate.without_interval(value, level=level, n=n, reason=reason)
    se = float(each.std(ddof=1)) / sqrt(n)
    half = se * float(student.ppf((1 + level) / 2, n - 1))
    method = f"mean Spearman within {said}, t({n - 1})"
    return Estimate(value, max(value - half, -1.0), min(value + half, 1.0), se, level, n, method)
