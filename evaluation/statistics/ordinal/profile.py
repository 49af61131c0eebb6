"""Likelihood intervals: where the profile log-likelihood has fallen by half a chi-square quantile.

After `rating_model` the quantile is that of F(1, G - 1), times G / (G - 1), as its Wald intervals
have t(G - 1) and the factor √(G / (G - 1)): the signed root goes as far as theirs.

They need no symmetry, and reach 0 for a standard deviation that may be 0. The signed root
±√(2 (L_max - L(x))) is nearly a straight line in x, so that a secant search needs few refits.
"""

from collections.abc import Callable
from math import exp, inf, isinf, log, sqrt

import numpy as np

from evaluation.statistics.answers import Floats
from evaluation.statistics.estimate import BadData, Estimate
from evaluation.statistics.ordinal.fit import SEPARATED, Fit
from evaluation.statistics.ordinal.fitting import Fitted, reach_of, refitted
from evaluation.statistics.ordinal.search import constrained

_CLOSE = 2e-5  # of the signed root
_TRIES = 40
_WIDE = 60.0  # standard errors beyond which there is no limit


def profile(fit: Fit, name: str) -> Estimate:
    """The likelihood interval of one coefficient, threshold or standard deviation, by its name.

    Raises BadData for a name that the fit does not have. A standard deviation whose likelihood at
    0 is within reach has the lower limit 0. Reaches as far as the fit's Wald intervals: by the
    normal after `clmm` and `clm`, by t(G - 1) and √(G / (G - 1)) after `rating_model`; `method`
    says which.

    >>> wine = pandas.read_csv("tests/data/statistics/wine.csv")
    >>> str(profile(ordinal.clmm(wine, "rating", "temp + contact", ["judge"]), "judge"))
    '1.13 [0.50, 2.27]'
    """
    found = fit.fitted
    level, n = fit.call.level, fit.n
    if not fit.converged:
        return Estimate.undefined(level=level, n=n, reason=fit.unconverged)
    held = [t.name for t, h in zip(found.problem.terms, found.problem.held, strict=True) if h]
    if name in held:
        return _from_boundary(fit, name)
    if name not in found.problem.names:
        raise BadData(
            f"The fit has no {name!r}; it has {', '.join(found.problem.names + tuple(held))}."
        )
    k = found.problem.names.index(name)
    if k in found.escaping:
        return Estimate.undefined(level=level, n=n, reason=SEPARATED)
    target = fit.reach
    profiled = _Profile(found, k)
    low, high = (profiled.limit(side * target) for side in (-1, 1))
    value, se = float(found.maximum.values[k]), sqrt(found.covariance[k, k])
    if k >= found.problem.fixed:
        floor = sqrt(max(0.0, 2 * (fit.log_likelihood - _without(found, k))))
        low = -inf if floor < target else low
        value, low, high = exp(value), exp(low), exp(high)
        se *= value
    return Estimate(value, low, high, se, level, n, _method(fit))


class _Profile:
    """The profile of parameter k; every refit starts at the last one."""

    def __init__(self, fitted: Fitted, k: int) -> None:
        self._fitted, self._k = fitted, k
        self._likelihood, self._reach = fitted.likelihood, reach_of(fitted.problem)
        self._information = fitted.maximum.information
        self._top = fitted.maximum.point.value
        self._at = fitted.maximum.values
        self._se = sqrt(fitted.covariance[k, k])

    def limit(self, target: float) -> float:
        """Where the signed root is `target`; infinite where it never gets there."""
        self._at = self._fitted.maximum.values
        middle = float(self._at[self._k])
        return _crossing(self._root, middle, middle + target * self._se, target, _WIDE * self._se)

    def _root(self, x: float) -> float:
        moved = self._at + self._along * (x - self._at[self._k])
        self._at, point = constrained(
            self._likelihood, moved, self._information, [self._k], self._reach
        )
        side = np.sign(x - self._fitted.maximum.values[self._k])
        return float(side * sqrt(max(0.0, 2 * (self._top - point.value))))

    @property
    def _along(self) -> Floats:
        """How the others follow parameter k, to first order."""
        column = self._fitted.covariance[:, self._k]
        return np.asarray(column / column[self._k])


def _crossing(
    root: Callable[[float], float], middle: float, guess: float, target: float, wide: float
) -> float:
    """x with root(x) = target, by the secant rule kept inside its bracket."""
    near, near_root, far = middle, 0.0, inf
    x = guess
    for _ in range(_TRIES):
        reached = root(x)
        if abs(reached - target) < _CLOSE:
            return x
        if not np.isfinite(reached):
            far, x = x, (near + x) / 2
        elif abs(reached) < abs(target):
            slope = (reached - near_root) / (x - near) if x != near else 0.0
            near, near_root = x, reached
            if abs(x - middle) > wide:
                return inf if target > 0 else -inf
            ahead = x + (target - reached) / slope if slope > 0 else x + 2 * (x - middle)
            ahead = middle + min(max((ahead - middle) / (x - middle), 0.0), 4.0) * (x - middle)
            x = ahead if far == inf or abs(ahead - middle) < abs(far - middle) else (x + far) / 2
        else:
            far = x
            x = near + (x - near) * (target - near_root) / (reached - near_root)
    return inf if target > 0 else -inf


def _without(found: Fitted, k: int) -> float:
    """The maximum with that standard deviation at 0."""
    term = found.problem.free_terms[k - found.problem.fixed]
    return refitted(found, term).maximum.point.value


def _from_boundary(fit: Fit, name: str) -> Estimate:
    """0, and where the likelihood with that standard deviation has fallen far enough."""
    found = fit.fitted
    term = [t.name for t in found.problem.terms].index(name)
    free = refitted(found, term, held=False)
    place = free.problem.fixed + free.problem.free_terms.index(term)
    target = fit.reach
    likelihood, at, reach = free.likelihood, free.maximum.values, reach_of(free.problem)

    def root(sigma: float) -> float:
        nonlocal at
        at = at.copy()
        at[place] = log(sigma)
        at, point = constrained(likelihood, at, free.maximum.information, [place], reach)
        return sqrt(max(0.0, 2 * (fit.log_likelihood - point.value)))

    high = _crossing(root, 0.0, 0.3, target, 20.0)
    method = f"{_method(fit)}, from the boundary at 0"
    return Estimate(0.0, 0.0, high, float("nan"), fit.call.level, fit.n, method)


def _method(fit: Fit) -> str:
    said = f"{fit.method}, profile likelihood"
    if isinf(fit.call.freedom):
        return said
    groups = f"{fit.call.freedom + 1:g}"
    return f"{said}, t({fit.call.freedom:g}) and √({groups}/{fit.call.freedom:g}) as Wald's"
