"""Pairwise accuracy with ties: of pairs of pictures, the share that people and metric order alike.

    accuracy = (C + T_both) / (C + D + T_human + T_metric + T_both)

averaged over groups (Deutsch, Foster and Freitag 2023, arXiv 2305.14324). A metric's difference up
to epsilon counts as a tie (`ties.py`), and epsilon is chosen on *other* items than are scored:
chosen on the same, the accuracy is flattered.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, isnan, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, logit
from scipy.stats import t as student

from evaluation.statistics.answers import Codes, Floats, Labels
from evaluation.statistics.association.columns import cluster_codes
from evaluation.statistics.estimate import (
    ESTIMATE_LEVEL,
    BadData,
    Estimate,
    check_level,
    is_rounding,
)
from evaluation.statistics.meta.coefficients import COUNTABLE, at_level, largest_group
from evaluation.statistics.meta.grid import By, Grid, check_by
from evaluation.statistics.meta.jackknife import spread
from evaluation.statistics.meta.ties import SLACK, Group, cells, groups_of, tie_calibration


@dataclass(frozen=True)
class PairwiseAccuracy:
    """The share of pairs in the same order, and where the others went."""

    estimate: Estimate
    concordant: int
    discordant: int
    human_ties: int
    """tied by people only"""
    metric_ties: int
    """tied by the metric only"""
    both_ties: int
    groups: int
    """groups with a pair, each counted alike"""
    epsilon: tuple[float, ...]
    """differences up to this count as ties; one a fold where it was chosen on other folds"""

    @property
    def pairs(self) -> int:
        ties = self.human_ties + self.metric_ties + self.both_ties
        return self.concordant + self.discordant + ties

    def __str__(self) -> str:
        return str(self.estimate)


def pairwise_accuracy(
    human: ArrayLike,
    metric: ArrayLike,
    *,
    by: By = "group-by-item",
    epsilon: float = 0.0,
    level: float = ESTIMATE_LEVEL,
) -> PairwiseAccuracy:
    """Accuracy of `metric` [S, I] for `human` [S, I] or answers [R, S, I], at one level.

    Both may be [n], items of one condition. The interval is two-way clustered on conditions and
    items, by how far each cell's pairs are from the mean (both are samples), on the logit. Given
    answers, what other raters would add (a jackknife) is added.

    >>> found = pairwise_accuracy([1, 2, 2, 4, 5], [0.1, 0.3, 0.2, 0.8, 0.7], by="none")
    >>> found.concordant, found.discordant, found.human_ties
    (8, 1, 1)
    """
    check_level(level)
    check_by(by)
    if not 0 <= epsilon < inf:
        raise BadData(f"A difference that counts as a tie is 0 or more; given: {epsilon}.")
    grid, raw = _grid(human, metric)
    scored = _scored(groups_of(grid.human, raw, by), epsilon, grid.human.shape)
    by_raters = _rater_variance(grid, raw, by, epsilon)
    estimate = _estimate(scored, by_raters, grid, by, level)
    return PairwiseAccuracy(estimate, *scored.counts, scored.groups, (float(epsilon),))


def calibrated_accuracy(
    human: ArrayLike,
    metric: ArrayLike,
    *,
    generator: np.random.Generator,
    by: By = "group-by-item",
    folds: int = 5,
    clusters: Labels | None = None,
    level: float = ESTIMATE_LEVEL,
) -> PairwiseAccuracy:
    """The same, with epsilon chosen on other items than are scored.

    Items are dealt into `folds` by `generator`; those of one of `clusters` [I] (artists) stay
    together. Each fold is scored with the epsilon that is best on the other folds; a pair of items
    of different folds is left out.
    """
    check_level(level)
    check_by(by)
    if by == "condition":
        raise BadData(
            "Over condition means there are too few pairs to choose an epsilon on; score them with"
            " epsilon 0, or calibrate at group-by-item."
        )
    grid, raw = _grid(human, metric)
    fold_of = _folds(grid.items, folds, clusters, generator)
    groups: list[Group] = []
    each: list[float] = []
    chosen: list[float] = []
    for fold in range(folds):
        mine = fold_of == fold
        epsilon = tie_calibration(grid.human[:, ~mine], raw[:, ~mine], by=by).epsilon
        held_out = groups_of(np.where(mine, grid.human, np.nan), raw, by)
        groups += held_out
        each += [epsilon] * len(held_out)
        chosen.append(epsilon)
    scored = _scored(groups, each, grid.human.shape)
    estimate = _estimate(scored, _raters_held(grid), grid, by, level)
    return PairwiseAccuracy(estimate, *scored.counts, scored.groups, tuple(chosen))


@dataclass(frozen=True)
class _Scored:
    value: float
    influence: Floats
    """[S, I]: what each cell moves the accuracy by"""
    counts: tuple[int, int, int, int, int]
    """concordant, discordant, tied by people, by the metric, by both"""
    groups: int


def _grid(human: ArrayLike, metric: ArrayLike) -> tuple[Grid, Floats]:
    raw = cells(metric)
    return Grid.of(cells(human), [raw]), raw


def _folds(
    items: int, folds: int, clusters: Labels | None, generator: np.random.Generator
) -> Codes:
    """[I]: each item's fold; clusters are dealt whole, in random order, as evenly as they go."""
    codes, count = cluster_codes(clusters, items)
    if not 2 <= folds <= count:
        raise BadData(f"{count} items or clusters cannot be dealt into {folds} folds.")
    return generator.permutation(np.arange(count) % folds)[codes]


