"""How well a score tells two kinds of cases apart: areas under ROC curves, and their differences.

AUC = P(score of a positive > score of a negative) + ½ P(equal). With V10 of a positive (the share
of negatives below it) and V01 of a negative (the share of positives above it), both by midranks
(Sun and Xu 2014, doi:10.1109/LSP.2014.2337313),

    var = S10/m + S01/n               independent cases: DeLong et al. 1988, doi:10.2307/2531595
    var = S10/m + S01/n + 2 S11/(mn)  clusters: Obuchowski 1997, doi:10.2307/2533958

with m positives and n negatives; S are (co)variances, in the second line of sums within clusters.
"""

from dataclasses import dataclass
from math import sqrt

import numpy as np
from scipy.special import expit, logit
from scipy.stats import norm, rankdata
from scipy.stats import t as student

from evaluation.statistics.answers import Codes, Floats, Labels
from evaluation.statistics.association.columns import cluster_codes, paired, yes_no
from evaluation.statistics.estimate import (
    ALL_ALIKE,
    ESTIMATE_LEVEL,
    BadData,
    Estimate,
    check_level,
    is_rounding,
)

CANCELLED = 1e-12
"""Of the terms of a difference: what rounding may leave where they cancel."""


@dataclass(frozen=True)
class AucDifference:
    """Two areas on the same cases, and whether they differ."""

    difference: Estimate
    """first minus second"""
    p: float
    first: Estimate
    second: Estimate

    def __str__(self) -> str:
        return str(self.difference)


@dataclass(frozen=True)
class _Cases:
    """Which rows are positive, and which cluster each belongs to."""

    positive: Floats
    cluster: Codes
    clusters: int
    clustered: bool

    @property
    def sizes(self) -> tuple[int, int]:
        """How many positives, how many negatives."""
        positives = int(self.positive.sum())
        return positives, len(self.positive) - positives

    def quantile(self, level: float) -> float:
        """Normal for independent cases, t of clusters - 1 for clusters."""
        half = (1 + level) / 2
        return float(student.ppf(half, self.clusters - 1) if self.clustered else norm.ppf(half))

    @property
    def said(self) -> str:
        positives, negatives = self.sizes
        among = f"{positives} positives and {negatives} negatives"
        if self.clustered:
            return f"Obuchowski's variance, {among} in {self.clusters} clusters"
        return f"DeLong's variance, {among}, all independent"


def auc(
    scores: Labels,
    positive: Labels,
    *,
    clusters: Labels | None = None,
    level: float = ESTIMATE_LEVEL,
) -> Estimate:
    """The area under the ROC curve of `scores` [n] for `positive` [n] (True or 1), in [0, 1].

    Above ½ means that positives score higher; infinite scores are allowed. `clusters` [n] labels
    what belongs together: images of one artist, or answers of one rater. The interval is symmetric
    on the logit. At 0 and 1 no variance can be estimated: the limit is the one-sided
    Clopper-Pearson one of as many independent pairs as can be formed.

    >>> str(auc([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1]))
    '0.75 [0.07, 0.99]'
    """
    check_level(level)
    cases = _cases(scores, positive, clusters)
    if isinstance(cases, str):
        return Estimate.undefined(level=level, n=len(np.asarray(positive)), reason=cases)
    (numbers,) = paired({"scores": scores}, infinite=True)
    areas, covariance = _areas(numbers[None], cases)
    return _area(float(areas[0]), float(covariance[0, 0]), cases, level)


def delong(
    first: Labels,
    second: Labels,
    positive: Labels,
    *,
    clusters: Labels | None = None,
    level: float = ESTIMATE_LEVEL,
) -> AucDifference:
    """The area of `first` minus that of `second`, two scores of the same cases [n].

    Without `clusters` cases must be independent: one image an artist, one judgement an image.
    With them the variance is Obuchowski's, with t of clusters - 1 degrees of freedom.
    """
    check_level(level)
    cases = _cases(first, positive, clusters)
    if isinstance(cases, str):
        bare = Estimate.undefined(level=level, n=len(np.asarray(positive)), reason=cases)
        return AucDifference(bare, float("nan"), bare, bare)
    scores = np.stack(paired({"first": first, "second": second}, infinite=True))
    areas, covariance = _areas(scores, cases)
    each = [_area(float(areas[k]), float(covariance[k, k]), cases, level) for k in (0, 1)]
    value = float(areas[0] - areas[1])
    variance = float(covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1])
    apart = float(covariance[0, 0] + covariance[1, 1])
    # of what cancels, and of an area, which is at most 1
    se = sqrt(max(variance, 0.0))
    alike = is_rounding(variance, apart, CANCELLED) or is_rounding(se, 1.0, CANCELLED)
    if cases.clusters < 2 or alike:
        reason = "both scores order the cases alike, or too few cases differ"
        bare = Estimate.without_interval(value, level=level, n=len(scores[0]), reason=reason)
        return AucDifference(bare, float("nan"), *each)
    reach = cases.quantile(level) * se
    low, high = max(value - reach, -1.0), min(value + reach, 1.0)
    estimate = Estimate(value, low, high, se, level, len(scores[0]), cases.said)
    tail = student.sf(abs(value) / se, cases.clusters - 1) if cases.clustered else None
    p = float(2 * (norm.sf(abs(value) / se) if tail is None else tail))
    return AucDifference(estimate, p, *each)


