"""How much each of several metrics explains: the average gain in R² over all orders of entry.

LMG (Lindeman, Merenda and Gold 1980; Grömping 2006, doi:10.18637/jss.v017.i01): the share of
predictor j is the mean, over all orders in which predictors may enter a regression, of the gain in
R² when j enters. Shares are 0 or more and sum to the R² of all. 2^p regressions, from one
correlation matrix.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from math import factorial

import numpy as np
from numpy.typing import ArrayLike

from evaluation.statistics.answers import Codes, Floats, Labels, floats
from evaluation.statistics.association.columns import cluster_codes, paired
from evaluation.statistics.bootstrap import multinomial_weights, percentile_interval
from evaluation.statistics.estimate import ESTIMATE_LEVEL, BadData, Estimate, check_level

MOST = 12
CELLS = 4_000_000
FLAT = 1e-12  # variance of a standardised column in a replicate that does not vary


@dataclass(frozen=True)
class Dominance:
    """R² of all predictors, and the share of each."""

    shares: dict[str, Estimate]
    """general dominance (LMG), in the order given; they sum to `r_squared`"""
    r_squared: Estimate

    def __str__(self) -> str:
        return ", ".join(f"{name} {share}" for name, share in self.shares.items())


def dominance(
    predictors: ArrayLike,
    target: Labels,
    *,
    generator: np.random.Generator,
    names: Sequence[str] | None = None,
    clusters: Labels | None = None,
    replicates: int = 1000,
    level: float = ESTIMATE_LEVEL,
) -> Dominance:
    """Splits the R² of `target` [n] among `predictors` [n, p], p at most 12.

    Intervals draw rows again, or whole `clusters` [n]. R² and shares of few rows are too high by
    chance: one row a hundred predictors explains everything.

    Raises BadData for more than 12 predictors, a predictor or target without variation, or
    predictors of which one is made up of the others.
    """
    check_level(level)
    x = floats(predictors, "Predictors: row")
    x = x[:, None] if x.ndim == 1 else x
    called = [f"x{k + 1}" for k in range(x.shape[1])] if names is None else list(names)
    if len(called) != x.shape[1] or not 1 <= x.shape[1] <= MOST:
        raise BadData(
            f"Dominance takes 1 to {MOST} predictors and a name each; given: {x.shape[1]}"
            f" predictors and {len(called)} names."
        )
    columns = np.stack(
        paired({name: x[:, k] for k, name in enumerate(called)} | {"target": target})
    )
    columns = _standardised(columns, [*called, "target"])
    codes, count = cluster_codes(clusters, columns.shape[1])
    n = columns.shape[1]
    point = _shares(np.ones((1, n)), columns)[0]
    drawn = _replicates(columns, multinomial_weights(count, replicates, generator), codes)
    noun = f"{count} rows" if clusters is None else f"{count} clusters"
    found = [
        _holding(
            percentile_interval(
                float(point[k]),
                drawn[:, k],
                n=n,
                level=level,
                drawn=noun,
                clusters=count,
                size=1.0,
            )
        )
        for k in range(len(point))
    ]
    return Dominance(dict(zip(called, found[:-1], strict=True)), found[-1])


def _holding(found: Estimate) -> Estimate:
    """Replicates explain more by chance than the data do, so that all may lie above the value."""
    if not found.has_interval:
        return found
    return replace(found, low=min(found.low, found.value), high=max(found.high, found.value))


def _standardised(columns: Floats, names: Sequence[str]) -> Floats:
    spread = columns.std(1)
    for name, each, column in zip(names, spread, columns, strict=True):
        if each <= 1e-12 * np.abs(column).max(initial=0.0):
            raise BadData(f"{name} does not vary, so it explains nothing; leave it out.")
    scaled = (columns - columns.mean(1, keepdims=True)) / spread[:, None]
    n = columns.shape[1]
    for k in range(1, len(names) - 1):
        if np.linalg.eigvalsh(scaled[: k + 1] @ scaled[: k + 1].T / n)[0] < 1e-10:
            raise BadData(f"{names[k]} is made up of the predictors before it; leave one out.")
    return np.asarray(scaled)


def _replicates(columns: Floats, weights: Floats, codes: Codes) -> Floats:
    size = max(1, CELLS // (columns.shape[1] + len(columns) ** 2))
    parts = [
        _shares(weights[k : k + size][:, codes], columns) for k in range(0, len(weights), size)
    ]
    return np.concatenate(parts)


def _shares(weights: Floats, columns: Floats) -> Floats:
    """[B, p + 1]: the share of each predictor, and R² of all, under weights [B, n]."""
    matrix = _correlations(weights, columns)
    p = len(columns) - 1
    explained = _explained(matrix, p)
    found = np.zeros((len(weights), p + 1))
    found[:, p] = explained[frozenset(range(p))]
    for j in range(p):
        others = [k for k in range(p) if k != j]
        for size in range(p):
            share = factorial(size) * factorial(p - 1 - size) / factorial(p)
            for chosen in combinations(others, size):
                before = frozenset(chosen)
                found[:, j] += share * (explained[before | {j}] - explained[before])
    return found


def _correlations(weights: Floats, columns: Floats) -> Floats:
    total = weights.sum(1)
    means = weights @ columns.T / total[:, None]
    products = np.stack([weights @ (columns * row).T for row in columns], 1) / total[:, None, None]
    covariance = products - means[:, :, None] * means[:, None, :]
    variance = np.einsum("bii->bi", covariance)
    # a column that does not vary in a replicate correlates with nothing, itself included
    shrunk = np.where(variance > FLAT, 1 / np.sqrt(np.maximum(variance, FLAT)), 0.0)
    return np.asarray(covariance * shrunk[:, :, None] * shrunk[:, None, :])


def _explained(matrix: Floats, p: int) -> dict[frozenset[int], Floats]:
    """Set of predictors → [B] R²; nan where a replicate makes them depend on one another."""
    found = {frozenset[int](): np.zeros(len(matrix))}
    for size in range(1, p + 1):
        for chosen in combinations(range(p), size):
            inner = matrix[:, chosen][:, :, chosen]
            outer = matrix[:, chosen, p]
            usable = (np.linalg.det(inner) > 1e-12) & (matrix[:, p, p] > 0)
            r_squared = np.full(len(matrix), np.nan)
            solved = np.linalg.solve(inner[usable], outer[usable][..., None])[..., 0]
            r_squared[usable] = (solved * outer[usable]).sum(1)
            found[frozenset(chosen)] = r_squared
    return found
