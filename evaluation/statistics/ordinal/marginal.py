"""What a fit says about the population: category shares, success rates, means and contrasts.

A share is averaged over raters and pictures, ∫ F(θ - x'β - s z) φ(z) dz with s² = Σ σ_k²: at an
average rater and picture (b = 0) shares lie further from one half than in any population. Other
columns stay as they are in the table, every answer being set to each condition in turn.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np
import pandas as pd
from numpy.polynomial.hermite_e import hermegauss
from scipy.linalg import null_space
from scipy.special import expit, logit
from scipy.stats import t as student

from evaluation.statistics.answers import Floats
from evaluation.statistics.estimate import BadData, Estimate
from evaluation.statistics.multiplicity import holm
from evaluation.statistics.ordinal.fit import SEPARATED, Fit

_NODES = 41


@dataclass(frozen=True)
class Contrast:
    """The second level minus the first."""

    first: str
    second: str
    estimate: Estimate
    p: float
    """two-sided, of no difference"""
    adjusted: float
    """Holm's p over all contrasts returned together"""


@dataclass(frozen=True)
class SuccessRates:
    """Population-averaged share of answers that count as success, by condition."""

    rates: Mapping[str, Estimate]
    differences: tuple[Contrast, ...]


@dataclass(frozen=True)
class _Share:
    """A population-averaged share and its gradient by the parameters."""

    value: float
    gradient: Floats
    reason: str = ""
    """why it has no interval or no value"""


def shares(fit: Fit, by: str) -> dict[str, dict[str, Estimate]]:
    """Share of each answer category under each level of a factor, averaged over the population.

    Intervals are the delta method's on the logit scale.

    >>> wine = pandas.read_csv("tests/data/statistics/wine.csv")
    >>> fit = ordinal.clmm(wine, "rating", "temp + contact", ["judge"])
    >>> {answer: round(found.value, 2) for answer, found in shares(fit, "temp")["warm"].items()}
    {'1': 0.01, '2': 0.13, '3': 0.41, '4': 0.28, '5': 0.18}
    """
    labels = fit.answers.labels
    return {
        level: {
            label: _estimate(fit, _share(fit, by, value, [k])) for k, label in enumerate(labels)
        }
        for level, value in _levels(fit, by).items()
    }


def success_rates(fit: Fit, by: str, success: Sequence[object]) -> SuccessRates:
    """The protection success rate of each condition under the model, and all differences.

    `success` lists the answers that count, e.g. [1, 2] where low ratings mean that mimicry failed.
    """
    places = [_place(fit, answer) for answer in success]
    if not places:
        raise BadData("Name the answers that count as success, e.g. success=[1, 2].")
    found = {level: _share(fit, by, value, places) for level, value in _levels(fit, by).items()}
    rates = {level: _estimate(fit, share) for level, share in found.items()}
    pairs = list(combinations(found, 2))
    raw = [
        _linear(
            fit,
            found[b].value - found[a].value,
            found[b].gradient - found[a].gradient,
            found[a].reason or found[b].reason,
            (-1.0, 1.0),
        )
        for a, b in pairs
    ]
    return SuccessRates(rates, _contrasts(fit, pairs, raw))


def marginal_means(fit: Fit, by: str) -> dict[str, Estimate]:
    """The latent judgement under each level of a factor, x'β less the mean threshold.

    Other factors count each level equally and numbers stand at their mean, as in R's emmeans
    (mode "latent"). 0 is the middle of the thresholds; the unit is the link's.
    """
    found = {}
    for level, weights in _latent(fit, by).items():
        why = _undetermined(fit, weights[1][None], constant=1.0)
        found[level] = _undefined(fit, why) if why else fit.combination(weights[0])
    return found


def contrasts(fit: Fit, by: str) -> tuple[Contrast, ...]:
    """All differences of the marginal means of a factor's levels, later less earlier, with p.

    On the link's scale: for the logit, exp gives odds ratios. Holm's p is over all of them.
    """
    latent = _latent(fit, by)
    pairs = list(combinations(latent, 2))
    raw = []
    for a, b in pairs:
        apart = (latent[b][1] - latent[a][1])[None]
        why = _undetermined(fit, apart, constant=0.0)
        weights = latent[b][0] - latent[a][0]
        raw.append(_undefined(fit, why) if why else fit.combination(weights))
    return _contrasts(fit, pairs, raw)


def _levels(fit: Fit, by: str) -> dict[str, object]:
    if by not in fit.recipe.levels:
        known = ", ".join(fit.recipe.levels) or "none"
        raise BadData(f"{by!r} is no factor of the formula {fit.call.fixed!r}; factors: {known}.")
    return {str(level): level for level in fit.recipe.levels[by]}


def _place(fit: Fit, answer: object) -> int:
    if answer not in fit.answers.values:
        known = ", ".join(fit.answers.labels)
        raise BadData(f"{answer!r} is none of the answers in the model: {known}.")
    return fit.answers.values.index(answer)


def _share(fit: Fit, by: str, level: object, places: Sequence[int]) -> _Share:
    """The share of these categories where every answer's `by` is `level`."""
    problem = fit.fitted.problem
    asked = fit.call.data.assign(**{by: pd.Series([level] * fit.n, index=fit.call.data.index)})
    rows, counts = np.unique(fit.recipe.everything(asked), axis=0, return_counts=True)
    design, weights = rows[:, list(fit.recipe.kept)], counts / counts.sum()
    parts = problem.parts(fit.fitted.maximum.values)
    nodes, masses = hermegauss(_NODES)
    spread = float(np.sqrt(parts.sigma @ parts.sigma))
    eta = (design @ parts.beta)[:, None] + spread * nodes
    mass = weights[:, None] * (masses / masses.sum())
    value, gradient, stretch = 0.0, np.zeros(problem.size), 0.0
    for sign, cut in _cuts(places, len(parts.theta)):
        limits = parts.theta[cut] - eta
        density = problem.link.densities(limits)[0] * mass
        value += sign * float((problem.link.cdf(limits) * mass).sum())
        gradient[: problem.alphas] += sign * density.sum() * problem.structure.matrix[cut]
        gradient[problem.alphas : problem.fixed] -= sign * density.sum(1) @ design
        stretch -= sign * float((density * nodes).sum())
    value += float(len(parts.theta) in places)
    if spread:
        free = parts.sigma[list(problem.free_terms)]
        gradient[problem.fixed :] = stretch * free**2 / spread
    return _Share(value, gradient, _trouble(fit, rows, design))


