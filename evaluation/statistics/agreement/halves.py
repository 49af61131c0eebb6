"""Split-half reliability of items' mean scores.

The means of one random half of the raters are correlated with those of the other half; r is
averaged over many halvings, and stepped up to all raters by Spearman and Brown: 2 r / (1 + r)
(2 r / (1 - r) below 0, where there is no reliability to step up).
"""

from dataclasses import dataclass, replace

import numpy as np

from evaluation.statistics.agreement.row_correlations import RowCorrelations
from evaluation.statistics.answers import Answers, Floats, Labels
from evaluation.statistics.bootstrap import FISHER_Z
from evaluation.statistics.estimate import ESTIMATE_LEVEL, BadData, Estimate, check_level
from evaluation.statistics.influence import two_way_interval

SPLITS = 200


@dataclass(frozen=True)
class SplitHalf:
    """Reliability of means over all raters, from halves of them."""

    reliability: Estimate
    """2 r / (1 + r)"""
    half: Estimate
    """r, mean over the splits"""
    splits: int
    raters: int
    items: int

    def __str__(self) -> str:
        return str(self.reliability)


@dataclass(frozen=True)
class _Half:
    """One half of the raters in each of S splits."""

    member: Floats
    """[S, R]: 1 for its raters"""
    means: Floats
    """[S, I]: of items; 0 where the half has no answer"""
    sizes: Floats
    """[S, I]"""

    @classmethod
    def of(cls, answers: Answers, member: Floats) -> "_Half":
        sizes = member @ answers.counts
        return cls(member, (member @ answers.sums) / np.maximum(sizes, 1.0), sizes)

    def cells(self, answers: Answers, slopes: Floats) -> Floats:
        """[R, I]: what answers add through the means of this half, over all splits."""
        pull = slopes / np.maximum(self.sizes, 1.0)
        lift = self.member.T @ pull
        base = self.member.T @ (self.means * pull)
        return np.asarray(lift * answers.sums - base * answers.counts)


def split_half(
    values: Labels,
    raters: Labels,
    items: Labels,
    *,
    generator: np.random.Generator,
    splits: int = SPLITS,
    level: float = ESTIMATE_LEVEL,
) -> SplitHalf:
    """Reliability of item means, by splitting the raters in two halves at random, many times.

    values, raters, items  columns of equal length: numbers, and any labels
    splits  how many random halvings are averaged

    Items that one half did not answer are left out of that split. The interval (two-way clustered,
    given the splits) is for other raters and other items. Undefined where the means do not vary or
    no three items are shared; raises BadData for fewer than two raters or three items.
    """
    check_level(level)
    answers = Answers.of(values, raters, items)
    if answers.raters < 2 or answers.items < 3:
        raise BadData(
            f"Halves need two raters and three items; given: {answers.raters} and {answers.items}."
        )
    member = np.zeros((splits, answers.raters))
    member[:, : answers.raters // 2] = 1.0
    member = generator.permuted(member, axis=1)
    one, other = _Half.of(answers, member), _Half.of(answers, 1 - member)
    shared = ((one.sizes > 0) & (other.sizes > 0)).astype(np.float64)
    found = RowCorrelations.of(one.means, other.means, shared)
    half = _interval(answers, one, other, found, level)
    return SplitHalf(_stepped_up(half), half, splits, answers.raters, answers.items)


def _interval(
    answers: Answers, one: _Half, other: _Half, found: RowCorrelations, level: float
) -> Estimate:
    known = np.isfinite(found.r)
    if not known.any():
        reason = "in no split do both halves have three items of differing means"
        return Estimate.undefined(level=level, n=answers.n, reason=reason)
    value, count = float(found.r[known].mean()), int(known.sum())
    if answers.raters < 4:
        reason = f"{answers.raters} raters are too few to say how other raters would split"
        return Estimate.without_interval(value, level=level, n=answers.n, reason=reason)
    cells = (one.cells(answers, found.by_x) + other.cells(answers, found.by_y)) / count
    by_item = found.by_weight.sum(0) / count
    return two_way_interval(
        value, cells.sum(1), by_item, cells.ravel(), FISHER_Z, level=level, n=answers.n
    )


def _stepped_up(half: Estimate) -> Estimate:
    """2 r / (1 + |r|), of the value and of both ends: a negative r is none of Spearman's cases."""
    if not half.defined:
        return half
    value, low, high = (2 * r / (1 + abs(r)) for r in (half.value, half.low, half.high))
    se = half.se * 2 / (1 + abs(half.value)) ** 2
    method = f"Spearman-Brown of halves, {half.method}" if half.has_interval else half.method
    return replace(half, value=value, low=low, high=high, se=se, method=method)
