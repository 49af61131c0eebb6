"""Conditions by items, judged by people and measured by metrics: what meta-evaluation works on."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evaluation.statistics.answers import Floats, floats
from evaluation.statistics.bootstrap import multinomial_weights
from evaluation.statistics.estimate import BadData
from evaluation.statistics.meta.rated import Rated

By = Literal["condition", "group-by-item", "group-by-condition", "none"]
"""condition           over means of conditions: does the metric order treatments?
group-by-item       over the conditions of one item, averaged over items: … for this picture?
group-by-condition  over the items of one condition, averaged: does it order pictures?
none                over all cells at once, conditions and items mixed"""


@dataclass(frozen=True)
class Grid:
    """Scores of S conditions on I items, by people and by K metrics."""

    human: Floats
    """[S, I]: mean answers; nan where nobody answered"""
    metrics: Floats
    """[K, S, I], each with mean 0 and standard deviation 1 where people judged"""
    ratings: Floats | None
    """[R, S, I]: answers of each rater, nan where he gave none; None where raters are unknown"""
    held: bool = False
    """these very conditions are spoken of: items (and raters) alone are samples"""

    @classmethod
    def of(cls, human: ArrayLike, metrics: Sequence[ArrayLike], *, held: bool = False) -> "Grid":
        """`human` [S, I] scores or [R, S, I] answers, nan where missing; metrics [S, I] each.

        Raises BadData where shapes differ, nobody judged anything, or a metric is missing,
        infinite or constant where people judged.
        """
        given = floats(human, "Human score")
        if given.ndim not in (2, 3) or not given.size:
            raise BadData(
                "Human scores are conditions × items, or raters × conditions × items; given:"
                f" an array of shape {given.shape}."
            )
        if np.isinf(given).any():
            raise BadData("Human scores are finite, or nan where nobody answered.")
        ratings = given if given.ndim == 3 else None
        means = given if ratings is None else _means(np.ones((1, len(given))), given)[0]
        judged = ~np.isnan(means)
        if not judged.any():
            raise BadData("Nobody judged anything: every human score is missing.")
        scaled = [
            _scaled(floats(m, f"Metric {k + 1}: cell"), judged, k) for k, m in enumerate(metrics)
        ]
        return cls(means, np.stack(scaled), ratings, held)

    @property
    def conditions(self) -> int:
        return int(self.human.shape[0])

    @property
    def items(self) -> int:
        return int(self.human.shape[1])

    @property
    def raters(self) -> int:
        """0 where they are unknown."""
        return 0 if self.ratings is None else len(self.ratings)

    @property
    def n(self) -> int:
        """Judged cells, or answers where raters are known."""
        known = self.human if self.ratings is None else self.ratings
        return int((~np.isnan(known)).sum())

    @property
    def said(self) -> str:
        """What there is of each."""
        people = f"{self.raters} raters" if self.ratings is not None else ""
        items = f"{self.items} items"
        if self.held:
            return f"{' and '.join(filter(None, [people, items]))}, conditions held"
        return ", ".join(filter(None, [people, f"{self.conditions} conditions and {items}"]))

    @cached_property
    def scarcest(self) -> int:
        """How many there are of the scarcest of what is a sample: raters, conditions, items."""
        conditions = 0 if self.held else self.conditions
        return min(n for n in (self.raters, conditions, self.items) if n)

    def condition_means(self) -> Floats:
        """[1 + K, judged conditions]: means of people and of each metric over judged cells."""
        judged = np.asarray(~np.isnan(self.human))
        counts = judged.sum(1)
        kept = counts > 0
        return np.stack(
            [
                np.where(judged, cells, 0.0).sum(1)[kept] / counts[kept]
                for cells in (self.human, *self.metrics)
            ]
        )

    def without_each_rater(self) -> Floats:
        """[R, S, I]: human scores with one rater left out at a time."""
        if self.ratings is None:
            raise BadData("Only where raters are known can one be left out.")
        known = ~np.isnan(self.ratings)
        given = np.where(known, self.ratings, 0.0)
        counts = known.sum(0) - known
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray((given.sum(0) - given) / np.where(counts > 0, counts, np.nan))

    def redrawn(self, generator: np.random.Generator, replicates: int) -> Floats:
        """[B, S, I]: human scores with the raters drawn again; the scores themselves without."""
        if self.ratings is None:
            return np.broadcast_to(self.human, (replicates, *self.human.shape))
        return _means(multinomial_weights(self.raters, replicates, generator), self.ratings)


def grid_ratings(rated: Rated) -> tuple[Floats, Floats]:
    """[R, C, A] answers and [K, C, A] metrics of a long table: conditions by artworks.

    Raises BadData where an artwork has two items under one condition: cells then hold one each.
    """
    raters, items = rated.answers.raters, rated.answers.items
    shape = (rated.conditions, rated.artworks)
    cell = rated.condition * rated.artworks + rated.artwork
    if len(np.unique(cell)) < items:
        raise BadData(
            "An artwork has several items under one condition; average them first, or name each"
            " item as an artwork of its own."
        )
    ratings = np.full((raters, shape[0] * shape[1]), np.nan)
    with np.errstate(invalid="ignore"):
        ratings[:, cell] = rated.answers.sums / np.where(
            rated.answers.counts > 0, rated.answers.counts, np.nan
        )
    metrics = np.full((len(rated.metrics), shape[0] * shape[1]), np.nan)
    metrics[:, cell] = rated.metrics
    return ratings.reshape(raters, *shape), metrics.reshape(-1, *shape)


def check_by(by: str) -> None:
    """Refuses a level that does not exist."""
    if by not in get_args(By):
        raise BadData(f"Levels are {', '.join(get_args(By))}; given: {by}.")


def _means(weights: Floats, ratings: Floats) -> Floats:
    """[B, S, I]: means under weights of raters [B, R]; nan where nobody is left."""
    flat = ratings.reshape(len(ratings), -1)
    known = ~np.isnan(flat)
    counts = weights @ known
    with np.errstate(invalid="ignore", divide="ignore"):
        means = (weights @ np.where(known, flat, 0.0)) / np.where(counts > 0, counts, np.nan)
    return means.reshape(len(weights), *ratings.shape[1:])


def _scaled(metric: Floats, judged: NDArray[np.bool_], k: int) -> Floats:
    if metric.shape != judged.shape:
        raise BadData(
            f"Metric {k + 1} has shape {metric.shape} and human scores {judged.shape}; both are"
            " conditions × items."
        )
    known = metric[judged]
    if not np.isfinite(known).all():
        raise BadData(
            f"Metric {k + 1} is missing or infinite where people judged; leave those cells out or"
            " give them a value."
        )
    spread = float(known.std())
    if spread <= 1e-12 * float(np.abs(known).max(initial=0.0)):
        raise BadData(f"Metric {k + 1} is the same everywhere; it tells nothing apart.")
    # cells that nobody judged keep their value where they have one: a shuffle may need it
    return np.where(np.isfinite(metric), (metric - known.mean()) / spread, 0.0)
