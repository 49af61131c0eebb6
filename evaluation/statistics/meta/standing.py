"""Whether a metric can stand in for raters at a level: the share of the ceiling that it reaches.

A metric is put on the raters' scale first, by rank, so that its unit and its shape do not matter,
only its order; what is correlated with it are the answers as they are, whose noise is known
(`ceiling.py`). There are two ways to do so: the picture that is k-th by the metric is given the
k-th of the raters' mean answers, which alone lets a perfect metric reach the ceiling; or ranks are
stretched evenly. Where most answers are alike (most cloaks fail: PSR is 0 for most pictures) the
first lets one or two pictures decide about a metric that is not perfect. So each metric is taken
the way that is better for it over all pictures. At a level, both are taken around the means of its
groups, and all groups make one correlation

    r = Σ_g cov_g / √(Σ_g var_g(raters) Σ_g var_g(metric)),   share = r / ceiling

The interval of the share is MOVER-R's (Donner and Zou 2012, doi:10.1177/0962280210377200) of the
two intervals, with how r and ceiling move together by the same jackknife (at most `TIED`).
"""

from dataclasses import dataclass, replace
from math import inf, isfinite, sqrt

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import rankdata
from scipy.stats import t as student

from evaluation.statistics.answers import Floats, floats
from evaluation.statistics.association import correlation
from evaluation.statistics.estimate import ESTIMATE_LEVEL, BadData, Estimate, check_level
from evaluation.statistics.meta.ceiling import Ceiling, ceiling
from evaluation.statistics.meta.judged import Entries, Judged, Over, Split, related, two_way

EDGE = 1 - 1e-9
TIED = 0.8
"""The closest that r and ceiling are taken to move together: the jackknife is rough."""


@dataclass(frozen=True)
class Standing:
    """A metric at a level."""

    agreement: Estimate
    """correlation of the metric, on the raters' scale, with their mean answers"""
    ceiling: Estimate
    """what a perfect metric would reach"""
    share: Estimate
    """agreement / ceiling; may exceed 1 by chance"""

    def __str__(self) -> str:
        return f"{self.agreement} of {self.ceiling}: {self.share:.0%}"


def standing(
    judged: Judged,
    metric: ArrayLike,
    over: Over,
    *,
    most: Ceiling | None = None,
    level: float = ESTIMATE_LEVEL,
) -> Standing:
    """How much of the ceiling `metric` reaches at a level; more of it means higher answers.

    metric  [S, I], as the answers that `judged` was made of, or [N]; inf is allowed
    most    the ceiling at this level, where it is known already
    """
    check_level(level)
    best = ceiling(judged, over, level=level) if most is None else most
    found, left = _agreement(judged, on_raters_scale(judged, metric), over, level)
    tied = min(related(left, best.left), TIED) if left else 0.0
    return Standing(found, best.estimate, _share(found, best.estimate, tied))


def on_raters_scale(judged: Judged, metric: ArrayLike) -> Floats:
    """[N]: the metric by rank, as it is closest to the raters' mean answers; equal values stay so.

    Either the raters' means in the order of the metric, or ranks with the raters' mean and spread.
    """
    given = floats(metric, "Metric: picture")
    cells = given[judged.place] if given.ndim == 2 else given
    if cells.shape != judged.artwork.shape or np.isnan(cells).any():
        raise BadData("A metric has one value, and no missing one, for each judged picture.")
    people = judged.means
    shaped, even = _in_their_shape(cells, people), rankdata(cells)
    if not (np.ptp(shaped) > 0 and np.ptp(people) > 0):
        return shaped
    if np.corrcoef(shaped, people)[0, 1] >= np.corrcoef(even, people)[0, 1]:
        return shaped
    return np.asarray(people.mean() + people.std() * (even - even.mean()) / even.std())


def _in_their_shape(cells: Floats, people: Floats) -> Floats:
    """The raters' means in the order of the metric; equal values share their mean."""
    means = np.append(0.0, np.cumsum(np.sort(people)))
    _, place, many = np.unique(cells, return_inverse=True, return_counts=True)
    last = np.cumsum(many)
    return np.asarray(((means[last] - means[last - many]) / many)[place.ravel()])


def _agreement(
    judged: Judged, metric: Floats, over: Over, level: float
) -> tuple[Estimate, dict[str, Floats]]:
    """The correlation, and its Fisher z without each part; nothing where it has no interval."""
    entries, numbers = judged.entries(over), judged.of_entries(metric, over)
    reason = _no_agreement(entries, numbers)
    if reason:
        return Estimate.undefined(level=level, n=judged.n, reason=reason), {}
    if over == "condition":  # conditions are the sample: raters are in how they scatter
        return _of_few(correlation(numbers, entries.means, level=level).estimate, judged.n), {}
    whole, parts = _correlations(entries, numbers)
    left = {name: np.arctanh(np.clip(r, -EDGE, EDGE)) for name, r in parts.items()}
    few, variance = judged.scarcest(over), two_way(left)
    if few < 3 or not variance > 1e-20:
        why = f"so few raters, conditions or artworks ({few}) say too little about others"
        why = why if few < 3 else "it does not move with what is left out"
        return Estimate.without_interval(whole, level=level, n=judged.n, reason=why), {}
    se = sqrt(variance)
    middle = float(np.arctanh(np.clip(whole, -EDGE, EDGE)))
    reach = float(student.ppf((1 + level) / 2, few - 1)) * se
    low, high = np.tanh([middle - reach, middle + reach])
    said = f"jackknife over {judged.said(over)}, Fisher z, t({few - 1})"
    bare = se * (1 - whole**2)
    return Estimate(whole, float(low), float(high), bare, level, judged.n, said), left


