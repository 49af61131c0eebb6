"""Where the search begins, and the metric it begins with."""

import numpy as np

from evaluation.statistics.answers import Floats
from evaluation.statistics.ordinal.laplace import Laplace
from evaluation.statistics.ordinal.links import Link
from evaluation.statistics.ordinal.problem import Problem
from evaluation.statistics.ordinal.system import System
from evaluation.statistics.ordinal.thresholds import start

FIRST_SIGMA = 0.6


def first_values(problem: Problem) -> Floats:
    """Thresholds at the observed shares, no effects, moderate standard deviations."""
    cuts, strata = problem.structure.cuts, problem.structure.strata
    counts = np.zeros((strata, cuts + 1))
    np.add.at(counts, (problem.stratum, problem.category), 1.0)
    shares = np.cumsum(counts + 0.5, axis=1) / (counts + 0.5).sum(1, keepdims=True)
    free = len(problem.free_terms)
    stretch = np.sqrt(1 + free * FIRST_SIGMA**2 / 3)
    alpha = start(problem.structure, stretch * quantile(problem.link, shares[:, :-1].ravel()))
    effects = np.zeros(len(problem.effects))
    return np.concatenate([alpha, effects, np.full(free, np.log(FIRST_SIGMA))])


def quantile(link: Link, shares: Floats) -> Floats:
    """F⁻¹, by bisection: exact enough for a start, the same for all links."""
    low, high = np.full(shares.shape, -60.0), np.full(shares.shape, 60.0)
    for _ in range(60):
        middle = (low + high) / 2
        below = link.cdf(middle) < shares
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return np.asarray((low + high) / 2)


def first_metric(problem: Problem, values: Floats) -> Floats:
    """The inverse of the expected information at u = 0, modes eliminated: good within a factor.

    Thresholds, effects and modes enter through the category shares p_j of each answer, so that
    their information is Σ_j ∂p_j ∂p_j' / p_j; a standard deviation has 2 (q - tr)² / q of q levels.
    """
    parts = problem.parts(values)
    by_theta, by_eta, weight = _expected(problem, parts.theta, problem.columns @ parts.beta)
    system = System(problem.layout, weight, parts.sigma)
    laplace = Laplace(problem)
    matrix = problem.structure.matrix
    mixed = np.hstack([by_eta @ matrix, weight[:, None] * problem.design])
    gathered = [laplace.gather(column, parts.sigma) for column in mixed.T]
    removed = np.array([[a @ b for b in map(system.solve, gathered)] for a in gathered])
    cross = (by_eta @ matrix).T @ problem.design
    inside = problem.design.T @ (weight[:, None] * problem.design)
    information = np.block([[matrix.T @ by_theta @ matrix, cross], [cross.T, inside]]) - removed
    _, traces = system.leverages()
    seen = [(t.levels - traces[k]) ** 2 / t.levels for k, t in enumerate(problem.terms)]
    scales = np.array([2 * seen[k] for k in problem.free_terms])
    inverse = np.zeros((problem.size, problem.size))
    inverse[: problem.fixed, : problem.fixed] = _inverse(information)
    inverse[np.diag_indices(problem.size)] += np.concatenate(
        [np.zeros(problem.fixed), 1 / np.maximum(scales, 0.1)]
    )
    return inverse


def _inverse(information: Floats) -> Floats:
    """Its inverse on the scale where its diagonal is 1, a little ridged against separation."""
    scale = np.sqrt(np.diagonal(information))
    ridged = information / np.outer(scale, scale) + 1e-6 * np.eye(len(scale))
    return np.asarray(np.linalg.inv(ridged) / np.outer(scale, scale))


def _expected(problem: Problem, theta: Floats, eta: Floats) -> tuple[Floats, Floats, Floats]:
    """Expected information: θ with θ [m, m], θ with each answer's η [N, m], η with η [N]."""
    structure, link = problem.structure, problem.link
    limits = structure.extended(theta).reshape(structure.strata, -1)[problem.stratum] - eta[:, None]
    shares = np.maximum(np.diff(link.cdf(limits), axis=1), 1e-8)
    density = link.densities(limits)[0]
    slope = np.diff(density, axis=1) / shares
    inner = density[:, 1:-1]
    by_eta = np.zeros((problem.n, len(structure.names)))
    columns = problem.stratum[:, None] * structure.cuts + np.arange(structure.cuts)
    np.put_along_axis(by_eta, columns, inner * np.diff(slope, axis=1), axis=1)
    diagonal = inner**2 * (1 / shares[:, :-1] + 1 / shares[:, 1:])
    beside = -inner[:, 1:] * inner[:, :-1] / shares[:, 1:-1]
    size = len(structure.names)
    by_theta = np.zeros((size, size))
    np.add.at(by_theta, (columns, columns), diagonal)
    np.add.at(by_theta, (columns[:, 1:], columns[:, :-1]), beside)
    np.add.at(by_theta, (columns[:, :-1], columns[:, 1:]), beside)
    return by_theta, by_eta, (np.diff(density, axis=1) ** 2 / shares).sum(1)
