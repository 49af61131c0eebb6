"""Gwet's AC1 and AC2 and Fleiss' kappa: agreement on categories, corrected for chance.

With r_ik answers of category k to item i, r_i in all, weights w_kl (1 where answers agree) and
r*_ik = Σ_l w_kl r_il:

    p_a = mean over items with r_i ≥ 2 of Σ_k r_ik (r*_ik - 1) / (r_i (r_i - 1))
    π_k = mean over items of r_ik / r_i
    p_e = Σ_kl w_kl / (q (q - 1)) Σ_k π_k (1 - π_k)        Gwet's AC
    p_e = Σ_kl w_kl π_k π_l                                 Fleiss' kappa
    coefficient = (p_a - p_e) / (1 - p_e)

(Gwet 2014, Handbook of Inter-Rater Reliability, 4th edition, chapters 4 and 6.) Items with one
answer enter π, not p_a. Kappa collapses where nearly all answers are of one category, AC does not:
give both, and the raw share p_a.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from evaluation.statistics.answers import Answers, Codes, Floats, Labels, summed
from evaluation.statistics.bootstrap import FISHER_Z, Scale
from evaluation.statistics.estimate import ESTIMATE_LEVEL, BadData, Estimate, check_level
from evaluation.statistics.influence import PLAIN, item_interval, two_way_interval

Weights = Literal["identity", "linear", "quadratic", "ordinal"]


@dataclass(frozen=True)
class ChanceCorrected:
    """A coefficient of agreement, and what it is made of."""

    estimate: Estimate
    observed: Estimate
    """p_a: the (weighted) share of pairs of raters who agree"""
    by_chance: float
    """p_e: the share that chance would give"""
    weights: str
    categories: tuple[float, ...]
    items: int
    items_single: int
    """items with one answer: they count for how common categories are, not for agreement"""
    raters: int

    def __str__(self) -> str:
        return str(self.estimate)


@dataclass(frozen=True)
class _Table:
    """Answers as categories."""

    answers: Answers
    category: Codes
    """[n]"""
    counts: Floats
    """[I, q]: r_ik"""
    weights: Floats
    """[q, q]"""

    @property
    def size(self) -> Floats:
        """[I]: r_i"""
        return np.asarray(self.counts.sum(1))

    @property
    def shares(self) -> Floats:
        """[I, q]: r_ik / r_i"""
        return np.asarray(self.counts / self.size[:, None])


def gwet_ac(
    values: Labels,
    raters: Labels,
    items: Labels,
    *,
    weights: Weights = "identity",
    categories: Sequence[float] | None = None,
    draw_raters: bool = True,
    level: float = ESTIMATE_LEVEL,
) -> ChanceCorrected:
    """AC1 (weights `identity`) or AC2 (`linear`, `quadratic`, `ordinal`) of a long table.

    values, raters, items  columns of equal length: numbers, and any labels
    categories  all that could have been answered; those that were, when left out. AC depends on
                their number, so name them where some were never chosen.
    draw_raters  the interval is for other raters too (two-way clustered); without, for these very
                raters and other items, as Gwet's standard error and R's irrCAC have it

    Raises BadData for fewer than two categories, or a rater who answered an item twice.

    >>> found = gwet_ac([1, 1, 1, 1, 2, 1, 1, 1], list("abababab"), [1, 1, 2, 2, 3, 3, 4, 4])
    >>> f"{found.estimate.value:.2f}, raw {found.observed.value:.2f}"
    '0.68, raw 0.75'
    """
    table = _table(values, raters, items, weights, categories, level)
    return _corrected(table, _gwet_chance, weights, draw_raters, level)


def fleiss_kappa(
    values: Labels,
    raters: Labels,
    items: Labels,
    *,
    weights: Weights = "identity",
    categories: Sequence[float] | None = None,
    draw_raters: bool = True,
    level: float = ESTIMATE_LEVEL,
) -> ChanceCorrected:
    """Fleiss' kappa (1971), weighted where wanted, of a long table; missing answers are allowed.

    Arguments as for `gwet_ac`. Complete and unweighted it equals statsmodels' `fleiss_kappa`.
    """
    table = _table(values, raters, items, weights, categories, level)
    return _corrected(table, _fleiss_chance, weights, draw_raters, level)


def agreement_weights(kind: str, categories: Floats) -> Floats:
    """[q, q]: how far two answers agree, 1 on the diagonal (Gwet 2014, chapter 3).

    linear 1 - |k - l|/range, quadratic 1 - (k - l)²/range², both of the categories' numbers;
    ordinal 1 - pairs of ranks spanned / all pairs: (|k - l| + 1 choose 2) / (q choose 2).
    """
    apart = np.abs(np.subtract.outer(categories, categories))
    if kind == "identity":
        return np.asarray((apart == 0).astype(np.float64))
    if kind == "linear":
        return np.asarray(1 - apart / apart.max())
    if kind == "quadratic":
        return np.asarray(1 - (apart / apart.max()) ** 2)
    if kind == "ordinal":
        ranks = np.arange(len(categories))
        steps = np.abs(np.subtract.outer(ranks, ranks))
        pairs = np.where(steps > 0, (steps + 1) * steps / 2, 0.0)
        return np.asarray(1 - pairs / pairs.max())
    raise BadData(f"Weights are identity, linear, quadratic or ordinal; given: {kind!r}.")


def category_codes(values: Floats, categories: Sequence[float] | None) -> tuple[Floats, Codes]:
    """The categories in order, and the code of each value."""
    known = np.unique(values if categories is None else np.asarray(categories, dtype=np.float64))
    wrong = values[~np.isin(values, known)]
    if len(wrong):
        raise BadData(f"{wrong[0]} is none of the categories {known.tolist()}.")
    return known, np.searchsorted(known, values).astype(np.intp)


def _table(
    values: Labels,
    raters: Labels,
    items: Labels,
    weights: str,
    categories: Sequence[float] | None,
    level: float,
) -> _Table:
    check_level(level)
    answers = Answers.of(values, raters, items)
    if answers.counts.max() > 1:
        raise BadData("A rater answered the same item twice; leave repeated trials out.")
    known, codes = category_codes(answers.values, categories)
    q = len(known)
    if q < 2:
        raise BadData(
            f"Every answer is {known[0]:g}; name the categories that could have been chosen "
            "(categories=...)."
        )
    counts = summed(answers.item * q + codes, np.ones(answers.n), answers.items * q)
    return _Table(
        answers, codes, counts.reshape(answers.items, q), agreement_weights(weights, known)
    )


Chance = Callable[[_Table], tuple[float, Floats]]


def _gwet_chance(table: _Table) -> tuple[float, Floats]:
    """p_e and its slope by each π_k."""
    pi = table.shares.mean(0)
    factor = float(table.weights.sum()) / (len(pi) * (len(pi) - 1))
    return factor * float(pi @ (1 - pi)), factor * (1 - 2 * pi)


def _fleiss_chance(table: _Table) -> tuple[float, Floats]:
    pi = table.shares.mean(0)
    return float(pi @ table.weights @ pi), 2 * table.weights @ pi


def _corrected(
    table: _Table, chance: Chance, weights: str, draw_raters: bool, level: float
) -> ChanceCorrected:
    answers, size = table.answers, table.size
    paired = size >= 2
    categories = tuple(float(x) for x in np.unique(answers.values))
    expected, slope = chance(table)
    found = _intervals(table, expected, slope, draw_raters, level)
    return ChanceCorrected(
        estimate=found[0],
        observed=found[1],
        by_chance=expected,
        weights=weights,
        categories=categories,
        items=answers.items,
        items_single=int((~paired).sum()),
        raters=answers.raters,
    )


def _intervals(
    table: _Table, expected: float, slope: Floats, draw_raters: bool, level: float
) -> tuple[Estimate, Estimate]:
    """The coefficient and p_a, each with its interval."""
    answers, size = table.answers, table.size
    paired = size >= 2
    if not paired.any():
        nothing = Estimate.undefined(level=level, n=0, reason="no item has two answers")
        return nothing, nothing
    agree = _item_agreement(table)
    observed = float(agree[paired].mean())
    if expected >= 1 - 1e-12:
        reason = "chance agreement is complete: every answer is the same"
        undefined = Estimate.undefined(level=level, n=answers.n, reason=reason)
        return undefined, _bare_share(observed, answers.n, level)
    kappa = (observed - expected) / (1 - expected)
    share = np.where(paired, (agree - observed) / paired.sum(), 0.0)
    common = (table.shares - table.shares.mean(0)) @ slope / answers.items
    if not draw_raters:
        # Gwet's variance, which counts items with one answer as items without agreement
        gwet = np.where(paired, (agree - expected) / paired.sum(), 0.0)
        whole = (gwet - (observed - expected) / answers.items - (1 - kappa) * common) / (
            1 - expected
        )
        return (
            item_interval(kappa, whole, PLAIN, level=level, n=answers.n),
            item_interval(observed, share, PLAIN, level=level, n=answers.n),
        )
    cells, chance_cells = _answer_slopes(table, slope, agree)
    whole = (share - (1 - kappa) * common) / (1 - expected)
    whole_cells = (cells - (1 - kappa) * chance_cells) / (1 - expected)
    return (
        _two_way(table, kappa, whole, whole_cells, FISHER_Z, level),
        _two_way(table, observed, share, cells, PLAIN, level),
    )


def _two_way(
    table: _Table, value: float, by_item: Floats, by_cell: Floats, scale: Scale, level: float
) -> Estimate:
    answers = table.answers
    by_rater = summed(answers.rater, by_cell, answers.raters)
    return two_way_interval(value, by_rater, by_item, by_cell, scale, level=level, n=answers.n)


def _item_agreement(table: _Table) -> Floats:
    """[I]: the weighted share of pairs that agree; 0 for items with one answer."""
    size = table.size
    pairs = (table.counts * (table.counts @ table.weights - 1)).sum(1)
    return np.asarray(pairs / np.maximum(size * (size - 1), 1))


def _answer_slopes(table: _Table, slope: Floats, agree: Floats) -> tuple[Floats, Floats]:
    """[n] each: slopes of p_a and of p_e by the weight of each answer."""
    item, items = table.answers.item, table.answers.items
    m = table.size[item]
    paired = int((table.size >= 2).sum())
    others = (table.counts @ table.weights)[item, table.category] - 1
    share = 2 * (others - agree[item] * (m - 1)) / np.maximum(m * (m - 1), 1) / paired
    common = (slope[table.category] - (table.shares @ slope)[item]) / m / items
    return np.where(m >= 2, share, 0.0), common


def _bare_share(observed: float, n: int, level: float) -> Estimate:
    reason = "every answer is the same"
    return Estimate.without_interval(observed, level=level, n=n, reason=reason)
