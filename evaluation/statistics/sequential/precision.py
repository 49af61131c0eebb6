"""Stop when the interval is short enough: a rule that looks at the spread, not at the answer."""

from dataclasses import dataclass
from math import ceil, nan

from evaluation.statistics.estimate import BadData, Estimate

LEAST = 20


@dataclass(frozen=True)
class Precision:
    """Whether to stop, and if not, about how many raters it will take."""

    stop: bool
    half_width: float
    raters_needed: int
    """in all, if more raters narrow the interval as 1/√n; 0 where nothing can be foretold"""
    said: str


def stop_at_precision(
    estimate: Estimate, *, half_width: float, raters: int, least: int = LEAST
) -> Precision:
    """Stop once half the interval is at most `half_width`, set before the study, and `least` came.

    Which way the answer lies plays no part, so the interval keeps its coverage but for a trifle
    (docs/statistics/sequential.md), and no correction is made. It must not be combined with
    “or when p < 0.05”. Part of an interval comes from items: more raters do not narrow that part,
    so `raters_needed` can be too hopeful.

    >>> now = Estimate(0.6, 0.5, 0.7, 0.05, 0.95, 400, "two-way clustered")
    >>> stop_at_precision(now, half_width=0.05, raters=40).raters_needed
    160
    """
    if not half_width > 0:
        raise BadData(f"A half-width is a number above 0; given: {half_width}.")
    if raters < 1 or least < 2:
        raise BadData(f"Raters are counted from 1, the least from 2; given: {raters}, {least}.")
    if not estimate.has_interval:
        return Precision(False, nan, 0, f"go on: {estimate.method}")
    reached = (estimate.high - estimate.low) / 2
    if reached <= half_width * (1 + 1e-9) and raters >= least:
        return Precision(True, reached, raters, f"stop: ±{reached:.3g} with {raters} raters")
    needed = max(least, ceil(raters * (reached / half_width) ** 2 - 1e-9))
    said = f"go on: ±{reached:.3g} with {raters} raters, about {needed} needed for ±{half_width:g}"
    return Precision(False, reached, needed, said)
