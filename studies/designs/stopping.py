"""When an item has ratings enough: a rule that is fixed beforehand. Pure.

Looking at an interval again and again, and stopping when it is narrow, makes it too narrow on
average: answers that agree by chance stop an item early. The rule therefore never looks before
`at_least` ratings, and counts two answers more than there are, one at each end of the scale (as
Agresti and Coull 1998 do for shares), so that a few equal answers do not look certain. What it
does to the coverage of intervals is measured in docs/designs.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf, sqrt
from statistics import NormalDist

LEAST = 10
"""Ratings before which no rule may look."""


@dataclass(frozen=True)
class Stopping:
    """An item stops at `at_most` ratings, or from `at_least` on when its interval is narrow."""

    half_width: float
    at_least: int
    at_most: int
    points: int
    """Of the scale."""
    confidence: float = 0.95
    above: int | None = None
    """Look at the share of answers above this point, instead of the mean."""

    def stops(self, counts: Mapping[int, int]) -> bool:
        """Whether an item is dealt no more; `counts` is point → answers."""
        number = sum(counts.values())
        return number >= self.at_most or self.reach(counts) <= self.half_width

    def reach(self, counts: Mapping[int, int]) -> float:
        """Half the width of the interval; without end before `at_least` answers."""
        number = sum(counts.values())
        if number < max(self.at_least, 1):
            return inf
        z = NormalDist().inv_cdf(0.5 + self.confidence / 2)
        if self.above is None:
            return z * _error(counts, self.points)
        return _wilson(sum(n for point, n in counts.items() if point > self.above), number, z)


def _error(counts: Mapping[int, int], points: int) -> float:
    """Standard error of the mean, with one answer more at each end of the scale."""
    all_of_them = {point: counts.get(point, 0) + (point in (1, points)) for point in counts}
    found = {1: 1, points: 1} | all_of_them
    number = sum(found.values())
    mean = sum(point * n for point, n in found.items()) / number
    variance = sum(n * (point - mean) ** 2 for point, n in found.items()) / (number - 1)
    return sqrt(variance / number)


def _wilson(hits: int, number: int, z: float) -> float:
    """Half the width of Wilson's interval of a share (1927)."""
    share = hits / number
    inside = share * (1 - share) / number + z**2 / (4 * number**2)
    return z / (1 + z**2 / number) * sqrt(inside)