def _cases(scores: Labels, positive: Labels, clusters: Labels | None) -> _Cases | str:
    """The cases, or why there is nothing to tell apart."""
    outcome = yes_no(positive)
    given = len(np.asarray(scores))
    if len(outcome) != given:
        raise BadData(f"There are {given} scores and {len(outcome)} outcomes; give one each.")
    if not len(outcome) or outcome.min() == outcome.max():
        return "there are cases of one kind only"
    codes, count = cluster_codes(clusters, len(outcome))
    return _Cases(outcome, codes, count, clusters is not None)


def _areas(scores: Floats, cases: _Cases) -> tuple[Floats, Floats]:
    """[K] areas and [K, K] covariances of `scores` [K, n]."""
    yes = cases.positive.astype(bool)
    m, n = cases.sizes
    ranks = np.stack([rankdata(row) for row in scores])
    above = (ranks[:, yes] - [rankdata(row[yes]) for row in scores]) / n
    below = 1 - (ranks[:, ~yes] - [rankdata(row[~yes]) for row in scores]) / m
    areas = above.mean(1)
    excess = np.zeros_like(ranks)
    excess[:, yes], excess[:, ~yes] = above - areas[:, None], below - areas[:, None]
    with_yes = _summed(np.where(yes, excess, 0.0), cases)
    with_no = _summed(np.where(yes, 0.0, excess), cases)
    holding = [len(np.unique(cases.cluster[side])) for side in (yes, ~yes)]
    covariance = (
        _corrected(with_yes @ with_yes.T, holding[0]) / m**2
        + _corrected(with_no @ with_no.T, holding[1]) / n**2
    )
    if cases.clustered:
        shared = with_yes @ with_no.T
        covariance = covariance + _corrected(shared + shared.T, cases.clusters) / (m * n)
    return areas, covariance


def _summed(excess: Floats, cases: _Cases) -> Floats:
    """[K, clusters]: sums within clusters."""
    return np.stack([np.bincount(cases.cluster, row, minlength=cases.clusters) for row in excess])


def _corrected(products: Floats, clusters: int) -> Floats:
    return products * (clusters / (clusters - 1) if clusters > 1 else np.nan)


def _area(value: float, variance: float, cases: _Cases, level: float) -> Estimate:
    total = sum(cases.sizes)
    if value in {0.0, 1.0}:
        return _separated(value, cases, level)
    if not np.isfinite(variance) or variance <= 0:
        reason = "too few cases or clusters of one kind"
        return Estimate.without_interval(value, level=level, n=total, reason=reason)
    se = sqrt(variance)
    if is_rounding(se, 1.0, CANCELLED):  # of an area: at most 1
        return Estimate.without_interval(value, level=level, n=total, reason=ALL_ALIKE)
    reach = cases.quantile(level) * se / (value * (1 - value))
    low, high = expit(logit(value) + np.array([-reach, reach]))
    said = f"{cases.said}, logit scale"
    return Estimate(value, float(low), float(high), se, level, total, said)


def _separated(value: float, cases: _Cases, level: float) -> Estimate:
    """With k independent pairs all in order, P(AUC) of that is at most AUC^k."""
    yes = cases.positive.astype(bool)
    holding = [len(np.unique(cases.cluster[side])) for side in (yes, ~yes)]
    pairs = min(*holding, cases.clusters // 2)
    total = sum(cases.sizes)
    if pairs < 1:
        reason = "one cluster says nothing about others"
        return Estimate.without_interval(value, level=level, n=total, reason=reason)
    limit = (1 - level) ** (1 / pairs)
    low, high = (limit, 1.0) if value == 1.0 else (0.0, 1 - limit)
    said = f"perfectly separated: one-sided Clopper-Pearson limit at {pairs} independent pairs"
    return Estimate(value, low, high, float("nan"), level, total, said)
