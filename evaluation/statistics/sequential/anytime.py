"""Confidence sequences: limits that hold at every number of raters at once.

A fixed interval covers 95 % at one look; looked at after every rater it will sooner or later miss.
A confidence sequence covers at all looks together, so a study may stop whenever it likes.

`confidence_sequence` is exact for bounded values of independent raters: for each possible mean m it
bets on the next rater being above or below m, and gives m up when a bet has multiplied its stake by
1/α (hedged capital with predictable plug-in bets: Waudby-Smith and Ramdas 2024, theorem 3,
doi:10.1093/jrsssb/qkad009). `anytime` widens any estimate with a standard error by the normal
mixture (Robbins 1970; asymptotically: Waudby-Smith et al. 2024, arXiv:2103.06476, theorem 2.2).
"""

from dataclasses import dataclass
from math import log, nan, sqrt

import numpy as np
from scipy.special import expit, logit

from evaluation.statistics.answers import Answers, Floats, Labels, label_column
from evaluation.statistics.estimate import ESTIMATE_LEVEL, BadData, Estimate, check_level

Bounds = tuple[float, float]
GRID = 2001
TRUNCATION = 0.5


@dataclass(frozen=True)
class ConfidenceSequence:
    """The limits after each rater, in the order in which raters came."""

    low: Floats
    """[raters], never falling"""
    high: Floats
    """[raters], never rising"""
    estimate: Estimate
    """after the last"""


def confidence_sequence(
    values: Labels,
    raters: Labels,
    *,
    bounds: Bounds = (0.0, 1.0),
    level: float = ESTIMATE_LEVEL,
) -> ConfidenceSequence:
    """The mean over raters, with limits that may be looked at after every rater.

    values  numbers [n] within `bounds`; raters  labels [n] in order of arrival: a rater's answers
        are averaged, since raters are what is independent. It speaks of other raters judging
        items like theirs dealt out at random; with a fixed set of items, of those very items.

    Exact at every size for independent raters with one mean. Wider than a fixed interval: the price
    of looking. Where there is drift (later raters differ) no interval of any kind helps.

    >>> found = confidence_sequence([1, 1, 0, 1] * 25, np.arange(100))
    >>> f"{found.estimate:.2f}"
    '0.75 [0.61, 0.87]'
    """
    check_level(level)
    means, n = _arrivals(values, raters)
    if not bounds[0] < bounds[1]:
        raise BadData(f"The ends of a scale go from low to high; given: {bounds}.")
    if means.min() < bounds[0] or means.max() > bounds[1]:
        raise BadData(f"An answer lies outside the scale from {bounds[0]} to {bounds[1]}.")
    span = bounds[1] - bounds[0]
    shares = (means - bounds[0]) / span
    low, high = (bounds[0] + span * limits for limits in _betting(shares, 1 - level))
    value = float(means.mean())
    if low[-1] > high[-1]:
        reason = (
            "no single mean is compatible with all raters so far: they changed while they came in"
        )
        bare = Estimate.without_interval(value, level=level, n=n, reason=reason)
        return ConfidenceSequence(low, high, bare)
    method = f"confidence sequence by betting, {len(means)} raters, valid at every look"
    # the limits hold all looks together and need not contain today's mean
    estimate = Estimate(
        value, min(float(low[-1]), value), max(float(high[-1]), value), nan, level, n, method
    )
    return ConfidenceSequence(low, high, estimate)


