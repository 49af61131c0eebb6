"""Likelihood-ratio tests: of effects, of variances, and of proportional odds.

A variance cannot be negative, so that under its absence the statistic is 0 half of the time: a
50:50 mixture of chi-squares with 0 and 1 degrees of freedom (Self and Liang 1987,
doi:10.1080/01621459.1987.10478472). For k variances at once the weights here are binomial, as if
their estimates were independent; that is close for crossed intercepts.

Chi-square is the limit of many raters and artworks. Where a fit states how many of the scarcer
there are (`rating_model`), effects are tested as its intervals are made: F with as many degrees of
freedom, of the statistic over (G / (G - 1)) and its degrees.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import comb, isinf, nan

import numpy as np
import pandas as pd
from scipy.stats import chi2
from scipy.stats import f as fisher

from evaluation.statistics.estimate import BadData, Estimate
from evaluation.statistics.formula import effects_of
from evaluation.statistics.ordinal.fit import Fit
from evaluation.statistics.ordinal.model import fit_call

ROUNDING = 1e-10
"""Of a log-likelihood: closer fits than this fit equally well."""


@dataclass(frozen=True)
class Comparison:
    """A likelihood-ratio test; where there is none, `p` is nan and `method` says why."""

    statistic: float
    degrees: int
    """further thresholds and coefficients of the larger fit"""
    variances: int
    """its further random intercepts"""
    p: float
    method: str

    def __str__(self) -> str:
        if np.isnan(self.p):
            return self.method
        return f"LR {self.statistic:.2f}, p = {self.p:.3g} ({self.method})"


@dataclass(frozen=True)
class ProportionalOdds:
    """Whether one condition moves all thresholds alike."""

    comparison: Comparison
    thresholds: Mapping[str, Mapping[str, Estimate]]
    """level → “1|2” → its own threshold there; empty where they cannot be fitted"""


def likelihood_ratio(larger: Fit, smaller: Fit) -> Comparison:
    """Tests whether `larger` fits better than chance would have it, `smaller` being right.

    Both are of the same answers, with the same link and integration, and `smaller` is nested in
    `larger`; else BadData.
    """
    _check_nested(larger, smaller)
    variances = len(larger.fitted.problem.terms) - len(smaller.fitted.problem.terms)
    degrees = larger.fitted.problem.fixed - smaller.fitted.problem.fixed
    return _compared(larger, smaller, degrees, variances)


def drop_each(fit: Fit) -> dict[str, Comparison]:
    """Refits without each effect that no interaction holds, and without each random intercept."""
    effects, found = effects_of(fit.call.fixed), {}
    for effect in effects:
        if any(set(effect) < set(other) for other in effects):
            continue
        kept = [":".join(other) for other in effects if other != effect]
        smaller = fit_call(replace(fit.call, fixed=" + ".join(kept) or "1"))
        degrees = fit.fitted.problem.fixed - smaller.fitted.problem.fixed
        found[":".join(effect)] = _compared(fit, smaller, degrees, 0)
    for k, term in enumerate(fit.fitted.problem.terms):
        groups = fit.call.groups[:k] + fit.call.groups[k + 1 :]
        nodes = fit.call.nodes if groups else 1
        smaller = fit_call(replace(fit.call, groups=groups, nodes=nodes))
        found[term.name] = _compared(fit, smaller, 0, 1)
    return found


def proportional_odds(fit: Fit, column: str) -> ProportionalOdds:
    """Refits with thresholds of their own for each level of a factor, and compares.

    A small p says that one number is not enough for what the condition does: it moves some
    thresholds more than others. With many answers that is nearly always so; look at how much.
    `column` is a main effect of the formula and in none of its interactions.
    """
    effects = effects_of(fit.call.fixed)
    holding = [effect for effect in effects if column in effect]
    if holding != [(column,)] or column not in fit.recipe.levels:
        raise BadData(
            f"The check is for a factor that is a main effect and in no interaction; {column!r} "
            f"is not that in {fit.call.fixed!r}."
        )
    counts = pd.crosstab(fit.call.data[column], fit.call.data[fit.call.response])
    empty = [
        (row, answer) for row in counts.index for answer in counts if not counts.at[row, answer]
    ]
    if empty:
        row, answer = empty[0]
        why = (
            f"nobody answered {answer} under {column} {row}, so that its thresholds are not finite"
        )
        return ProportionalOdds(_none(why), {})
    larger = fit_call(fit.call, strata=column)
    degrees = larger.fitted.problem.fixed - fit.fitted.problem.fixed
    levels: dict[str, dict[str, Estimate]] = {}
    for name, estimate in larger.thresholds.items():
        level, _, threshold = name.rpartition(":")
        levels.setdefault(level, {})[threshold] = estimate
    return ProportionalOdds(_compared(larger, fit, degrees, 0), levels)


def _compared(larger: Fit, smaller: Fit, degrees: int, variances: int) -> Comparison:
    for fit in (larger, smaller):
        if not fit.converged:
            return _none(fit.unconverged)
    statistic = 2 * (larger.log_likelihood - smaller.log_likelihood)
    if statistic < ROUNDING * max(1.0, abs(smaller.log_likelihood)):
        statistic = 0.0
    if degrees and not variances and not isinf(larger.call.freedom):
        return _by_freedom(larger, statistic, degrees)
    parts = [
        comb(variances, k) / 2**variances * _tail(statistic, degrees + k)
        for k in range(variances + 1)
    ]
    mixture = f"chi-square({degrees})"
    if variances == 1:
        mixture = f"50:50 mixture of chi-square({degrees}) and chi-square({degrees + 1})"
    elif variances:
        mixture = f"binomial mixture of chi-square({degrees}) to ({degrees + variances})"
    return Comparison(statistic, degrees, variances, float(sum(parts)), mixture)


def _by_freedom(fit: Fit, statistic: float, degrees: int) -> Comparison:
    freedom = fit.call.freedom
    ratio = statistic / fit.inflation**2 / degrees
    p = float(fisher.sf(ratio, degrees, freedom))
    said = f"F({degrees}, {freedom:g}), as the intervals are of t({freedom:g})"
    return Comparison(statistic, degrees, 0, p, said)


def _tail(statistic: float, degrees: int) -> float:
    if degrees == 0:
        return float(statistic <= 0)
    return float(chi2.sf(statistic, degrees))


def _none(why: str) -> Comparison:
    return Comparison(nan, 0, 0, nan, f"undefined: {why}")


def _check_nested(larger: Fit, smaller: Fit) -> None:
    big, small = larger.fitted.problem, smaller.fitted.problem
    if big.n != small.n or (big.category != small.category).any():
        raise BadData("The two fits are of different answers; compare fits of one table.")
    if big.link.name != small.link.name:
        raise BadData(f"The links differ ({big.link.name}, {small.link.name}); there is no test.")
    if {t.name for t in small.terms} - {t.name for t in big.terms}:
        raise BadData("The smaller fit has a random intercept that the larger one lacks.")
    if small.terms and larger.fitted.nodes != smaller.fitted.nodes:
        raise BadData(
            "The two fits integrate differently (nodes); their likelihoods differ by that."
        )
    ones = np.ones((big.n, 1))
    both = np.hstack([ones, big.design, small.design])
    if np.linalg.matrix_rank(both) > np.linalg.matrix_rank(np.hstack([ones, big.design])):
        raise BadData("The smaller fit has effects that the larger one cannot express.")
    wide = np.hstack([big.structure.matrix, small.structure.matrix])
    if np.linalg.matrix_rank(wide) > big.alphas:
        raise BadData("The smaller fit has thresholds that the larger one cannot express.")
