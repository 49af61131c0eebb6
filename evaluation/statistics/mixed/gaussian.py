"""The linear mixed model by REML, with any number of crossed random intercepts.

    y = Xβ + Σ_k Z_k b_k + e,   b_k ~ N(0, σ_k²),   e ~ N(0, σ²)

Scale and effects are profiled out (Bates et al. 2015, doi:10.18637/jss.v067.i01, eq. 41): with
λ_k = σ_k/σ the deviance is log|A| + log|X'V⁻¹X| + (n - p)(1 + log(2π r²/(n - p))), whose gradient
needs traces of A⁻¹ alone. Degrees of freedom are Satterthwaite's, as in lmerTest (Kuznetsova et
al. 2017, doi:10.18637/jss.v082.i13).
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.optimize import fmin_l_bfgs_b

from evaluation.statistics.answers import Floats
from evaluation.statistics.estimate import BadData
from evaluation.statistics.mixed.crossed import Factor, Gram, Terms

GRADIENT_TOLERANCE = 2e-3  # of the deviance; far below what any digit printed depends on
STEP = 1e-4
FLOOR = 1e-3
"""where the search for λ ends: at 0 itself every slope is 0, a trap; 0 is tried afterwards"""


@dataclass(frozen=True)
class Gaussian:
    """A fitted model, as arrays; `mixed.linear` gives the same with names and intervals."""

    effects: Floats
    """[p]"""
    covariance: Floats
    """[p, p] of the effects"""
    scales: Floats
    """[K]: λ_k = σ_k/σ; exactly 0 at the boundary"""
    sigma: float
    """σ, standard deviation of the noise"""
    scale_covariance: Floats
    """[K + 1, K + 1] of (λ, σ); rows at the boundary are 0"""
    freedom: Floats
    """[p]: Satterthwaite's degrees of freedom"""
    log_likelihood: float
    """restricted"""
    gradient_norm: float

    @property
    def converged(self) -> bool:
        return self.gradient_norm < GRADIENT_TOLERANCE

    @property
    def deviations(self) -> Floats:
        """[K + 1]: σ_1 ... σ_K, σ."""
        return np.append(self.scales * self.sigma, self.sigma)

    @cached_property
    def deviation_covariance(self) -> Floats:
        """[K + 1, K + 1] of σ_1 ... σ_K, σ."""
        k = len(self.scales)
        slopes = np.zeros((k + 1, k + 1))
        slopes[range(k), range(k)] = self.sigma
        slopes[:, k] = np.append(self.scales, 1.0)
        return slopes @ self.scale_covariance @ slopes.T

    @cached_property
    def variance_covariance(self) -> Floats:
        """[K + 1, K + 1] of the variances σ_1² ... σ_K², σ²."""
        k = len(self.scales)
        slopes = np.zeros((k + 1, k + 1))
        slopes[range(k), range(k)] = 2 * self.scales * self.sigma**2
        slopes[:k, k] = 2 * self.scales**2 * self.sigma
        slopes[k, k] = 2 * self.sigma
        return slopes @ self.scale_covariance @ slopes.T


@dataclass(frozen=True)
class _Problem:
    """What stays the same while λ moves."""

    y: Floats
    x: Floats
    terms: Terms

    @cached_property
    def gram(self) -> Gram:
        return Gram.of(self.terms, np.ones(len(self.y)))

    @cached_property
    def products(self) -> tuple[Floats, Floats]:
        """[X y]'[X y] and Z'[X y]."""
        both = np.column_stack([self.x, self.y])
        return both.T @ both, self.terms.totals(both)

    @property
    def freedom(self) -> int:
        return len(self.y) - int(self.x.shape[1])


@dataclass(frozen=True)
class _State:
    """Everything at one λ."""

    problem: _Problem
    scales: Floats
    factor: Factor
    across: Floats
    """A⁻¹ΛZ'[X y]"""
    inner: Floats
    """X'V⁻¹X (times σ²)"""
    effects: Floats
    levels: Floats
    """u: conditional modes, b = Λu"""
    residual: float
    """r²"""

    @classmethod
    def at(cls, problem: _Problem, scales: Floats) -> "_State":
        p = problem.x.shape[1]
        square, totals = problem.products
        factor = Factor.of(problem.gram, scales)
        scaled = totals * problem.terms.each(scales)[:, None]
        across = factor.solve(scaled)
        reduced = square - scaled.T @ across
        inner = reduced[:p, :p]
        effects = np.asarray(np.linalg.solve(inner, reduced[:p, p]), dtype=np.float64)
        levels = across[:, p] - across[:, :p] @ effects
        residual = float(reduced[p, p] - effects @ reduced[:p, p])
        return cls(problem, scales, factor, across, inner, effects, levels, residual)

    @cached_property
    def log_determinant(self) -> float:
        return self.factor.log_determinant + float(np.linalg.slogdet(self.inner)[1])

    @property
    def deviance(self) -> float:
        m = self.problem.freedom
        return self.log_determinant + m * (1 + float(np.log(2 * np.pi * self.residual / m)))

    @cached_property
    def slopes(self) -> tuple[Floats, Floats]:
        """[K] each: derivatives by λ of the log-determinants and of r².

        Both are even in λ_k, so at 0 they are 0.
        """
        terms, p = self.problem.terms, self.problem.x.shape[1]
        fixed = self.across[:, :p]
        own = np.einsum("lp,pl->l", fixed, np.linalg.solve(self.inner, fixed.T))
        traces = self.factor.traces() + _by_term(terms, own)
        unexplained = self.problem.y - self.problem.x @ self.effects
        unexplained = unexplained - terms.spread(self.levels * terms.each(self.scales))
        pull = _by_term(terms, self.levels * terms.totals(unexplained))
        apart = np.divide(
            2 * (np.asarray(terms.sizes) - traces),
            self.scales,
            out=np.zeros(len(self.scales)),
            where=self.scales > 0,
        )
        return apart, -2 * pull

    @property
    def gradient(self) -> Floats:
        determinants, residual = self.slopes
        return determinants + self.problem.freedom * residual / self.residual


