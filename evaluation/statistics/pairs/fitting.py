"""Bradley-Terry, Thurstone and Davidson: strengths of items from which of two was preferred."""

from math import exp, nan

import numpy as np
from scipy.linalg import helmert

from evaluation.statistics.answers import Floats, Labels
from evaluation.statistics.estimate import ESTIMATE_LEVEL, BadData, Estimate, check_level
from evaluation.statistics.likelihood import NotConverged, Optimum, maximise, spread
from evaluation.statistics.pairs.existence import (
    confounded,
    separated,
    unbeaten,
    unconnected,
)
from evaluation.statistics.pairs.goodness import goodness
from evaluation.statistics.pairs.models import Chances, Model, logistic, normal, with_ties
from evaluation.statistics.pairs.preferences import Fitted, Preferences, contrasted
from evaluation.statistics.pairs.table import Comparisons

SUSPICIOUS = -18.0
"""the log of a chance below which parameters may be on their way to infinity"""


def bradley_terry(
    first: Labels,
    second: Labels,
    first_won: Labels,
    *,
    raters: Labels | None = None,
    artworks: Labels | None = None,
    position: bool = True,
    prior: float | None = None,
    level: float = ESTIMATE_LEVEL,
) -> Preferences:
    """log P(i preferred)/P(j preferred) = λ_i - λ_j + δ (Bradley and Terry 1952), no ties.

    first, second  labels [n] of the item shown first (or left) and second; first_won  1 or 0.
    raters, artworks  labels [n] of who answered, about which artwork: standard errors are
        clustered by them. Without raters, answers are taken for independent, and `method` says so.
    position  estimate δ, the advantage of being shown first (Davidson and Beaver 1977).
    prior  the standard deviation of a normal prior of strengths around their mean: finite
        strengths for items that won or lost everything. None: maximum likelihood.

    Strengths that do not exist are undefined, and `problem` says why. Raises BadData for ties (use
    `davidson`), and where pairs were shown in one order only, so that δ cannot be told.

    >>> left, right = ["a", "b", "b", "c", "a", "c"], ["b", "a", "c", "b", "c", "a"]
    >>> won = [40, 20, 35, 25, 45, 15]  # of 60 each, by the item shown first
    >>> first, second = np.repeat(left, 60), np.repeat(right, 60)
    >>> found = bradley_terry(first, second, np.tile(np.arange(60), 6) < np.repeat(won, 60))
    >>> f"{found.difference('a', 'c'):.2f}"
    '1.07 [0.75, 1.40]'
    """
    comparisons = Comparisons.of(first, second, first_won, raters, artworks)
    return _fit("Bradley-Terry", logistic, comparisons, position, prior, level)


def thurstone(
    first: Labels,
    second: Labels,
    first_won: Labels,
    *,
    raters: Labels | None = None,
    artworks: Labels | None = None,
    position: bool = True,
    prior: float | None = None,
    level: float = ESTIMATE_LEVEL,
) -> Preferences:
    """P(i preferred to j) = Φ(μ_i - μ_j + δ), Thurstone's case V; arguments as `bradley_terry`.

    The unit is the standard deviation of the difference of two impressions, not of one of them:
    some programs give numbers that are √2 times larger.
    """
    comparisons = Comparisons.of(first, second, first_won, raters, artworks)
    return _fit("Thurstone case V", normal, comparisons, position, prior, level)


def davidson(
    first: Labels,
    second: Labels,
    first_won: Labels,
    *,
    raters: Labels | None = None,
    artworks: Labels | None = None,
    position: bool = True,
    prior: float | None = None,
    level: float = ESTIMATE_LEVEL,
) -> Preferences:
    """Bradley-Terry with ties (Davidson 1970, doi:10.2307/2283595): `first_won` 0.5 is a tie.

    P(i) : P(j) : P(tie) = π_i e^{δ/2} : π_j e^{-δ/2} : ν √(π_i π_j), with λ = log π. Arguments as
    `bradley_terry`. Dropping ties overstates differences, halving them understates them.
    Without any tie ν is 0 and the fit is that of `bradley_terry`.
    """
    comparisons = Comparisons.of(first, second, first_won, raters, artworks)
    if comparisons.ties:
        return _fit("Davidson", with_ties, comparisons, position, prior, level)
    plain = _fit("Bradley-Terry", logistic, comparisons, position, prior, level)
    reason = "nobody called a pair equal, so nothing says how often that would happen"
    none = Estimate.without_interval(0.0, level=level, n=comparisons.n, reason=reason)
    return Preferences(**{**vars(plain), "model": "Davidson", "ties": none})


def _fit(
    name: str,
    model: Model,
    comparisons: Comparisons,
    position: bool,
    prior: float | None,
    level: float,
) -> Preferences:
    check_level(level)
    if comparisons.ties and model is not with_ties:
        raise BadData(
            f"{comparisons.ties} of {comparisons.n} comparisons are ties, which {name} does not "
            "know; use davidson, and do not drop or halve them."
        )
    if prior is not None and not prior > 0:
        raise BadData(f"A prior is a standard deviation above 0, e.g. 2; given: {prior}.")
    basis, design = _design(comparisons, position)
    problem = "" if prior else unconnected(comparisons) or unbeaten(comparisons)
    if comparisons.ties == comparisons.n:
        problem = "every answer is a tie"
    if problem:
        return _nothing(name, comparisons, position, level, problem)
    # a prior holds the strengths; position and ties are free, and can still run away
    free = design[:, basis.shape[1] :] if prior else design
    try:
        optimum = _maximum(model, comparisons, design, prior)
    except NotConverged:
        problem = separated(comparisons, free, ties=model is with_ties)
        if not problem:
            raise
        return _nothing(name, comparisons, position, level, problem)
    log, _ = _slopes(model, design, optimum.parameters, model is with_ties)
    if log.min() < SUSPICIOUS:
        problem = separated(comparisons, free, ties=model is with_ties)
    if problem:
        return _nothing(name, comparisons, position, level, problem)
    return _result(name, model, comparisons, basis, design, optimum, prior, level)


