"""A long table of rated items with their metrics, before it becomes a grid."""

from dataclasses import dataclass

import numpy as np

from evaluation.statistics.answers import Answers, Codes, Floats
from evaluation.statistics.estimate import BadData


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
