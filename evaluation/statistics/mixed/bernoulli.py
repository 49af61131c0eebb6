"""The logistic mixed model by Laplace's approximation, with any number of crossed intercepts.

    logit P(y = 1) = Xβ + Σ_k Z_k b_k,   b_k ~ N(0, σ_k²)

With b = Λu and û the mode of u, the log-likelihood is approximately

    ℓ(β, σ) = Σ log p(y | û) - û'û/2 - log|A|/2,   A = I + ΛZ'WZΛ,  W = diag μ(1 - μ)

(Bates et al. 2015's penalised least squares, with μ in place of y). Its gradient is exact: û moves
with the parameters, which costs one more solve with A (the implicit-function theorem; Skaug and
Fournier 2006, doi:10.1016/j.csda.2006.03.005). Standard errors come from the Hessian by all
parameters together, as glmmTMB's do.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.optimize import fmin_l_bfgs_b, linprog
from scipy.special import expit, log_expit

from evaluation.statistics.answers import Codes, Floats
from evaluation.statistics.estimate import BadData
from evaluation.statistics.mixed.crossed import Factor, Gram, Terms

GRADIENT_TOLERANCE = 1e-3
STEP = 1e-4
NEWTON_STEPS = 100
FLOOR = 1e-3
"""where the search for σ ends: at 0 itself every slope is 0, a trap; 0 is tried afterwards"""
SMALL = 1e-2
"""a σ below this is tried at 0: the likelihood cannot tell"""


@dataclass(frozen=True)
class Bernoulli:
    """A fitted model, as arrays; `mixed.logit` gives the same with names and intervals."""

    effects: Floats
    """[p]"""
    deviations: Floats
    """[K]: σ_k; exactly 0 at the boundary"""
    covariance: Floats
    """[p + K, p + K] of (β, σ); rows at the boundary are 0"""
    log_likelihood: float
    gradient_norm: float

    @property
    def converged(self) -> bool:
        return self.gradient_norm < GRADIENT_TOLERANCE and bool(
            np.isfinite(self.covariance).all()
            and (np.diag(self.covariance)[: len(self.effects)] > 0).all()
        )


@dataclass
class _Problem:
    """The data, and the last mode found, from which the next search starts."""

    y: Floats
    x: Floats
    terms: Terms
    modes: Floats

    @property
    def p(self) -> int:
        return int(self.x.shape[1])


@dataclass(frozen=True)
class _State:
    """Everything at one (β, σ), at the mode û."""

    problem: _Problem
    scales: Floats
    modes: Floats
    eta: Floats
    factor: Factor

    @property
    def log_likelihood(self) -> float:
        given = _given(self.problem.y, self.eta)
        return given - float(self.modes @ self.modes) / 2 - self.factor.log_determinant / 2

    @cached_property
    def gradient(self) -> Floats:
        """[p + K] by β and σ."""
        problem, terms = self.problem, self.problem.terms
        each = terms.each(self.scales)
        mean = expit(self.eta)
        weight = mean * (1 - mean)
        bent = weight * (1 - 2 * mean) * self.factor.leverages()  # Σ w' v
        left = problem.y - mean
        moved = self.factor.solve(terms.totals(bent) * each)
        response = weight * terms.spread(moved * each)
        by_effect = problem.x.T @ (left - bent / 2 + response / 2)
        pull = terms.totals(left - bent / 2 + response / 2)
        direct = (
            _by_term(terms, self.modes * pull) - _by_term(terms, moved * terms.totals(left)) / 2
        )
        apart = np.divide(
            np.asarray(terms.sizes) - self.factor.traces(),
            self.scales,
            out=np.zeros(len(self.scales)),
            where=self.scales > 0,
        )
        return np.append(by_effect, np.where(self.scales > 0, direct - apart, 0.0))


def fit(y: Floats, x: Floats, terms: Terms) -> Bernoulli:
    """Maximum Laplace likelihood of y [n] in {0, 1} on X [n, p] and the random intercepts.

    Raises BadData where every answer is the same or the fixed effects separate yes from no: the
    likelihood then grows without end.
    """
    _check_separation(y, x)
    problem = _Problem(y, x, terms, np.zeros(terms.starts[-1]))
    free: tuple[float, float] = (-np.inf, np.inf)
    bounds = [free] * problem.p + [(FLOOR, 50.0)] * len(terms.sizes)
    point, _, _ = fmin_l_bfgs_b(
        lambda tried: _value_and_gradient(problem, tried),
        np.append(_without_terms(y, x), np.full(len(terms.sizes), 0.5)),
        bounds=bounds,
        factr=100.0,
        pgtol=1e-6,
        maxiter=500,
    )
    return _result(problem, _settled(problem, point))


def _value_and_gradient(problem: _Problem, point: Floats) -> tuple[float, Floats]:
    state = _at(problem, point)
    return -state.log_likelihood, -state.gradient


def _at(problem: _Problem, point: Floats) -> _State:
    """The mode of u by Newton's method, each step halved until it climbs."""
    effects, scales = point[: problem.p], point[problem.p :]
    terms, each = problem.terms, problem.terms.each(scales)
    fixed = problem.x @ effects
    modes = problem.modes
    eta = fixed + terms.spread(modes * each)
    height = _given(problem.y, eta) - modes @ modes / 2
    for _ in range(NEWTON_STEPS):
        mean = expit(eta)
        slope = terms.totals(problem.y - mean) * each - modes
        factor = Factor.of(Gram.of(terms, mean * (1 - mean)), scales)
        step = factor.solve(slope)
        if slope @ step < 1e-12:
            problem.modes = modes
            return _State(problem, scales, modes, eta, factor)
        size = 1.0
        while size > 1e-6:
            tried = modes + size * step
            tried_eta = fixed + terms.spread(tried * each)
            reached = _given(problem.y, tried_eta) - tried @ tried / 2
            if reached >= height:
                break
            size /= 2
        modes, eta, height = tried, tried_eta, reached
    raise BadData("The random effects have no mode that can be found; check for huge covariates.")