def _design(comparisons: Comparisons, position: bool) -> tuple[Floats, Floats]:
    """Strengths [I, I - 1] and eta [C, P] as linear functions of the parameters."""
    basis = helmert(comparisons.size).T
    i, j = comparisons.pairs.T
    apart = basis[i] - basis[j]
    if not position:
        return basis, apart
    design = np.hstack([apart, np.ones((len(apart), 1))])
    if confounded(design) and not confounded(apart):
        raise BadData(
            "Pairs were shown in such orders that being shown first cannot be told from being "
            "better; show each pair in both orders, or fit with position=False."
        )
    return basis, design


def _maximum(
    model: Model, comparisons: Comparisons, design: Floats, prior: float | None
) -> Optimum:
    ties = model is with_ties
    strengths = comparisons.size - 1
    ridge = np.zeros(design.shape[1] + ties)
    ridge[:strengths] = 1 / prior**2 if prior else 0.0

    def likelihood(at: Floats) -> tuple[float, Floats, Floats]:
        log, slopes = _slopes(model, design, at, ties)
        given = comparisons.counts[:, : log.shape[1]]
        value = float((given * log).sum()) - float(ridge @ at**2) / 2
        gradient = np.einsum("ck,ckp->p", given, slopes) - ridge * at
        weight = np.sqrt(given.sum(1, keepdims=True) * np.exp(log))
        flat = (slopes * weight[:, :, None]).reshape(-1, len(at))
        return value, gradient, flat.T @ flat + np.diag(ridge)

    return maximise(likelihood, np.zeros(len(ridge)))


def _slopes(model: Model, design: Floats, at: Floats, ties: bool) -> tuple[Floats, Floats]:
    """Log-chances [C, K] and their derivatives by every parameter [C, K, P]."""
    width = design.shape[1]
    found: Chances = model(design @ at[:width], float(at[-1]) if ties else 0.0)
    slopes = found.by_eta[:, :, None] * design[:, None, :]
    return found.log, np.concatenate([slopes, found.by_tie[:, :, None]], 2) if ties else slopes


def _result(
    name: str,
    model: Model,
    comparisons: Comparisons,
    basis: Floats,
    design: Floats,
    optimum: Optimum,
    prior: float | None,
    level: float,
) -> Preferences:
    at, ties = optimum.parameters, model is with_ties
    log, slopes = _slopes(model, design, at, ties)
    kinds = comparisons.cell * log.shape[1] + comparisons.outcome
    apart = spread(
        optimum,
        slopes.reshape(-1, len(at)),
        kinds,
        raters=comparisons.raters,
        artworks=comparisons.artworks,
    )
    wide = np.zeros((comparisons.size, len(at)))
    wide[:, : basis.shape[1]] = basis
    with_position = design.shape[1] > basis.shape[1]
    fitted = Fitted(model, at, wide, apart)
    how = f"normal prior, sd {prior:g}" if prior else "maximum likelihood"
    method = f"{name}, {how}, {apart.said}"
    return Preferences(
        model=name,
        strengths={
            item: contrasted(fitted, row, comparisons.n, level, method)
            for item, row in zip(comparisons.items, wide, strict=True)
        },
        position=_position(fitted, comparisons, level, method) if with_position else None,
        ties=_nu(fitted, comparisons.n, level, method) if ties else None,
        fit=goodness(comparisons, log, slopes),
        log_likelihood=float((comparisons.counts[:, : log.shape[1]] * log).sum()),
        n=comparisons.n,
        problem="",
        fitted=fitted,
        level=level,
    )


def _position(fitted: Fitted, comparisons: Comparisons, level: float, method: str) -> Estimate:
    """δ, the parameter after those of the strengths."""
    place = np.eye(len(fitted.parameters))[comparisons.size - 1]
    return contrasted(fitted, place, comparisons.n, level, method)


def _nu(fitted: Fitted, n: int, level: float, method: str) -> Estimate:
    """ν from its log."""
    last = np.eye(len(fitted.parameters))[-1]
    log = contrasted(fitted, last, n, level, method)
    value = exp(log.value)
    if not log.has_interval:
        return Estimate.without_interval(value, level=level, n=n, reason="one rater or artwork")
    ends = exp(log.low), exp(log.high)
    return Estimate(value, *ends, value * log.se, level, n, f"{method}, log scale")


def _nothing(
    name: str, comparisons: Comparisons, position: bool, level: float, problem: str
) -> Preferences:
    none = Estimate.undefined(level=level, n=comparisons.n, reason=problem)
    return Preferences(
        model=name,
        strengths=dict.fromkeys(comparisons.items, none),
        position=none if position else None,
        ties=none if name == "Davidson" else None,
        fit=None,
        log_likelihood=nan,
        n=comparisons.n,
        problem=problem,
        fitted=None,
        level=level,
    )
