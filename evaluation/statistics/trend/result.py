"""What a test of trend says: how sure, and above all how strong."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.stats import norm

from evaluation.statistics.answers import Floats
from evaluation.statistics.estimate import BadData, Estimate

Alternative = Literal["two-sided", "increasing", "decreasing"]


@dataclass(frozen=True)
class Trend:
    """A test statistic with its p-value, and the size of the trend with its interval."""

    statistic: float
    z: float
    """the statistic in standard deviations from what chance would give; nan where nothing varies"""
    p: float
    effect: Estimate
    alternative: Alternative
    method: str

    def __str__(self) -> str:
        return f"{self.effect}, p = {self.p:.3g}"


def check_alternative(alternative: Alternative) -> None:
    if alternative not in ("two-sided", "increasing", "decreasing"):
        raise BadData(
            f"An alternative is two-sided, increasing or decreasing; given: {alternative!r}."
        )


def normal_p(z: float, alternative: Alternative) -> float:
    """Of a statistic that is normal where there is no trend."""
    if alternative == "two-sided":
        return float(2 * norm.sf(abs(z)))
    return float(norm.sf(z if alternative == "increasing" else -z))


def exact_p(chances: Floats, at: int, alternative: Alternative) -> float:
    """`chances` of each value 0, 1, 2 ... of the statistic, of which `at` was seen."""
    above, below = float(chances[at:].sum()), float(chances[: at + 1].sum())
    if alternative == "two-sided":
        return min(1.0, 2 * min(above, below))
    return min(1.0, above if alternative == "increasing" else below)


def levels_in_order(levels: Floats) -> None:
    """Refuses levels that are no numbers, or fewer than two."""
    if not np.isfinite(levels).all():
        raise BadData("A level is not a finite number; number the levels in their order.")
    if len(np.unique(levels)) < 2:
        raise BadData("A trend needs two levels or more.")
