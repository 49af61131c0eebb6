"""What a metric that knows nothing would get: the level every agreement is to be held against."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from evaluation.statistics.answers import Floats
from evaluation.statistics.estimate import ESTIMATE_LEVEL, BadData, Estimate, check_level
from evaluation.statistics.meta.coefficients import CELLS, Coefficient, at_level
from evaluation.statistics.meta.grid import By, Grid, check_by


@dataclass(frozen=True)
class Chance:
    """Agreement of shuffled metrics, and how rarely they reach what the metric has."""

    agreement: float
    """of the metric itself"""
    shuffled: Estimate
    """mean over shuffles, and the range that holds `level` of them"""
    p: float
    """one-sided: (1 + shuffles that agree as well or better) / (N + 1)"""

    def __str__(self) -> str:
        return f"{self.agreement:.2f}; by chance {self.shuffled}"


def chance_level(
    human: ArrayLike,
    metric: ArrayLike,
    *,
    generator: np.random.Generator,
    by: By = "condition",
    coefficient: Coefficient = "pearson",
    replicates: int = 1000,
    level: float = ESTIMATE_LEVEL,
) -> Chance:
    """Agreement of `metric` [S, I] with `human` after its values are dealt out anew.

    Whole conditions are shuffled over conditions (at “group-by-condition” whole items over items,
    at “none” both), so the metric keeps its ties and its own errors by condition. With S conditions
    the range over conditions is about ±2/√(S - 1): ±0.6 for twelve.
    """
    check_level(level)
    check_by(by)
    if replicates < 100:
        raise BadData(f"A range of shuffles needs at least 100 of them; given: {replicates}.")
    grid = Grid.of(human, [metric])
    people, numbers = grid.human[None], grid.metrics[0]
    value = float(at_level(people, numbers[None], by, coefficient)[0])
    drawn = _shuffled(grid, by, coefficient, generator, replicates)
    kept = drawn[np.isfinite(drawn)]
    if not np.isfinite(value) or len(kept) < replicates // 2:
        reason = "people or metric do not vary within any group"
        return Chance(value, Estimate.undefined(level=level, n=grid.n, reason=reason), float("nan"))
    low, high = np.quantile(kept, [(1 - level) / 2, (1 + level) / 2])
    said = f"range of {len(kept)} shuffles of {grid.said}"
    shuffled = Estimate(
        float(kept.mean()), float(low), float(high), float(kept.std()), level, grid.n, said
    )
    p = (1 + int((kept >= value - 1e-12).sum())) / (len(kept) + 1)
    return Chance(value, shuffled, p)


def _shuffled(
    grid: Grid, by: By, coefficient: Coefficient, generator: np.random.Generator, replicates: int
) -> Floats:
    """[B]. A shuffle may put a value where the metric's own cell was not judged: it needs one."""
    size, parts = max(1, CELLS // grid.human.size), []
    moves_rows, moves_columns = by != "group-by-condition", by in ("group-by-condition", "none")
    for start in range(0, replicates, size):
        count = min(size, replicates - start)
        rows = _orders(count, grid.conditions, generator, moves_rows)
        columns = _orders(count, grid.items, generator, moves_columns)
        metric = grid.metrics[0][rows[:, :, None], columns[:, None, :]]
        parts.append(at_level(grid.human[None], metric, by, coefficient))
    return np.concatenate(parts)


def _orders(
    count: int, size: int, generator: np.random.Generator, moves: bool
) -> np.ndarray[tuple[int, ...], np.dtype[np.intp]]:
    """[count, size]: an order each, at random or as it is."""
    plain = np.broadcast_to(np.arange(size), (count, size))
    return generator.permuted(plain, axis=1) if moves else plain