def fit(y: Floats, x: Floats, terms: Terms) -> Gaussian:
    """REML estimates of y [n] on X [n, p] and the random intercepts.

    Raises BadData where nothing is left over to estimate the noise from.
    """
    problem = _Problem(y, x, terms)
    _check(problem)
    scales = _descended(problem, np.ones(len(terms.sizes)))
    settled = _settled(_State.at(problem, scales)).scales
    if (settled == 0).any():  # the others move a little
        settled = _descended(problem, settled)
    return _result(_State.at(problem, settled))


def _descended(problem: _Problem, start: Floats) -> Floats:
    """The λ of least deviance, from `start`; those that are 0 stay so."""
    scales, _, _ = fmin_l_bfgs_b(
        lambda tried: _value_and_gradient(problem, tried),
        start,
        bounds=[(FLOOR, 1e4) if scale > 0 else (0.0, 0.0) for scale in start],
        factr=1.0,
        pgtol=1e-7,
        maxiter=500,
    )
    return np.asarray(scales, dtype=np.float64)


def _value_and_gradient(problem: _Problem, scales: Floats) -> tuple[float, Floats]:
    state = _State.at(problem, scales)
    return state.deviance, state.gradient


def _settled(state: _State) -> _State:
    """The same, with a λ that is as good as 0 set to 0."""
    for k in np.flatnonzero((state.scales > 0) & (state.scales < 1e-2)):
        scales = state.scales.copy()
        scales[k] = 0.0
        without = _State.at(state.problem, scales)
        if without.deviance <= state.deviance + 1e-6:
            state = without
    return state


def _result(state: _State) -> Gaussian:
    sigma = float(np.sqrt(state.residual / state.problem.freedom))
    covariance = np.asarray(sigma**2 * np.linalg.inv(state.inner), dtype=np.float64)
    spread = _scale_covariance(state, sigma)
    kept = state.scales > 0
    gradient = state.gradient[kept]
    return Gaussian(
        effects=state.effects,
        covariance=covariance,
        scales=state.scales,
        sigma=sigma,
        scale_covariance=spread,
        freedom=_satterthwaite(state, sigma, covariance, spread),
        log_likelihood=-state.deviance / 2,
        gradient_norm=float(np.abs(gradient).max(initial=0.0)),
    )


def _scale_covariance(state: _State, sigma: float) -> Floats:
    """Twice the inverse Hessian of the deviance by (λ, σ), with σ no longer profiled out."""
    inside = np.flatnonzero(state.scales > 0)
    point = np.append(state.scales, sigma)
    moving = [*inside, len(state.scales)]
    rows = []
    for k in moving:
        step = STEP * point[k]
        up, down = point.copy(), point.copy()
        up[k] += step
        down[k] -= step
        change = _full_gradient(state.problem, up) - _full_gradient(state.problem, down)
        rows.append(change[moving] / (2 * step))
    hessian = np.array(rows)
    found = np.zeros((len(point), len(point)))
    found[np.ix_(moving, moving)] = 2 * np.linalg.inv((hessian + hessian.T) / 2)
    return found


def _full_gradient(problem: _Problem, point: Floats) -> Floats:
    sigma = point[-1]
    state = _State.at(problem, point[:-1])
    determinants, residual = state.slopes
    noise = -2 * state.residual / sigma**3 + 2 * problem.freedom / sigma
    return np.append(determinants + residual / sigma**2, noise)


def _satterthwaite(state: _State, sigma: float, covariance: Floats, spread: Floats) -> Floats:
    """2 v² / (g'Vg), g the slopes of an effect's variance v by (λ, σ)."""
    variances = np.diag(covariance)
    slopes = np.zeros((len(state.scales) + 1, len(variances)))
    slopes[-1] = 2 * variances / sigma
    for k in np.flatnonzero(state.scales > 0):
        step = STEP * state.scales[k]
        ends = []
        for move in (step, -step):
            scales = state.scales.copy()
            scales[k] += move
            ends.append(np.diag(np.linalg.inv(_State.at(state.problem, scales).inner)))
        slopes[k] = sigma**2 * (ends[0] - ends[1]) / (2 * step)
    uncertain = np.einsum("kp,kl,lp->p", slopes, spread, slopes)
    return np.asarray(2 * variances**2 / uncertain)


def _by_term(terms: Terms, values: Floats) -> Floats:
    return np.add.reduceat(values, terms.starts[:-1])


def _check(problem: _Problem) -> None:
    if problem.freedom < 1:
        raise BadData(
            f"{len(problem.y)} answers cannot carry {problem.x.shape[1]} fixed effects; "
            "collect more answers or leave terms out."
        )
    fitted = problem.x @ np.linalg.lstsq(problem.x, problem.y, rcond=None)[0]
    left = problem.y - fitted
    if left @ left <= 1e-20 * max(float(problem.y @ problem.y), 1e-300):
        raise BadData(
            "The fixed effects explain every answer exactly (or all answers are the same); nothing "
            "is left to estimate variances from."
        )
