"""Intraclass correlations: how much of the variance of scores is that of the items.

Six forms (McGraw and Wong 1996, doi:10.1037/1082-989X.1.1.30, tables 4, 7 and 8; in brackets the
names of Shrout and Fleiss), for one answer and for the mean of k:

    ICC(1),   ICC(k)     other raters for every item   (1,1), (1,k)
    ICC(A,1), ICC(A,k)   absolute agreement, crossed   (2,1), (2,k)
    ICC(C,1), ICC(C,k)   consistency, crossed          (3,1), (3,k)

A complete table: mean squares and F limits. A table with holes, or with strata: restricted maximum
likelihood, limits by the delta method on the logit.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit
from scipy.stats import f as fisher
from scipy.stats import t as student

from evaluation.statistics.answers import Answers, Floats, Labels, label_column
from evaluation.statistics.estimate import ESTIMATE_LEVEL, BadData, Estimate, check_level
from evaluation.statistics.mixed import gaussian
from evaluation.statistics.mixed.crossed import Terms

NOTHING = 1e-7  # noise over signal that is rounding (the search for λ ends at 1e4)
FORMS = ("ICC(1)", "ICC(A,1)", "ICC(C,1)", "ICC(k)", "ICC(A,k)", "ICC(C,k)")


@dataclass(frozen=True)
class Icc:
    """The six forms, and what they are made of."""

    forms: Mapping[str, Estimate]
    """by McGraw and Wong's names: ICC(1), ICC(A,1), ICC(C,1), ICC(k), ICC(A,k), ICC(C,k)"""
    k: float
    """answers that a mean stands for: the raters of a complete table, else the harmonic mean of
    the answers an item has"""
    items: int
    raters: int
    variances: Mapping[str, float]
    """`item`, `rater`, `residual` of the crossed model"""
    method: str

    def __getitem__(self, form: str) -> Estimate:
        return self.forms[form]

    def of_means(self, k: float, form: str = "A") -> float:
        """Reliability of the mean of any k answers: φ = σ²_i / (σ²_i + (σ²_r + σ²_e) / k).

        `form` C leaves the raters' variance out (all items by the same raters).
        """
        noise = self.variances["residual"] + (self.variances["rater"] if form == "A" else 0.0)
        return self.variances["item"] / (self.variances["item"] + noise / k)


def icc(
    values: Labels,
    raters: Labels,
    items: Labels,
    *,
    strata: Labels | None = None,
    level: float = ESTIMATE_LEVEL,
) -> Icc:
    """All six intraclass correlations of a long table; missing answers are allowed.

    values, raters, items  columns of equal length: numbers, and any labels
    strata  one label an answer (its condition): what strata differ by does not count as agreement.
            One ICC over all conditions is inflated by what anybody sees; give it within them too.

    Undefined where the answers do not vary. Raises BadData for a rater who answered an item twice,
    one rater, or one item.

    >>> found = icc([1, 2, 3, 3, 5, 5, 2, 2, 4], list("abcabcabc"), [1, 1, 1, 2, 2, 2, 3, 3, 3])
    >>> f"{found['ICC(A,1)']:.2f}"
    '0.52 [−0.00, 0.98]'
    """
    check_level(level)
    answers = Answers.of(values, raters, items)
    _check(answers)
    strata = None if strata is None else label_column(strata, "stratum")
    reason = "every answer is the same" if np.ptp(answers.values) == 0 else ""
    if strata is not None and len(np.unique(strata)) >= answers.items:
        reason = "no stratum has two items that could differ"
    if reason:
        same = Estimate.undefined(level=level, n=answers.n, reason=reason)
        nothing = {"item": 0.0, "rater": 0.0, "residual": 0.0}
        return Icc(dict.fromkeys(FORMS, same), 1.0, answers.items, answers.raters, nothing, "none")
    if strata is None and answers.n == answers.raters * answers.items:
        return _complete(answers, level)
    return _incomplete(answers, strata, level)


@dataclass(frozen=True)
class _Squares:
    """Mean squares of a complete table of n items by k raters."""

    n: int
    k: int
    items: float
    raters: float
    error: float
    within: float

    @classmethod
    def of(cls, table: Floats) -> "_Squares":
        k, n = table.shape
        grand = table.mean()
        items = k * ((table.mean(0) - grand) ** 2).sum() / (n - 1)
        raters = n * ((table.mean(1) - grand) ** 2).sum() / (k - 1)
        left = table - table.mean(0) - table.mean(1)[:, None] + grand
        error = (left**2).sum() / ((n - 1) * (k - 1))
        within = ((table - table.mean(0)) ** 2).sum() / (n * (k - 1))
        return cls(n, k, float(items), float(raters), float(error), float(within))


