"""Krippendorff's alpha: how far raters agree beyond chance, with missing answers allowed.

    alpha = 1 - (n - 1) Σ o_ck δ²_ck / Σ n_c n_k δ²_ck

where o_ck counts the pairs of answers c and k that different raters gave to the same item, each
item weighted so that it counts as often as it has answers; n_c = Σ_k o_ck, n = Σ_c n_c; and δ is
the distance of the level of measurement (Krippendorff 2011, Computing Krippendorff's
Alpha-Reliability, repository.upenn.edu/asc_papers/43). 1 is perfect agreement, 0 is what chance
would give, below 0 is systematic disagreement.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from evaluation.statistics.answers import Answers, Codes, Floats, Labels
from evaluation.statistics.bootstrap import (
    CHUNK_CELLS,
    LOG_DISAGREEMENT,
    REPLICATES,
    centred_interval,
    multinomial_weights,
)
from evaluation.statistics.estimate import ESTIMATE_LEVEL, BadData, Estimate, check_level

Level = Literal["nominal", "ordinal", "interval", "ratio"]


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
class _Coded:
    """Answers to pairable items, one-hot: [raters, items * values]; strata, clusters of items."""

    onehot: Floats
    values: Floats
    strata: Codes
    names: Sequence[str]
    """of the strata"""
    clusters: Codes
    raters: int
    items: int


def krippendorff_alpha(
    values: Labels,
    raters: Labels,
    items: Labels,
    measurement: Level,
    *,
    generator: np.random.Generator,
    strata: Labels | None = None,
    clusters: Labels | None = None,
    draw_raters: bool = True,
    replicates: int = REPLICATES,
    level: float = ESTIMATE_LEVEL,
) -> Agreement:
    """Alpha of a long table; an answer that is missing has no row.

    strata  one label an answer, the same for all answers to an item (its condition, say): chance
            is then what it would be *within* strata, so that easy contrasts between conditions
            do not pass for agreement. Distances always come from all answers together, so the
            alphas of strata can be compared.
    clusters  one label an answer, the same for all answers to an item (its artwork, say): items of
            one cluster are drawn together.
    draw_raters  the interval speaks of other raters as well as of other items. Pairs of a rater
            with a copy of the same rater are left out: they agree by construction.

    Raises BadData for a rater who answered an item twice, or ratio data that are negative.
    """
    check_level(level)
    answers = Answers.of(values, raters, items)
    _check(answers, measurement)
    coded = _coded(answers, strata, clusters)
    if not coded.items:
        nothing = Estimate.undefined(level=level, n=0, reason="no item has two answers")
        return Agreement(nothing, 0, 0, answers.items, answers.raters)
    once = np.ones((1, coded.raters)), np.ones((1, coded.items))
    point = _alphas(coded, *once, measurement)[0]
    drawn = _replicates(coded, measurement, generator, replicates, draw_raters)
    found = [
        _agreement(coded, float(point[k]), drawn[:, k], k - 1, draw_raters, level)
        for k in range(len(coded.names) + 1)
    ]
    dropped = answers.items - coded.items
    named = {} if strata is None else dict(zip(coded.names, found[1:], strict=True))
    return replace(found[0], items_dropped=dropped, strata=named)


def _agreement(
    coded: _Coded, value: float, drawn: Floats, stratum: int, draw_raters: bool, level: float
) -> Agreement:
    """The result for one stratum, or for all of them together (-1)."""
    mine = coded.strata == stratum if stratum >= 0 else np.ones(coded.items, dtype=bool)
    answered = coded.onehot.reshape(coded.raters, coded.items, -1)[:, mine].sum(2)
    pairable, raters = int(answered.sum()), int(answered.any(1).sum())
    groups = len(np.unique(coded.clusters[mine]))
    if groups < 2 and np.isfinite(value):
        reason = "one item says nothing about other items"
        estimate = Estimate.without_interval(value, level=level, n=pairable, reason=reason)
        return Agreement(estimate, pairable, int(mine.sum()), 0, raters)
    noun = "items" if groups == mine.sum() else "clusters of items"
    estimate = centred_interval(
        value,
        drawn,
        LOG_DISAGREEMENT,
        n=pairable,
        level=level,
        drawn=f"{raters} raters and {groups} {noun}"
        if draw_raters
        else f"{groups} {noun}, the raters held",
        clusters=min(raters, groups) if draw_raters else groups,
    )
    if not estimate.defined:
        reason = "every answer is the same"
        estimate = Estimate.undefined(level=level, n=pairable, reason=reason)
    return Agreement(estimate, pairable, int(mine.sum()), 0, raters)


def _replicates(
    coded: _Coded,
    measurement: Level,
    generator: np.random.Generator,
    replicates: int,
    draw_raters: bool,
) -> Floats:
    people = (
        multinomial_weights(coded.raters, replicates, generator)
        if draw_raters
        else np.ones((replicates, coded.raters))
    )
    groups = int(coded.clusters.max()) + 1
    pictures = multinomial_weights(groups, replicates, generator)[:, coded.clusters]
    cells = coded.items * len(coded.values) + len(coded.values) ** 2 * (len(coded.names) + 1)
    size = max(1, CHUNK_CELLS // cells)
    parts = [
        _alphas(coded, people[k : k + size], pictures[k : k + size], measurement)
        for k in range(0, replicates, size)
    ]
    return np.concatenate(parts)


def _alphas(coded: _Coded, people: Floats, pictures: Floats, measurement: Level) -> Floats:
    """[B, 1 + strata]: alpha of all strata together, then of each; nan where undefined.

    `people` [B, R] and `pictures` [B, I] are weights: how often each was drawn.
    """
    shape = (len(people), coded.items, len(coded.values))
    counts = (people @ coded.onehot).reshape(shape)
    own = (people**2 @ coded.onehot).reshape(shape)  # pairs of a rater with himself, per value
    size = counts.sum(2)
    pairs = size**2 - own.sum(2)
    scale = np.divide(pictures * size, pairs, out=np.zeros_like(pairs), where=pairs > 0)
    observed = _coincidences(coded, counts, own, scale)
    squared = _squared_distances(observed.sum((1, 3)), coded.values, measurement)
    margins = observed.sum(3)
    total = margins.sum(2)
    products = np.einsum("bsv,bvw,bsw->bs", margins, squared, margins)
    expected = np.divide(products, total - 1, out=np.zeros_like(total), where=total > 1)
    apart = np.einsum("bsvw,bvw->bs", observed, squared)
    with np.errstate(invalid="ignore", divide="ignore"):
        together = 1 - apart.sum(1, keepdims=True) / expected.sum(1, keepdims=True)
        return np.asarray(np.concatenate([together, 1 - apart / expected], axis=1))


def _coincidences(coded: _Coded, counts: Floats, own: Floats, scale: Floats) -> Floats:
    """[B, strata, V, V]: o_ck of each stratum, without pairs of a rater with himself."""
    diagonal = np.arange(counts.shape[2])
    found = np.empty((len(counts), len(coded.names), len(diagonal), len(diagonal)))
    for stratum in range(len(coded.names)):
        mine = coded.strata == stratum
        weighted = counts[:, mine] * scale[:, mine, None]
        found[:, stratum] = np.matmul(weighted.transpose(0, 2, 1), counts[:, mine])
        found[:, stratum, diagonal, diagonal] -= (own[:, mine] * scale[:, mine, None]).sum(1)
    return found


def _squared_distances(margins: Floats, values: Floats, measurement: Level) -> Floats:
    """[B, V, V]: δ² of each pair of values; `margins` [B, V] matter to ordinal data only."""
    if measurement == "nominal":
        squared = 1.0 - np.eye(len(values))
    elif measurement == "ordinal":
        ranks = np.cumsum(margins, 1) - margins / 2
        return np.asarray((ranks[:, :, None] - ranks[:, None, :]) ** 2)
    elif measurement == "interval":
        squared = np.subtract.outer(values, values) ** 2
    else:
        sums = np.add.outer(values, values)
        apart = np.subtract.outer(values, values)
        squared = np.divide(apart, sums, out=np.zeros_like(sums), where=sums > 0) ** 2
    return np.broadcast_to(squared, (len(margins), *squared.shape))


def _coded(answers: Answers, strata: Labels | None, clusters: Labels | None) -> _Coded:
    pairable = answers.counts.sum(0) >= 2
    kept = pairable[answers.item]
    item = np.cumsum(pairable)[answers.item[kept]] - 1
    values, value = np.unique(answers.values[kept], return_inverse=True)
    _, rater = np.unique(answers.rater[kept], return_inverse=True)
    items, raters = int(pairable.sum()), int(rater.max(initial=-1)) + 1
    onehot = np.zeros((raters, items * len(values)))
    onehot[rater.ravel(), item * len(values) + value.ravel()] = 1.0
    stratum = _of_items(answers, ["all"] * answers.n if strata is None else strata, "stratum")
    cluster = _of_items(answers, answers.item if clusters is None else clusters, "cluster")
    names, codes = np.unique(stratum[pairable], return_inverse=True)
    drawn = np.unique(cluster[pairable], return_inverse=True)[1].ravel().astype(np.intp)
    return _Coded(
        onehot, values, codes.ravel(), [str(name) for name in names], drawn, raters, items
    )


def _of_items(answers: Answers, labels: Labels, noun: str) -> NDArray[Any]:
    """[I]: each item's label, from one label an answer."""
    given = np.asarray(labels)
    if len(given) != answers.n:
        raise BadData(
            f"There are {answers.n} answers and {len(given)} labels of a {noun}; give one each."
        )
    of_items = np.empty(answers.items, dtype=given.dtype)
    of_items[answers.item] = given
    if (of_items[answers.item] != given).any():
        raise BadData(f"All answers to one item belong to one {noun}; an item has answers in two.")
    return of_items


def _check(answers: Answers, measurement: Level) -> None:
    if answers.counts.max() > 1:
        raise BadData(
            "A rater answered the same item twice; alpha is about different raters, so leave "
            "repeated trials out."
        )
    if measurement == "ratio" and answers.values.min() < 0:
        raise BadData(f"Ratio data are not negative; given: {answers.values.min()}.")
