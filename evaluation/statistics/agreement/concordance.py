"""Kendall's W: how far raters who ranked the same items agree on the order.

    W = 12 Σ_i (R_i - R̄)² / (m² (n³ - n) - m Σ_j T_j),   T_j = Σ_ties (t³ - t)

for m raters of n items, R_i the sum of an item's midranks (Kendall and Babington Smith 1939). The
mean of Spearman's rho over pairs of raters is (m W - 1)/(m - 1): the interval is made on that, by
the two-way jackknife, because W itself cannot fall below 0 and is about 1/m where nobody agrees.
"""

from dataclasses import dataclass

import numpy as np
from scipy.stats import chi2, rankdata

from evaluation.statistics.answers import Answers, Floats, Labels
from evaluation.statistics.bootstrap import FISHER_Z
from evaluation.statistics.estimate import ESTIMATE_LEVEL, BadData, Estimate, check_level
from evaluation.statistics.influence import jackknifed, two_way_interval


@dataclass(frozen=True)
class Concordance:
    """W, the mean rank correlation behind it, and the test of no agreement at all."""

    w: Estimate
    mean_rho: Estimate
    """of all pairs of raters"""
    chi_squared: float
    p: float
    """of W = 0 by chi-squared with n - 1 degrees of freedom; small p is not high agreement"""
    raters: int
    items: int

    def __str__(self) -> str:
        return str(self.w)


def kendall_w(
    values: Labels, raters: Labels, items: Labels, *, level: float = ESTIMATE_LEVEL
) -> Concordance:
    """W of a long table in which every rater answered every item; numbers are ranked here.

    values, raters, items  columns of equal length: numbers (ties allowed), and any labels

    Undefined where every rater gave all items one answer. Raises BadData for a table with holes
    (krippendorff_alpha takes them), for fewer than two raters or items.

    >>> values, raters = [1, 2, 3, 4, 5, 2, 1, 3, 4, 5, 1, 3, 2, 5, 4], list("aaaaabbbbbccccc")
    >>> str(kendall_w(values, raters, [1, 2, 3, 4, 5] * 3))
    '0.84 [0.00, 1.00]'
    """
    check_level(level)
    answers = Answers.of(values, raters, items)
    _check(answers)
    table = answers.sums
    m, n = table.shape
    ranks = rankdata(table, axis=1)
    ties = _ties(table)
    w = float(_w(ranks.sum(0), ties.sum(), m))
    if not np.isfinite(w):
        reason = "every rater gave all items one answer"
        undefined = Estimate.undefined(level=level, n=answers.n, reason=reason)
        return Concordance(undefined, undefined, float("nan"), float("nan"), m, n)
    rho = _interval(float(_rho(np.array(w), m)), ranks, table, ties, level)
    chi_squared = m * (n - 1) * w
    p = float(chi2.sf(chi_squared, n - 1))
    return Concordance(_back(rho, w, m), rho, chi_squared, p, m, n)


def _interval(rho: float, ranks: Floats, table: Floats, ties: Floats, level: float) -> Estimate:
    m, n = table.shape
    sums = ranks.sum(0)
    without_rater = _rho(_w(sums - ranks, ties.sum() - ties, m - 1), m - 1) if m > 2 else None
    below, tied = _comparisons(table)
    by_item = [_w(np.delete(sums - below[i], i), tied[i], m) for i in range(n)]
    if without_rater is None or n < 3:
        reason = "the jackknife needs three raters and three items"
        return Estimate.without_interval(rho, level=level, n=m * n, reason=reason)
    pairs = _rho(np.array(by_item), m)
    if not (np.isfinite(without_rater).all() and np.isfinite(pairs).all()):
        reason = "the agreement rests on one rater or one item"
        return Estimate.without_interval(rho, level=level, n=m * n, reason=reason)
    return two_way_interval(
        rho,
        jackknifed(without_rater),
        jackknifed(pairs),
        np.zeros(1),
        FISHER_Z,
        level=level,
        n=m * n,
    )


def _comparisons(table: Floats) -> tuple[Floats, Floats]:
    """[n, n]: what the rank sums lose without item i; [n]: Σ_j T_j without it."""
    n = table.shape[1]
    lost, ties = np.empty((n, n)), np.empty(n)
    whole = _ties(table).sum()
    for i in range(n):
        column = table[:, i : i + 1]
        equal = table == column
        lost[i] = (column < table).sum(0) + equal.sum(0) / 2
        sizes = equal.sum(1)
        ties[i] = whole - (3 * sizes * (sizes - 1)).sum()
    return lost, ties


def _w(sums: Floats, ties: "Floats | float", m: int) -> Floats:
    """W of rank sums [..., n]; nan where all answers are tied."""
    n = sums.shape[-1]
    apart = ((sums - sums.mean(-1, keepdims=True)) ** 2).sum(-1)
    largest = np.asarray(m**2 * (n**3 - n) - m * np.asarray(ties), dtype=np.float64)
    found = np.full(np.broadcast(apart, largest).shape, np.nan)
    return np.asarray(np.divide(12 * apart, largest, out=found, where=largest > 0))


def _ties(table: Floats) -> Floats:
    """[m]: Σ (t³ - t) over each rater's groups of equal answers."""
    sizes = [np.unique(row, return_counts=True)[1] for row in table]
    return np.array([float((size**3 - size).sum()) for size in sizes])


def _rho(w: Floats, m: int) -> Floats:
    """Mean Spearman correlation of m raters, from W."""
    return np.asarray((m * w - 1) / (m - 1))


def _back(rho: Estimate, w: float, m: int) -> Estimate:
    """W with the limits of the mean correlation."""
    if not rho.has_interval:
        return Estimate(w, rho.low, rho.high, rho.se, rho.level, rho.n, rho.method)
    low, high = (max((end * (m - 1) + 1) / m, 0.0) for end in (rho.low, rho.high))
    said = f"{rho.method}, on the mean rank correlation"
    return Estimate(w, low, high, rho.se * (m - 1) / m, rho.level, rho.n, said)


def _check(answers: Answers) -> None:
    if min(answers.raters, answers.items) < 2:
        raise BadData(
            f"W needs two raters and two items; given: {answers.raters} and {answers.items}."
        )
    if answers.counts.max() > 1:
        raise BadData("A rater answered the same item twice; leave repeated trials out.")
    if answers.n < answers.raters * answers.items:
        raise BadData(
            f"W needs every rater's answer to every item; {answers.raters * answers.items} are "
            f"wanted, {answers.n} given. krippendorff_alpha takes tables with holes."
        )
