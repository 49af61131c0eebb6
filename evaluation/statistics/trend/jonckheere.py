"""The Jonckheere-Terpstra test: do answers rise from level to level? (Jonckheere 1954).

J counts the pairs of answers from two levels of which the one at the higher level is larger, ties
a half. J over all such pairs is the effect: the chance that of two answers the one at the higher
level is larger, 0.5 without a trend. Variance with ties: Hollander, Wolfe and Chicken 2014, 6.19.
"""

from math import nan, sqrt

import numpy as np
from scipy.special import expit, logit
from scipy.stats import t as student

from evaluation.statistics.answers import Answers, Codes, Floats, Labels, number_column
from evaluation.statistics.estimate import ALL_ALIKE, ESTIMATE_LEVEL, Estimate, check_level
from evaluation.statistics.influence import clustered_error
from evaluation.statistics.trend.result import (
    Alternative,
    Trend,
    check_alternative,
    exact_p,
    levels_in_order,
    normal_p,
)

EXACT_ANSWERS = 100


def jonckheere(
    values: Labels,
    levels: Labels,
    *,
    clusters: Labels | None = None,
    alternative: Alternative = "two-sided",
    level: float = ESTIMATE_LEVEL,
) -> Trend:
    """Trend of `values` along `levels` (numbers, of which the order counts); columns [n].

    clusters  labels [n], the scarcer of raters and artworks: p-value and interval then rest on
        whole clusters. Without them answers are taken for independent, which answers of one rater
        are not; where each artwork went through all levels, `page` is the sharper test.

    Without clusters the p-value is exact for up to 100 answers that are all different, otherwise
    normal with the variance for ties.

    >>> found = jonckheere([40, 35, 43, 38, 47, 44, 48, 46, 49], [1, 1, 1, 2, 2, 2, 3, 3, 3])
    >>> found.statistic, round(found.p, 4)
    (24.0, 0.0214)
    """
    check_level(level)
    check_alternative(alternative)
    doses = number_column(levels, "Level")
    levels_in_order(doses)
    who = np.arange(len(doses)) if clusters is None else clusters
    answers = Answers.of(values, who, doses)
    larger = _larger(answers)
    # every pair is counted from both of its ends
    statistic = float(larger.sum()) / 2
    sizes = np.bincount(answers.item)
    pairs = (answers.n**2 - int((sizes**2).sum())) / 2
    if np.ptp(answers.values) == 0:
        none = Estimate.undefined(level=level, n=answers.n, reason="every answer is the same")
        return Trend(statistic, nan, 1.0, none, alternative, "nothing varies")
    if clusters is not None:
        return _clustered(answers, larger / pairs, sizes, statistic / pairs, alternative, level)
    z = (statistic - pairs / 2) / sqrt(_variance(answers, sizes))
    effect = _effect(answers, larger / pairs, sizes, statistic / pairs, False, level)
    if answers.n <= EXACT_ANSWERS and len(np.unique(answers.values)) == answers.n:
        p = exact_p(_null(sizes), round(statistic), alternative)
        return Trend(statistic, z, p, effect, alternative, "Jonckheere, exact, independent answers")
    p = normal_p(z, alternative)
    return Trend(statistic, z, p, effect, alternative, "Jonckheere, normal, independent answers")


def _larger(answers: Answers) -> Floats:
    """[n]: in how many pairs with other levels each answer is on the side of a rising trend."""
    values, value = np.unique(answers.values, return_inverse=True)
    table = np.zeros((answers.items, len(values)))
    np.add.at(table, (answers.item, value), 1.0)
    below = np.cumsum(table, 1) - table / 2  # of each level, how many lie below, ties a half
    sizes = table.sum(1, keepdims=True)
    lower = np.cumsum(below, 0) - below
    higher = np.cumsum((sizes - below)[::-1], 0)[::-1] - (sizes - below)
    return np.asarray((lower + higher)[answers.item, value])


