"""Which of several metrics agrees better with people, by tests that speak of new conditions."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from evaluation.statistics.answers import Floats
from evaluation.statistics.association import compare_dependent
from evaluation.statistics.bootstrap import two_sided_p
from evaluation.statistics.estimate import ESTIMATE_LEVEL, BadData, Estimate, check_level
from evaluation.statistics.meta.coefficients import CELLS, Coefficient, at_level
from evaluation.statistics.meta.grid import By, Grid, check_by
from evaluation.statistics.meta.jackknife import agreement_interval, difference_interval
from evaluation.statistics.meta.permutation import Tested, permutation_test
from evaluation.statistics.multiplicity import holm

Test = Literal["permutation", "williams", "bootstrap", "PERM-BOTH", "PERM-INPUTS"]
SAFE: tuple[Test, ...] = ("permutation", "williams", "bootstrap")
SWAPS: Mapping[str, Literal["conditions", "images", "both"]] = {
    "permutation": "conditions",
    "PERM-BOTH": "both",
    "PERM-INPUTS": "images",
}


@dataclass(frozen=True)
class MetricComparison:
    """One metric's agreement with people minus another's, and the tests of it."""

    difference: Estimate
    first: Estimate
    second: Estimate
    tests: Mapping[str, Tested]

    def __str__(self) -> str:
        return "; ".join([f"difference {self.difference}", *map(str, self.tests.values())])


@dataclass(frozen=True)
class RankedMetric:
    """A metric's place: metrics of one cluster are not told apart."""

    name: str
    agreement: Estimate
    cluster: int
    """1 is best"""


def compare_metrics(
    human: ArrayLike,
    first: ArrayLike,
    second: ArrayLike,
    *,
    generator: np.random.Generator,
    by: By = "condition",
    coefficient: Coefficient = "pearson",
    tests: Sequence[Test] | None = None,
    held: bool = False,
    replicates: int = 1000,
    level: float = ESTIMATE_LEVEL,
) -> MetricComparison:
    """`first` against `second` [S, I], oriented alike, by `human` [S, I] or [R, S, I].

    Given answers [R, S, I], intervals and the bootstrap speak of other raters as well; given
    scores, they take these scores as known. Williams' test is about conditions (Pearson or Spearman
    over their means) and is left out at other levels. PERM-BOTH and PERM-INPUTS are made only when
    named.

    held  these very conditions are spoken of, as where they are fewer than six: where `tests`
          are left out, the bootstrap of items and raters is the only one
    """
    check_level(level)
    check_by(by)
    grid = Grid.of(human, [first, second], held=held)
    if tests is None:
        tests = ("bootstrap",) if held else SAFE
    unknown = set(tests) - {*SAFE, *SWAPS}
    if unknown or not tests:
        raise BadData(f"Tests are {', '.join([*SAFE, *SWAPS][:5])}; given: {list(tests)}.")
    found: dict[str, Tested] = {}
    for test in tests:
        if test in SWAPS:
            found[test] = permutation_test(
                human,
                first,
                second,
                generator=generator,
                by=by,
                coefficient=coefficient,
                swap=SWAPS[test],
                replicates=replicates,
            )
        elif test == "bootstrap":
            found[test] = _bootstrap_test(grid, by, coefficient, generator, replicates)
        elif by == "condition" and coefficient in ("pearson", "spearman"):
            found[test] = _williams(grid, "pearson" if coefficient == "pearson" else "spearman")
    one, other = (agreement_interval(grid, k, by, coefficient, level) for k in (0, 1))
    return MetricComparison(difference_interval(grid, by, coefficient, level), one, other, found)


def agreement(
    human: ArrayLike,
    metric: ArrayLike,
    *,
    by: By = "condition",
    coefficient: Coefficient = "pearson",
    held: bool = False,
    level: float = ESTIMATE_LEVEL,
) -> Estimate:
    """How well one metric [S, I] agrees with `human` [S, I] or [R, S, I], at one level.

    The interval is for other conditions, other items and (where answers are given) other raters;
    with `held`, for these very conditions. Over condition means the conditions are the sample
    always.
    """
    check_level(level)
    check_by(by)
    return agreement_interval(Grid.of(human, [metric], held=held), 0, by, coefficient, level)


