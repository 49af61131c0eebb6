"""Adaptive Gauss-Hermite quadrature, for one random intercept: the integral itself, node by node.

With û and H of a level as in `laplace.py`, s = H^-½, nodes t_n and weights w_n,

    ∫ exp h(u) du / √2π ≈ s / √π Σ_n w_n exp(t_n² + h(û + √2 s t_n))

(Liu and Pierce 1994, doi:10.1093/biomet/81.3.624). One node is the Laplace approximation. The
gradient follows the nodes, which move with û and s, so that it is exact.
"""

import numpy as np
from numpy.polynomial.hermite import hermgauss
from scipy.special import logsumexp, softmax

from evaluation.statistics.answers import Floats
from evaluation.statistics.ordinal.laplace import Laplace, Modes, Point
from evaluation.statistics.ordinal.problem import Parts, Problem
from evaluation.statistics.ordinal.terms import sums


class Quadrature(Laplace):
    """The likelihood of a problem with one term, by `nodes` nodes a level."""

    def __init__(self, problem: Problem, nodes: int) -> None:
        super().__init__(problem)
        assert len(problem.terms) == 1
        self._nodes, weights = hermgauss(nodes)
        self._log_weights = np.log(weights / np.sqrt(np.pi)) + self._nodes**2

    def __call__(self, values: Floats) -> Point:
        found = self.modes(values)
        if found is None:
            return Point(-np.inf, np.full(len(values), np.nan))
        parts = self.problem.parts(values)
        scale = np.sqrt(found.system.diagonal())
        at = found.u + np.sqrt(2) * scale * self._nodes[:, None]
        heights = np.array([self._height(parts, u) for u in at]) + self._log_weights[:, None]
        value = float(logsumexp(heights, axis=0).sum() + np.log(scale).sum())
        return Point(value, self._moving(parts, found, scale, at, softmax(heights, axis=0)))

    def _etas(self, parts: Parts, u: Floats) -> Floats:
        return self.problem.columns @ parts.beta + self.spread(u, parts.sigma)

    def _height(self, parts: Parts, u: Floats) -> Floats:
        """h at one node of every level."""
        limits = self.limits(parts.theta, self._etas(parts, u))
        log_p = self.problem.link.slopes(*limits).log_p
        term = self.problem.terms[0]
        return np.asarray(sums(term.codes, log_p, term.levels) - u**2 / 2)

    def _moving(
        self, parts: Parts, found: Modes, scale: Floats, at: Floats, posterior: Floats
    ) -> Floats:
        problem, codes = self.problem, self.problem.terms[0].codes
        direct = np.zeros(problem.size)
        pull, stretch = np.zeros_like(found.u), np.ones_like(found.u)
        for u, share, node in zip(at, posterior, self._nodes, strict=True):
            limits = self.limits(parts.theta, self._etas(parts, u))
            score = share[codes] * problem.link.slopes(*limits).score
            upper, lower = problem.link.curvatures(*limits).log_p
            alpha = self.by_alpha(share[codes] * upper, share[codes] * lower)
            gathered = self.gather(score, parts.sigma)
            by_scale = [gathered @ u for _ in problem.free_terms]
            direct += np.concatenate([alpha, problem.columns.T @ score, by_scale])
            slope = gathered - share * u
            pull += slope
            stretch += slope * np.sqrt(2) * node * scale
        curves = problem.link.curvatures(*self.limits(parts.theta, found.eta))
        leverage = (stretch * scale**2)[codes] * parts.sigma[0] ** 2
        seen = np.array([found.slopes.weight @ leverage])
        return direct + self.through_modes(parts, found, curves, leverage, seen, pull)
