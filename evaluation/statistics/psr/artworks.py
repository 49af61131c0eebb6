"""PSR by artworks: the share of artworks whose median answer counts as success.

A median lies at or below a point where more than half of the answers do, so an artwork's indicator
is the sign of S_i = Σ_r (1[y_ri ≤ point] - 1/2). Were other raters drawn, the S_i would be about
jointly normal with covariances from the raters' own answers, and the indicators' covariances are

    Cov(1[S_i > 0], 1[S_j > 0]) = ∫_0^ρ φ_2(a_i, a_j; r) dr,   a_i = E S_i / sd S_i

(Drezner and Wesolowsky 1990, doi:10.1080/00949659008811236). Over pairs of artworks they sum to
what raters in common add to the variance p(1 - p)/(I - 1) of artworks. A jackknife would not do,
because medians jump.
"""

import numpy as np
from scipy.special import expit, logit
from scipy.stats import t as student

from evaluation.statistics.answers import Answers, Codes, Floats, summed
from evaluation.statistics.estimate import Estimate
from evaluation.statistics.medians import Medians

NODES = 12  # of the Gauss-Legendre rule over ρ
HIGHEST = 0.995  # of |ρ|: the integrand has a pole at 1


def share_of_artworks(
    answers: Answers, clusters: Codes, inside: tuple[float, float], level: float
) -> Estimate:
    """The share of items whose median lies in `inside`, with its closed-form interval.

    clusters  [I]: code of what each item is drawn with, itself as a rule

    All alike: the one-sided Clopper-Pearson limit at the number of clusters.
    """
    raters, count, groups = answers.raters, answers.items, len(np.unique(clusters))
    hit = Medians.of(answers).inside(np.ones((1, raters)), inside)[0][0]
    value = float(hit.mean())
    if min(raters, groups) < 2:
        reason = (
            "one rater says nothing about other raters"
            if raters < 2
            else "one artwork says nothing about other artworks"
        )
        return Estimate.without_interval(value, level=level, n=count, reason=reason)
    if value in (0.0, 1.0):
        share = (1 - level) ** (1 / groups)
        method = f"all {count} artworks alike: one-sided Clopper-Pearson limit at their number"
        low, high = share * value, share * value + 1 - share
        return Estimate(value, low, high, float("nan"), level, count, method)
    apart = summed(clusters, hit - value) / count
    variance = groups / (groups - 1) * float(apart @ apart) + _of_raters(answers, clusters, inside)
    se, freedom = float(np.sqrt(variance)), min(raters, groups) - 1
    half = float(student.ppf((1 + level) / 2, freedom)) * se / (value * (1 - value))
    low, high = expit(logit(value) + np.array([-half, half]))
    method = f"medians of {count} artworks by {raters} raters, two-way, logit scale, t({freedom})"
    return Estimate(value, float(low), float(high), se, level, count, method)


def _of_raters(answers: Answers, clusters: Codes, inside: tuple[float, float]) -> float:
    """What raters in common add to the variance of the share; never below 0."""
    parts = [_sides(answers, (answers.values <= inside[1]).astype(np.float64))]
    if (answers.values < inside[0]).any():  # inside is at or below the end, less below the start
        parts.append(_sides(answers, (answers.values < inside[0]).astype(np.float64)))
    sides = np.concatenate(parts, axis=1)
    sign = np.repeat([1.0, -1.0][: len(parts)], answers.items)
    raters = answers.raters
    centred = sides - sides.mean(0)
    covariance = centred.T @ centred * raters / (raters - 1)
    spread = np.sqrt(np.diag(covariance))
    known = spread > 0
    covariance, sign = covariance[np.ix_(known, known)], sign[known]
    middle = _without_noise(sides.sum(0)[known] / spread[known])
    correlation = np.clip(covariance / np.outer(spread[known], spread[known]), -HIGHEST, HIGHEST)
    joint = _indicator_covariances(middle, correlation)
    group = np.tile(clusters, len(parts))[known]
    joint[group[:, None] == group] = 0.0  # a cluster's own noise is in its own share
    return max(float(sign @ joint @ sign) / answers.items**2, 0.0)


def _sides(answers: Answers, at_or_below: Floats) -> Floats:
    """[R, I]: +1/2 for an answer at or below a point, -1/2 above it, 0 for none."""
    below = np.zeros_like(answers.counts)
    np.add.at(below, (answers.rater, answers.item), at_or_below)
    return below - answers.counts / 2


def _without_noise(middle: Floats) -> Floats:
    """The a_i drawn together: their own noise, of variance 1, spreads them."""
    if len(middle) < 2:
        return middle
    total = float(middle.var(ddof=1))
    shrunk = np.sqrt(max(total - 1, 0.0) / total) if total > 0 else 1.0
    return np.asarray(middle.mean() + shrunk * (middle - middle.mean()))


def _indicator_covariances(middle: Floats, correlation: Floats) -> Floats:
    """Cov(1[Z_i > 0], 1[Z_j > 0]) of unit normals with means `middle`."""
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    squares = np.add.outer(middle**2, middle**2)
    products = np.outer(middle, middle)
    found = np.zeros_like(correlation)
    for node, weight in zip((nodes + 1) / 2, weights / 2, strict=True):
        r = node * correlation
        rest = 1 - r**2
        density = np.exp(-(squares - 2 * r * products) / (2 * rest)) / (2 * np.pi * np.sqrt(rest))
        found += weight * correlation * density
    return found