def _of_few(found: Estimate, answers: int) -> Estimate:
    """Fisher's interval with t instead of the normal quantile.

    Conditions are few, and their means seldom normal: his own is too short for them
    (benchmarks/verdicts.py).
    """
    if not found.has_interval or abs(found.value) >= EDGE:
        return replace(found, n=answers)
    freedom = found.n - 3
    reach = float(student.ppf((1 + found.level) / 2, freedom)) / sqrt(freedom)
    low, high = np.tanh(np.arctanh(found.value) + np.array([-reach, reach]))
    said = f"Fisher's z over {found.n} conditions, t({freedom})"
    ends = float(low), float(high)
    return Estimate(found.value, *ends, found.se, found.level, answers, said)


def _no_agreement(entries: Entries, metric: Floats) -> str:
    sizes = np.bincount(entries.group)
    if sizes.max() < 2:
        return "no group has two pictures to order"
    cov, people, numbers = _moments(entries, metric).sum(1)
    if not people > 1e-12 * max(float((entries.means**2).sum()), 1.0):
        return "raters' means do not differ within any group"
    if not numbers > 1e-12 * max(float((metric**2).sum()), 1.0):
        return "a metric that is the same everywhere tells nothing apart"
    return "" if isfinite(cov) else "a metric has no finite values"


def _correlations(entries: Entries, metric: Floats) -> tuple[float, dict[str, Floats]]:
    """Of the whole, and without each rater, artwork, condition and cell."""
    columns = _columns(entries.sums.sum(0), entries.counts.sum(0), metric)
    whole = _pooled(entries.groups.sums(columns))

    def rest(split: Split) -> Floats:
        return _pooled(entries.groups.sums(columns)[:, split.group] - split.sums(columns))

    left = entries.left(whole, rest)
    y, k = (x.sum(0) - x for x in (entries.sums, entries.counts))
    left["raters"] = _pooled(entries.groups.sums(_columns(y, k, metric))).sum(-1)
    return float(_ratio(whole.sum(1))), {name: _ratio(parts) for name, parts in left.items()}


def _moments(entries: Entries, metric: Floats) -> Floats:
    columns = _columns(entries.sums.sum(0), entries.counts.sum(0), metric)
    return _pooled(entries.groups.sums(columns))


def _columns(y: Floats, k: Floats, metric: Floats) -> Floats:
    """[6, ..., E]: counts, sums, squares and products; nothing where nobody is left."""
    there = k > 0.5
    mean = np.where(there, y / np.where(there, k, 1.0), 0.0)
    number = there * metric
    return np.stack([there * 1.0, mean, number, mean**2, number**2, mean * number])


def _pooled(sums: Floats) -> Floats:
    """[3, ...]: covariance and variances (times n) of each group."""
    n, y, m, yy, mm, ym = sums
    size = np.maximum(n, 1.0)
    parts = np.stack([ym - y * m / size, yy - y**2 / size, mm - m**2 / size])
    return np.asarray(np.where(n > 1.5, parts, 0.0))


def _ratio(parts: Floats) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        both = parts[1] * parts[2]
        found = parts[0] / np.sqrt(np.where(both > 1e-24, both, np.nan))
    return np.asarray(np.clip(found, -1.0, 1.0))


def _share(r: Estimate, c: Estimate, tied: float) -> Estimate:
    """r / c with its interval."""
    if not (r.defined and c.defined) or c.value <= 0:
        reason = _why(r, c)
        return Estimate.undefined(level=r.level, n=r.n, reason=reason)
    value = r.value / c.value
    known = c.value == 1.0 and not c.has_interval and "leniency alone" in c.method
    ends = (1.0, 1.0) if known else (c.low, c.high)
    if not r.has_interval or not all(map(isfinite, ends)):
        reason = (r if not r.has_interval else c).method.removeprefix("no interval: ")
        return Estimate.without_interval(value, level=r.level, n=r.n, reason=reason)
    low, high = ratio_ends(r.value, (r.low, r.high), c.value, ends, tied)
    if not (isfinite(low) and isfinite(high)):
        reason = "by this score, raters are not shown to agree here, so the ceiling may be nothing"
        return Estimate.without_interval(value, level=r.level, n=r.n, reason=reason)
    se = (high - low) / (2 * float(student.ppf((1 + r.level) / 2, 1e6)))
    return Estimate(value, low, high, se, r.level, r.n, f"MOVER-R of both; {r.method}")


def _why(r: Estimate, c: Estimate) -> str:
    if not r.defined:
        return r.method.removeprefix("undefined: ")
    if not c.defined:
        return f"no ceiling is known: {c.method.removeprefix('undefined: ')}"
    return "raters agree on nothing here, so there is nothing to stand in for"


def ratio_ends(
    r: float, of_r: tuple[float, float], c: float, of_c: tuple[float, float], tied: float = 0.0
) -> tuple[float, float]:
    """Limits of r / c from those of r and of c > 0, `tied` being the correlation of the two;
    infinite where c may be 0."""
    return -_upper(-r, -of_r[0], c, of_c, -tied), _upper(r, of_r[1], c, of_c, tied)


def _upper(r: float, top: float, c: float, of_c: tuple[float, float], tied: float) -> float:
    """The largest e for which r - e c, at its upper limit, is not below 0.

    (r - e c)² = a² + e² b² - 2 tied e a b: a ratio above 0 is largest where c is lowest, one below
    0 where c is highest.
    """
    a = top - r
    b = c - of_c[0] if top >= 0 else of_c[1] - c
    room, middle = c**2 - b**2, r * c - tied * a * b
    inside = sqrt(max(middle**2 - room * (r**2 - a**2), 0.0))
    if top >= 0:
        return (middle + inside) / room if room > 1e-12 else inf
    return (r**2 - a**2) / (middle - inside)
