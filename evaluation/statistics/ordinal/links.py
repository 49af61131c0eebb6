"""Links: the distribution of the latent judgement, and the log-probability of one answer.

An answer in category j has the probability p = F(upper) - F(lower), with upper = θ_j - η and
lower = θ_(j-1) - η. The Laplace approximation with exact gradients needs derivatives of log p up to
the third order; they are written down here once, in terms of F, f = F', f' and f''.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import expit, log_expit, ndtr

from evaluation.statistics.answers import Floats
from evaluation.statistics.estimate import BadData

LinkName = Literal["logit", "probit", "cloglog", "loglog", "cauchit"]
END = 1e40
"""Stands for an infinite threshold; its cube is still finite."""
_TINY = 1e-300
_CLOSE = 1e-15  # a distance of thresholds that is rounding
_ROOT = np.sqrt(2 * np.pi)


@dataclass(frozen=True)
class Slopes:
    """log p and its first two derivatives in η, one entry an answer: what a Newton step needs."""

    log_p: Floats
    score: Floats
    """∂ log p / ∂η"""
    weight: Floats
    """-∂² log p / ∂η²"""


@dataclass(frozen=True)
class Curvatures:
    """What the gradient of a Laplace approximation needs beside `Slopes`, one entry an answer."""

    weight_eta: Floats
    """∂ weight / ∂η"""
    log_p: tuple[Floats, Floats]
    """∂ log p by the upper and by the lower limit"""
    score: tuple[Floats, Floats]
    """∂ score by the upper and by the lower limit"""
    weight: tuple[Floats, Floats]
    """∂ weight by the upper and by the lower limit"""


@dataclass(frozen=True)
class Link:
    """A distribution function F with what the likelihood needs of it."""

    name: str
    cdf: Callable[[Floats], Floats]
    sf: Callable[[Floats], Floats]
    """1 - F, without loss of digits where F is near 1"""
    densities: Callable[[Floats], tuple[Floats, Floats, Floats]]
    """f, f' and f''"""

    def slopes(self, upper: Floats, lower: Floats) -> Slopes:
        """log p, its slope and its curvature in η."""
        p = self._probability(upper, lower)
        (f1, d1, _), (f0, d0, _) = self.densities(upper), self.densities(lower)
        score = (f0 - f1) / p
        return Slopes(np.log(p), score, score**2 - (d1 - d0) / p)

    def curvatures(self, upper: Floats, lower: Floats) -> Curvatures:
        """The further derivatives, by the quotient rule."""
        p = self._probability(upper, lower)
        ends = self.densities(upper), self.densities(lower)
        first = (ends[1][0] - ends[0][0]) / p
        second = (ends[0][1] - ends[1][1]) / p
        sides = [
            (sign * f / p, sign * d / p, sign * dd / p)
            for sign, (f, d, dd) in zip((1, -1), ends, strict=True)
        ]
        score = tuple(-d - first * f for f, d, _ in sides)
        weight = tuple(second * f - dd - 2 * first * (d + first * f) for f, d, dd in sides)
        return Curvatures(
            -(weight[0] + weight[1]),
            (sides[0][0], sides[1][0]),
            (score[0], score[1]),
            (weight[0], weight[1]),
        )

    def _probability(self, upper: Floats, lower: Floats) -> Floats:
        below = self.cdf(upper) - self.cdf(lower)
        above = self.sf(lower) - self.sf(upper)
        return np.maximum(np.where(lower > 0, above, below), _TINY)


class _Logit(Link):
    """Closed forms, exact in both tails: log p = log F(upper) + log F(-lower) + log(1 - e^-gap)."""

    def slopes(self, upper: Floats, lower: Floats) -> Slopes:
        a, b = expit(upper), expit(lower)
        # a trial step may push two thresholds onto one another: next to no chance, and rejected
        gap = np.log(np.maximum(-np.expm1(-(upper - lower)), _TINY))
        log_p = log_expit(upper) + log_expit(-lower) + gap
        return Slopes(log_p, a + b - 1, a * (1 - a) + b * (1 - b))

    def curvatures(self, upper: Floats, lower: Floats) -> Curvatures:
        a, b = expit(upper), expit(lower)
        va, vb = a * (1 - a), b * (1 - b)
        ta, tb = va * (1 - 2 * a), vb * (1 - 2 * b)
        step = 1 / np.maximum(np.expm1(np.minimum(upper - lower, 700)), _CLOSE)
        return Curvatures(-(ta + tb), (1 - a + step, -b - step), (va, vb), (ta, tb))


def _logistic(x: Floats) -> tuple[Floats, Floats, Floats]:
    p = expit(x)
    v = p * (1 - p)
    return v, v * (1 - 2 * p), v * (1 - 6 * v)


def _normal(x: Floats) -> tuple[Floats, Floats, Floats]:
    f = np.exp(-(x**2) / 2) / _ROOT
    return f, -x * f, (x**2 - 1) * f


def _cauchy(x: Floats) -> tuple[Floats, Floats, Floats]:
    q = 1 + x**2
    return 1 / (np.pi * q), -2 * x / (np.pi * q**2), (6 * x**2 - 2) / (np.pi * q**3)


def _smallest(x: Floats) -> tuple[Floats, Floats, Floats]:
    e = np.exp(np.minimum(x, 300))
    f = e * np.exp(-e)
    return f, f * (1 - e), f * (1 - 3 * e + e**2)


def _largest(x: Floats) -> tuple[Floats, Floats, Floats]:
    f, d, dd = _smallest(-x)
    return f, -d, dd


def _gumbel(x: Floats) -> Floats:
    return np.asarray(-np.expm1(-np.exp(np.minimum(x, 300))))


def _gumbel_tail(x: Floats) -> Floats:
    return np.asarray(np.exp(-np.exp(np.minimum(x, 300))))


def _arctan(x: Floats) -> Floats:
    return (
        np.asarray(np.where(x < -1, np.arctan(-1 / np.minimum(x, -1)), np.arctan(x) + np.pi / 2))
        / np.pi
    )


LINKS: dict[str, Link] = {
    "logit": _Logit("logit", expit, lambda x: expit(-x), _logistic),
    "probit": Link("probit", ndtr, lambda x: ndtr(-x), _normal),
    "cloglog": Link("cloglog", _gumbel, _gumbel_tail, _smallest),
    "loglog": Link("loglog", lambda x: _gumbel_tail(-x), lambda x: _gumbel(-x), _largest),
    "cauchit": Link("cauchit", _arctan, lambda x: _arctan(-x), _cauchy),
}


def link_of(name: str) -> Link:
    """The link of that name; BadData with the names there are."""
    if name not in LINKS:
        raise BadData(f"There is no link {name!r}; choose one of {', '.join(LINKS)}.")
    return LINKS[name]