def anytime(
    estimate: Estimate, *, raters: int, tuned_for: int, bounds: Bounds | None = None
) -> Estimate:
    """`estimate` with an interval that may be looked at after every rater.

    raters  how many there are now; tuned_for  at how many the interval shall be shortest, set
        before the first look (the number you expect to stop at).
    bounds  the ends of the scale: the interval is then symmetric on the logit.

    value ± se √((1 + 1/(n ρ²)) log((1 + n ρ²)/α²)), with ρ² = (1 - 2 log α + log(1 - 2 log α)) /
    tuned_for. Valid for large numbers: begin looking at 30 raters or so. The part of se that
    comes from items does not shrink as raters come in; widening it too is on the safe side.

    >>> fixed = Estimate(0.7, 0.6, 0.8, 0.05, 0.95, 900, "two-way clustered")
    >>> f"{anytime(fixed, raters=60, tuned_for=60):.2f}"
    '0.70 [0.55, 0.85]'
    """
    if raters < 2 or tuned_for < 2:
        raise BadData(f"Raters are counted from 2; given: {raters}, tuned for {tuned_for}.")
    if not estimate.se > 0:
        reason = "an interval for every look needs a standard error"
        return Estimate.without_interval(
            estimate.value, level=estimate.level, n=estimate.n, reason=reason
        )
    alpha = 1 - estimate.level
    tuned = (1 - 2 * log(alpha) + log(1 - 2 * log(alpha))) / tuned_for
    grown = raters * tuned
    half = estimate.se * sqrt((1 + 1 / grown) * log((1 + grown) / alpha**2))
    low, high = _around(estimate.value, half, bounds)
    method = f"{estimate.method}, widened for a look after every rater (tuned for {tuned_for})"
    return Estimate(estimate.value, low, high, estimate.se, estimate.level, estimate.n, method)


def _around(value: float, half: float, bounds: Bounds | None) -> tuple[float, float]:
    if bounds is None:
        return value - half, value + half
    span = bounds[1] - bounds[0]
    share = (value - bounds[0]) / span
    if not 0 < share < 1:
        raise BadData(f"{value} is not within the scale from {bounds[0]} to {bounds[1]}.")
    reach = half / span / (share * (1 - share))
    ends = bounds[0] + span * expit(logit(share) + np.array([-reach, reach]))
    return float(ends[0]), float(ends[1])


def _arrivals(values: Labels, raters: Labels) -> tuple[Floats, int]:
    """Each rater's mean, in the order of first answers."""
    who = label_column(raters, "rater", "Answer")
    answers = Answers.of(values, who, np.zeros(len(who)))
    _, first = np.unique(answers.rater, return_index=True)
    means = answers.sums[:, 0] / answers.counts[:, 0]
    return means[np.argsort(first, kind="stable")], answers.n


def _betting(x: Floats, alpha: float) -> tuple[Floats, Floats]:
    """Limits [n] for the mean of values in [0, 1]; conservative by one step of the grid."""
    grid = np.linspace(0, 1, GRID)[:, None]
    bets = _bets(x, alpha)
    with np.errstate(divide="ignore"):
        up = np.minimum(bets, TRUNCATION / grid)
        down = np.minimum(bets, TRUNCATION / (1 - grid))
    capital_up = np.cumsum(np.log1p(up * (x - grid)), 1)
    capital_down = np.cumsum(np.log1p(-down * (x - grid)), 1)
    # the stake is halved between both bets
    kept = np.maximum(capital_up, capital_down) < log(2 / alpha)
    step = 1 / (GRID - 1)
    some = kept.any(0)
    low = np.where(some, kept.argmax(0) * step - step, 1.0)
    high = np.where(some, 1 - kept[::-1].argmax(0) * step + step, 0.0)
    return (
        np.maximum.accumulate(np.clip(low, 0, 1)),
        np.minimum.accumulate(np.clip(high, 0, 1)),
    )


def _bets(x: Floats, alpha: float) -> Floats:
    """[n]: how much to stake on each value, from those before it."""
    n = np.arange(1, len(x) + 1)
    mean = (0.5 + np.cumsum(x)) / (n + 1)
    variance = (0.25 + np.cumsum((x - mean) ** 2)) / (n + 1)
    before = np.concatenate([[0.25], variance[:-1]])
    return np.sqrt(2 * log(2 / alpha) / (before * n * np.log1p(n)))
