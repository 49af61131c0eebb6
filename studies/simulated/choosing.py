"""How a simulated rater chooses among pictures by what it makes of each. Pure; SIMULATED only."""

from collections.abc import Mapping, Sequence
from random import Random

from studies.trials import SimulatedRater

UNDECIDED = 0.25
"""Difference of impressions, in points of a five-point scale, that an average rater cannot tell."""


def seen(
    impressions: Mapping[str, float] | float,
    names: Sequence[str],
    rater: SimulatedRater,
    rng: Random,
) -> dict[str, float]:
    """Each picture's impression with the rater's sensitivity and noise.

    One number stands for pictures that are all alike.
    """
    return {
        name: rater.sensitivity * (impressions if isinstance(impressions, int | float)
        else impressions[name]) + rng.gauss(0, rater.noise / 2)
        for name in names
    }  # fmt: skip


def preferred(
    impressions: Mapping[str, float] | float,
    names: Sequence[str],
    rater: SimulatedRater,
    rng: Random,
    *,
    not_sure: bool = False,
) -> str | None:
    """The best one; None for a rater who may be not sure and sees hardly a difference."""
    best, second, *_ = sorted(seen(impressions, names, rater, rng).items(), key=lambda p: -p[1])
    return None if not_sure and best[1] - second[1] < UNDECIDED else best[0]


def ranked(
    impressions: Mapping[str, float] | float,
    names: Sequence[str],
    rater: SimulatedRater,
    rng: Random,
) -> list[str]:
    """All of them, the best first."""
    found = seen(impressions, names, rater, rng)
    return sorted(names, key=lambda name: -found[name])
