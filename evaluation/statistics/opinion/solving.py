"""Two ways up the likelihood of u_es = ψ_e + Δ_s + υ_s ε; both end where it is flat."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evaluation.statistics.answers import Answers, Floats
from evaluation.statistics.likelihood import NotConverged

Mask = NDArray[np.bool_]

ROUNDS = 20_000
SETTLED = 1e-9
"""the largest change of a score in a round, as a share of the residual deviation"""


@dataclass(frozen=True)
class Limits:
    """What keeps a rater from reaching υ = 0."""

    floor: float
    least: int


@dataclass(frozen=True)
class Solution:
    """Scores [I], biases [R] that sum to 0, inconsistencies [R], and how they were held."""

    scores: Floats
    bias: Floats
    inconsistency: Floats
    usual: float
    """residual deviation where all raters share one"""
    floored: Mask
    """[R] mask: υ stands at the floor"""
    lent: Mask
    """[R] mask: too few answers, so υ is the usual one"""


def likelihood(answers: Answers, limits: Limits) -> Solution:
    """Scores and biases together given υ (weighted least squares), then υ given both."""
    scores, bias = locations(answers, np.ones(answers.raters))
    usual = _deviation(answers, scores, bias)
    if _exact(answers, usual):
        return _settled(answers, limits, scores, bias, 0.0)
    for _ in range(ROUNDS):
        before = scores
        upsilon = _inconsistency(answers, limits, scores, bias, usual)
        scores, bias = locations(answers, 1 / upsilon**2)
        if abs(scores - before).max() < SETTLED * usual:
            return _settled(answers, limits, scores, bias, usual)
    raise NotConverged(f"Raters' inconsistencies did not settle in {ROUNDS} rounds; raise `floor`.")


def projection(answers: Answers, limits: Limits) -> Solution:
    """P.910's rounds: υ from residuals, scores weighted by υ⁻², biases as mean residuals."""
    least_squares = locations(answers, np.ones(answers.raters))
    usual = _deviation(answers, *least_squares)
    if _exact(answers, usual):
        return _settled(answers, limits, *least_squares, 0.0)
    count = np.bincount(answers.rater)
    scores = np.bincount(answers.item, answers.values) / np.bincount(answers.item)
    bias = np.bincount(answers.rater, answers.values - scores[answers.item]) / count
    for _ in range(ROUNDS):
        before = scores
        weight = _inconsistency(answers, limits, scores, bias, usual)[answers.rater] ** -2.0
        freed = answers.values - bias[answers.rater]
        scores = np.bincount(answers.item, weight * freed) / np.bincount(answers.item, weight)
        bias = np.bincount(answers.rater, answers.values - scores[answers.item]) / count
        if abs(scores - before).max() < SETTLED * usual:
            shift = bias.mean()
            return _settled(answers, limits, scores + shift, bias - shift, usual)
    raise NotConverged(
        f"The projection did not settle in {ROUNDS} rounds; try method='likelihood'."
    )


def locations(answers: Answers, weights: Floats) -> tuple[Floats, Floats]:
    """Scores [I] and biases [R] (sum 0) of least squares, raters weighted by `weights` [R]."""
    each = weights[answers.rater]
    by_item = np.bincount(answers.item, each)
    pull = np.bincount(answers.item, each * answers.values) / by_item
    right = np.bincount(answers.rater, each * (answers.values - pull[answers.item]))
    # as in `reduced`: it sums to 0, and the heaviest rater's own sum would be rounding alone
    heaviest = int(weights.argmax())
    right[heaviest] = 0.0
    right[heaviest] = -right.sum()
    schur = reduced(answers, weights)
    # the matrix does not know the level of the biases: a constant added to it makes them sum to 0
    level = np.trace(schur) / len(schur) ** 2 or 1.0
    bias = np.linalg.solve(schur + level, right)
    bias = bias - bias.mean()
    scores = np.bincount(answers.item, each * (answers.values - bias[answers.rater])) / by_item
    return scores, bias


def reduced(answers: Answers, weights: Floats) -> Floats:
    """[R, R]: the information of the biases once the scores are taken out (Schur complement).

    Its rows sum to 0, so the diagonal is the sum of the others: a difference would lose all digits
    beside a rater of nearly all the weight.
    """
    cross = answers.counts * weights[:, None]
    shared = (cross / cross.sum(0)) @ cross.T
    np.fill_diagonal(shared, 0.0)
    return np.asarray(np.diag(shared.sum(1)) - shared)


def _inconsistency(
    answers: Answers, limits: Limits, scores: Floats, bias: Floats, usual: float
) -> Floats:
    """[R]: root mean square residual of each rater around the rater's own mean, held up."""
    count = np.bincount(answers.rater)
    residual = answers.values - scores[answers.item] - bias[answers.rater]
    upsilon = np.sqrt(np.bincount(answers.rater, residual**2) / count)
    return np.where(count < limits.least, usual, np.maximum(upsilon, limits.floor * usual))


def _settled(
    answers: Answers, limits: Limits, scores: Floats, bias: Floats, usual: float
) -> Solution:
    upsilon = _inconsistency(answers, limits, scores, bias, usual)
    lent = np.bincount(answers.rater) < limits.least
    floored = ~lent & (upsilon <= limits.floor * usual)
    return Solution(scores, bias, upsilon, usual, floored, lent)


def _deviation(answers: Answers, scores: Floats, bias: Floats) -> float:
    residual = answers.values - scores[answers.item] - bias[answers.rater]
    return float(np.sqrt((residual**2).mean()))


def _exact(answers: Answers, usual: float) -> bool:
    return usual <= 1e-9 * max(float(np.ptp(answers.values)), 1e-300)
