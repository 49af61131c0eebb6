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

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from evaluation.statistics.agreement.categories import Categories, Chance
from evaluation.statistics.answers import Floats, Labels, summed
from evaluation.statistics.bootstrap import FISHER_Z, Scale
from evaluation.statistics.estimate import ESTIMATE_LEVEL, Estimate, check_level
from evaluation.statistics.influence import LOGIT, item_interval, jackknifed, two_way_interval

Weights = Literal["identity", "linear", "quadratic", "ordinal"]
COMMON = 0.85
"""Share of one category from which nominal 95 % intervals of Fleiss' kappa hold it in 84-90 %."""


@dataclass(frozen=True)
class ChanceCorrected:
    """A coefficient of agreement, and what it is made of."""

    estimate: Estimate
    observed: Estimate
    """p_a: the (weighted) share of pairs of raters who agree"""
    by_chance: float
    """p_e: the share that chance would give"""
    weights: str
    categories: tuple[float | str, ...]
    items: int
    items_single: int
    """items with one answer: they count for how common categories are, not for agreement"""
    raters: int

    def __str__(self) -> str:
        return str(self.estimate)


def gwet_ac(
    values: Labels,
    raters: Labels,
    items: Labels,
    *,
    weights: Weights = "identity",
    categories: Sequence[float | str] | None = None,
    draw_raters: bool = True,
    level: float = ESTIMATE_LEVEL,
) -> ChanceCorrected:
    """AC1 (weights `identity`) or AC2 (`linear`, `quadratic`, `ordinal`) of a long table.

    values, raters, items  columns of equal length: numbers (for AC1, text too), and any labels
    categories  all that could have been answered; those that were, when left out. AC depends on
                their number, so name them where some were never chosen.
    draw_raters  the interval is for other raters too (two-way clustered); without, for these very
                raters and other items, as Gwet's standard error and R's irrCAC have it

    Raises BadData for fewer than two categories, or a rater who answered an item twice.

    >>> found = gwet_ac([1, 1, 1, 1, 2, 1, 1, 1], list("abababab"), [1, 1, 2, 2, 3, 3, 4, 4])
    >>> f"{found.estimate.value:.2f}, raw {found.observed.value:.2f}"
    '0.68, raw 0.75'
    """
    check_level(level)
    table = Categories.of(values, raters, items, weights, categories)
    pi, factor = table.shares.mean(0), float(table.weights.sum())
    slope = factor / (len(pi) * (len(pi) - 1)) * (1 - 2 * pi)
    return _corrected(table, gwet_chance, slope, weights, draw_raters, level)


def fleiss_kappa(
    values: Labels,
    raters: Labels,
    items: Labels,
    *,
    weights: Weights = "identity",
    categories: Sequence[float | str] | None = None,
    draw_raters: bool = True,
    level: float = ESTIMATE_LEVEL,
) -> ChanceCorrected:
    """Fleiss' kappa (1971), weighted where wanted, of a long table; missing answers are allowed.

    Arguments as for `gwet_ac`. Complete and unweighted it equals statsmodels' `fleiss_kappa`. Where
    one category has nearly all answers its interval is too narrow, and says so.
    """
    check_level(level)
    table = Categories.of(values, raters, items, weights, categories)
    pi = table.shares.mean(0)
    found = _corrected(table, fleiss_chance, 2 * table.weights @ pi, weights, draw_raters, level)
    if pi.max() < COMMON or not found.estimate.has_interval:
        return found
    said = f"{found.estimate.method}; TOO NARROW: {pi.max():.0%} of answers are of one category"
    return replace(found, estimate=replace(found.estimate, method=said))


def gwet_chance(shares: Floats, weights: Floats) -> Floats:
    """p_e of Gwet's AC from shares of categories [..., q]."""
    q = len(weights)
    return np.asarray(weights.sum() / (q * (q - 1)) * (shares * (1 - shares)).sum(-1))


