"""Correlation of two columns: Pearson, Spearman, Kendall's tau-b; partial; disattenuated.

Of independent pairs the interval is Fisher's, tanh(atanh r ± z s), with the standard errors

    Pearson 1/√(n - 3 - k)      Spearman √(1 + r²/2)/√(n - 3 - k)      Kendall √0.437/√(n - 4 - k)

(Bonett and Wright 2000, doi:10.1007/BF02294183) and k columns held constant. Where pairs come in
clusters (images of one artist), whole clusters are drawn again instead.
"""

from dataclasses import dataclass
from math import sqrt
from typing import Literal

import numpy as np
from scipy.stats import kendalltau, norm, rankdata
from scipy.stats import t as student

from evaluation.statistics.answers import Floats, Labels, floats
from evaluation.statistics.association.columns import cluster_codes, paired
from evaluation.statistics.bootstrap import (
    FISHER_Z,
    REPLICATES,
    centred_interval,
    multinomial_weights,
    two_sided_p,
)
from evaluation.statistics.correlation import kendall, midranks, pearson
from evaluation.statistics.estimate import ESTIMATE_LEVEL, BadData, Estimate, check_level

Coefficient = Literal["pearson", "spearman", "kendall"]


@dataclass(frozen=True)
class Correlation:
    """A correlation, whether it differs from 0, and what it would be without measuring error."""

    estimate: Estimate
    p: float
    """two-sided p-value of no association; nan where the estimate has no interval"""
    disattenuated: Estimate | None = None
    """r / √(reliability of x · reliability of y), beside the raw r and never instead of it"""

    def __str__(self) -> str:
        return str(self.estimate)


def correlation(
    x: Labels,
    y: Labels,
    *,
    method: Coefficient = "pearson",
    given: Labels | None = None,
    reliability: tuple[float, float] | None = None,
    clusters: Labels | None = None,
    generator: np.random.Generator | None = None,
    replicates: int = REPLICATES,
    level: float = ESTIMATE_LEVEL,
) -> Correlation:
    """The correlation of `x` and `y`, both [n].

    given        [n] or [n, k]: columns held constant. Of Spearman it is the partial correlation of
                 ranks, of Kendall that of the matrix of tau-b (Kendall 1942).
    reliability  of x and of y, in (0, 1], taken as known: gives `disattenuated` as well
                 (Spearman 1904), which may exceed 1.
    clusters     [n] labels: rows of one cluster belong together, and whole clusters are drawn again
                 `replicates` times by `generator`, which must then be given.

    Raises BadData for columns of unequal length, missing values, or infinite values (which ranks
    allow and Pearson does not).

    >>> str(correlation([1, 2, 3, 4, 5, 6], [2, 1, 4, 3, 6, 5]).estimate)
    '0.83 [0.05, 0.98]'
    """
    check_level(level)
    columns = _columns(x, y, given, method)
    if clusters is None:
        found = _independent(columns, method, level)
    else:
        found = _clustered(columns, method, clusters, generator, replicates, level)
    if reliability is None:
        return found
    return Correlation(found.estimate, found.p, _disattenuated(found.estimate, reliability))


def _columns(x: Labels, y: Labels, given: Labels | None, method: str) -> Floats:
    """[2 + k, n]: x, y and what is held constant."""
    if method not in ("pearson", "spearman", "kendall"):
        raise BadData(f"A correlation is pearson, spearman or kendall; given: {method}.")
    held = np.empty((len(np.asarray(x)), 0)) if given is None else floats(given, "given: row")
    held = held[:, None] if held.ndim == 1 else held
    named = {"x": x, "y": y} | {f"given {k + 1}": row for k, row in enumerate(held.T)}
    return np.stack(paired(named, infinite=method != "pearson"))


def _independent(columns: Floats, method: str, level: float) -> Correlation:
    n, held = columns.shape[1], len(columns) - 2
    value = float(_partial(columns, np.ones((1, n)), method)[0])
    fewest = 5 + held if method == "kendall" else 4 + held
    if not np.isfinite(value):
        return _undefined(n, level)
    if n < fewest or abs(value) > 1 - 1e-12:
        few = f"{n} pairs are too few"
        reason = few if n < fewest else f"all {n} pairs lie on one line"
        bare = Estimate.without_interval(value, level=level, n=n, reason=reason)
        return Correlation(bare, _p(columns, value, method) if n >= fewest else float("nan"))
    error = _fisher_error(value, n - held, method)
    reach = float(norm.ppf((1 + level) / 2)) * error
    low, high = np.tanh(np.arctanh(value) + np.array([-reach, reach]))
    said = f"{method}{f' given {held} columns' if held else ''}, Fisher z, {n} independent pairs"
    estimate = Estimate(value, float(low), float(high), error * (1 - value**2), level, n, said)
    return Correlation(estimate, _p(columns, value, method))