def _complete(answers: Answers, level: float) -> Icc:
    squares = _Squares.of(answers.sums)
    n, k = squares.n, squares.k
    if squares.items <= 1e-15 * squares.within:
        return _no_items(answers, squares, level)
    forms = {
        "ICC(1)": _one_way(squares, level, mean=False),
        "ICC(A,1)": _absolute(squares, level, mean=False),
        "ICC(C,1)": _consistent(squares, level, mean=False),
        "ICC(k)": _one_way(squares, level, mean=True),
        "ICC(A,k)": _absolute(squares, level, mean=True),
        "ICC(C,k)": _consistent(squares, level, mean=True),
    }
    method = f"mean squares, {k} raters by {n} items, F limits (McGraw and Wong 1996)"
    variances = {
        "item": max((squares.items - squares.error) / k, 0.0),
        "rater": max((squares.raters - squares.error) / n, 0.0),
        "residual": squares.error,
    }
    named = {name: _estimate(limits, level, answers.n, method) for name, limits in forms.items()}
    return Icc(named, float(k), n, k, variances, method)


def _no_items(answers: Answers, squares: _Squares, level: float) -> Icc:
    """Formulas would divide by 0 here, and go to minus infinity for means of raters."""
    reason = "at the boundary: the means of items do not differ at all"
    same = Estimate.without_interval(0.0, level=level, n=answers.n, reason=reason)
    between = max((squares.raters - squares.error) / squares.n, 0.0)
    variances = {"item": 0.0, "rater": between, "residual": squares.error}
    forms = dict.fromkeys(FORMS, same)
    return Icc(forms, float(squares.k), squares.n, squares.k, variances, same.method)


Limits = tuple[float, float, float]
"""value, low, high"""


def _one_way(squares: _Squares, level: float, *, mean: bool) -> Limits:
    n, k = squares.n, squares.k
    return _by_ratio(squares.items, squares.within, (n - 1, n * (k - 1)), k, level, mean=mean)


def _consistent(squares: _Squares, level: float, *, mean: bool) -> Limits:
    n, k = squares.n, squares.k
    return _by_ratio(squares.items, squares.error, (n - 1, (n - 1) * (k - 1)), k, level, mean=mean)


def _by_ratio(
    signal: float, noise: float, freedom: tuple[int, int], k: int, level: float, *, mean: bool
) -> Limits:
    """(F - 1)/(F + k - 1), or 1 - 1/F for means, of F and of its limits."""
    if noise <= 1e-15 * signal:
        return 1.0, float("nan"), float("nan")
    ratio, tail = signal / noise, (1 + level) / 2
    low = ratio / float(fisher.ppf(tail, *freedom))
    high = ratio * float(fisher.ppf(tail, freedom[1], freedom[0]))
    if mean:
        return 1 - 1 / ratio, 1 - 1 / low, 1 - 1 / high
    return (ratio - 1) / (ratio + k - 1), (low - 1) / (low + k - 1), (high - 1) / (high + k - 1)


def _absolute(squares: _Squares, level: float, *, mean: bool) -> Limits:
    n, k, r, c, e = squares.n, squares.k, squares.items, squares.raters, squares.error
    if c <= 1e-15 * r and e <= 1e-15 * r:
        return 1.0, float("nan"), float("nan")
    spread = (c - e) / n if mean else (k - 1) * e + k * (c - e) / n
    value = (r - e) / (r + spread)
    over = 1 if mean else k
    a = over * value / (n * (1 - value))
    b = 1 + over * value * (n - 1) / (n * (1 - value))
    freedom = (a * c + b * e) ** 2 / ((a * c) ** 2 / (k - 1) + (b * e) ** 2 / ((n - 1) * (k - 1)))
    tail = (1 + level) / 2
    below = float(fisher.ppf(tail, n - 1, freedom))
    above = float(fisher.ppf(tail, freedom, n - 1))
    noise = c - e if mean else k * c + (k * n - k - n) * e
    low = n * (r - below * e) / (below * noise + n * r)
    high = n * (above * r - e) / (noise + n * above * r)
    return value, low, high


def _estimate(limits: Limits, level: float, n: int, method: str) -> Estimate:
    value, low, high = limits
    if not np.isfinite(low):
        reason = "all raters agree on every item"
        return Estimate.without_interval(value, level=level, n=n, reason=reason)
    return Estimate(value, low, high, float("nan"), level, n, method)


