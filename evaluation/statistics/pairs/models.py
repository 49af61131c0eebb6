"""What a model of pairs says of one comparison: chances of first, second, tie.

eta is the strength of the item shown first minus that of the second, plus the position effect;
`tie` is log ν. Each function gives log-chances and their derivatives, so that a reader can check
the calculus at one place.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy.special import expit, log_expit, log_ndtr, logsumexp

from evaluation.statistics.answers import Floats


class Chances(NamedTuple):
    """All [C, K], K = 2 (first, second) or 3 (first, second, tie)."""

    log: Floats
    by_eta: Floats
    by_tie: Floats
    """derivative by log ν; zeros where the model has no ties"""


Model = Callable[[Floats, float], Chances]


def logistic(eta: Floats, _tie: float) -> Chances:
    """Bradley and Terry 1952: P(first) = 1 / (1 + exp(-eta))."""
    p = expit(eta)
    log = np.stack([log_expit(eta), log_expit(-eta)], 1)
    return Chances(log, np.stack([1 - p, -p], 1), np.zeros_like(log))


def normal(eta: Floats, _tie: float) -> Chances:
    """Thurstone 1927, case V: P(first) = Φ(eta)."""
    log = np.stack([log_ndtr(eta), log_ndtr(-eta)], 1)
    density = -(eta**2) / 2 - np.log(2 * np.pi) / 2
    slopes = np.exp(density[:, None] - log) * [1.0, -1.0]
    return Chances(log, slopes, np.zeros_like(log))


def with_ties(eta: Floats, tie: float) -> Chances:
    """Davidson 1970: first : second : tie = exp(eta/2) : exp(-eta/2) : ν.

    With a position effect this is Davidson and Beaver 1977, whose ν is ours times a constant.
    """
    powers = np.stack([eta / 2, -eta / 2, np.full_like(eta, tie)], 1)
    log = powers - logsumexp(powers, axis=1, keepdims=True)
    p = np.exp(log)
    by_eta = np.array([0.5, -0.5, 0.0]) - (p[:, :1] - p[:, 1:2]) / 2
    return Chances(log, by_eta, np.array([0.0, 0.0, 1.0]) - p[:, 2:])
