"""The two-way clustered interval: participants and items are both samples.

For a mean m over n answers, E_ri = (sum over the answers of rater r to item i of y - m) / n and

    v = R/(R-1) Σ_r (Σ_i E_ri)² + I/(I-1) Σ_i (Σ_r E_ri)² - Σ_ri E_ri²

with R raters and I items (Cameron, Gelbach, Miller 2011, doi:10.1198/jbes.2010.07136, eq. 2.4, with
a small-sample factor a term); where v falls below the larger one-way term, that term is taken. The
interval uses Student's t with min(R, I) - 1 degrees of freedom, for shares and bounded means on the
logit scale. It covers 95-98 % where the binomial one covers 50-89 % (benchmarks/coverage.py).

Measurements (`raters` is None) have items alone as their sample: v is the term of items.
"""

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit
from scipy.stats import t as student

from evaluation.statistics.answers import (
    Answers,
    Codes,
    Floats,
    Labels,
    flag_column,
    label_codes,
    label_column,
    number_column,
    summed,
)
from evaluation.statistics.by_t import ByT, at_level
from evaluation.statistics.estimate import ESTIMATE_LEVEL, BadData, Estimate, check_level

Bounds = tuple[float, float]
Mask = NDArray[np.bool_]
ROUNDING = 1e-12
"""Of the largest value: what departs by less departs by nothing."""


@dataclass(frozen=True)
class Clustered:
    """An estimate, what it rests on, and how much the crossing widened it.

    `design_effect` is v over the variance that independent answers would have: 4 means that the
    answers tell as much as a quarter of their number from strangers about unrelated items would.
    """

    estimate: Estimate
    raters: int
    items: int
    design_effect: float

    def __str__(self) -> str:
        return str(self.estimate)


@dataclass(frozen=True)
class Difference:
    """One condition's mean minus another's, on shared raters and items, with its two-sided p."""

    estimate: Estimate
    raters: int
    items: int
    p: float
    by_t: ByT | None = None
    """what its interval at another level needs; None where that must be computed anew"""

    def __str__(self) -> str:
        return str(self.estimate)

    def at(self, level: float) -> Estimate | None:
        """The estimate with an interval of another level; None where it must be computed anew."""
        return at_level(self.estimate, self.by_t, level)


def clustered_share(
    hits: Labels, raters: Labels | None, items: Labels, *, level: float = ESTIMATE_LEVEL
) -> Clustered:
    """The share of answers that are hits (True or 1), in [0, 1], with its interval.

    All alike (k = 0 or k = n): the one-sided Clopper-Pearson limit at the number of raters.

    >>> str(clustered_share([1, 1, 0, 1, 0, 1], list("aabbcc"), [1, 2, 1, 2, 1, 2]))
    '0.67 [0.00, 1.00]'
    """
    numbers = number_column(hits)
    wrong = numbers[~np.isin(numbers, (0.0, 1.0))]
    if len(wrong):
        raise BadData(f"A share is made of yes (1) and no (0); given: {wrong[0]}.")
    return clustered_mean(numbers, raters, items, bounds=(0.0, 1.0), level=level)


def clustered_mean(
    values: Labels,
    raters: Labels | None,
    items: Labels,
    *,
    bounds: Bounds | None = None,
    level: float = ESTIMATE_LEVEL,
) -> Clustered:
    """The mean of all answers with its interval; `bounds` are the ends of the scale, e.g. (1, 5).

    With bounds the interval is symmetric on the logit of (mean - low) / (high - low), so it stays
    on the scale. `raters` is None for measurements. Raises BadData where a value lies outside the
    bounds.
    """
    check_level(level)
    answers = Answers.of(values, raters, items)
    _check_bounds(answers.values, bounds)
    mean = float(answers.values.mean())
    if answers.alone:
        bare = Estimate.without_interval(mean, level=level, n=answers.n, reason=answers.alone)
        return _summary(answers, bare, variance=float("nan"))
    if np.ptp(answers.values) == 0:
        if bounds is not None:
            return _summary(answers, _all_alike(answers, mean, bounds, level), variance=0.0)
        reason = "every answer is the same, and the ends of the scale are not known"
        bare = Estimate.without_interval(mean, level=level, n=answers.n, reason=reason)
        return _summary(answers, bare, variance=float("nan"))
    variance, source = two_way_variance(answers, (answers.values - mean) / answers.n)
    se, quantile = sqrt(variance), _quantile(answers, level)
    low, high = _limits(mean, se * quantile, bounds)
    estimate = Estimate(mean, low, high, se, level, answers.n, _method(answers, source, bounds))
    return _summary(answers, estimate, variance)


