"""From a solution to estimates: what answers, biases and the sample of raters leave open."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from math import exp, log, nan, pi, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm
from scipy.stats import t as student

from evaluation.statistics.answers import Answers, Floats
from evaluation.statistics.estimate import Estimate
from evaluation.statistics.opinion.solving import Solution, reduced

ONE_RATER = "one rater says nothing about other raters"
EXACT = "raters agree exactly once their biases are taken off"
EXTREME = 1.5

Counts = NDArray[np.integer[Any]]


@dataclass(frozen=True)
class Recovered:
    """One group of raters: their items' scores, and what they are like."""

    scores: Mapping[Hashable, Estimate]
    bias: Mapping[Hashable, Estimate]
    """what a rater adds to every answer, against the mean of the raters"""
    inconsistency: Mapping[Hashable, Estimate]
    """the standard deviation of a rater's answers around score and bias"""
    extreme: tuple[Hashable, ...]
    """raters whose υ is, with its whole interval, above 1.5 times the median: weighted down"""
    floored: tuple[Hashable, ...]
    """raters whose υ stands at the floor"""
    lent: tuple[Hashable, ...]
    """raters with too few answers for a υ of their own"""
    aic: float
    plain_aic: float
    """of plain means, which know neither bias nor inconsistency"""
    bic: float
    plain_bic: float
    """smaller is better"""


@dataclass(frozen=True)
class _Errors:
    """Standard errors of scores [I] and biases [R]."""

    scores: Floats
    bias: Floats


def recovered(
    answers: Answers,
    solution: Solution,
    names: tuple[Sequence[Hashable], Sequence[Hashable]],
    method: str,
    level: float,
) -> Recovered:
    """`names` of raters and items, in the order of their codes."""
    raters, items = names
    errors = _errors(answers, solution)
    reason = ONE_RATER if answers.raters < 2 else EXACT if solution.usual == 0 else ""
    seen_by = (answers.counts > 0).sum(0)
    everybody = np.full(answers.raters, answers.raters)
    scores = _estimates(solution.scores, errors.scores, seen_by, answers.n, method, level, reason)
    bias = _estimates(solution.bias, errors.bias, everybody, answers.n, method, level, reason)
    upsilon = _inconsistencies(answers, solution, method, level, reason)
    middle = float(np.median(solution.inconsistency))
    extreme = [name for name, e in zip(raters, upsilon, strict=True) if e.low > EXTREME * middle]
    return Recovered(
        dict(zip(items, scores, strict=True)),
        dict(zip(raters, bias, strict=True)),
        dict(zip(raters, upsilon, strict=True)),
        tuple(extreme),
        tuple(name for name, held in zip(raters, solution.floored, strict=True) if held),
        tuple(name for name, held in zip(raters, solution.lent, strict=True) if held),
        *_criteria(answers, solution),
    )


def _errors(answers: Answers, solution: Solution) -> _Errors:
    """From the information of scores and biases, the latter summing to 0.

    υ² of maximum likelihood is too small by the freedom that a rater's residuals lost, and a rater
    whose υ came out small by luck has too much weight: the first is undone, the second enlarges
    the variance by 1 + 4 Σ p (1 - p)/freedom, p a rater's share of the weight (Meier 1953,
    doi:10.2307/3001633, for weighted means).
    """
    if solution.usual == 0 or answers.raters < 2:
        return _Errors(np.full(answers.items, nan), np.full(answers.raters, nan))
    given = answers.counts / solution.inconsistency[:, None] ** 2
    freedom = _freedom(answers, given)
    n = answers.counts.sum(1)
    weights = freedom / n / solution.inconsistency**2
    covariance = np.linalg.pinv(reduced(answers, weights), hermitian=True)
    cross = answers.counts * weights[:, None]
    by_item = cross.sum(0)
    pull = cross / by_item
    luck = 1 + 4 * (pull * (1 - pull) / freedom[:, None]).sum(0)
    pulled = np.einsum("ri,rs,si->i", pull, covariance, pull, optimize=True)
    scores = 1 / by_item + np.maximum(pulled, 0.0)
    own = np.maximum(np.diag(covariance), 0.0)
    between = max(float(solution.bias.var(ddof=1)) - float(own.mean()), 0.0)
    sample = between / answers.raters
    return _Errors(np.sqrt(luck * scores + sample), np.sqrt(own))


def _freedom(answers: Answers, given: Floats) -> Floats:
    """[R]: answers of each rater, less the bias and the rater's share of the items' scores."""
    leverage = (given / given.sum(0)).sum(1)
    return np.asarray(np.maximum(answers.counts.sum(1) - 1 - leverage, 1.0))


def _estimates(
    values: Floats, errors: Floats, raters: Counts, n: int, method: str, level: float, reason: str
) -> list[Estimate]:
    """`raters` says of each value how many raters it rests on: Student's t has one fewer."""
    found = []
    for value, se, count in zip(values.tolist(), errors.tolist(), raters.tolist(), strict=True):
        why = reason or (ONE_RATER if count < 2 else "")
        if why:
            found.append(Estimate.without_interval(value, level=level, n=n, reason=why))
            continue
        half = se * float(student.ppf((1 + level) / 2, count - 1))
        said = f"{method}, {count} raters, t({count - 1})"
        found.append(Estimate(value, value - half, value + half, se, level, n, said))
    return found


def _inconsistencies(
    answers: Answers, solution: Solution, method: str, level: float, reason: str
) -> list[Estimate]:
    """υ with its interval on the log scale, se(log υ) = 1/√(2 n)."""
    found = []
    quantile = float(norm.ppf((1 + level) / 2))
    counts = np.bincount(answers.rater).tolist()
    held = (solution.floored | solution.lent).tolist()
    for value, n, is_held in zip(solution.inconsistency.tolist(), counts, held, strict=True):
        why = reason or ("held at the floor, or lent for want of answers" if is_held else "")
        if why:
            found.append(Estimate.without_interval(value, level=level, n=n, reason=why))
            continue
        reach = exp(quantile / sqrt(2 * n))
        se = value / sqrt(2 * n)
        found.append(Estimate(value, value / reach, value * reach, se, level, n, method))
    return found


def _criteria(answers: Answers, solution: Solution) -> tuple[float, float, float, float]:
    """AIC of the model and of plain means, BIC of both; nan where nothing is left to explain."""
    n, items, raters = answers.n, answers.items, answers.raters
    plain = (
        answers.values
        - (np.bincount(answers.item, answers.values) / np.bincount(answers.item))[answers.item]
    )
    mean_square = float((plain**2).mean())
    if solution.usual == 0 or mean_square == 0:
        return nan, nan, nan, nan
    residual = answers.values - solution.scores[answers.item] - solution.bias[answers.rater]
    upsilon = solution.inconsistency[answers.rater]
    ours = -2 * float(np.sum(-np.log(upsilon) - (residual / upsilon) ** 2 / 2 - log(2 * pi) / 2))
    theirs = n * (log(2 * pi * mean_square) + 1)
    free = items + raters - 1 + int((~solution.floored & ~solution.lent).sum())
    return (
        ours + 2 * free,
        theirs + 2 * (items + 1),
        ours + free * log(n),
        theirs + (items + 1) * log(n),
    )
