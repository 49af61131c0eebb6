"""How far agreement would move with other conditions, other items and other raters.

Leaving out one condition at a time gives the variance between conditions, and likewise for items
and raters (Efron 1982); what is particular to one cell is in the first two and is taken off once:

    v = v_conditions + v_items + v_raters - v_cells        (Cameron, Gelbach and Miller 2011)

never below the largest one-way term. Over condition means the conditions are the sample, and what
items and raters do to one of them is already in how they scatter: there the intervals are Fisher's
and Zou's, of as many pairs as there are conditions (a jackknife of twelve points is not to be
trusted). Cells are left out one at a time as well, at most `CELLS_LEFT`
of them, chosen evenly. There are no random numbers in it. Where the conditions are held, v is
v_items + v_raters.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from scipy.stats import t as student

from evaluation.statistics.answers import Floats
from evaluation.statistics.association import compare_dependent, correlation
from evaluation.statistics.estimate import Estimate, is_rounding
from evaluation.statistics.meta.coefficients import CELLS, Coefficient, at_level
from evaluation.statistics.meta.grid import By, Grid

CELLS_LEFT = 800
EDGE = 1 - 1e-9
Statistic = Callable[[Floats], Floats]
"""human scores [B, S, I] → what is estimated, [B]"""
Part = tuple[int | slice, int | slice]
"""a condition, an item, or a cell"""


def agreement_interval(
    grid: Grid, metric: int, by: By, coefficient: Coefficient, level: float
) -> Estimate:
    """Agreement of one metric with its interval, symmetric on Fisher's z; t of the scarcest - 1."""
    if by == "condition" and coefficient != "accuracy":
        means = grid.condition_means()
        found = correlation(means[1 + metric], means[0], method=coefficient, level=level).estimate
        return _of_conditions(found, grid)
    plain = agreement_of(grid, metric, by, coefficient)
    value = float(plain(grid.human[None])[0])
    # a share of pairs is stretched from [0, 1] to where correlations are
    low_end, span = (0.5, 0.5) if coefficient == "accuracy" else (0.0, 1.0)
    reason = _no_interval(grid, value)
    if reason:
        return _bare(grid, value, reason, level)

    def stretched(human: Floats) -> Floats:
        return np.arctanh(np.clip((plain(human) - low_end) / span, -EDGE, EDGE))

    se, middle = float(np.sqrt(variance(grid, stretched))), float(stretched(grid.human[None])[0])
    if is_rounding(se, max(abs(middle), 1.0)):
        return _bare(grid, value, "it does not move with what is left out", level)
    freedom = grid.scarcest - 1
    reach = float(student.ppf((1 + level) / 2, freedom)) * se
    low, high = low_end + span * np.tanh([middle - reach, middle + reach])
    slope = span * (1 - ((value - low_end) / span) ** 2)
    said = f"jackknife over {grid.said}, Fisher z, t({freedom})"
    return Estimate(value, float(low), float(high), se * slope, level, grid.n, said)


def difference_interval(grid: Grid, by: By, coefficient: Coefficient, level: float) -> Estimate:
    """Agreement of the first metric of the grid minus that of the second."""
    if by == "condition" and (coefficient == "pearson" or coefficient == "spearman"):
        people, *means = grid.condition_means()
        found = compare_dependent(means[0], means[1], people, method=coefficient, level=level)
        return _of_conditions(found.difference, grid)
    first, second = (agreement_of(grid, k, by, coefficient) for k in (0, 1))
    value = float((first(grid.human[None]) - second(grid.human[None]))[0])
    reason = _no_interval(grid, value)
    v = float("nan") if reason else variance(grid, lambda human: first(human) - second(human))
    se, freedom = float(np.sqrt(v)), grid.scarcest - 1
    if is_rounding(se, 1.0):  # of a coefficient: at most 1
        return _bare(grid, value, reason or "it does not move with what is left out", level)
    reach = float(student.ppf((1 + level) / 2, freedom)) * se
    widest = 1.0 if coefficient == "accuracy" else 2.0
    low, high = max(value - reach, -widest), min(value + reach, widest)
    said = f"jackknife over {grid.said}, both metrics at once, t({freedom})"
    return Estimate(value, low, high, se, level, grid.n, said)


def variance(grid: Grid, statistic: Statistic) -> float:
    """v of a statistic of the grid; nan where leaving something out leaves it undefined."""
    human = grid.human
    axes = [_one_way(statistic, human, [(slice(None), k) for k in range(grid.items)])]
    if grid.raters > 1:
        axes.append(spread(_in_parts(statistic, grid.without_each_rater(), grid.human.size)))
    if grid.held:
        return sum(axes)
    axes.append(_one_way(statistic, human, [(k, slice(None)) for k in range(grid.conditions)]))
    rows, columns = np.nonzero(~np.isnan(human))
    chosen = np.unique(np.linspace(0, len(rows) - 1, CELLS_LEFT).astype(int))
    cells = _one_way(
        statistic, human, list(zip(rows[chosen].tolist(), columns[chosen].tolist(), strict=True))
    )
    total = sum(axes) - cells * len(rows) / len(chosen)
    return float(np.nan) if np.isnan(total) else max(total, *axes)


def agreement_of(grid: Grid, metric: int, by: By, coefficient: Coefficient) -> Statistic:
    """Agreement of one metric of the grid, as a function of the human scores."""
    return lambda human: at_level(human, grid.metrics[metric][None], by, coefficient)


def _of_conditions(found: Estimate, grid: Grid) -> Estimate:
    said = found.method.replace("independent pairs", "conditions as the sample")
    said = said.replace("independent rows", "conditions as the sample")
    return replace(found, n=grid.n, method=said)


def _no_interval(grid: Grid, value: float) -> str:
    if not np.isfinite(value):
        return "people or a metric do not vary within any group"
    few = grid.scarcest < 3
    what = "raters or items" if grid.held else "raters, conditions or items"
    return f"so few {what} ({grid.scarcest}) say too little about others" if few else ""


def _bare(grid: Grid, value: float, reason: str, level: float) -> Estimate:
    if not np.isfinite(value):
        return Estimate.undefined(level=level, n=grid.n, reason=reason)
    return Estimate.without_interval(value, level=level, n=grid.n, reason=reason)


def _one_way(statistic: Statistic, human: Floats, parts: Sequence[Part]) -> float:
    if len(parts) < 2:
        return 0.0
    size, found = max(1, CELLS // human.size), []
    for start in range(0, len(parts), size):
        some = parts[start : start + size]
        without = np.repeat(human[None], len(some), axis=0)
        for k, (row, column) in enumerate(some):
            without[k, row, column] = np.nan
        found.append(statistic(without))
    return spread(np.concatenate(found))


def _in_parts(statistic: Statistic, stack: Floats, size: int) -> Floats:
    step = max(1, CELLS // size)
    return np.concatenate([statistic(stack[k : k + step]) for k in range(0, len(stack), step)])


def spread(without: Floats) -> float:
    """(G - 1)/G Σ (T_-g - mean)²; undefined ones are left out."""
    kept = without[np.isfinite(without)]
    if len(kept) < max(2, len(without) // 2):
        return float("nan")
    count = len(kept)
    return (count - 1) / count * float(((kept - kept.mean()) ** 2).sum())
