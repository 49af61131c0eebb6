"""The words for what was shown about a metric, the same in every analysis. Pure.

A verdict is a test: nothing is said to stand in, or to fall short, that the interval does not show.
What a study is too small for is called that, and never the nicer of two readings.
"""

from typing import Literal

from evaluation.statistics.estimate import Estimate

Standing = Literal["stands in", "falls short", "cannot tell"]
STANDS_IN: Standing = "stands in"
FALLS_SHORT: Standing = "falls short"
CANNOT_TELL: Standing = "cannot tell"
STANDINGS: tuple[Standing, ...] = (STANDS_IN, FALLS_SHORT, CANNOT_TELL)
Sight = Literal["blind to quality", "sees quality", "cannot tell"]
BLIND: Sight = "blind to quality"
SEES: Sight = "sees quality"
SIGHTS: tuple[Sight, ...] = (BLIND, SEES, "cannot tell")
BOUND = 0.2
"""Standardised sensitivity that would not matter, where nothing else is asked (Cohen's small)."""
ENOUGH = 0.8
"""Share of the ceiling that is enough for a metric to stand in, where nothing else is asked."""


def standing(share: Estimate, enough: float = ENOUGH) -> Standing:
    """What the share of the ceiling that a metric reaches shows.

    `stands in` where the whole interval is at or above `enough`, `falls short` where it is below.
    """
    if not share.has_interval:
        return CANNOT_TELL
    if share.low >= enough:
        return STANDS_IN
    return FALLS_SHORT if share.high < enough else CANNOT_TELL


def by_ranks_too(
    verdict: Standing, rho: Estimate, ceiling: Estimate, enough: float = ENOUGH
) -> Standing:
    """`verdict`, unless Spearman's rho of the same entries says otherwise.

    For `stands in` rho must be above the bar as well, for `falls short` its whole interval below
    it. The two differ where a few entries far from all others decide; then nothing is shown.
    """
    if verdict == CANNOT_TELL or not (rho.has_interval and ceiling.defined):
        return verdict
    bar = enough * ceiling.value
    said = rho.high < bar if verdict == FALLS_SHORT else rho.value >= bar
    return verdict if said else CANNOT_TELL


def sight(slope: Estimate, equivalence: Estimate, *, matters: bool, bound: float = BOUND) -> Sight:
    """What the standardised sensitivity to human-rated quality, given style, shows.

    slope        with its interval at the level of the report
    equivalence  the same with the interval of two one-sided tests (90 % for 5 % each)
    matters      whether it is shown that raters' success answers depend on quality

    `sees quality` where the interval lies beyond ±`bound`, `blind to quality` where the interval of
    the tests lies within it, while quality matters to the raters.
    """
    if not (slope.has_interval and equivalence.has_interval):
        return "cannot tell"
    if slope.low > bound or slope.high < -bound:
        return SEES
    within = -bound < equivalence.low and equivalence.high < bound
    return BLIND if within and matters else "cannot tell"