def _incomplete(answers: Answers, strata: Labels | None, level: float) -> Icc:
    means = answers.sums.sum(0) / answers.counts.sum(0)
    if np.array_equal(means[answers.item], answers.values):
        same = _estimate((1.0, float("nan"), float("nan")), level, answers.n, "")
        every = {"item": float(means.var(ddof=1)), "rater": 0.0, "residual": 0.0}
        return Icc(
            dict.fromkeys(FORMS, same), 1.0, answers.items, answers.raters, every, same.method
        )
    fixed = _indicators(answers, strata)
    k = float(answers.items / (1 / answers.counts.sum(0)).sum())
    crossed = gaussian.fit(
        answers.values, fixed, Terms([answers.item, answers.rater], [answers.items, answers.raters])
    )
    nested = gaussian.fit(answers.values, fixed, Terms([answers.item], [answers.items]))
    raters, items = answers.raters, answers.items
    both, alone = min(raters, items) - 1, items - 1
    asked: dict[str, tuple[gaussian.Gaussian, Floats, int]] = {
        "ICC(1)": (nested, np.array([0.0, 1.0]), alone),
        "ICC(A,1)": (crossed, np.array([0.0, 1.0, 1.0]), both),
        "ICC(C,1)": (crossed, np.array([0.0, 0.0, 1.0]), alone),
    }
    forms = {name: _share(*given, 1.0, answers.n, level) for name, given in asked.items()}
    for name, given in asked.items():
        of_mean = name.replace("(1)", "(k)").replace(",1)", ",k)")
        forms[of_mean] = _share(*given, k, answers.n, level)
    variance = crossed.deviations**2
    method = f"REML, {raters} raters and {items} items, {answers.n} answers"
    if strata is not None:
        method += f", within {fixed.shape[1]} strata"
    named = dict(zip(("item", "rater", "residual"), variance.tolist(), strict=True))
    return Icc(forms, k, items, raters, named, method)


def _share(
    fit: gaussian.Gaussian, noise: Floats, freedom: int, k: float, n: int, level: float
) -> Estimate:
    """σ²_item / (σ²_item + noise / k), `noise` marking the variances that count as such."""
    if not fit.converged:
        reason = f"REML did not converge (largest slope {fit.gradient_norm:.2g})"
        return Estimate.undefined(level=level, n=n, reason=reason)
    variances = fit.deviations**2
    signal, rest = float(variances[0]), float(noise @ variances) / k
    value = signal / (signal + rest)
    if signal == 0:
        reason = "at the boundary 0: items differ no more than answers to one item"
        return Estimate.without_interval(0.0, level=level, n=n, reason=reason)
    if rest <= NOTHING * signal:
        reason = "raters agree on every item, but for leniency"
        return Estimate.without_interval(1.0, level=level, n=n, reason=reason)
    slope = -noise / k * signal / (signal + rest) ** 2
    slope[0] = rest / (signal + rest) ** 2
    spread = float(slope @ fit.variance_covariance @ slope)
    if not spread > 0:
        reason = "the likelihood is flat, so that the variances are hardly told apart"
        return Estimate.without_interval(value, level=level, n=n, reason=reason)
    se = float(np.sqrt(spread))
    half = float(student.ppf((1 + level) / 2, freedom)) * se / (value * (1 - value))
    low, high = expit(logit(value) + np.array([-half, half]))
    method = f"REML, logit scale, t({freedom})"
    return Estimate(value, float(low), float(high), se, level, n, method)


def _indicators(answers: Answers, strata: Labels | None) -> Floats:
    if strata is None:
        return np.ones((answers.n, 1))
    labels = label_column(strata, "stratum")
    if len(labels) != answers.n:
        raise BadData(f"There are {answers.n} answers and {len(labels)} strata; give one each.")
    codes = np.unique(labels, return_inverse=True)[1].ravel()
    return np.equal.outer(codes, np.arange(codes.max() + 1)).astype(np.float64)


def _check(answers: Answers) -> None:
    if answers.counts.max() > 1:
        raise BadData("A rater answered the same item twice; leave repeated trials out.")
    if min(answers.raters, answers.items) < 2:
        raise BadData(
            f"An intraclass correlation needs two raters and two items; given: {answers.raters} "
            f"and {answers.items}."
        )
    if answers.n == answers.items or answers.n == answers.raters:
        raise BadData("No item has two answers (or no rater gave two), so nothing can be compared.")
