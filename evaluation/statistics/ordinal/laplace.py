"""The Laplace approximation of the marginal log-likelihood, with its exact gradient.

With u = b / σ, z an answer's row of Z times Λ and H = I + Λ Z'W Z Λ at the modes û,

    L = Σ log p_i(û) - û'û / 2 - log|H| / 2

(Christensen 2019, Cumulative link models for ordinal regression, section 4). Its derivative has a
direct part and one through û, because W moves with the modes: one more solve, v = H⁻¹Z'κ with
κ_i = ½ z_i'H⁻¹z_i ∂W_i/∂η, gives the second for all parameters at once (implicit function theorem).
"""

from dataclasses import dataclass

import numpy as np

from evaluation.statistics.answers import Floats
from evaluation.statistics.ordinal.links import Curvatures, Slopes
from evaluation.statistics.ordinal.problem import Parts, Problem
from evaluation.statistics.ordinal.system import NotPositive, System
from evaluation.statistics.ordinal.terms import sums

_PRECISION = 1e-21  # squared distance of û from the mode, in the metric of H
_STEPS = 200


@dataclass(frozen=True)
class Point:
    """The likelihood at one parameter vector; nan gradient where the likelihood is -inf."""

    value: float
    gradient: Floats


@dataclass(frozen=True)
class Modes:
    """û, the linear predictor there, and H."""

    u: Floats
    eta: Floats
    slopes: Slopes
    system: System


class Laplace:
    """Evaluates one problem again and again; every search for the modes starts at the last ones."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self._u = np.zeros(problem.layout.levels)
        self._system: System | None = None
        self._bounds = np.cumsum([0, *(term.levels for term in problem.terms)])

    def __call__(self, values: Floats) -> Point:
        found = self.modes(values)
        if found is None:
            return Point(-np.inf, np.full(len(values), np.nan))
        log_density = float(found.slopes.log_p.sum() - found.u @ found.u / 2)
        value = log_density - found.system.log_determinant / 2
        return Point(value, self._gradient(self.problem.parts(values), found))

    def modes(self, values: Floats) -> Modes | None:
        """The modes û; None where there are none, e.g. thresholds out of order."""
        parts = self.problem.parts(values)
        if not (np.isfinite(values).all() and np.isfinite(parts.sigma).all()):
            return None
        if not self.problem.structure.ordered(parts.theta):
            return None
        try:
            return self._search(parts)
        except NotPositive:
            self._u, self._system = np.zeros_like(self._u), None
            return None

    def limits(self, theta: Floats, eta: Floats) -> tuple[Floats, Floats]:
        """Upper and lower limit of the latent noise of each answer."""
        extended = self.problem.structure.extended(theta)
        upper = self.problem.upper
        return extended[upper] - eta, extended[upper - 1] - eta

    def spread(self, u: Floats, sigma: Floats) -> Floats:
        """[N]: Z Λ u."""
        eta = np.zeros(self.problem.n)
        for k, term in enumerate(self.problem.terms):
            eta += sigma[k] * self.part(u, k)[term.codes]
        return eta

    def gather(self, per_answer: Floats, sigma: Floats) -> Floats:
        """[levels]: Λ Z' of a number an answer."""
        terms = self.problem.terms
        parts = [
            sigma[k] * sums(term.codes, per_answer, term.levels) for k, term in enumerate(terms)
        ]
        return np.concatenate(parts) if parts else np.zeros(0)

    def part(self, vector: Floats, term: int) -> Floats:
        return vector[self._bounds[term] : self._bounds[term + 1]]

    def _search(self, parts: Parts) -> Modes | None:
        """Newton steps with the last factor of H for as long as they shrink fast enough."""
        fixed = self.problem.columns @ parts.beta
        u, system = self._u, self._system
        best, last, step = -1e300, np.inf, np.zeros_like(u)
        for _ in range(_STEPS):
            eta = fixed + self.spread(u, parts.sigma)
            slopes = self.problem.link.slopes(*self.limits(parts.theta, eta))
            height = float(slopes.log_p.sum() - u @ u / 2)
            if not height >= best - 1e-9 * (1 + abs(best)):  # too far
                u, step, system = u - step / 2, step / 2, None
                continue
            downhill = self.gather(slopes.score, parts.sigma) - u
            system = system or self._factor(np.maximum(slopes.weight, 0), parts.sigma)
            step = system.solve(downhill)
            distance = float(step @ downhill)
            if distance < _PRECISION * (1 + len(u)):
                self._u, self._system = u, self._factor(slopes.weight, parts.sigma)
                return Modes(u, eta, slopes, self._system)
            if distance > 0.05 * last:  # the factor is of too distant a place
                system = None
            best, last, u = height, distance, u + step
        self._u, self._system = np.zeros_like(self._u), None
        return None

    def _factor(self, weight: Floats, sigma: Floats) -> System:
        return System(self.problem.layout, weight, sigma)

    def _gradient(self, parts: Parts, found: Modes) -> Floats:
        problem = self.problem
        curves = problem.link.curvatures(*self.limits(parts.theta, found.eta))
        leverage, traces = found.system.leverages()
        levels = np.array([term.levels for term in problem.terms])
        squares = [self.part(found.u, k) @ self.part(found.u, k) for k in problem.free_terms]
        direct = [
            self.by_alpha(*curves.log_p),
            problem.columns.T @ found.slopes.score,
            np.array(squares),
        ]
        nothing = np.zeros_like(found.u)
        return np.concatenate(direct) + self.through_modes(
            parts, found, curves, leverage, levels - traces, nothing
        )

    def through_modes(
        self,
        parts: Parts,
        found: Modes,
        curves: Curvatures,
        leverage: Floats,
        seen: Floats,
        pull: Floats,
    ) -> Floats:
        """What -log|H|/2 + pull'û changes by, per parameter.

        `leverage` and `seen` (Σ W times it, per term) are those of H, or of a weighted H.
        """
        problem, weight = self.problem, found.slopes.weight
        kappa = leverage * curves.weight_eta / 2
        adjoint = found.system.solve(self.gather(kappa, parts.sigma) - pull)
        zeta = self.spread(adjoint, parts.sigma)
        through = weight * zeta - kappa
        limits = [-leverage * curves.weight[k] / 2 - zeta * curves.score[k] for k in (0, 1)]
        scales = []
        for k in problem.free_terms:
            u = self.part(found.u, k)
            moved = parts.sigma[k] * u[problem.terms[k].codes] @ through
            scales.append(moved - seen[k] - self.part(adjoint, k) @ u)
        return np.concatenate(
            [self.by_alpha(*limits), problem.columns.T @ through, np.array(scales)]
        )

    def by_alpha(self, upper: Floats, lower: Floats) -> Floats:
        """Derivatives by each answer's limits → derivatives by α."""
        problem = self.problem
        structure = problem.structure
        size = (structure.cuts + 2) * structure.strata
        moved = sums(problem.upper, upper, size) + sums(problem.upper - 1, lower, size)
        return np.asarray(structure.matrix.T @ structure.gathered(moved))