def fleiss_chance(shares: Floats, weights: Floats) -> Floats:
    """p_e of Fleiss' kappa from shares of categories [..., q]."""
    return np.asarray(((shares @ weights) * shares).sum(-1))


def _corrected(
    table: Categories,
    chance: Chance,
    slope: Floats,
    weights: str,
    draw_raters: bool,
    level: float,
) -> ChanceCorrected:
    """`slope` [q] is that of p_e by the shares of categories."""
    answers = table.answers
    expected = float(chance(table.shares.mean(0), table.weights))
    coefficient, observed = _intervals(table, chance, expected, slope, draw_raters, level)
    return ChanceCorrected(
        estimate=coefficient,
        observed=observed,
        by_chance=expected,
        weights=weights,
        categories=table.names,
        items=answers.items,
        items_single=int((table.size < 2).sum()),
        raters=answers.raters,
    )


def _intervals(
    table: Categories,
    chance: Chance,
    expected: float,
    slope: Floats,
    draw_raters: bool,
    level: float,
) -> tuple[Estimate, Estimate]:
    """The coefficient and p_a, each with its interval."""
    answers, size = table.answers, table.size
    paired = size >= 2
    if not paired.any():
        nothing = Estimate.undefined(level=level, n=0, reason="no item has two answers")
        return nothing, nothing
    agree = table.agree
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
            item_interval(kappa, whole, FISHER_Z, level=level, n=answers.n),
            item_interval(observed, share, LOGIT, level=level, n=answers.n),
        )
    cells, chance_cells = _answer_slopes(table, slope, agree)
    whole = (share - (1 - kappa) * common) / (1 - expected)
    whole_cells = (cells - (1 - kappa) * chance_cells) / (1 - expected)
    without, bias = table.without_items(chance), 0.0
    if np.isfinite(without).all():  # with few items the jackknife is the better one
        whole, bias = jackknifed(without), (len(without) - 1) * float(without.mean() - kappa)
    return (
        _two_way(table, kappa, (whole, whole_cells), FISHER_Z, level, bias),
        _two_way(table, observed, (share, cells), LOGIT, level, 0.0),
    )


def _two_way(
    table: Categories,
    value: float,
    slopes: tuple[Floats, Floats],
    scale: Scale,
    level: float,
    bias: float,
) -> Estimate:
    """`slopes` are those of items, and of answers beside the others to their item.

    Each answer carries its share of its item's slope as well: raters whose answers stand in few
    items, of few answers each, would else seem to matter less than they do.
    """
    answers, (by_item, beside) = table.answers, slopes
    by_cell = (by_item / table.size)[answers.item] + beside
    by_rater = summed(answers.rater, by_cell, answers.raters)
    return two_way_interval(
        value, by_rater, by_item, by_cell, scale, level=level, n=answers.n, bias=bias
    )


def _answer_slopes(table: Categories, slope: Floats, agree: Floats) -> tuple[Floats, Floats]:
    """[n] each: how far an answer moves its item's part of p_a and of p_e; 0 on average over it.

    p_a: the pseudo-value m a - (m - 1) a_without of the item's share a of pairs, less a, over m
    (none with two answers, which cannot be told apart by it).
    """
    item, items = table.answers.item, table.answers.items
    m = table.size[item]
    paired = int((table.size >= 2).sum())
    others = (table.counts @ table.weights)[item, table.category] - 1
    apart = others / np.maximum(m - 1, 1) - agree[item]
    share = 2 * apart * (m - 1) / np.maximum(m - 2, 1) / m / paired
    common = (slope[table.category] - (table.shares @ slope)[item]) / m / items
    return np.where(m >= 2, share, 0.0), common


def _bare_share(observed: float, n: int, level: float) -> Estimate:
    reason = "every answer is the same"
    return Estimate.without_interval(observed, level=level, n=n, reason=reason)