def _fisher_error(value: float, n: int, method: str) -> float:
    """Standard error on Fisher's z (Bonett and Wright 2000, eq. 1-4)."""
    if method == "kendall":
        return sqrt(0.437 / (n - 4))
    return sqrt((1 + value**2 / 2 if method == "spearman" else 1.0) / (n - 3))


def _p(columns: Floats, value: float, method: str) -> float:
    n, held = columns.shape[1], len(columns) - 2
    if method == "kendall" and not held:
        return float(kendalltau(columns[0], columns[1]).pvalue)
    if method == "kendall":
        m = n - held
        return float(2 * norm.sf(abs(value) / sqrt(2 * (2 * m + 5) / (9 * m * (m - 1)))))
    freedom = n - 2 - held
    with np.errstate(divide="ignore"):
        t = abs(value) * np.sqrt(freedom / np.maximum(1 - value**2, 0.0))
    return float(2 * student.sf(t, freedom))


def _clustered(
    columns: Floats,
    method: str,
    clusters: Labels,
    generator: np.random.Generator | None,
    replicates: int,
    level: float,
) -> Correlation:
    n = columns.shape[1]
    codes, count = cluster_codes(clusters, n)
    if generator is None:
        raise BadData("Clusters are drawn again: give a generator, e.g. np.random.default_rng(1).")
    value = float(_partial(columns, np.ones((1, n)), method)[0])
    if not np.isfinite(value):
        return _undefined(n, level)
    if count < 3:
        reason = f"{count} clusters say too little about others"
        bare = Estimate.without_interval(value, level=level, n=n, reason=reason)
        return Correlation(bare, float("nan"))
    weights = multinomial_weights(count, replicates, generator)[:, codes]
    drawn = _partial(columns, weights, method)
    estimate = centred_interval(
        value, drawn, FISHER_Z, n=n, level=level, drawn=f"{count} clusters", clusters=count
    )
    if not estimate.has_interval:
        return Correlation(estimate, float("nan"))
    centred = drawn - np.nanmedian(drawn) + value
    return Correlation(estimate, two_sided_p(centred, clusters=count))


def _partial(columns: Floats, weights: Floats, method: str) -> Floats:
    """[B]: correlation of the first two columns given the others, under weights [B, n]."""
    matrix = _matrix(columns, weights, method)
    if len(columns) == 2:
        return matrix[:, 0, 1]
    known = np.asarray(np.isfinite(matrix).all((1, 2)))
    whole = np.where(known[:, None, None], matrix, 0.0)
    usable = np.abs(np.linalg.det(whole)) > 1e-12
    found = np.full(len(weights), np.nan)
    precision = np.linalg.inv(matrix[usable])
    found[usable] = -precision[:, 0, 1] / np.sqrt(precision[:, 0, 0] * precision[:, 1, 1])
    return np.asarray(np.clip(found, -1.0, 1.0))


def _matrix(columns: Floats, weights: Floats, method: str) -> Floats:
    """[B, 2 + k, 2 + k]: correlations of every two columns."""
    size, n = len(columns), columns.shape[1]
    matrix = np.broadcast_to(np.eye(size), (len(weights), size, size)).copy()
    ranked = [midranks(np.broadcast_to(row, weights.shape), weights) for row in columns]
    for a in range(size):
        for b in range(a):
            if method == "kendall":
                ranks = np.broadcast_to(rankdata(columns[a]), (len(weights), n))
                found = kendall(ranks, columns[b][None], weights)[:, 0]
            elif method == "spearman":
                found = pearson(ranked[a], ranked[b], weights)
            else:
                found = pearson(_scaled(columns[a]), _scaled(columns[b]), weights)
            matrix[:, a, b] = matrix[:, b, a] = found
    return matrix


def _scaled(column: Floats) -> Floats:
    """Centred, with the largest distance 1: `pearson` takes tiny spreads for none."""
    apart = column - column.mean()
    largest = np.abs(apart).max(initial=0.0)
    # what rounding alone leaves of a constant column is no variation
    varies = largest > 1e-12 * np.abs(column).max(initial=0.0)
    return np.asarray(apart / largest if varies else 0 * apart)


def _disattenuated(raw: Estimate, reliability: tuple[float, float]) -> Estimate:
    if not all(0 < each <= 1 for each in reliability):
        raise BadData(f"A reliability lies above 0 and at most at 1; given: {reliability}.")
    shrunk = sqrt(reliability[0] * reliability[1])
    said = f"{raw.method}; divided by √({reliability[0]:g} · {reliability[1]:g}), taken as known"
    numbers = (raw.value / shrunk, raw.low / shrunk, raw.high / shrunk, raw.se / shrunk)
    return Estimate(*numbers, raw.level, raw.n, said if raw.defined else raw.method)


def _undefined(n: int, level: float) -> Correlation:
    reason = "a column does not vary, or one is made up of the others"
    return Correlation(Estimate.undefined(level=level, n=n, reason=reason), float("nan"))
