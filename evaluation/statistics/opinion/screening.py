"""Whom ITU-R BT.500 would reject (BT.500-13, annex 2, 2.3.1). Reported, not acted upon.

For each item: mean, standard deviation s (n - 1) and kurtosis m4/m2²; an answer is extreme beyond
2 s where the kurtosis lies in [2, 4] and beyond √20 s elsewhere. P counts a rater's answers above,
Q those below. The rule rejects where (P + Q)/answers > 0.05 and |P - Q|/(P + Q) < 0.3.

Simulations found 17-62 % of random clickers this way and lost 14 % of honest raters in sparse data;
`subject_bias` weighs raters instead, and exclusions belong to checks that were set beforehand.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from evaluation.statistics.answers import Answers, Floats, Labels, label_column

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Screened:
    """One rater's extreme answers, and what the rule says."""

    above: int
    below: int
    answers: int
    extreme_share: float
    """(P + Q) / answers; the rule wants at most 0.05"""
    imbalance: float
    """|P - Q| / (P + Q), 0 without extreme answers; a large one is bias, which the rule keeps"""
    would_reject: bool


@dataclass(frozen=True)
class Screening:
    """What BT.500 says of every rater."""

    raters: Mapping[Hashable, Screened]
    items_skipped: int
    """items on which all agreed, or with fewer than three answers: nothing is extreme there"""

    @property
    def would_reject(self) -> tuple[Hashable, ...]:
        return tuple(name for name, found in self.raters.items() if found.would_reject)


def bt500_screening(values: Labels, raters: Labels, items: Labels) -> Screening:
    """Counts of extreme answers by rater; columns [n] of a long table, one row an answer.

    >>> found = bt500_screening([1, 2, 3, 1, 2, 3], list("abcabc"), list("xxxyyy"))
    >>> found.would_reject
    ()
    """
    answers = Answers.of(values, raters, items)
    names = np.unique(label_column(raters, "rater")).tolist()
    count = np.bincount(answers.item).astype(np.float64)
    mean = np.bincount(answers.item, answers.values) / count
    residual = answers.values - mean[answers.item]
    usable = _usable(answers, residual, count)
    reach = _reach(answers, residual, count, usable)[answers.item]
    judged = usable[answers.item]
    above = np.bincount(answers.rater[judged & (residual >= reach)], minlength=len(names))
    below = np.bincount(answers.rater[judged & (residual <= -reach)], minlength=len(names))
    total = np.bincount(answers.rater)
    found = {
        name: _screened(int(above[k]), int(below[k]), int(total[k])) for k, name in enumerate(names)
    }
    return Screening(found, int((~usable).sum()))


def _usable(answers: Answers, residual: Floats, count: Floats) -> Mask:
    widest = np.zeros(answers.items)
    np.maximum.at(widest, answers.item, abs(residual))
    scale = max(float(abs(answers.values).max()), 1.0)
    return np.asarray((count >= 3) & (widest > 1e-9 * scale))


def _reach(answers: Answers, residual: Floats, count: Floats, usable: Mask) -> Floats:
    """[I]: how far from the mean an answer is extreme."""
    second = np.bincount(answers.item, residual**2)
    fourth = np.bincount(answers.item, residual**4)
    safe = np.where(usable, second, 1.0)
    kurtosis = fourth * count / safe**2
    deviation = np.sqrt(second / np.maximum(count - 1, 1))
    return np.where((kurtosis >= 2) & (kurtosis <= 4), 2.0, sqrt(20)) * deviation


def _screened(above: int, below: int, answers: int) -> Screened:
    extreme = above + below
    share = extreme / answers
    imbalance = abs(above - below) / extreme if extreme else 0.0
    return Screened(above, below, answers, share, imbalance, share > 0.05 and imbalance < 0.3)
