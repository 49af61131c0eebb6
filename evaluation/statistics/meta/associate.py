"""How well metrics foretell ratings: rank correlations whose intervals count raters and pictures.

A picture's human score is the mean of a few raters' answers: an estimate, so each replicate of the
bootstrap draws raters and artworks again and recomputes the scores (statistics such as scipy's
treat them as known and are too sure). All metrics see the same draws, so their differences are
paired. The levels answer different questions:

    item            over all pictures: does the metric order pictures as people do?
    artwork         within each artwork, averaged: does it order the treatments of one artwork?
    condition       over condition means, conditions drawn too: does it order treatments like these?
    condition_held  the same, conditions held: does it order these very treatments?
    treatment       within each condition, averaged: does it order pictures of one treatment?
"""

from dataclasses import dataclass

import numpy as np

from evaluation.statistics.answers import Floats
from evaluation.statistics.bootstrap import (
    FISHER_Z,
    REPLICATES,
    Draws,
    centred_interval,
    draw,
    multinomial_weights,
    percentile_interval,
    two_sided_p,
)
from evaluation.statistics.estimate import ESTIMATE_LEVEL, Estimate, check_level
from evaluation.statistics.meta.levels import (
    Coefficients,
    Rated,
    by_condition,
    by_item,
    within_artworks,
    within_conditions,
)


@dataclass(frozen=True)
class Level:
    """One level of association: the values of the sample, and of its replicates."""

    name: str
    n: int
    """how many items, artworks or conditions the correlation runs over"""
    drawn: str
    point: Coefficients
    replicates: Coefficients
    level: float
    clusters: int
    """how many of the scarcer of raters and artworks were drawn"""
    of_conditions: bool = False
    """over condition means, which crowd at 1: intervals are wider there, and not expanded again"""

    def estimate(self, coefficient: str, metric: int) -> Estimate:
        """The correlation of one metric, e.g. `estimate("spearman", 0)`."""
        point = float(self.point[coefficient][0, metric])
        if self.clusters < 2 and np.isfinite(point):
            return self._without_interval(point)
        found = centred_interval(
            point,
            self.replicates[coefficient][:, metric],
            FISHER_Z,
            n=self.n,
            level=self.level,
            drawn=self.drawn,
            clusters=None if self.of_conditions else self.clusters,
            keep_inner_end=self.of_conditions,
        )
        if self.of_conditions and found.high - found.low < 1e-6:
            reason = f"so few conditions ({self.n}) are ordered alike in nearly every replicate"
            return Estimate.without_interval(point, level=self.level, n=self.n, reason=reason)
        return found

    def difference(self, coefficient: str, first: int, second: int) -> tuple[Estimate, float]:
        """One metric's correlation minus another's on the same draws, and its two-sided p."""
        point, drawn = self.point[coefficient][0], self.replicates[coefficient]
        value = float(point[first] - point[second])
        if self.clusters < 2 and np.isfinite(value):
            return self._without_interval(value), float("nan")
        apart = drawn[:, first] - drawn[:, second]
        if np.isfinite(apart).any():
            apart = apart - np.nanmedian(apart) + value
        said = f"{self.drawn}, both metrics on the same draws"
        clusters = None if self.of_conditions else self.clusters
        estimate = percentile_interval(
            value, apart, n=self.n, level=self.level, drawn=said, clusters=clusters
        )
        return estimate, two_sided_p(apart, clusters=clusters)

    def _without_interval(self, value: float) -> Estimate:
        reason = "one rater or one artwork says nothing about others"
        return Estimate.without_interval(value, level=self.level, n=self.n, reason=reason)


def associate(
    rated: Rated,
    *,
    generator: np.random.Generator,
    replicates: int = REPLICATES,
    level: float = ESTIMATE_LEVEL,
) -> list[Level]:
    """Spearman's rho and Kendall's tau-b of every metric, at each level that the data have.

    `artwork` needs two artworks with three items each, `treatment` a condition with four artworks,
    `condition` three conditions.
    """
    check_level(level)
    answers = rated.answers
    draws = draw(
        answers.raters, answers.items, generator, replicates=replicates, clusters=rated.artwork
    )
    treatments = multinomial_weights(rated.conditions, replicates, generator)
    return [
        _items(rated, draws, level),
        *_artworks(rated, draws, level),
        *_conditions(rated, draws, treatments, level),
        *_treatments(rated, draws, level),
    ]


def _items(rated: Rated, draws: Draws, level: float) -> Level:
    raters, artworks = rated.answers.raters, rated.artworks
    return Level(
        "item",
        rated.answers.items,
        f"{raters} raters and {artworks} artworks",
        by_item(rated, _once(rated)),
        by_item(rated, draws),
        level,
        min(raters, artworks),
    )


def _artworks(rated: Rated, draws: Draws, level: float) -> list[Level]:
    usable = np.flatnonzero(np.bincount(rated.artwork) >= 3)
    if len(usable) < 2:
        return []
    raters = rated.answers.raters
    found = Level(
        "artwork",
        len(usable),
        f"{raters} raters and {len(usable)} artworks",
        within_artworks(rated, usable, _once(rated)),
        within_artworks(rated, usable, draws),
        level,
        min(raters, len(usable)),
    )
    return [found]


def _treatments(rated: Rated, draws: Draws, level: float) -> list[Level]:
    count, raters = rated.conditions, rated.answers.raters
    artworks = [len(np.unique(rated.artwork[rated.condition == k])) for k in range(count)]
    usable = np.flatnonzero(np.array(artworks) >= 4)
    if not len(usable) or count < 2:
        return []
    scarcer = min(raters, *(artworks[k] for k in usable))
    found = Level(
        "treatment",
        len(usable),
        f"{raters} raters and {rated.artworks} artworks, conditions held",
        within_conditions(rated, usable, _once(rated)),
        within_conditions(rated, usable, draws),
        level,
        scarcer,
    )
    return [found]


def _conditions(rated: Rated, draws: Draws, treatments: Floats, level: float) -> list[Level]:
    count = rated.conditions
    if count < 3:
        return []
    people = f"{rated.answers.raters} raters, {rated.artworks} artworks"
    all_held = np.ones_like(treatments)
    point = by_condition(rated, _once(rated), np.ones((1, count)))
    drawn, held = (by_condition(rated, draws, weights) for weights in (treatments, all_held))
    scarcer = min(rated.answers.raters, rated.artworks)
    like_these, these = f"{people} and {count} conditions", f"{people}, conditions held"
    return [
        Level("condition", count, like_these, point, drawn, level, scarcer, of_conditions=True),
        Level("condition_held", count, these, point, held, level, scarcer, of_conditions=True),
    ]


def _once(rated: Rated) -> Draws:
    """The sample itself as a draw."""
    return Draws(np.ones((1, rated.answers.raters)), np.ones((1, rated.answers.items)))
