"""Permutation tests of two metrics: scores are swapped between them, by conditions or by images.

Both metrics are standardised first. What is swapped decides what the test speaks about (Deutsch,
Dror and Roth 2021, doi:10.1162/tacl_a_00417):

conditions  whole conditions (PERM-SYSTEMS there): other conditions like these. The default.
images      whole images (PERM-INPUTS): these very conditions on other images.
both        both, exclusive or (PERM-BOTH, as in nlpstats): meant to speak of both, but the swap of
            images mixes both metrics within every condition. What each metric has against a
            condition then averages out of the null distribution, which collapses: with such errors
            5 % tests reject 18-59 % of true nulls (benchmarks/metric_tests.py).
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evaluation.statistics.answers import Floats
from evaluation.statistics.estimate import BadData
from evaluation.statistics.meta.coefficients import CELLS, Coefficient, at_level
from evaluation.statistics.meta.grid import By, Grid, check_by

Swap = Literal["conditions", "images", "both"]
Mask = NDArray[np.bool_]

POPULATIONS = {
    "conditions": "other conditions like these",
    "images": "these very conditions on other images, and no other conditions",
    "both": "other conditions and images in name; false alarms wherever metrics err by condition",
}


@dataclass(frozen=True)
class Tested:
    """Whether two metrics differ, by one test."""

    name: str
    p: float
    """two-sided; nan where the test cannot be made, and `population` says why"""
    population: str
    """what a significant result speaks about"""
    safe: bool
    """whether it keeps its level when each metric has its own error in each condition"""

    def __str__(self) -> str:
        return f"{self.name}: p = {self.p:.3g}, about {self.population}"


def permutation_test(
    human: ArrayLike,
    first: ArrayLike,
    second: ArrayLike,
    *,
    generator: np.random.Generator,
    by: By = "condition",
    coefficient: Coefficient = "pearson",
    swap: Swap = "conditions",
    replicates: int = 1000,
) -> Tested:
    """Tests that `first` and `second` [S, I] agree equally well with `human` [S, I] or [R, S, I].

    p = (1 + #{|Δ*| ≥ |Δ|}) / (N + 1), two-sided, never 0. Where all 2^S swaps of S conditions are
    no more than `replicates`, each is made once. With fewer than six conditions no p below 0.05
    exists; `population` says so.
    """
    grid = Grid.of(human, [first, second])
    check_by(by)
    if swap not in POPULATIONS:
        raise BadData(f"Swapped are conditions, images or both; given: {swap}.")
    people = grid.human[None]
    value = _difference(people, grid.metrics[:1], grid.metrics[1:], by, coefficient)[0]
    name, safe = f"permutation of {swap}", swap == "conditions"
    if not np.isfinite(value):
        return Tested(name, float("nan"), "nothing: agreement is undefined", safe)
    rows, columns, exact = _swaps(grid, swap, generator, replicates)
    drawn = _replicates(grid, rows, columns, by, coefficient)
    as_large = int((np.abs(drawn) >= abs(value) - 1e-12).sum())
    p = as_large / len(drawn) if exact else (1 + as_large) / (len(drawn) + 1)
    least = 2.0 / 2**grid.conditions
    few = f" (of {grid.conditions} conditions no p is below {least:.2g})" if least > 0.05 else ""
    return Tested(name, p, POPULATIONS[swap] + (few if swap == "conditions" else ""), safe)


def _swaps(
    grid: Grid, swap: Swap, generator: np.random.Generator, replicates: int
) -> tuple[Mask, Mask, bool]:
    """[B, S] and [B, I]: which conditions and which items are swapped; whether all ways are."""
    if replicates < 20:
        raise BadData(f"A permutation test needs at least 20 replicates; given: {replicates}.")
    if swap == "conditions" and 2**grid.conditions <= replicates:
        ways = np.arange(2**grid.conditions)
        rows = (ways[:, None] >> np.arange(grid.conditions)) % 2 == 1
        return rows, np.zeros((len(ways), grid.items), dtype=bool), True
    rows = generator.random((replicates, grid.conditions)) < 0.5
    columns = generator.random((replicates, grid.items)) < 0.5
    if swap == "conditions":
        columns[:] = False
    if swap == "images":
        rows[:] = False
    return rows, columns, False


def _replicates(grid: Grid, rows: Mask, columns: Mask, by: By, coefficient: Coefficient) -> Floats:
    """[B]: the difference after each swap."""
    people, first, second = grid.human[None], grid.metrics[0], grid.metrics[1]
    size = max(1, CELLS // first.size)
    found = []
    for k in range(0, len(rows), size):
        swapped = rows[k : k + size, :, None] ^ columns[k : k + size, None, :]
        one, other = np.where(swapped, second, first), np.where(swapped, first, second)
        found.append(_difference(people, one, other, by, coefficient))
    return np.concatenate(found)


def _difference(
    people: Floats, first: Floats, second: Floats, by: By, coefficient: Coefficient
) -> Floats:
    one, other = (at_level(people, metric, by, coefficient) for metric in (first, second))
    return np.asarray(one - other)