def _variance(answers: Answers, sizes: Codes) -> float:
    n, t = float(answers.n), np.unique(answers.values, return_counts=True)[1].astype(np.float64)
    m = sizes.astype(np.float64)

    def five(x: Floats) -> float:
        return float((x * (x - 1) * (2 * x + 5)).sum())

    def three(x: Floats) -> float:
        return float((x * (x - 1) * (x - 2)).sum())

    def two(x: Floats) -> float:
        return float((x * (x - 1)).sum())

    variance = (n * (n - 1) * (2 * n + 5) - five(m) - five(t)) / 72
    if n > 2:
        variance += three(m) * three(t) / (36 * n * (n - 1) * (n - 2))
    return variance + two(m) * two(t) / (8 * n * (n - 1))


def _null(sizes: Codes) -> Floats:
    """Chances of J = 0, 1, 2 ... without ties: J is a sum of independent Mann-Whitney counts.

    Each has the Gaussian binomial as generating function, so the products are polynomials.
    """
    chances, before = np.ones(1), 0
    for size in sizes.tolist():
        for k in range(1, size + 1):
            # times (1 - q^(before + k)) / (1 - q^k), as polynomials with chances for coefficients
            top = np.zeros(len(chances) + before + k)
            top[: len(chances)] += chances
            top[before + k :] -= chances
            for first in range(k):
                top[first::k] = np.cumsum(top[first::k])
            chances = top[: len(chances) + before] * k / (before + k)
        before += size
    return chances


def _clustered(
    answers: Answers,
    influence: Floats,
    sizes: Codes,
    share: float,
    alternative: Alternative,
    level: float,
) -> Trend:
    effect = _effect(answers, influence, sizes, share, True, level)
    pairs = (answers.n**2 - int((sizes**2).sum())) / 2
    method = f"Jonckheere by {answers.raters} clusters, t({answers.raters - 1})"
    if not effect.has_interval or not effect.se > 0:
        return Trend(share * pairs, nan, nan, effect, alternative, f"no test: {effect.method}")
    # on the logit, as the interval is
    z = float(logit(share)) * share * (1 - share) / effect.se
    freedom = answers.raters - 1
    tails = {
        "two-sided": 2 * student.sf(abs(z), freedom),
        "increasing": student.sf(z, freedom),
        "decreasing": student.cdf(z, freedom),
    }
    return Trend(share * pairs, z, float(tails[alternative]), effect, alternative, method)


def _effect(
    answers: Answers, influence: Floats, sizes: Codes, share: float, clustered: bool, level: float
) -> Estimate:
    """The share of rising pairs; its variance from what each answer, or cluster, contributes."""
    n = answers.n
    clusters = answers.raters
    if clusters < 2:
        reason = "one cluster says nothing about others"
        return Estimate.without_interval(share, level=level, n=n, reason=reason)
    means = np.bincount(answers.item, influence) / sizes
    se = clustered_error(influence - means[answers.item], answers.rater, influence)
    kind = f"{clusters} clusters" if clustered else "answers taken for independent"
    if share in (0.0, 1.0):
        units = clusters if clustered else int(sizes.min())
        limit = (1 - level) ** (1 / units)
        low, high = (limit, 1.0) if share else (0.0, 1 - limit)
        method = f"all pairs alike: one-sided Clopper-Pearson limit at {units}"
        return Estimate(share, low, high, nan, level, n, method)
    if se == 0:
        return Estimate.without_interval(share, level=level, n=n, reason=ALL_ALIKE)
    freedom = clusters - 1
    reach = se / (share * (1 - share)) * float(student.ppf((1 + level) / 2, freedom))
    low, high = expit(logit(share) - reach), expit(logit(share) + reach)
    method = f"share of rising pairs, {kind}, logit scale, t({freedom})"
    return Estimate(share, float(low), float(high), se, level, n, method)