def _cuts(places: Sequence[int], cuts: int) -> list[tuple[int, int]]:
    """Signed thresholds: their cumulative shares sum to the categories' (less 1 at the top)."""
    signs = np.zeros(cuts + 2, dtype=int)
    for place in set(places):
        signs[place + 1] += 1
        signs[place] -= 1
    return [(int(signs[k + 1]), k) for k in range(cuts) if signs[k + 1]]


def _trouble(fit: Fit, rows: Floats, design: Floats) -> str:
    """Why a prediction over these rows has no interval; nothing where it has one."""
    if not fit.converged:
        return fit.unconverged
    if why := _undetermined(fit, rows, constant=1.0):
        return why
    problem, directions = fit.fitted.problem, fit.fitted.directions
    moved = directions[:, : problem.alphas] @ problem.structure.matrix.T
    shifts = directions[:, problem.alphas : problem.fixed] @ design.T
    return SEPARATED if (abs(moved[:, :, None] - shifts[:, None, :]) > 1e-6).any() else ""


def _undetermined(fit: Fit, rows: Floats, *, constant: float) -> str:
    """Says so where the data do not determine these combinations of coefficients.

    `constant` is 1 for a prediction and 0 for a difference of two.
    """
    recipe = fit.recipe
    if len(recipe.kept) == len(recipe.names):
        return ""
    whole = np.unique(recipe.everything(fit.call.data), axis=0)
    middle = whole.mean(0)
    lost = null_space(np.column_stack([np.ones(len(whole)), whole - middle]), rcond=1e-9)
    asked = np.column_stack([np.full(len(rows), constant), rows - constant * middle])
    if (abs(asked @ lost) > 1e-6).any():
        return "it needs a combination of conditions that nobody answered (an empty cell)"
    return ""


def _latent(fit: Fit, by: str) -> dict[str, tuple[Floats, Floats]]:
    """Weights of the parameters for each level's latent mean, and its row of the whole design."""
    problem, recipe = fit.fitted.problem, fit.recipe
    cut = -problem.structure.matrix.mean(0)
    found = {}
    for name, level in _levels(fit, by).items():
        row = recipe.everything(_grid(fit, by, level)).mean(0)
        silent = np.zeros(len(problem.free_terms))
        found[name] = np.concatenate([cut, row[list(recipe.kept)], silent]), row
    return found


def _grid(fit: Fit, by: str, level: object) -> pd.DataFrame:
    """One row a combination of the other factors' levels, numbers at their mean."""
    columns = dict.fromkeys(column for effect in fit.recipe.effects for column in effect)
    factors = {c: fit.recipe.levels[c] for c in columns if c in fit.recipe.levels}
    factors[by] = (level,)
    grid = pd.DataFrame(list(product(*factors.values())), columns=list(factors), dtype=object)
    for column in columns:
        if column not in factors:
            grid[column] = float(fit.call.data[column].mean())
    return grid


def _estimate(fit: Fit, share: _Share) -> Estimate:
    """A share with its interval on the logit scale."""
    bare = _linear(fit, share.value, share.gradient, share.reason, (0.0, 1.0))
    if not bare.has_interval:
        return bare
    reach = fit.reach * bare.se / (share.value * (1 - share.value))
    low, high = (float(expit(logit(share.value) + side * reach)) for side in (-1, 1))
    method = f"{fit.method}, averaged over the population, delta method on the logit"
    return Estimate(share.value, low, high, bare.se, fit.call.level, fit.n, method)


def _linear(
    fit: Fit, value: float, gradient: Floats, reason: str, ends: tuple[float, float]
) -> Estimate:
    """A quantity with its gradient, Wald's interval cut off at its ends."""
    if reason == SEPARATED and fit.converged:
        bare = "separation makes the model sure of some answers; psr.protection_success_rate is not"
        return Estimate.without_interval(value, level=fit.call.level, n=fit.n, reason=bare)
    if reason:
        return _undefined(fit, reason)
    se = float(np.sqrt(gradient @ fit.fitted.covariance @ gradient))
    reach = fit.reach * se
    low, high = max(ends[0], value - reach), min(ends[1], value + reach)
    method = f"{fit.method}, averaged over the population, delta method"
    return Estimate(value, low, high, se, fit.call.level, fit.n, method)


def _contrasts(
    fit: Fit, pairs: Sequence[tuple[str, str]], estimates: Sequence[Estimate]
) -> tuple[Contrast, ...]:
    p = [
        float(2 * student.sf(abs(found.value) / found.se / fit.inflation, fit.call.freedom))
        if found.has_interval
        else float("nan")
        for found in estimates
    ]
    adjusted = holm(p)
    return tuple(
        Contrast(first, second, found, one, float(all_of_them))
        for (first, second), found, one, all_of_them in zip(
            pairs, estimates, p, adjusted, strict=True
        )
    )


def _undefined(fit: Fit, reason: str) -> Estimate:
    return Estimate.undefined(level=fit.call.level, n=fit.n, reason=reason)
