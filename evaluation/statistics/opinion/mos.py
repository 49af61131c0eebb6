"""Mean opinion scores: one item, the raters being the sample (ITU-T P.910; ITU-R BT.500).

The interval of one item speaks of other raters looking at this very item. It says nothing about
other items: for a condition's mean over its items use `clustered_mean`, or the item's share of the
uncertainty is lost.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from math import nan, sqrt

import numpy as np
from scipy.special import expit, logit
from scipy.stats import t as student

from evaluation.statistics.answers import Answers, Floats, Labels, label_column
from evaluation.statistics.estimate import ESTIMATE_LEVEL, BadData, Estimate, check_level

Bounds = tuple[float, float]


@dataclass(frozen=True)
class Opinions:
    """Each item's mean, and how far its raters are apart."""

    scores: Mapping[Hashable, Estimate]
    deviations: Mapping[Hashable, float]
    """standard deviation over raters (n - 1); nan for one rater"""


def mos(
    values: Labels,
    raters: Labels,
    items: Labels,
    *,
    bounds: Bounds | None = None,
    level: float = ESTIMATE_LEVEL,
) -> Opinions:
    """The mean opinion score of every item with its interval.

    values, raters, items  columns [n] of a long table, one row an answer. What a rater says of an
        item a second time is averaged with the first: it comes from no further rater.
    bounds  the ends of the scale, e.g. (1, 5): intervals are then symmetric on the logit of the
        score between them, so they stay on the scale, and a score on which all agree has the
        Clopper-Pearson limit at the number of raters. None: mean ± t(n - 1) s/√n.

    >>> found = mos([4, 5, 4, 2, 1, 2], list("abcabc"), list("xxxyyy"), bounds=(1, 5))
    >>> str(found.scores["x"])
    '4.33 [2.10, 4.94]'
    """
    check_level(level)
    answers = Answers.of(values, raters, items)
    _check(answers, bounds)
    names = np.unique(label_column(items, "item")).tolist()
    rater, item = np.nonzero(answers.counts)
    means = answers.sums[rater, item] / answers.counts[rater, item]
    scores, deviations = {}, {}
    for code, name in enumerate(names):
        given = means[item == code]
        scores[name] = _score(given, bounds, level)
        deviations[name] = float(given.std(ddof=1)) if len(given) > 1 else nan
    return Opinions(scores, deviations)


def _score(given: Floats, bounds: Bounds | None, level: float) -> Estimate:
    n, mean = len(given), float(given.mean())
    if n < 2:
        reason = "one rater says nothing about other raters"
        return Estimate.without_interval(mean, level=level, n=n, reason=reason)
    se = float(given.std(ddof=1)) / sqrt(n)
    if se == 0:
        return _unanimous(mean, n, bounds, level)
    half = se * float(student.ppf((1 + level) / 2, n - 1))
    if bounds is None:
        return Estimate(mean, mean - half, mean + half, se, level, n, f"{n} raters, t({n - 1})")
    low, high = bounds
    share = (mean - low) / (high - low)
    reach = half / (high - low) / (share * (1 - share))
    ends = low + (high - low) * expit(logit(share) + np.array([-reach, reach]))
    method = f"{n} raters, logit scale, t({n - 1})"
    return Estimate(mean, float(ends[0]), float(ends[1]), se, level, n, method)


def _unanimous(mean: float, n: int, bounds: Bounds | None, level: float) -> Estimate:
    if bounds is None:
        reason = f"all {n} raters gave the same score; give `bounds` for a limit"
        return Estimate.without_interval(mean, level=level, n=n, reason=reason)
    share = (1 - level) ** (1 / n)
    low, high = (share * mean + (1 - share) * end for end in bounds)
    method = f"all {n} raters alike: one-sided Clopper-Pearson limit"
    return Estimate(mean, low, high, nan, level, n, method)


def _check(answers: Answers, bounds: Bounds | None) -> None:
    if bounds is None:
        return
    if not bounds[0] < bounds[1]:
        raise BadData(f"The ends of a scale go from low to high; given: {bounds}.")
    outside = answers.values[(answers.values < bounds[0]) | (answers.values > bounds[1])]
    if len(outside):
        raise BadData(f"The scale goes from {bounds[0]} to {bounds[1]}; given: {outside[0]}.")
