"""Krippendorff's alpha: how far raters agree beyond chance, with missing answers allowed.

    alpha = 1 - (n - 1) Σ o_ck δ²_ck / Σ n_c n_k δ²_ck

where o_ck counts the pairs of answers c and k that different raters gave to the same item, each
item weighted so that it counts as often as it has answers; n_c = Σ_k o_ck, n = Σ_c n_c; and δ is
the distance of the level of measurement (Krippendorff 2011, Computing Krippendorff's
Alpha-Reliability, repository.upenn.edu/asc_papers/43). 1 is perfect agreement, 0 is what chance
would give, below 0 is systematic disagreement.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from evaluation.statistics.agreement.alpha_slopes import alpha_slopes
from evaluation.statistics.agreement.coincidences import RATIO_VALUES, Coded, Counted, Level
from evaluation.statistics.answers import Answers, Floats, Labels, named_categories, summed
from evaluation.statistics.bootstrap import (
    CHUNK_CELLS,
    FISHER_Z,
    LOG_DISAGREEMENT,
    REPLICATES,
    centred_interval,
    multinomial_weights,
)
from evaluation.statistics.estimate import ESTIMATE_LEVEL, BadData, Estimate, check_level
from evaluation.statistics.influence import item_interval, jackknifed, two_way_interval

Mask = NDArray[np.bool_]
LEAST_REPLICATES = 100


@dataclass(frozen=True)
class Agreement:
    """Alpha with its interval, and what it rests on."""

    estimate: Estimate
    pairable: int
    """answers to items that at least two raters answered"""
    items: int
    items_dropped: int
    """items with one answer only: they say nothing about agreement"""
    raters: int
    strata: Mapping[str, "Agreement"] = field(default_factory=dict)
    """alpha of each stratum alone, with the distances of all answers together"""

    def __str__(self) -> str:
        return str(self.estimate)


@dataclass(frozen=True)
class _How:
    """What the interval is made of."""

    draw_raters: bool
    level: float
    slopes: Floats | None
    """[n, 1 + S], for the clustered interval"""
    without: Floats
    """[clusters, 1 + S]: alpha without each cluster of items, for the clustered interval"""
    drawn: Floats | None
    """[B, 1 + S], for the bootstrap"""


def krippendorff_alpha(
    values: Labels,
    raters: Labels,
    items: Labels,
    measurement: Level = "ordinal",
    *,
    interval: Literal["clustered", "bootstrap"] = "clustered",
    generator: np.random.Generator | None = None,
    strata: Labels | None = None,
    clusters: Labels | None = None,
    draw_raters: bool = True,
    replicates: int = REPLICATES,
    level: float = ESTIMATE_LEVEL,
) -> Agreement:
    """Alpha of a long table; an answer that is missing has no row.

    values, raters, items  columns of equal length: numbers (nominal ones may be text), and any
            labels.
    measurement  nominal, ordinal, interval or ratio: what the values mean.
    interval  `clustered` (default): closed form, for other raters and other items; `bootstrap`:
            both drawn again, conservative in sparse tables; it needs a `generator`.
    strata  one label an answer, the same for all answers to an item (its condition, say): chance
            is then what it would be *within* strata, so that easy contrasts between conditions
            do not pass for agreement. Distances always come from all answers together, so the
            alphas of strata can be compared.
    clusters  one label an answer, the same for all answers to an item (its artwork, say): items of
            one cluster are taken together.
    draw_raters  the interval speaks of other raters as well as of other items. Pairs of a rater
            with a copy of the same rater are left out: they agree by construction.

    Raises BadData for a rater who answered an item twice, or ratio data that are negative.

    >>> values, items = [1, 1, 2, 2, 3, 2, 1, 2], [1, 1, 2, 2, 3, 3, 4, 4]
    >>> f"{krippendorff_alpha(values, list('abababab'), items).estimate.value:.2f}"
    '0.54'
    """
    check_level(level)
    if measurement == "nominal":
        values, _ = named_categories(values)
    answers = Answers.of(values, raters, items)
    _check(answers, measurement)
    coded = Coded.of(answers, strata, clusters)
    if not coded.items:
        nothing = Estimate.undefined(level=level, n=0, reason="no item has two answers")
        return Agreement(nothing, 0, 0, answers.items, answers.raters)
    once = np.ones((1, coded.raters)), np.ones((1, coded.items))
    point = Counted.of(coded, *once).alphas(measurement)[0]
    slopes, without, drawn = None, np.empty((0, len(point))), None
    if interval == "clustered":
        slopes = alpha_slopes(coded, measurement)
        without = _without(coded, measurement)
    else:
        drawn = _replicates(coded, measurement, generator, replicates, draw_raters)
    how = _How(draw_raters, level, slopes, without, drawn)
    found = [_agreement(coded, float(point[k]), k - 1, how) for k in range(len(coded.names) + 1)]
    dropped = answers.items - coded.items
    named = {} if strata is None else dict(zip(coded.names, found[1:], strict=True))
    return replace(found[0], items_dropped=dropped, strata=named)


def _agreement(coded: Coded, value: float, stratum: int, how: _How) -> Agreement:
    """The result for one stratum, or for all of them together (-1)."""
    of_stratum = coded.strata == stratum if stratum >= 0 else np.ones(coded.items, dtype=bool)
    mine = of_stratum[coded.item_of[coded.spot]]
    raters = len(np.unique(coded.rater[mine]))
    groups = len(np.unique(coded.clusters[of_stratum]))
    estimate = _estimate(coded, value, stratum, mine, (raters, groups), how)
    return Agreement(estimate, int(mine.sum()), int(of_stratum.sum()), 0, raters)


def _estimate(
    coded: Coded, value: float, stratum: int, mine: Mask, sizes: tuple[int, int], how: _How
) -> Estimate:
    n, (raters, groups) = int(mine.sum()), sizes
    if not np.isfinite(value):
        return Estimate.undefined(level=how.level, n=n, reason="every answer is the same")
    if groups < 2:
        reason = "one item says nothing about other items"
        return Estimate.without_interval(value, level=how.level, n=n, reason=reason)
    if how.slopes is not None:
        return _clustered(coded, value, stratum, mine, how)
    assert how.drawn is not None
    noun = (
        "items"
        if groups == len(np.unique(coded.item_of[coded.spot[mine]]))
        else ("clusters of items")
    )
    return centred_interval(
        value,
        how.drawn[:, stratum + 1],
        LOG_DISAGREEMENT,
        n=n,
        level=how.level,
        drawn=f"{raters} raters and {groups} {noun}"
        if how.draw_raters
        else f"{groups} {noun}, the raters held",
        clusters=min(raters, groups) if how.draw_raters else groups,
    )


def _clustered(coded: Coded, value: float, stratum: int, mine: Mask, how: _How) -> Estimate:
    assert how.slopes is not None
    slopes, n = how.slopes[mine, stratum + 1], int(mine.sum())
    rater = np.unique(coded.rater[mine], return_inverse=True)[1]
    groups, group = np.unique(coded.clusters[coded.item_of[coded.spot[mine]]], return_inverse=True)
    by_item, bias = summed(group, slopes), 0.0
    without = how.without[groups, stratum + 1]
    if np.isfinite(without).all():  # with few items the jackknife is the better one
        by_item, bias = jackknifed(without), (len(groups) - 1) * float(without.mean() - value)
    if not how.draw_raters:
        return item_interval(value, by_item, FISHER_Z, level=how.level, n=n, bias=bias)
    cells = np.unique(rater * len(groups) + group, return_inverse=True)[1]
    by_rater, by_cell = summed(rater, slopes), summed(cells, slopes)
    return two_way_interval(
        value, by_rater, by_item, by_cell, FISHER_Z, level=how.level, n=n, bias=bias
    )


def _without(coded: Coded, measurement: Level) -> Floats:
    """[clusters, 1 + S]: alpha without each (cluster of) items; nan where undefined."""
    groups = int(coded.clusters.max()) + 1
    weights = (1 - np.eye(groups))[:, coded.clusters]
    return _alphas(coded, measurement, np.ones((1, coded.raters)), weights)


def _replicates(
    coded: Coded,
    measurement: Level,
    generator: np.random.Generator | None,
    replicates: int,
    draw_raters: bool,
) -> Floats:
    if generator is None:
        raise BadData("A bootstrap needs a generator, e.g. numpy.random.default_rng(1).")
    if not isinstance(replicates, (int, np.integer)) or replicates < LEAST_REPLICATES:
        raise BadData(
            f"A bootstrap needs {LEAST_REPLICATES} replicates or more, a whole number; given: "
            f"{replicates}."
        )
    people = (
        multinomial_weights(coded.raters, replicates, generator)
        if draw_raters
        else np.ones((1, coded.raters))
    )
    groups = int(coded.clusters.max()) + 1
    pictures = multinomial_weights(groups, replicates, generator)[:, coded.clusters]
    return _alphas(coded, measurement, people, pictures)


def _alphas(coded: Coded, measurement: Level, people: Floats, pictures: Floats) -> Floats:
    """[B, 1 + S] under weights `people` [B or 1, R] and `pictures` [B, I], a part at a time."""
    cells = len(coded.item_of) + len(coded.values) * len(coded.names)
    size = max(1, CHUNK_CELLS // (4 * cells))
    parts = [
        Counted.of(
            coded, people[k : k + size] if len(people) > 1 else people, pictures[k : k + size]
        ).alphas(measurement)
        for k in range(0, len(pictures), size)
    ]
    return np.concatenate(parts)


def _check(answers: Answers, measurement: Level) -> None:
    if measurement not in ("nominal", "ordinal", "interval", "ratio"):
        raise BadData(f"Data are nominal, ordinal, interval or ratio; given: {measurement!r}.")
    if answers.counts.max() > 1:
        raise BadData(
            "A rater answered the same item twice; alpha is about different raters, so leave "
            "repeated trials out."
        )
    if measurement != "ratio":
        return
    if answers.values.min() < 0:
        raise BadData(f"Ratio data are not negative; given: {answers.values.min()}.")
    distinct = len(np.unique(answers.values))
    if distinct > RATIO_VALUES:
        raise BadData(
            f"Ratio alpha compares every two of {distinct:,} distinct values; round them to at "
            f"most {RATIO_VALUES:,}, or take interval alpha of their logarithms."
        )
