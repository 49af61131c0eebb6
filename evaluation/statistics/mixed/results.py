"""What a mixed model gives back: named estimates with intervals, and how the fit went."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from pandas import DataFrame
from scipy.special import expit, logit
from scipy.stats import norm
from scipy.stats import t as student

from evaluation.statistics.answers import Floats
from evaluation.statistics.estimate import BadData, Estimate
from evaluation.statistics.mixed.design import Fixed

NODES = 80  # of the Gauss-Hermite rule that averages over raters and pictures


@dataclass(frozen=True)
class Linear:
    """A linear mixed model. Estimates are undefined, and say so, where the fit did not converge."""

    coefficients: Mapping[str, Estimate]
    """fixed effects, with Satterthwaite's t"""
    p_values: Mapping[str, float]
    degrees_of_freedom: Mapping[str, float]
    standard_deviations: Mapping[str, Estimate]
    """of each random term and of the noise (`residual`)"""
    levels: Mapping[str, int]
    """how many levels each random term has"""
    covariance: DataFrame
    """of the fixed effects"""
    log_likelihood: float
    """restricted"""
    converged: bool
    gradient_norm: float
    n: int


@dataclass(frozen=True)
class Logit:
    """A logistic mixed model; coefficients are log odds ratios *given* rater and picture.

    They are further from 0 than what a new rater's answer to a new picture shows: use
    `population` for shares.
    """

    coefficients: Mapping[str, Estimate]
    p_values: Mapping[str, float]
    standard_deviations: Mapping[str, Estimate]
    levels: Mapping[str, int]
    covariance: DataFrame
    """of the fixed effects, then of the random terms' standard deviations"""
    log_likelihood: float
    """Laplace"""
    converged: bool
    gradient_norm: float
    n: int
    data: DataFrame
    fixed: Fixed

    def population(
        self, by: str | None = None, *, level: float = 0.95, freedom: float = np.inf
    ) -> dict[str, Estimate]:
        """The share of yes that new raters would give about new pictures, by levels of a column.

        ∫ logit⁻¹(xβ + s z) φ(z) dz with s² the sum of the variances, averaged over the rows of the
        table with column `by` set to each of its levels in turn (“all” without `by`). Intervals by
        the delta method on the logit, t with `freedom` degrees of freedom.
        """
        if by is None:
            return {"all": self._share(self.data, level, freedom)}
        if by not in self.fixed.levels:
            raise BadData(f"{by!r} is no categorical column of the formula.")
        return {
            str(value): self._share(self.data.assign(**{by: value}), level, freedom)
            for value in self.fixed.levels[by]
        }

    def _share(self, data: DataFrame, level: float, freedom: float) -> Estimate:
        if not self.converged:
            return undefined(level, self.n, self.gradient_norm)
        share, slope = self.share_and_slope(self.fixed.matrix(data))
        se = float(np.sqrt(slope @ self.covariance.to_numpy() @ slope))
        half = float(student.ppf((1 + level) / 2, freedom)) * se / (share * (1 - share))
        low, high = expit(logit(share) + np.array([-half, half]))
        method = (
            f"logistic mixed model ({_said(self.levels)}), averaged over raters and pictures, "
            + (f"logit scale, t({freedom:g})" if np.isfinite(freedom) else "logit scale, normal")
        )
        return Estimate(share, float(low), float(high), se, level, self.n, method)

    def share_and_slope(self, matrix: Floats) -> tuple[float, Floats]:
        """Population share over the rows of a design matrix, and its slope by (β, σ)."""
        effects = np.array([found.value for found in self.coefficients.values()])
        deviations = np.array([found.value for found in self.standard_deviations.values()])
        rows, times = np.unique(matrix, axis=0, return_counts=True)
        weights = times / times.sum()
        nodes, mass = np.polynomial.hermite_e.hermegauss(NODES)
        mass = mass / mass.sum()
        total = float(np.sqrt(deviations @ deviations))
        share = expit((rows @ effects)[:, None] + total * nodes)
        steep = share * (1 - share)
        by_effect = (weights * (steep @ mass)) @ rows
        by_total = float(weights @ (steep @ (mass * nodes)))
        by_deviation = by_total * deviations / total if total > 0 else 0 * deviations
        return float(weights @ (share @ mass)), np.append(by_effect, by_deviation)


def wald(
    value: float, variance: float, freedom: float, *, level: float, n: int, method: str
) -> tuple[Estimate, float]:
    """An effect with its t (normal for infinite freedom) interval, and its two-sided p."""
    se = float(np.sqrt(variance))
    half = float(student.ppf((1 + level) / 2, freedom)) * se
    p = float(2 * student.sf(abs(value) / se, freedom))
    return Estimate(value, value - half, value + half, se, level, n, method), p


def deviation(value: float, variance: float, *, level: float, n: int, levels: int) -> Estimate:
    """A standard deviation, its interval symmetric on the logarithm; none at the boundary 0."""
    if value == 0:
        reason = "at the boundary 0: its levels differ no more than noise makes them differ"
        return Estimate.without_interval(0.0, level=level, n=levels, reason=reason)
    se = float(np.sqrt(variance))
    if se > value:  # on the log scale this would reach over orders of magnitude
        reason = f"so near the boundary 0 that its standard error is {se:.2g}"
        return Estimate.without_interval(value, level=level, n=levels, reason=reason)
    reach = float(norm.ppf((1 + level) / 2)) * se / value
    ends = value * np.exp(-reach), value * np.exp(reach)
    method = f"Wald on the log scale, {levels} levels" if levels < n else "Wald on the log scale"
    return Estimate(value, float(ends[0]), float(ends[1]), se, level, levels, method)


def undefined(level: float, n: int, gradient_norm: float) -> Estimate:
    """What stands where a fit did not converge."""
    return Estimate.undefined(
        level=level,
        n=n,
        reason=f"the fit did not converge (largest slope {gradient_norm:.2g}); leave out a random "
        "term or a fixed effect that the data hardly speak about",
    )


def _said(levels: Mapping[str, int]) -> str:
    return ", ".join(f"{size} {name}" for name, size in levels.items())