def clustered_difference(
    values: Labels,
    raters: Labels | None,
    items: Labels,
    second: Labels,
    *,
    strata: Labels | None = None,
    bounds: Bounds | None = None,
    level: float = ESTIMATE_LEVEL,
) -> Difference:
    """Mean of the answers where `second` is true minus the mean of the others.

    Raters and items that occur in both conditions are paired: what they share cancels. A condition
    whose answers are all alike contributes the width of its Clopper-Pearson limit, so that “all of
    nine raters agreed” is never taken for certainty. The p-value tests a difference of zero.

    raters  None for measurements, which nobody judged
    strata  one label an answer (the painter): the difference is then taken within each stratum and
            averaged with weights n1 n2 / (n1 + n2) (Mantel and Haenszel), which is the slope on
            `second` beside a constant a stratum, so that conditions with unequal numbers of answers
            about easy and hard painters are not confounded with them. Strata that lack a condition
            are left out; the difference is undefined where all do.
    """
    check_level(level)
    answers, arm = Answers.of(values, raters, items), flag_column(second, "second")
    _check_bounds(answers.values, bounds)
    if len(arm) != answers.n or arm.all() or not arm.any():
        raise BadData("A difference needs answers from both conditions, marked one by one.")
    stratum = _codes(np.zeros(answers.n) if strata is None else strata, answers.n)
    kept = np.isin(stratum, np.intersect1d(stratum[arm], stratum[~arm]))
    if not kept.any():
        undefined = Estimate.undefined(level=level, n=0, reason="nothing in common to compare")
        return Difference(undefined, 0, 0, float("nan"))
    who = answers.rater[kept] if answers.judged else None
    both = Answers.of(answers.values[kept], who, answers.item[kept])
    return _difference(both, arm[kept], stratum[kept], bounds, level)


def _codes(labels: Labels, n: int) -> Codes:
    codes, _ = label_codes(label_column(labels, "stratum"))
    if len(codes) != n:
        raise BadData(f"There are {n} answers and {len(codes)} strata; give one each.")
    return codes


def _difference(
    answers: Answers, arm: Mask, stratum: Codes, bounds: Bounds | None, level: float
) -> Difference:
    value, residuals = _slope(answers.values, arm, stratum)
    if answers.alone:
        return _untested(answers, value, answers.alone, level)
    variance, source = two_way_variance(answers, residuals)
    constant = sum(_constant_arm(answers, side, bounds, level) for side in (~arm, arm))
    variance += constant
    if variance <= (ROUNDING * np.abs(answers.values).max()) ** 2:
        return _untested(answers, value, _unmoved(answers, residuals), level)
    se = sqrt(variance)
    by_t = ByT(answers.scarcer - 1, bounds[1] - bounds[0] if bounds else float("inf"))
    within = ", within strata" if np.ptp(stratum) else ""
    said = f"{_method(answers, source, None)}{within}"
    return Difference(
        by_t.estimate(value, se, level=level, n=answers.n, method=said),
        answers.raters,
        answers.items,
        by_t.p(value, se),
        by_t if not constant else None,  # its part of the standard error is of the level
    )


def _untested(answers: Answers, value: float, reason: str, level: float) -> Difference:
    bare = Estimate.without_interval(value, level=level, n=answers.n, reason=reason)
    return Difference(bare, answers.raters, answers.items, float("nan"))


def _unmoved(answers: Answers, residuals: Floats) -> str:
    if not residuals.any():
        return "within each condition all answers are alike"
    return f"the difference is the same in every {'rater and item' if answers.judged else 'item'}"


def _slope(values: Floats, arm: Mask, stratum: Codes) -> tuple[float, Floats]:
    """Least squares of values on `arm` and a constant a stratum: the slope, and what each answer
    adds to it. With one stratum, the difference of the means."""
    sizes = np.maximum(summed(stratum, np.ones(len(arm))), 1.0)
    centred_arm = arm - (summed(stratum, arm.astype(np.float64)) / sizes)[stratum]
    centred = values - (summed(stratum, values) / sizes)[stratum]
    spread = float(centred_arm @ centred_arm)
    value = float(centred_arm @ centred) / spread
    left = centred - value * centred_arm
    left[np.abs(left) < ROUNDING * np.abs(values).max()] = 0.0
    return value, np.asarray(centred_arm * left / spread)


