"""How many raters, or artworks: the smallest number whose power reaches a target.

Sizes are bracketed by doubling and halving, then by bisection, with the same random numbers at
every size (larger studies hold the people and artworks of smaller ones), so that one curve is
followed rather than a cloud. A monotone curve (isotonic regression, linear between sizes) is laid
through the powers found; drawing the simulated studies again, jointly for all sizes, says how far
its crossing of the target is known.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from math import ceil

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import isotonic_regression

from evaluation.statistics.answers import Floats
from evaluation.statistics.bootstrap import multinomial_weights
from evaluation.statistics.estimate import ESTIMATE_LEVEL, BadData, Estimate
from evaluation.statistics.power.design import Design, Vary
from evaluation.statistics.power.questions import Question
from evaluation.statistics.power.running import Job, Outcomes, Workers
from evaluation.statistics.power.simulation import (
    Power,
    check,
    run_null,
    share_of_studies,
    summary,
)
from evaluation.statistics.power.truth import Truth

_REPLICATES = 1000
_CLEARLY = 0.99
_STEP = 1.2
_FLAT = 0.03
"""Less power gained than that by doubling: the other side is the scarce one."""


@dataclass(frozen=True)
class SampleSize:
    """How many of `vary` are needed, and what was simulated to say so."""

    size: Estimate
    """the smallest number; undefined, with the reason, where none up to the most allowed will do"""
    vary: Vary
    target: float
    curve: Mapping[int, Estimate]
    """power at every size tried"""
    at: Power
    """the study of that size (or the largest tried), its error rate included"""

    def __str__(self) -> str:
        if not self.size.defined:
            return f"{self.size.method}\n{self.at}"
        value, low, high = (f"{x:.0f}" for x in (self.size.value, self.size.low, self.size.high))
        return f"{value} {self.vary} [{low}, {high}] for a power of {self.target:.0%}\n{self.at}"


def sample_size(
    design: Design,
    truth: Truth,
    question: Question,
    *,
    seed: int,
    vary: Vary = "raters",
    power: float = 0.8,
    least: int = 4,
    most: int = 400,
    studies: int = 1000,
    alpha: float = 0.05,
    processes: int = 1,
    level: float = ESTIMATE_LEVEL,
) -> SampleSize:
    """The smallest number of raters, or of artworks, with which `power` is reached.

    design  all but what is varied; its own size is where the search begins. With `answers_each`
            a rater's work stays the same, with `filled` their share of the pictures does
    vary    `raters` or `artworks`
    least, most  where to look. “None up to `most`” is an answer: where the other side is scarce,
            no number will do
    Other arguments as for `simulate`. The interval of the size is of the simulation alone: the
    powers around the target are known to about 1/√studies.

    >>> from evaluation.statistics.power import Difference
    >>> truth = Truth.of_psr({"clean": 0.2, "cloak": 0.7})
    >>> found = sample_size(
    ...     Design(8, 10), truth, Difference("clean", "cloak"), seed=1, studies=40, most=20
    ... )
    >>> 4 <= found.size.low <= found.size.value <= found.size.high <= 20
    True
    """
    if design.between and vary == "raters":  # two a condition, at least
        least = max(least, 2 * len(truth.effects))
    _check(vary, power, least, most)
    start = min(max(getattr(design, vary), least), most)
    for size in (least, start):
        check(_sized(design, vary, size), truth, question, studies, alpha, level)
    with Workers(processes) as workers:
        found: dict[int, Outcomes] = {}

        def reaches(size: int) -> bool:
            if size not in found:
                job = Job(_sized(design, vary, size), truth, question, alpha, seed)
                found[size] = workers.run(job, studies)
            return bool(found[size].yes.mean() >= power)

        _search(reaches, start, least, most)
        _surround(reaches, found, power, least, most)
        sizes = sorted(found)
        yes = np.stack([found[size].yes for size in sizes])
        estimate = _crossing(sizes, yes, vary, power, most, seed, level)
        chosen = round(estimate.value) if estimate.defined else sizes[-1]
        reaches(chosen)
        final = _sized(design, vary, chosen)
        wrong = run_null(workers, final, truth, question, alpha, seed, studies)
    at = summary(final, truth, question, found[chosen], wrong, alpha=alpha, seed=seed, level=level)
    curve = {size: share_of_studies(found[size].yes, level) for size in sorted(found)}
    return SampleSize(estimate, vary, power, curve, at)


def _check(vary: str, power: float, least: int, most: int) -> None:
    if vary not in ("raters", "artworks"):
        raise BadData(f"raters or artworks are varied; given: {vary!r}.")
    if not 0 < power < 1:
        raise BadData(f"The power to reach lies between 0 and 1, e.g. 0.8; given: {power}.")
    if not 2 <= least <= most:
        raise BadData(f"The sizes to try go from 2 upward; given: {least} to {most}.")


def _sized(design: Design, vary: Vary, size: int) -> Design:
    sized = design.resized(vary, size)
    if vary == "raters" and design.experts:  # both groups need two
        sized = replace(sized, experts=min(max(sized.experts, 2), size - 2))
    return sized


def _search(reaches: Callable[[int], bool], start: int, least: int, most: int) -> None:
    """Tries sizes until two neighbours lie on either side of the target, or an end is met."""
    low, high = start, start
    if reaches(start):
        while low > least and reaches(low):
            high, low = low, max(least, low // 2)
        if reaches(low):
            return
    else:
        while high < most and not reaches(high):
            low, high = high, min(most, 2 * high)
        if not reaches(high):
            return
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if reaches(middle) else (middle, high)


def _surround(
    reaches: Callable[[int], bool],
    found: Mapping[int, Outcomes],
    power: float,
    least: int,
    most: int,
) -> None:
    """Tries further sizes until the ends of the curve lie clearly on either side of the target."""

    def clear(size: int) -> bool:
        share = share_of_studies(found[size].yes, _CLEARLY)
        return not share.low <= power <= share.high

    while (size := max(found)) < most and not clear(size):
        reaches(min(most, ceil(_STEP * size)))
    while (size := min(found)) > least and not clear(size):
        reaches(max(least, int(size / _STEP)))


def _crossing(
    sizes: list[int],
    yes: NDArray[np.bool_],
    vary: Vary,
    power: float,
    most: int,
    seed: int,
    level: float,
) -> Estimate:
    """Where the monotone curve through the powers of `sizes` reaches the target."""
    studies = yes.shape[1]
    shares = yes.mean(1)
    value = _first(sizes, shares, power)
    if not np.isfinite(value):
        return _never(sizes, yes, vary, power, level)
    weights = multinomial_weights(studies, _REPLICATES, np.random.default_rng([seed, 2]))
    drawn = np.sort([_first(sizes, row, power) for row in weights @ yes.T / studies])
    tail = (1 - level) / 2
    low, high = (float(drawn[round(q * (_REPLICATES - 1))]) for q in (tail, 1 - tail))
    method = (
        f"{len(sizes)} sizes of {studies} simulated studies each, same random numbers, monotone "
        "curve; interval of the simulation alone"
    )
    if not np.isfinite(high):
        high = float(most)
        method += f"; it may also be more than {most}"
    if value == sizes[0]:
        method += f"; fewer than {sizes[0]} were not tried"
    se = float(np.std(drawn[np.isfinite(drawn)], ddof=1))
    return Estimate(float(value), min(low, value), max(high, value), se, level, studies, method)


def _first(sizes: list[int], shares: Floats, power: float) -> float:
    """The smallest whole size at which the monotone curve is at `power`; infinite if none is."""
    curve = isotonic_regression(shares).x
    above: NDArray[np.intp] = np.flatnonzero(curve >= power - 1e-12)
    if not len(above):
        return float("inf")
    k = int(above[0])
    if k == 0:
        return float(sizes[0])
    part = (power - curve[k - 1]) / (curve[k] - curve[k - 1])
    return float(ceil(sizes[k - 1] + part * (sizes[k] - sizes[k - 1]) - 1e-9))


def _never(
    sizes: list[int], yes: NDArray[np.bool_], vary: Vary, power: float, level: float
) -> Estimate:
    """Says that no number reaches the target, and what would help."""
    shares = isotonic_regression(yes.mean(1)).x
    reached = share_of_studies(yes[-1], level)
    reason = f"no number of {vary} up to {sizes[-1]} reaches {power:.0%}: there it is {reached:.1%}"
    half = float(np.interp(sizes[-1] / 2, sizes, shares))
    if len(sizes) > 1 and shares[-1] - half < _FLAT:
        other = "artworks" if vary == "raters" else "raters"
        reason += f", hardly more than with half of them; {other} are scarce, have more of those"
    return Estimate.undefined(level=level, n=yes.shape[1], reason=reason)
