"""Whether probabilities mean what they say: of pictures given 70 %, do people accept 70 %?

With probabilities p and outcomes y:

    Brier score        mean (p - y)²;  of a constant share ȳ it is ȳ(1 - ȳ)
    in the large       mean y - mean p: 0 where probabilities are right on average
    intercept, slope   of logit P(y) = a + b logit(p): 0 and 1 where they are right; a slope below 1
                       means probabilities too far out (Cox 1958, doi:10.1093/biomet/45.3-4.562)
    calibration error  Σ n_k/n |mean y - mean p| over bins of equal counts
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import expit, logit
from scipy.stats import t as student

from evaluation.statistics.answers import Codes, Floats, Labels
from evaluation.statistics.association.columns import cluster_codes, paired, yes_no
from evaluation.statistics.estimate import (
    ALL_ALIKE,
    ESTIMATE_LEVEL,
    BadData,
    Estimate,
    check_level,
)
from evaluation.statistics.influence import clustered_error

STEPS = 50


@dataclass(frozen=True)
class Calibration:
    """How far probabilities and outcomes are apart, and in which way."""

    brier: Estimate
    in_the_large: Estimate
    intercept: Estimate
    slope: Estimate
    error: float
    """calibration error over the bins; above 0 by chance alone, the more the fewer cases"""
    bins: pd.DataFrame
    """a row a bin: n, probability (mean), observed (share), low and high of the share"""

    def __str__(self) -> str:
        return f"intercept {self.intercept}, slope {self.slope}"


def calibration(
    probability: Labels,
    outcome: Labels,
    *,
    clusters: Labels | None = None,
    bins: int = 10,
    level: float = ESTIMATE_LEVEL,
) -> Calibration:
    """Compares `probability` [n], in [0, 1], with `outcome` [n], yes (1) or no (0).

    `clusters` [n]: rows of one cluster belong together (answers of one rater); variances are then
    of sums within clusters, with t of clusters - 1 degrees of freedom. The probabilities must come
    from other data than these: a model is always well calibrated where it was fitted.

    Raises BadData for a probability outside [0, 1] or fewer than two bins.
    """
    check_level(level)
    (p,) = paired({"probability": probability})
    y = yes_no(outcome)
    if len(p) != len(y) or not len(p):
        raise BadData(f"There are {len(p)} probabilities and {len(y)} outcomes; give one each.")
    wrong = p[(p < 0) | (p > 1)]
    if len(wrong):
        raise BadData(f"A probability lies between 0 and 1; given: {wrong[0]}.")
    if bins < 2:
        raise BadData(f"A curve needs at least two bins; given: {bins}.")
    codes, count = cluster_codes(clusters, len(p))
    table = _bins(p, y, codes, bins, level)
    line = _line(p, y, codes, count, level)
    error = float((table["n"] * (table["observed"] - table["probability"]).abs()).sum() / len(p))
    brier = _mean((p - y) ** 2, codes, count, level)
    return Calibration(brier, _mean(y - p, codes, count, level), *line, error, table)


def _mean(values: Floats, codes: Codes, count: int, level: float) -> Estimate:
    value, n = float(values.mean()), len(values)
    if count < 2:
        reason = "one case or cluster says nothing about others"
        return Estimate.without_interval(value, level=level, n=n, reason=reason)
    se = clustered_error(values - value, codes, values) / n
    if se == 0:
        return Estimate.without_interval(value, level=level, n=n, reason=ALL_ALIKE)
    reach = float(student.ppf((1 + level) / 2, count - 1)) * se
    said = f"variance over {_units(count, n)}, t({count - 1})"
    return Estimate(value, value - reach, value + reach, se, level, n, said)


def _units(count: int, n: int) -> str:
    return f"{count} clusters" if count < n else f"{n} cases taken for independent"


def _line(
    p: Floats, y: Floats, codes: Codes, count: int, level: float
) -> tuple[Estimate, Estimate]:
    reason = _no_line(p, y, count)
    if reason:
        bare = Estimate.undefined(level=level, n=len(p), reason=reason)
        return bare, bare
    design = np.column_stack([np.ones(len(p)), logit(p)])
    beta, converged = logistic(design, y)
    if not converged:
        reason = "the logistic fit did not converge: outcomes are separated by the probabilities"
        bare = Estimate.undefined(level=level, n=len(p), reason=reason)
        return bare, bare
    fitted = expit(design @ beta)
    bread = np.linalg.inv(design.T @ (design * (fitted * (1 - fitted))[:, None]))
    size, influence = np.abs(design) @ np.abs(bread), (design * (y - fitted)[:, None]) @ bread
    errors = [clustered_error(influence[:, k], codes, size[:, k]) for k in range(2)]
    reach = float(student.ppf((1 + level) / 2, count - 1))
    said = (
        f"logistic regression on the logit, sandwich over {_units(count, len(p))}, t({count - 1})"
    )
    found = [
        Estimate(b, b - reach * s, b + reach * s, s, level, len(p), said)
        if s
        else Estimate.without_interval(b, level=level, n=len(p), reason=ALL_ALIKE)
        for b, s in zip(beta.tolist(), errors, strict=True)
    ]
    return found[0], found[1]


def _no_line(p: Floats, y: Floats, count: int) -> str:
    if y.min() == y.max():
        return "all outcomes are the same"
    if np.any((p <= 0) | (p >= 1)):
        return "probabilities of exactly 0 or 1 have no logit"
    if np.ptp(logit(p)) < 1e-9:
        return "all probabilities are the same"
    return "fewer than three cases or clusters" if count < 3 else ""


def logistic(design: Floats, y: Floats) -> tuple[Floats, bool]:
    """Coefficients [p] of a logistic regression of y on `design` [n, p] by Newton's method, and
    whether it converged."""
    beta = np.zeros(design.shape[1])
    for _ in range(STEPS):
        fitted = expit(design @ beta)
        weight = fitted * (1 - fitted)
        information = design.T @ (design * weight[:, None])
        if weight.max() < 1e-8 or np.linalg.cond(information) > 1e14:
            return beta, False
        step = np.linalg.solve(information, design.T @ (y - fitted))
        beta = beta + np.clip(step, -5, 5)
        if np.abs(step).max() < 1e-10:
            return beta, True
    return beta, False


def _bins(p: Floats, y: Floats, codes: Codes, bins: int, level: float) -> pd.DataFrame:
    """Equal probabilities are never split over two bins."""
    edges = np.unique(np.quantile(p, np.linspace(0, 1, bins + 1)))
    bin_of = np.clip(np.searchsorted(edges, p, side="right") - 1, 0, max(len(edges) - 2, 0))
    rows = []
    for k in np.unique(bin_of):
        mine = bin_of == k
        group = np.unique(codes[mine], return_inverse=True)[1].ravel()
        low, high = _ends(y[mine], group, int(group.max()) + 1, level)
        rows.append(
            {
                "n": int(mine.sum()),
                "probability": float(p[mine].mean()),
                "observed": float(y[mine].mean()),
                "low": low,
                "high": high,
            }
        )
    return pd.DataFrame(rows)


def _ends(y: Floats, group: Codes, count: int, level: float) -> tuple[float, float]:
    """Of a bin's share; all alike: the one-sided Clopper-Pearson limit of so many clusters."""
    if np.ptp(y) == 0:
        limit = (1 - level) ** (1 / count)
        return (limit, 1.0) if y[0] else (0.0, 1 - limit)
    share = _mean(y, group, count, level)
    return (max(share.low, 0.0), min(share.high, 1.0)) if share.has_interval else (0.0, 1.0)