def _settled(problem: _Problem, point: Floats) -> Floats:
    """Newton's steps on the outside, for the last digits; then a σ as good as 0 becomes 0."""
    for k in range(problem.p, len(point)):
        if 0 < point[k] < SMALL:
            without = point.copy()
            without[k] = 0.0
            if _at(problem, without).log_likelihood >= _at(problem, point).log_likelihood - 1e-6:
                point = without
    inside = _inside(problem, point)
    step = np.zeros(len(point))
    gradient = _at(problem, point).gradient
    step[inside] = _inverse(-_hessian(problem, point, inside)) @ gradient[inside]
    moved = point + step
    if not np.isfinite(moved).all() or (moved[problem.p :] < 0).any():
        return point
    better = np.abs(_at(problem, moved).gradient[inside]).max()
    return moved if better < np.abs(gradient[inside]).max() else point


def _result(problem: _Problem, point: Floats) -> Bernoulli:
    state = _at(problem, point)
    inside = _inside(problem, point)
    covariance = np.zeros((len(point), len(point)))
    covariance[np.ix_(inside, inside)] = _inverse(-_hessian(problem, point, inside))
    return Bernoulli(
        effects=point[: problem.p],
        deviations=point[problem.p :],
        covariance=covariance,
        log_likelihood=state.log_likelihood,
        gradient_norm=float(np.abs(state.gradient[inside]).max()),
    )


def _inside(problem: _Problem, point: Floats) -> Codes:
    """Which parameters are not at the boundary."""
    return np.flatnonzero((np.arange(len(point)) < problem.p) | (point > 0))


def _hessian(problem: _Problem, point: Floats, inside: Codes) -> Floats:
    """Of the log-likelihood, by central differences of its exact gradient."""
    rows = []
    for k in inside:
        step = STEP * max(1.0, abs(point[k])) if k < problem.p else STEP * point[k]
        ends = []
        for move in (step, -step):
            moved = point.copy()
            moved[k] += move
            ends.append(_at(problem, moved).gradient[inside])
        rows.append((ends[0] - ends[1]) / (2 * step))
    hessian = np.array(rows)
    return np.asarray((hessian + hessian.T) / 2)


def _inverse(information: Floats) -> Floats:
    """Of a positive definite matrix; nan, which means not converged, for any other."""
    if np.linalg.eigvalsh(information)[0] <= 0:
        return np.full(information.shape, np.nan)
    return np.asarray(np.linalg.inv(information))


def _without_terms(y: Floats, x: Floats) -> Floats:
    """A few Newton steps of the plain logistic regression: where the search starts."""
    effects = np.zeros(x.shape[1])
    for _ in range(8):
        mean = expit(x @ effects)
        weight = np.maximum(mean * (1 - mean), 1e-4)
        effects = effects + np.linalg.solve(x.T @ (x * weight[:, None]), x.T @ (y - mean))
    return effects


def _check_separation(y: Floats, x: Floats) -> None:
    """Is there a direction that raises no yes-row's odds wrongly? (Konis 2007, linear program.)"""
    if np.ptp(y) == 0:
        raise BadData(
            "Every answer is the same, so no effect can be estimated; "
            "psr.protection_success_rate gives the share with its one-sided limit."
        )
    signed = np.unique(x * np.where(y > 0, 1.0, -1.0)[:, None], axis=0)
    found = linprog(
        -signed.sum(0), A_ub=-signed, b_ub=np.zeros(len(signed)), bounds=[(-1, 1)] * x.shape[1]
    )
    direction = np.asarray(found.x, dtype=np.float64)
    if float((signed @ direction).sum()) > 1e-7:
        raise Separated(np.flatnonzero(np.abs(direction) > 1e-7).tolist())


class Separated(BadData):
    """The fixed effects of these columns separate yes from no."""

    def __init__(self, columns: list[int]) -> None:
        super().__init__(f"Columns {columns} of the fixed effects separate yes from no.")
        self.columns = columns


def _given(y: Floats, eta: Floats) -> float:
    return float(log_expit(np.where(y > 0, eta, -eta)).sum())


def _by_term(terms: Terms, values: Floats) -> Floats:
    return np.add.reduceat(values, terms.starts[:-1])
