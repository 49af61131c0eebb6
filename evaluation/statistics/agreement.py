"""Krippendorff's alpha: how far raters agree beyond chance, with missing answers allowed.

    alpha = 1 - (n - 1) Σ o_ck δ²_ck / Σ n_c n_k δ²_ck

where o_ck counts the pairs of answers c and k that different raters gave to the same item, each
item weighted so that it counts as often as it has answers; n_c = Σ_k o_ck, n = Σ_c n_c; and δ is
the distance of the level of measurement (Krippendorff 2011, Computing Krippendorff's
Alpha-Reliability, repository.upenn.edu/asc_papers/43). 1 is perfect agreement, 0 is what chance
would give, below 0 is systematic disagreement.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

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

    def __str__(self) -> str:
        return str(self.estimate)


@dataclass(frozen=True)
class _Coded:
    """Answers to pairable items, one-hot: [raters, items * values]; strata, clusters of items."""

    onehot: Floats
    values: Floats
    strata: Codes
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
            do not pass for agreement. Distances always come from all answers together.
    clusters  one label an answer, the same for all answers to an item (its artwork, say): items of
            one cluster are drawn together.
    draw_raters  the interval speaks of other raters as well as of other items. Pairs of a rater
            with a copy of the same rater are left out: they agree by construction.

    Raises BadData for a rater who answered an item twice, or ratio data that are negative.
    """
    check_level(level)
    answers = Answers.of(values, raters, items)
    _check(answers, measurement)
    coded, dropped = _coded(answers, strata, clusters)
    pairable = int(coded.onehot.sum())
    if not coded.items:
        nothing = Estimate.undefined(level=level, n=0, reason="no item has two answers")
        return Agreement(nothing, 0, 0, dropped, answers.raters)
    point = _alphas(coded, np.ones((1, coded.raters)), np.ones((1, coded.items)), measurement)
    drawn = _replicates(coded, measurement, generator, replicates, draw_raters)
    groups = int(coded.clusters.max()) + 1
    drawn_items = f"{groups} " + ("items" if clusters is None else "artworks")
    said = (
        f"{coded.raters} raters and {drawn_items}"
        if draw_raters
        else f"{drawn_items}, the raters held"
    )
    scarcer = min(coded.raters, groups) if draw_raters else groups
    estimate = centred_interval(
        float(point[0]),
        drawn,
        LOG_DISAGREEMENT,
        n=pairable,
        level=level,
        drawn=said,
        clusters=scarcer,
    )
    if not estimate.defined:
        estimate = Estimate.undefined(level=level, n=pairable, reason="every answer is the same")
    return Agreement(estimate, pairable, coded.items, dropped, coded.raters)


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
    cells = coded.items * len(coded.values) + len(coded.values) ** 2 * (coded.strata.max() + 1)
    size = max(1, int(CHUNK_CELLS // cells))
    parts = [
        _alphas(coded, people[k : k + size], pictures[k : k + size], measurement)
        for k in range(0, replicates, size)
    ]
    return np.concatenate(parts)


def _alphas(coded: _Coded, people: Floats, pictures: Floats, measurement: Level) -> Floats:
    """[B]: alpha under weights of raters [B, R] and items [B, I]; nan where undefined."""
    shape = (len(people), coded.items, len(coded.values))
    counts = (people @ coded.onehot).reshape(shape)
    own = (people**2 @ coded.onehot).reshape(shape)  # pairs of a rater with himself, per value
    size = counts.sum(2)
    pairs = size**2 - own.sum(2)
    scale = np.divide(pictures * size, pairs, out=np.zeros_like(pairs), where=pairs > 0)
    observed = np.einsum("biv,biw->bvw", counts * scale[..., None], counts)
    diagonal = np.einsum("biv,bi->bv", own, scale)
    observed[:, range(shape[2]), range(shape[2])] -= diagonal
    squared = _squared_distances(observed.sum(2), coded.values, measurement)
    margins = _margins(coded, counts, own, scale)
    total = margins.sum(2)
    products = np.einsum("bsv,bsw,bvw->bs", margins, margins, squared)
    expected = np.divide(products, total - 1, out=np.zeros_like(total), where=total > 1).sum(1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(1 - np.einsum("bvw,bvw->b", observed, squared) / expected)


def _margins(coded: _Coded, counts: Floats, own: Floats, scale: Floats) -> Floats:
    """[B, strata, values]: n_c, the pairable answers c of each stratum."""
    each = (counts * counts.sum(2, keepdims=True) - own) * scale[..., None]
    member = np.equal.outer(np.arange(coded.strata.max() + 1), coded.strata).astype(np.float64)
    return np.asarray(np.einsum("si,biv->bsv", member, each))


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


def _coded(answers: Answers, strata: Labels | None, clusters: Labels | None) -> tuple[_Coded, int]:
    pairable = answers.counts.sum(0) >= 2
    kept = pairable[answers.item]
    item = np.cumsum(pairable)[answers.item[kept]] - 1
    values, value = np.unique(answers.values[kept], return_inverse=True)
    _, rater = np.unique(answers.rater[kept], return_inverse=True)
    items, raters = int(pairable.sum()), int(rater.max(initial=-1)) + 1
    onehot = np.zeros((raters, items * len(values)))
    onehot[rater.ravel(), item * len(values) + value.ravel()] = 1.0
    stratum = _of_items(answers, np.zeros(answers.n) if strata is None else strata, "stratum")
    cluster = _of_items(answers, answers.item if clusters is None else clusters, "cluster")
    coded = _Coded(
        onehot, values, _recoded(stratum[pairable]), _recoded(cluster[pairable]), raters, items
    )
    return coded, answers.items - items


def _of_items(answers: Answers, labels: Labels, noun: str) -> Codes:
    """[I]: the code of each item's label, from one label an answer."""
    if len(labels) != answers.n:
        raise BadData(
            f"There are {answers.n} answers and {len(labels)} labels of a {noun}; give one each."
        )
    codes = np.unique(np.asarray(labels), return_inverse=True)[1].ravel().astype(np.intp)
    of_items = np.zeros(answers.items, dtype=np.intp)
    of_items[answers.item] = codes
    if (of_items[answers.item] != codes).any():
        raise BadData(f"All answers to one item belong to one {noun}; an item has answers in two.")
    return of_items


def _recoded(codes: Codes) -> Codes:
    return np.unique(codes, return_inverse=True)[1].ravel().astype(np.intp)


def _check(answers: Answers, measurement: Level) -> None:
    if answers.counts.max() > 1:
        raise BadData(
            "A rater answered the same item twice; alpha is about different raters, so leave "
            "repeated trials out."
        )
    if measurement == "ratio" and answers.values.min() < 0:
        raise BadData(f"Ratio data are not negative; given: {answers.values.min()}.")