def two_way_variance(answers: Answers, residuals: Floats) -> tuple[float, str]:
    """v of a sum of `residuals` (one an answer, centred), and which term it is."""
    if not answers.judged:
        by_item = summed(answers.item, residuals, answers.items)
        return _correction(answers.items) * float(by_item @ by_item), "clustered by items"
    _, cell = np.unique(answers.rater * answers.items + answers.item, return_inverse=True)
    return combined_variance(
        summed(answers.rater, residuals, answers.raters),
        summed(answers.item, residuals, answers.items),
        summed(cell.ravel(), residuals),
    )


def combined_variance(by_rater: Floats, by_item: Floats, by_cell: Floats) -> tuple[float, str]:
    """v from what each rater, each item and each of their cells adds to an estimate."""
    people = _correction(len(by_rater)) * float(by_rater @ by_rater)
    pictures = _correction(len(by_item)) * float(by_item @ by_item)
    cells = float(by_cell @ by_cell)
    both, larger = people + pictures - cells, max(people, pictures)
    if larger <= 1e-12 * cells:
        return cells, "cells alone, because neither raters nor items differ"
    if both < larger:
        return larger, f"the larger one-way term, of {'raters' if people > pictures else 'items'}"
    return both, "two-way clustered"


def _correction(clusters: int) -> float:
    return clusters / (clusters - 1)


def _constant_arm(answers: Answers, side: Mask, bounds: Bounds | None, level: float) -> float:
    """Squared standard error that a condition with equal answers deserves; 0 for any other."""
    values = answers.values[side]
    if bounds is None or np.ptp(values) > 0:
        return 0.0
    units = len(np.unique((answers.rater if answers.judged else answers.item)[side]))
    farthest = max(values[0] - bounds[0], bounds[1] - values[0])
    limit = (1 - _alike_limit(units, level)) * farthest
    return float(limit / _quantile(answers, level)) ** 2


def _alike_limit(units: int, level: float) -> float:
    """One-sided Clopper-Pearson limit of a share that all of so many raters or items showed."""
    return float((1 - level) ** (1 / units))


def _all_alike(answers: Answers, value: float, bounds: Bounds, level: float) -> Estimate:
    units = answers.raters if answers.judged else answers.items
    noun = "raters" if answers.judged else "items"
    share = _alike_limit(units, level)
    low = share * value + (1 - share) * bounds[0]
    high = share * value + (1 - share) * bounds[1]
    what = "answers" if answers.judged else "values"
    method = f"all {answers.n} {what} alike: one-sided Clopper-Pearson limit at {units} {noun}"
    return Estimate(value, low, high, float("nan"), level, answers.n, method)


def _limits(mean: float, half: float, bounds: Bounds | None) -> tuple[float, float]:
    if bounds is None:
        return mean - half, mean + half
    span = bounds[1] - bounds[0]
    share = (mean - bounds[0]) / span
    reach = half / span / (share * (1 - share))
    ends = expit(logit(share) + np.array([-reach, reach]))
    return float(bounds[0] + span * ends[0]), float(bounds[0] + span * ends[1])


def _quantile(answers: Answers, level: float) -> float:
    return float(student.ppf((1 + level) / 2, answers.scarcer - 1))


def _check_bounds(values: Floats, bounds: Bounds | None) -> None:
    if bounds is None:
        return
    if not bounds[0] < bounds[1]:
        raise BadData(f"The ends of a scale go from low to high; given: {bounds}.")
    outside = values[(values < bounds[0]) | (values > bounds[1])]
    if len(outside):
        raise BadData(f"The scale goes from {bounds[0]} to {bounds[1]}; given: {outside[0]}.")


def _method(answers: Answers, source: str, bounds: Bounds | None) -> str:
    scale = "logit scale, " if bounds else ""
    return f"{source} ({answers.said}), {scale}t({answers.scarcer - 1})"


def _summary(answers: Answers, estimate: Estimate, variance: float) -> Clustered:
    independent = float(answers.values.var()) / answers.n
    effect = variance / independent if independent else float("nan")
    return Clustered(estimate, answers.raters, answers.items, effect)