def rank_clusters(
    human: ArrayLike,
    metrics: Mapping[str, ArrayLike],
    *,
    generator: np.random.Generator,
    by: By = "condition",
    coefficient: Coefficient = "pearson",
    significant: float = 0.05,
    replicates: int = 1000,
    level: float = ESTIMATE_LEVEL,
) -> list[RankedMetric]:
    """Metrics from best to worst, in clusters: a new one begins with the first metric that every
    metric of the cluster above beats, by permutation of conditions with Holm's p-values.

    Two metrics of one cluster need not be equal; there was too little to tell them apart.
    """
    check_level(level)
    names = list(metrics)
    grid = Grid.of(human, list(metrics.values()))
    agrees = [agreement_interval(grid, k, by, coefficient, level) for k in range(len(names))]
    order = sorted(
        range(len(names)), key=lambda k: (-np.nan_to_num(agrees[k].value, nan=-2.0), names[k])
    )
    pairs = list(combinations(order, 2))
    p_values = [
        permutation_test(
            human,
            metrics[names[a]],
            metrics[names[b]],
            generator=generator,
            by=by,
            coefficient=coefficient,
            replicates=replicates,
        ).p
        for a, b in pairs
    ]
    adjusted = dict(zip(pairs, holm(p_values).tolist(), strict=True))
    places = clusters_of(order, lambda m, k: adjusted[m, k] < significant)
    return [
        RankedMetric(names[k], agrees[k], place) for k, place in zip(order, places, strict=True)
    ]


def clusters_of(order: Sequence[int], beats: Callable[[int, int], bool]) -> list[int]:
    """The cluster of each metric of `order`, best first: 1, and one more where a metric is beaten
    by all of the cluster above."""
    places: list[int] = []
    members: list[int] = []
    for k in order:
        beaten = bool(members) and all(beats(m, k) for m in members)
        places.append((places[-1] if places else 1) + beaten)
        members = [k] if beaten else [*members, k]
    return places


def _bootstrap(
    grid: Grid, by: By, coefficient: Coefficient, generator: np.random.Generator, replicates: int
) -> tuple[Floats, Floats]:
    """[K] agreement, and [K, B] of conditions, items and raters drawn again, all metrics alike."""
    if replicates < 100:
        raise BadData(f"A bootstrap needs at least 100 replicates; given: {replicates}.")
    point = np.stack(
        [at_level(grid.human[None], m[None], by, coefficient)[0] for m in grid.metrics]
    )
    rows = generator.integers(0, grid.conditions, (replicates, grid.conditions))
    if grid.held:
        rows[:] = np.arange(grid.conditions)
    columns = generator.integers(0, grid.items, (replicates, grid.items))
    size = max(1, CELLS // grid.human.size)
    parts = []
    for k in range(0, replicates, size):
        row, column = rows[k : k + size, :, None], columns[k : k + size, None, :]
        people = grid.redrawn(generator, len(row))[np.arange(len(row))[:, None, None], row, column]
        own = row * (grid.items if by != "condition" else 1) + (column if by != "condition" else 0)
        own = np.broadcast_to(own, people.shape)
        parts.append(
            np.stack(
                [at_level(people, m[row, column], by, coefficient, own=own) for m in grid.metrics]
            )
        )
    return point, np.concatenate(parts, axis=1)


def _centred(point: Floats, drawn: Floats) -> Floats:
    apart = drawn[0] - drawn[1]
    if np.isfinite(apart).any():
        apart = apart - np.nanmedian(apart) + (point[0] - point[1])
    return np.asarray(apart)


def _bootstrap_test(
    grid: Grid, by: By, coefficient: Coefficient, generator: np.random.Generator, replicates: int
) -> Tested:
    point, drawn = _bootstrap(grid, by, coefficient, generator, replicates)
    people = "raters, " if grid.ratings is not None else ""
    population = f"other {people}conditions and images like these"
    if grid.held:
        population = f"these very conditions, on other {people.replace(', ', ' and ')}images"
    p = two_sided_p(_centred(point, drawn))
    if not np.isfinite(p):
        population = "nothing: agreement is undefined, here or in most replicates"
    return Tested("bootstrap of both", p, population, safe=True)


def _williams(grid: Grid, method: Literal["pearson", "spearman"]) -> Tested:
    people, first, second = grid.condition_means()
    found = compare_dependent(first, second, people, method=method)
    about = "other conditions like these, whose means are taken as known"
    if not found.difference.defined:
        about = f"nothing: {found.difference.method}"
    return Tested("Williams", found.williams_p, about, safe=True)