def _scored(
    groups: Sequence[Group], epsilon: float | Sequence[float], shape: tuple[int, ...]
) -> _Scored:
    """Pair by pair, row by row: nothing of size n² is held."""
    each = [epsilon] * len(groups) if isinstance(epsilon, (float, int)) else epsilon
    influence = np.zeros(shape)
    if not groups:
        return _Scored(float("nan"), influence, (0, 0, 0, 0, 0), 0)
    found = [_shares(group, e) for group, e in zip(groups, each, strict=True)]
    value = float(np.mean([shares.mean() for shares, _ in found]))
    for group, (shares, _) in zip(groups, found, strict=True):
        own = shares.mean()
        influence[group.place] += (2 * (shares - own) + own - value) / (len(group) * len(groups))
    counts = np.sum([counts for _, counts in found], 0).tolist()
    concordant, discordant, of_people, of_metric, both = counts
    counted = (concordant, discordant, of_people, of_metric, both)
    return _Scored(value, influence, counted, len(groups))


def _shares(group: Group, epsilon: float) -> tuple[Floats, NDArray[np.int64]]:
    """[n]: the share of each entry's pairs that are ordered alike; and the five counts."""
    h, m = group.human, group.metric
    n, reach = len(h), epsilon * SLACK
    right, counts = np.zeros(n), np.zeros((3, 3), dtype=np.int64)
    for k in range(n - 1):
        apart = m[k + 1 :] - m[k]
        of_metric = (apart > reach).astype(np.int8) - (apart < -reach)
        of_people = (h[k + 1 :] > h[k]).astype(np.int8) - (h[k + 1 :] < h[k])
        alike = of_metric == of_people
        right[k] += alike.sum()
        right[k + 1 :] += alike
        kind = 3 * (of_people + 1) + of_metric + 1
        counts += np.bincount(kind, minlength=9).reshape(3, 3)
    concordant, discordant = counts[0, 0] + counts[2, 2], counts[0, 2] + counts[2, 0]
    of_people, of_metric = counts[1, 0] + counts[1, 2], counts[0, 1] + counts[2, 1]
    five = np.array([concordant, discordant, of_people, of_metric, counts[1, 1]])
    return right / (n - 1), five


def _rater_variance(grid: Grid, metric: Floats, by: By, epsilon: float) -> tuple[float, str]:
    """What other raters would add, and what is said of them."""
    if grid.raters < 2:
        return _raters_held(grid)
    if largest_group(grid.human.shape, by) > COUNTABLE:
        return 0.0, "raters held (too many pairs to leave each out)"
    people = grid.without_each_rater()
    values = at_level(people, metric[None], by, "accuracy", epsilon=epsilon * SLACK)
    return spread(values), f"{grid.raters} raters"


def _raters_held(grid: Grid) -> tuple[float, str]:
    return 0.0, "scores as they are" if grid.ratings is None else "raters held"


def _estimate(
    scored: _Scored, by_raters: tuple[float, str], grid: Grid, by: By, level: float
) -> Estimate:
    n = sum(scored.counts)
    if not scored.groups:
        reason = "no group has two judged entries"
        return Estimate.undefined(level=level, n=n, reason=reason)
    sizes = [grid.conditions] if by == "condition" else [grid.conditions, grid.items]
    clusters = min([size for size in sizes if size > 1], default=1)
    if clusters < 3:
        reason = f"{clusters} conditions or items say too little about others"
        return Estimate.without_interval(scored.value, level=level, n=n, reason=reason)
    if by_raters[0]:
        clusters = min(clusters, grid.raters)
    variance = _two_way(scored.influence) + by_raters[0]
    if isnan(variance):
        reason = "without one rater or the other no two entries are judged"
        return Estimate.without_interval(scored.value, level=level, n=n, reason=reason)
    if scored.value in {0.0, 1.0}:
        return _alike(scored.value, n, clusters, level)
    if is_rounding(sqrt(variance), 1.0):  # of a share: at most 1
        reason = "it does not move with what is left out"
        return Estimate.without_interval(scored.value, level=level, n=n, reason=reason)
    se = sqrt(variance)
    reach = float(student.ppf((1 + level) / 2, clusters - 1)) * se
    reach /= scored.value * (1 - scored.value)
    low, high = expit(logit(scored.value) + np.array([-reach, reach]))
    said = (
        f"two-way clustered ({grid.conditions} conditions and {grid.items} items), {by_raters[1]},"
        f" logit scale, t({clusters - 1})"
    )
    return Estimate(scored.value, float(low), float(high), se, level, n, said)


def _two_way(influence: Floats) -> float:
    """Cameron, Gelbach and Miller's variance; never below the larger one-way term."""
    rows, columns = influence.sum(1), influence.sum(0)
    terms = [
        len(sums) / (len(sums) - 1) * float(sums @ sums) if len(sums) > 1 else 0.0
        for sums in (rows, columns)
    ]
    return max(sum(terms) - float((influence**2).sum()), *terms)


def _alike(value: float, n: int, clusters: int, level: float) -> Estimate:
    """Of a share that is 0 or 1."""
    share = (1 - level) ** (1 / clusters)
    low, high = share * value, share * value + 1 - share
    said = f"every pair counts alike: one-sided Clopper-Pearson limit at {clusters}"
    return Estimate(value, low, high, float("nan"), level, n, said)
