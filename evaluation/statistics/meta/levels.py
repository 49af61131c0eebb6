"""Rank correlations of metrics with human scores, at each level."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evaluation.statistics.answers import Answers, Codes, Floats
from evaluation.statistics.bootstrap import Draws, item_means
from evaluation.statistics.correlation import kendall, kendall_rows, midranks, pearson, spearman
from evaluation.statistics.estimate import BadData

Coefficients = dict[str, Floats]
"""“spearman”, “kendall” → [B, K], one row a replicate, one column a metric; nan where undefined"""


@dataclass(frozen=True)
class Rated:
    """Answers, and beside each item its metrics, its artwork and its condition."""

    answers: Answers
    metrics: Floats
    """[K, I], oriented so that more means closer to the original; inf allowed"""
    artwork: Codes
    """[I], from 0"""
    condition: Codes
    """[I], from 0"""

    def __post_init__(self) -> None:
        items = self.answers.items
        if self.metrics.ndim != 2 or self.metrics.shape[1] != items:
            raise BadData(
                f"There are {items} items and metrics of shape {self.metrics.shape}; "
                "give one row a metric and one column an item."
            )
        wrong = np.argwhere(np.isnan(self.metrics))
        if len(wrong):
            raise BadData(
                f"Metric {wrong[0][0] + 1} has no value for item {wrong[0][1] + 1}; leave out the "
                "items that were not measured."
            )

    @property
    def artworks(self) -> int:
        return int(self.artwork.max()) + 1

    @property
    def conditions(self) -> int:
        return int(self.condition.max()) + 1


def by_item(rated: Rated, draws: Draws) -> Coefficients:
    """Over all items, weighted as they were drawn."""
    means = item_means(rated.answers, draws.raters)
    weights = np.where(np.isnan(means), 0.0, draws.items)
    return _coefficients(np.nan_to_num(means), rated.metrics, weights)


def within_artworks(rated: Rated, artworks: Codes, draws: Draws) -> Coefficients:
    """The mean over `artworks` of the correlation within each, weighted as they were drawn.

    An artwork whose items all have one score says nothing and is left out of the mean.
    """
    means = item_means(rated.answers, draws.raters)
    parts = []
    for artwork in artworks:
        items = np.flatnonzero(rated.artwork == artwork)
        answered = np.where(np.isnan(means[:, items]), 0.0, 1.0)
        parts.append((items, answered, draws.items[:, items[0]]))
    return _averaged(rated, means, parts)


def within_conditions(rated: Rated, conditions: Codes, draws: Draws) -> Coefficients:
    """The mean over `conditions` of the correlation over the items of each, artworks drawn."""
    means = item_means(rated.answers, draws.raters)
    parts = []
    for condition in conditions:
        items = np.flatnonzero(rated.condition == condition)
        drawn = np.where(np.isnan(means[:, items]), 0.0, draws.items[:, items])
        parts.append((items, drawn, np.ones(len(draws))))
    return _averaged(rated, means, parts)


def _averaged(
    rated: Rated, means: Floats, parts: Sequence[tuple[Codes, Floats, Floats]]
) -> Coefficients:
    """Mean over groups; each has its items, their weights [B, items] and its own weight [B]."""
    shape = (len(means), len(rated.metrics), 2)
    total, weight = np.zeros(shape), np.zeros(shape)
    for items, within, of_group in parts:
        found = _coefficients(np.nan_to_num(means[:, items]), rated.metrics[:, items], within)
        values = np.stack([found["spearman"], found["kendall"]], 2)
        counted = np.where(np.isnan(values), 0.0, of_group[:, None, None])
        total += counted * np.nan_to_num(values)
        weight += counted
    with np.errstate(invalid="ignore", divide="ignore"):
        average = total / np.where(weight > 0, weight, np.nan)
    return {"spearman": average[..., 0], "kendall": average[..., 1]}


def by_condition(rated: Rated, draws: Draws, treatments: Floats) -> Coefficients:
    """Over condition means; `treatments` [B, conditions] says how often each was drawn."""
    member = np.equal.outer(rated.condition, np.arange(treatments.shape[1])).astype(np.float64)
    sums = ((draws.raters @ rated.answers.sums) * draws.items) @ member
    counts = ((draws.raters @ rated.answers.counts) * draws.items) @ member
    pictures = draws.items @ member
    weights = np.where(counts > 0, treatments, 0.0)
    human = sums / np.where(counts > 0, counts, 1.0)
    metrics = [
        (draws.items * row) @ member / np.where(pictures > 0, pictures, 1.0)
        for row in finite(rated.metrics)
    ]
    return {
        "spearman": np.stack([spearman(human, row, weights) for row in metrics], 1),
        "kendall": np.stack([kendall_rows(human, row, weights) for row in metrics], 1),
    }


def finite(metrics: Floats) -> Floats:
    """Infinite values (PSNR of equal pictures) moved one range beyond the farthest finite one.

    Ranks stay as they are; means over a condition become possible.
    """
    bounded = metrics.copy()
    for row in bounded:
        known = row[np.isfinite(row)]
        low, high = (known.min(), known.max()) if len(known) else (0.0, 0.0)
        reach = max(high - low, 1.0)
        row[np.isposinf(row)] = high + reach
        row[np.isneginf(row)] = low - reach
    return bounded


def _coefficients(human: Floats, metrics: Floats, weights: Floats) -> Coefficients:
    """Both coefficients of `human` [B, I] with the rows of `metrics` [K, I]."""
    ranks = midranks(human, weights)
    columns = [
        pearson(ranks, midranks(np.broadcast_to(row, human.shape), weights), weights)
        for row in metrics
    ]
    return {"spearman": np.stack(columns, 1), "kendall": kendall(human, metrics, weights)}
