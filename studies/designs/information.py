"""What the next comparison is expected to teach about the strengths of what is compared. Pure.

The expected information gain of a pair is the mutual information of its answer and the strengths
of a Bradley-Terry model under a Gaussian posterior (Houlsby et al. 2011, arXiv:1112.5745; for
pairs Mikhailiuk et al. 2020, arXiv:2004.05691), by Gauss-Hermite quadrature.
"""

from math import exp, sqrt

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(15)
WEIGHTS = WEIGHTS / WEIGHTS.sum()
STEPS, SETTLED = 100, 1e-12


def posterior(wins: Floats, prior: float) -> tuple[Floats, Floats]:
    """Mean [I] and covariance [I, I] of the strengths: Laplace's approximation.

    `wins` [I, I]: how often the row won against the column, halves for ties; `prior` is a standard
    deviation in logits. Newton's method: the log posterior is strictly concave.
    """
    at = np.zeros(len(wins))
    for _ in range(STEPS):
        gradient, information = _slopes(wins, prior, at)
        step = np.asarray(np.linalg.solve(information, gradient), dtype=np.float64)
        if float(gradient @ step) < SETTLED:
            break
        at = _better(wins, prior, at, step)
    return at, np.asarray(np.linalg.inv(_slopes(wins, prior, at)[1]), dtype=np.float64)


def gains(mean: Floats, covariance: Floats) -> Floats:
    """[I, I]: H(E p) - E H(p) in nats, p = expit of a normal difference."""
    spread = np.diag(covariance)
    variance = np.maximum(spread[:, None] + spread[None, :] - 2 * covariance, 0.0)
    apart = np.subtract.outer(mean, mean)
    p = _expit(apart[..., None] + np.sqrt(variance)[..., None] * NODES)
    return np.asarray(np.maximum(_entropy(p @ WEIGHTS) - _entropy(p) @ WEIGHTS, 0.0))


def as_if_answered(mean: Floats, covariance: Floats, i: int, j: int, times: float = 1.0) -> Floats:
    """The posterior covariance once `times` answers to this pair are in, whatever they say (one
    update of rank one)."""
    p = 1 / (1 + exp(-float(np.clip(mean[i] - mean[j], -700, 700))))
    weight = sqrt(times * p * (1 - p))
    column = (covariance[:, i] - covariance[:, j]) * weight
    scale = 1 + float(column[i] - column[j]) * weight
    return np.asarray(covariance - np.outer(column, column) / scale)


def _slopes(wins: Floats, prior: float, at: Floats) -> tuple[Floats, Floats]:
    """Gradient [I] and information [I, I] of the log posterior."""
    total = wins + wins.T
    p = _expit(np.subtract.outer(at, at))
    known = total * p * (1 - p)
    information = np.diag(known.sum(1)) - known + np.eye(len(wins)) / prior**2
    return (wins - total * p).sum(1) - at / prior**2, information


def _height(wins: Floats, prior: float, at: Floats) -> float:
    apart = np.subtract.outer(at, at)
    return -float((wins * np.logaddexp(0, -apart)).sum()) - float(at @ at) / prior**2 / 2


def _better(wins: Floats, prior: float, at: Floats, step: Floats) -> Floats:
    """Along the step, halved until it leads up."""
    here, there = _height(wins, prior, at), at
    for halvings in range(30):
        there = np.asarray(at + step / 2**halvings)
        if _height(wins, prior, there) >= here - 1e-10 * abs(here):
            break
    return there


def _expit(at: Floats) -> Floats:
    return np.asarray(np.exp(-np.logaddexp(0, -at)))


def _entropy(p: Floats) -> Floats:
    inside = np.clip(p, 1e-300, 1.0)
    other = np.clip(1 - p, 1e-300, 1.0)
    return np.asarray(-inside * np.log(inside) - other * np.log(other))
