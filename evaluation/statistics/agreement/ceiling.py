"""The noise ceiling: the correlation with people's scores that a perfect metric would reach.

With *means* of k_i answers it is the root of their reliability, by restricted maximum likelihood

    σ²_item / (σ²_item + σ²_e mean(1/k) + σ²_rater c)

where c is how much the raters' leniency adds to the variance of means: 0 where all items have the
same raters (ICC(C,k)), mean(1/k) where each has its own (ICC(1,k)). With *single raters* it lies
between the mean correlation of a rater with the mean of the others (lower) and with the mean of all
(upper; Nili et al. 2014, doi:10.1371/journal.pcbi.1003553).
"""

from dataclasses import dataclass, replace

import numpy as np

from evaluation.statistics.agreement.row_correlations import RowCorrelations
from evaluation.statistics.answers import Answers, Floats, Labels
from evaluation.statistics.bootstrap import FISHER_Z
from evaluation.statistics.estimate import ESTIMATE_LEVEL, Estimate, check_level
from evaluation.statistics.influence import LOGIT, t_interval, two_way_interval
from evaluation.statistics.mixed import gaussian
from evaluation.statistics.mixed.crossed import Terms

NOTHING = 1e-7  # noise over signal that is rounding (the search for λ ends at 1e4)
FEW = 50  # items below which intervals of raters' correlations hold in 91-94 %


@dataclass(frozen=True)
class NoiseCeiling:
    """What a perfect metric would reach, with means and with single raters."""

    of_means: Estimate
    """its correlation with these item means: hold a metric's correlation with *means* against it"""
    lower: Estimate
    """mean correlation of a rater with the mean of the others: what raters reach of each other"""
    upper: Estimate
    """mean correlation of a rater with the mean of all, himself included: what no metric's mean
    correlation with *single raters* can be expected to exceed"""
    reliability: float
    """of the item means"""
    raters: int
    items: int

    def __str__(self) -> str:
        return str(self.of_means)


def noise_ceiling(
    values: Labels, raters: Labels, items: Labels, *, level: float = ESTIMATE_LEVEL
) -> NoiseCeiling:
    """The correlations that a perfect metric would reach with means, and with single raters.

    values, raters, items  columns of equal length: numbers, and any labels

    Parts are undefined, and say why, where no item has two answers or answers do not vary.
    """
    check_level(level)
    answers = Answers.of(values, raters, items)
    ceiling, reliability = _of_means(answers, level)
    return NoiseCeiling(
        of_means=ceiling,
        lower=_of_raters(answers, level, own=False),
        upper=_of_raters(answers, level, own=True),
        reliability=reliability,
        raters=answers.raters,
        items=answers.items,
    )


def _of_means(answers: Answers, level: float) -> tuple[Estimate, float]:
    reason = _no_variances(answers)
    if reason:
        return Estimate.undefined(level=level, n=answers.n, reason=reason), float("nan")
    terms, sizes = [answers.item, answers.rater], [answers.items, answers.raters]
    if answers.raters in (1, answers.n):  # leniency is a constant, or part of the noise
        terms, sizes = terms[:1], sizes[:1]
    fit = gaussian.fit(answers.values, np.ones((answers.n, 1)), Terms(terms, sizes))
    if not fit.converged:
        reason = f"REML did not converge (largest slope {fit.gradient_norm:.2g})"
        return Estimate.undefined(level=level, n=answers.n, reason=reason), float("nan")
    variances = fit.deviations**2
    noise = _noise_of_means(answers)[-len(terms) :]
    signal, rest = float(variances[0]), float(variances[1:] @ noise)
    reliability = signal / (signal + rest)
    if signal == 0:
        reason = "at the boundary 0: items differ no more than answers to one item"
        return Estimate.without_interval(0.0, level=level, n=answers.n, reason=reason), 0.0
    if rest <= NOTHING * signal:
        reason = "raters differ by leniency alone: nothing shows how noisy means are"
        return Estimate.without_interval(1.0, level=level, n=answers.n, reason=reason), 1.0
    slope = np.append(rest, -signal * noise) / (signal + rest) ** 2
    ceiling = t_interval(
        float(np.sqrt(reliability)),
        float(slope @ fit.variance_covariance @ slope) / (4 * reliability),
        max(min(answers.raters, answers.items) - 1, 1),
        LOGIT,
        level=level,
        n=answers.n,
        method=f"root of reliability by REML, {answers.raters} raters and {answers.items} items",
    )
    return ceiling, reliability


def _no_variances(answers: Answers) -> str:
    if np.ptp(answers.values) == 0:
        return "every answer is the same"
    if answers.items < 2:
        return "one item says nothing about other items"
    if answers.n == answers.items:
        return "no item has two answers"
    means = answers.sums.sum(0) / answers.counts.sum(0)
    if np.array_equal(means[answers.item], answers.values):
        return "all answers to an item are the same: nothing shows how noisy means are"
    return ""


def _noise_of_means(answers: Answers) -> Floats:
    """How much of σ²_rater and of σ²_e the variance of item means contains."""
    shares = answers.counts / answers.counts.sum(0)
    centred = shares - shares.mean(1, keepdims=True)
    raters = float((centred**2).sum() / (answers.items - 1))
    return np.array([raters, float((1 / answers.counts.sum(0)).mean())])


def _of_raters(answers: Answers, level: float, *, own: bool) -> Estimate:
    """Mean correlation of a rater with the mean of the others, or of all."""
    counts, sums = answers.counts, answers.sums
    mine = np.zeros_like(counts) if own else counts
    sizes = np.maximum(counts.sum(0) - mine, 1e-300)
    means = (sums.sum(0) - (0.0 if own else sums)) / sizes
    there = ((counts > 0) & (counts.sum(0) - mine > 0)).astype(np.float64)
    scores = sums / np.maximum(counts, 1.0)
    means = np.where(there > 0, means, 0.0)
    found = RowCorrelations.of(scores, means, there)
    known = np.isfinite(found.r)
    if not known.any():
        reason = "no rater shares three items of differing scores with others"
        return Estimate.undefined(level=level, n=answers.n, reason=reason)
    value, count = float(found.r[known].mean()), int(known.sum())
    if count < 3:
        reason = f"{count} raters are too few to say how others would agree"
        return Estimate.without_interval(value, level=level, n=answers.n, reason=reason)
    # a rater moves his own correlation, and through the means everybody else's
    pull = np.where(there > 0, found.by_y / sizes, 0.0)
    lift = pull.sum(0) - (0.0 if own else pull)
    base = (pull * means).sum(0) - (0.0 if own else pull * means)
    cells = (found.by_weight + lift * sums - base * counts) / count
    extra = np.where(known, found.r - value, 0.0) / count
    # a correlation over few items lies nearer to 0 than over all (Olkin and Pratt 1958)
    items = float(there.sum(1)[known].mean())
    interval = two_way_interval(
        value,
        cells.sum(1) + extra,
        found.by_weight.sum(0) / count,
        cells.ravel(),
        FISHER_Z,
        level=level,
        n=answers.n,
        bias=-value * (1 - value**2) / (2 * (items - 1)),
    )
    said = interval.method.replace("by the jackknife", "for the bias of r over few items")
    short = f", a little short with {items:.0f} items a rater" if items < FEW else ""
    return replace(interval, method=said + (short if interval.has_interval else ""))
