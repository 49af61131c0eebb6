"""The psychometric curve P(x) = γ + (1 - γ - λ) F(a + b x + u), its likelihood and its slopes.

Parameters are (a, b, γ, λ, σ), always all five; which of them are fitted is the fit's business.
u ~ N(0, σ²) is a rater's own leniency; it is integrated out by the trapezoid rule, which for smooth
integrands is as good as Gauss's and stays so where a rater gave many answers.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit, logsumexp, ndtr, ndtri

from evaluation.statistics.answers import Answers, Codes, Floats

INTERCEPT, SLOPE, GUESS, LAPSE, SD = range(5)
Link = Literal["logit", "probit"]
Mask = NDArray[np.bool_]
REACH = 30.0  # |eta| beyond this is as good as infinite, and still a float
_NODES = np.linspace(-6.5, 6.5, 209)
_WEIGHTS = np.exp(-(_NODES**2) / 2) / np.exp(-(_NODES**2) / 2).sum()


class Shape(NamedTuple):
    """F, its density, and its inverse."""

    share: Callable[[Floats], Floats]
    density: Callable[[Floats], Floats]
    stretch: Callable[[Floats], Floats]


SHAPES: dict[Link, Shape] = {
    "logit": Shape(expit, lambda eta: expit(eta) * expit(-eta), logit),
    "probit": Shape(ndtr, lambda eta: np.exp(-(eta**2) / 2) / np.sqrt(2 * np.pi), ndtri),
}


@dataclass(frozen=True)
class Answered:
    """One entry a rater, level and answer: how often it was given."""

    levels: Floats
    """centred and scaled"""
    yes: Floats
    no: Floats
    rater: Codes
    raters: int


def counted(answers: Answers, levels: Floats) -> tuple[Answered, Codes]:
    """The entries, and [n] the entry of each answer."""
    kinds = np.stack([answers.rater, levels, answers.values], 1)
    unique, entry = np.unique(kinds, axis=0, return_inverse=True)
    times = np.bincount(entry.ravel()).astype(np.float64)
    rater, said_yes = unique[:, 0].astype(np.intp), unique[:, 2] == 1
    yes, no = np.where(said_yes, times, 0.0), np.where(said_yes, 0.0, times)
    return Answered(unique[:, 1], yes, no, rater, answers.raters), entry.ravel()


def nodes(sd: float) -> tuple[Floats, Floats]:
    """Where u / σ is evaluated, and the weights; one node where raters do not differ."""
    return (_NODES, _WEIGHTS) if sd > 0 else (np.zeros(1), np.ones(1))


def share(shape: Shape, at: Floats, x: Floats) -> tuple[Floats, Floats]:
    """The share of all answers that are yes [M] at levels [M], and its gradient [M, 5]."""
    z, weights = nodes(at[SD])
    eta = np.clip(at[INTERCEPT] + at[SLOPE] * x[:, None] + at[SD] * z, -REACH, REACH)
    below, density = shape.share(eta), shape.density(eta)
    span = 1 - at[GUESS] - at[LAPSE]
    flat = span * density
    slopes = [flat, flat * x[:, None], 1 - below, -below, flat * z]
    gradient = np.stack([slope @ weights for slope in slopes], 1)
    return at[GUESS] + span * (below @ weights), gradient


def log_likelihood(shape: Shape, at: Floats, answered: Answered) -> tuple[float, Floats]:
    """Its value, and the gradient [entries, 5] that each entry contributes."""
    z, weights = nodes(at[SD])
    x = answered.levels[:, None]
    eta = np.clip(at[INTERCEPT] + at[SLOPE] * x + at[SD] * z, -REACH, REACH)
    below, above, density = shape.share(eta), shape.share(-eta), shape.density(eta)
    span = 1 - at[GUESS] - at[LAPSE]
    p, q = at[GUESS] + span * below, at[LAPSE] + span * above
    yes, no = answered.yes[:, None], answered.no[:, None]
    each = yes * np.log(p) + no * np.log(q)
    joint = np.zeros((answered.raters, len(z)))
    np.add.at(joint, answered.rater, each)
    joint += np.log(weights)
    of_raters = logsumexp(joint, axis=1)
    posterior = np.exp(joint - of_raters[:, None])[answered.rater]
    pull = (yes / p - no / q) * posterior
    flat = pull * span * density
    slopes = [flat, flat * x, pull * above, -pull * below, flat * z]
    return float(of_raters.sum()), np.stack([slope.sum(1) for slope in slopes], 1)


def scores(shape: Shape, at: Floats, answered: Answered) -> Floats:
    """[entries, 5]: the gradient that one answer of each entry contributes."""
    _, gradient = log_likelihood(shape, at, answered)
    return gradient / (answered.yes + answered.no)[:, None]
