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
