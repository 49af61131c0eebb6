"""The ceiling at a level: the correlation with raters' means that a perfect metric would reach.

It is the root of the reliability of what is correlated there. With T the true score of an entry
(what raters like these would say on average) and products of answers by *different* raters, whose
noise, leniency and taste are unrelated,

    E[y_ri y_si'] = T_i T_i'        r ≠ s
    reliability = Σ_g (n_g - 1) (mean T_i² - mean T_i T_i')_g / Σ_g (n_g - 1) var(ȳ)_g

over the entries i ≠ i' of each group g of the level. On a complete table it is ICC(C,k) (McGraw and
Wong 1996). A correlation r of means with anything is that of true scores times the root
(Spearman 1904), so r / ceiling says how well a metric knows what raters agree on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student

from evaluation.statistics.answers import Floats
from evaluation.statistics.estimate import ESTIMATE_LEVEL, Estimate, check_level
from evaluation.statistics.meta.judged import Entries, Judged, Over, Split, two_way

TINY = 1e-9


@dataclass(frozen=True)
class Ceiling:
    """What a perfect metric would reach at a level, and how that moves with what is left out."""

    estimate: Estimate
    left: Mapping[str, Floats]
    """raters, artworks, conditions, cells → -½ log(1 - reliability) without each"""

    def __str__(self) -> str:
        return str(self.estimate)


def ceiling(judged: Judged, over: Over, *, level: float = ESTIMATE_LEVEL) -> Ceiling:
    """What a perfect metric would reach at a level: 0 where raters agree on nothing there.

    The interval is a jackknife of what is a sample (raters, artworks and, unless held, conditions;
    over conditions, raters) on -½ log(1 - reliability), t of the scarcest - 1.
    """
    check_level(level)
    whole, left = _reliabilities(judged.entries(over))
    stretched = {name: _stretched(values) for name, values in left.items()}
    return Ceiling(_estimate(judged, over, whole, stretched, level), stretched)


def _estimate(
    judged: Judged, over: Over, whole: float, left: Mapping[str, Floats], level: float
) -> Estimate:
    if not np.isfinite(whole):
        reason = "no group has two pictures, or no picture has two answers"
        return Estimate.undefined(level=level, n=judged.n, reason=reason)
    value = float(np.sqrt(np.clip(whole, 0.0, 1.0)))
    few = judged.scarcest(over)
    if few < 3:
        reason = f"so few raters, conditions or artworks ({few}) say too little about others"
        return Estimate.without_interval(value, level=level, n=judged.n, reason=reason)
    if whole > 1 - TINY:
        reason = "raters differ by leniency alone: nothing shows how noisy means are"
        return Estimate.without_interval(1.0, level=level, n=judged.n, reason=reason)
    variance = two_way(left)
    if not np.isfinite(variance):
        reason = "without some of the raters or pictures there is no reliability"
        return Estimate.without_interval(value, level=level, n=judged.n, reason=reason)
    reach = float(student.ppf((1 + level) / 2, few - 1)) * np.sqrt(variance)
    ends = 1 - np.exp(-2 * (_stretched(np.array([whole])) + np.array([-reach, reach])))
    low, high = np.sqrt(np.clip(ends, 0.0, 1.0))
    slope = (1 - whole) / max(value, 0.05)
    said = f"root of reliability, jackknife over {judged.said(over)}, t({few - 1})"
    se = float(np.sqrt(variance) * slope)
    return Estimate(value, float(low), float(high), se, level, judged.n, said)


def _stretched(reliability: Floats) -> Floats:
    return np.asarray(-0.5 * np.log(np.maximum(1 - reliability, TINY)))


def _reliabilities(entries: Entries) -> tuple[float, dict[str, Floats]]:
    """Of the whole, and without each rater, artwork, condition and cell."""
    answers = _Answers(entries)
    whole = answers.of(entries.groups)
    found = entries.left(whole, answers.without)
    found["raters"] = answers.without_raters().sum(-1)
    return float(_ratio(whole.sum(1))), {name: _ratio(parts) for name, parts in found.items()}


def _ratio(parts: Floats) -> Floats:
    """True over seen; nan where nothing is seen."""
    true, seen = parts
    return np.asarray(true / np.where(seen > 0, seen, np.nan))


class _Answers:
    """Sums of products of answers by different raters, by group; [2, ...]: true and seen."""

    def __init__(self, entries: Entries) -> None:
        self.y, self.k, self.groups = entries.sums, entries.counts, entries.groups
        self.by_rater = self.groups.sums(self.y), self.groups.sums(self.k)
        # products of a rater with himself
        self.own = (self.y**2).sum(0), (self.k**2).sum(0)
        self.columns = _columns(self.y.sum(0), self.k.sum(0), *self.own)

    def of(self, split: Split) -> Floats:
        """[2, G]: of each group."""
        totals = [x.sum(0) for x in self.by_rater]
        own = [(x**2).sum(0) for x in self.by_rater]
        return _squares(split.sums(self.columns), totals, own)

    def without(self, split: Split) -> Floats:
        """[2, M]: of each group without the entries of one unit."""
        kept = self.groups.sums(self.columns)[:, split.group] - split.sums(self.columns)
        rest = [
            whole[:, split.group] - split.sums(x)
            for whole, x in zip(self.by_rater, (self.y, self.k), strict=True)
        ]
        return _squares(kept, [x.sum(0) for x in rest], [(x**2).sum(0) for x in rest])

    def without_raters(self) -> Floats:
        """[2, R, G]"""
        y, k = self.y.sum(0) - self.y, self.k.sum(0) - self.k
        columns = _columns(y, k, self.own[0] - self.y**2, self.own[1] - self.k**2)
        totals = [x.sum(0) - x for x in self.by_rater]
        own = [(x**2).sum(0) - x**2 for x in self.by_rater]
        return _squares(self.groups.sums(columns), totals, own)


def _columns(y: Floats, k: Floats, own: Floats, own_count: Floats) -> Floats:
    """[9, ..., E]: what is summed over the entries of a group."""
    pairs, there = k**2 - own_count, k > 0.5
    both = pairs > 0.5
    mean = np.where(there, y / np.where(there, k, 1.0), 0.0)
    same = np.where(both, (y**2 - own) / np.where(both, pairs, 1.0), 0.0)
    return np.stack([there, mean, mean**2, both, same, y**2, own, k**2, own_count])


def _squares(sums: Floats, totals: Sequence[Floats], by_rater: Sequence[Floats]) -> Floats:
    """[2, ...]: (n - 1) times the true and the seen variance; 0 where a group has none."""
    n, mean, square, pairs, same, y, own, k, own_count = sums
    # all products, less those of one entry and those of one rater, which share what is both
    apart = totals[0] ** 2 - y - by_rater[0] + own
    count = totals[1] ** 2 - k - by_rater[1] + own_count
    usable = (n > 1.5) & (pairs > 0.5) & (count > 0.5)
    with np.errstate(invalid="ignore", divide="ignore"):
        true = (n - 1) * (same / pairs - apart / count)
        seen = square - mean**2 / n
    return np.stack([np.where(usable, true, 0.0), np.where(usable, seen, 0.0)])
