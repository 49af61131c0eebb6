"""Which of two metrics correlates more with the same third column: Williams, Steiger, Zou.

With r12 = r(target, first), r13 = r(target, second), r23 = r(first, second), r̄ = (r12 + r13)/2 and
K = 1 - r12² - r13² - r23² + 2 r12 r13 r23:

    t = (r12 - r13) √((n - 1)(1 + r23)) / √(2K(n - 1)/(n - 3) + r̄²(1 - r23)³),  n - 3 degrees
        (Williams 1959; Steiger 1980, doi:10.1037/0033-2909.87.2.245, eq. 7)
    z = (z12 - z13) √(n - 3) / √(2 - 2s),  s by Dunn and Clark with r̄ for both (Steiger, eq. 14)
    interval of r12 - r13 from the two Fisher intervals and the correlation of the two estimates
        (Zou 2007, doi:10.1037/1082-989X.12.4.399, eq. 8 and section "overlapping")

Ranks correlate less surely than numbers: for Spearman all standard errors are √(1 + r̄²/2) times as
large (Bonett and Wright 2000, doi:10.1007/BF02294183). Without that 8 % of true nulls were rejected
at 100 rows (benchmarks/coverage_comparisons.py).
"""

from dataclasses import dataclass
from math import atanh, sqrt, tanh

import numpy as np
from scipy.stats import norm, rankdata
from scipy.stats import t as student

from evaluation.statistics.answers import Floats, Labels
from evaluation.statistics.association.coefficients import Coefficient
from evaluation.statistics.association.columns import paired
from evaluation.statistics.estimate import ESTIMATE_LEVEL, BadData, Estimate, check_level


@dataclass(frozen=True)
class DependentComparison:
    """r(first, target) - r(second, target), and two tests that it is 0."""

    difference: Estimate
    """with Zou's interval"""
    first: float
    second: float
    between: float
    """r(first, second)"""
    williams_t: float
    williams_p: float
    steiger_z: float
    steiger_p: float

    def __str__(self) -> str:
        return str(self.difference)


def compare_dependent(
    first: Labels,
    second: Labels,
    target: Labels,
    *,
    method: Coefficient = "pearson",
    level: float = ESTIMATE_LEVEL,
) -> DependentComparison:
    """Compares two columns [n] by their correlation with `target` [n]; rows are independent.

    Orient distances first (turn LPIPS round), or a good metric loses for its sign. Of Spearman the
    same formulas are taken for ranks, with wider errors; tau has none.

    Raises BadData for columns of unequal length, or with missing or infinite values.

    >>> a, b, y = [1, 2, 3, 4, 5, 6], [2, 1, 4, 3, 6, 5], [1, 3, 2, 4, 6, 5]
    >>> str(compare_dependent(a, b, y).difference)
    '0.17 [−0.33, 1.06]'
    """
    if method == "kendall":
        raise BadData("Williams, Steiger and Zou are about pearson and spearman, not kendall.")
    columns = np.stack(paired({"first": first, "second": second, "target": target}))
    if method == "spearman":
        columns = np.stack([rankdata(column) for column in columns])
    if columns.shape[1] < 2 or any(np.ptp(column) == 0 for column in columns):
        return _nothing(columns.shape[1], level, "a column does not vary")
    r = np.asarray(np.corrcoef(columns))
    return compare_correlations(
        r[0, 2], r[1, 2], r[0, 1], columns.shape[1], ranks=method == "spearman", level=level
    )


def compare_correlations(
    first: float,
    second: float,
    between: float,
    n: int,
    *,
    ranks: bool = False,
    level: float = ESTIMATE_LEVEL,
) -> DependentComparison:
    """The same from published numbers: r(first, target), r(second, target), r(first, second), of
    numbers, or (`ranks`) Spearman's.

    >>> found = compare_correlations(0.3, 0.4, 0.5, 100)
    >>> round(found.williams_t, 4), round(found.steiger_z, 4)
    (-1.0767, -1.0718)
    """
    check_level(level)
    r12, r13, r23 = (float(np.clip(r, -1.0, 1.0)) for r in (first, second, between))
    determinant = 1 - r12**2 - r13**2 - r23**2 + 2 * r12 * r13 * r23
    if determinant < -1e-9:
        raise BadData(f"No three columns correlate by {r12}, {r13} and {r23}.")
    if n < 5:
        return _nothing(n, level, f"{n} rows are too few")
    if max(abs(r12), abs(r13), abs(r23)) > 1 - 1e-12:
        return _nothing(n, level, "two of the three columns are the same up to scale")
    wider = sqrt(1 + ((r12 + r13) / 2) ** 2 / 2) if ranks else 1.0
    t = _williams(r12, r13, r23, n, max(determinant, 0.0)) / wider
    z = _steiger(r12, r13, r23, n) / wider
    said = f"Zou's interval{' of ranks' if ranks else ''}, {n} independent rows"
    error = (r12 - r13) / z if z else wider * _error_of_equal(r12, r23, n)
    low, high = _zou(r12, r13, r23, n, wider * float(norm.ppf((1 + level) / 2)))
    difference = Estimate(r12 - r13, low, high, abs(error), level, n, said)
    p_values = float(2 * student.sf(abs(t), n - 3)), float(2 * norm.sf(abs(z)))
    return DependentComparison(difference, r12, r13, r23, t, p_values[0], z, p_values[1])


def _williams(r12: float, r13: float, r23: float, n: int, determinant: float) -> float:
    spread = 2 * determinant * (n - 1) / (n - 3) + ((r12 + r13) / 2) ** 2 * (1 - r23) ** 3
    return (r12 - r13) * sqrt((n - 1) * (1 + r23) / spread)


def _steiger(r12: float, r13: float, r23: float, n: int) -> float:
    mean = (r12 + r13) / 2
    return (atanh(r12) - atanh(r13)) * sqrt(n - 3) / sqrt(2 - 2 * _shared(mean, mean, r23))


def _shared(r12: float, r13: float, r23: float) -> float:
    """Correlation of the estimates of r12 and r13 (Dunn and Clark 1969)."""
    rest = 1 - r12**2 - r13**2
    above = r23 * rest - r12 * r13 / 2 * (rest - r23**2)
    return above / ((1 - r12**2) * (1 - r13**2))


def _error_of_equal(r: float, r23: float, n: int) -> float:
    return (1 - r**2) * sqrt((2 - 2 * _shared(r, r, r23)) / (n - 3))


def _zou(r12: float, r13: float, r23: float, n: int, errors: float) -> tuple[float, float]:
    ends_12, ends_13 = _fisher(r12, n, errors), _fisher(r13, n, errors)
    shared = _shared(r12, r13, r23)
    below, above = _reach(
        np.array([r12 - ends_12[0], ends_12[1] - r12]),
        np.array([ends_13[1] - r13, r13 - ends_13[0]]),
        shared,
    )
    return r12 - r13 - float(below), r12 - r13 + float(above)


def _reach(one: Floats, other: Floats, shared: float) -> Floats:
    return np.sqrt(np.maximum(one**2 + other**2 - 2 * shared * one * other, 0.0))


def _fisher(r: float, n: int, errors: float) -> tuple[float, float]:
    reach = errors / sqrt(n - 3)
    return tanh(atanh(r) - reach), tanh(atanh(r) + reach)


def _nothing(n: int, level: float, reason: str) -> DependentComparison:
    nan = float("nan")
    bare = Estimate.undefined(level=level, n=n, reason=reason)
    return DependentComparison(bare, nan, nan, nan, nan, nan, nan, nan)
