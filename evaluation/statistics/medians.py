"""Medians of items under weights of raters: the unit in which a PSR counts artworks."""

from dataclasses import dataclass, replace

import numpy as np

from evaluation.statistics.answers import Answers, Floats
from evaluation.statistics.bootstrap import Draws


@dataclass(frozen=True)
class Medians:
    """How many answers at each point every item has of every rater."""

    points: Floats
    """the distinct values, ascending"""
    counts: Floats
    """[points, R, I]"""

    @classmethod
    def of(cls, answers: Answers) -> "Medians":
        points = np.unique(answers.values)
        parts = [answers.values == point for point in points]
        counts = [
            replace(
                answers,
                values=answers.values[part],
                rater=answers.rater[part],
                item=answers.item[part],
            ).counts
            for part in parts
        ]
        return cls(points, np.stack(counts))

    def share_inside(self, draws: Draws, inside: tuple[float, float]) -> Floats:
        """[B]: weighted share of items whose median lies in `inside`, both ends included.

        The median of an even number of answers is the mean of the middle two.
        """
        hit, answered = self.inside(draws.raters, inside)
        weight = np.where(answered, draws.items, 0.0)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray((weight * hit).sum(1) / weight.sum(1))

    def inside(self, raters: Floats, inside: tuple[float, float]) -> tuple[Floats, Floats]:
        """[B, I] each: whether the median lies inside, and whether there is one."""
        upto = np.cumsum(np.stack([raters @ counts for counts in self.counts]), 0)
        half = upto[-1] / 2
        lower = self.points[np.argmax(upto >= half, 0)]
        upper = self.points[np.argmax(upto > half, 0)]
        median = (lower + upper) / 2
        hit = (median >= inside[0]) & (median <= inside[1])
        return hit.astype(np.float64), half > 0
