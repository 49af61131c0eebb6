"""From a problem to its maximum, boundaries and separation included."""

from dataclasses import dataclass, replace

import numpy as np

from evaluation.statistics.answers import Floats
from evaluation.statistics.ordinal.laplace import Laplace, Point
from evaluation.statistics.ordinal.problem import Problem
from evaluation.statistics.ordinal.quadrature import Quadrature
from evaluation.statistics.ordinal.search import Likelihood, Maximum, climb, maximise
from evaluation.statistics.ordinal.separation import complement, escapes
from evaluation.statistics.ordinal.start import first_metric, first_values

_DOUBTFUL = 0.15  # a standard deviation so small may be on its way to 0
_WIDTHS = (0.03, 0.1, 0.2, 0.35)  # where it is tried instead
_WORTH = 1e-4  # log-likelihood that a standard deviation above 0 must gain
_STRETCHED = 20.0  # a standard error that many times its first guess may be infinite
_FAR = 25.0  # where an escaping parameter is left: a logit of 25 is certainty


@dataclass(frozen=True)
class Fitted:
    """A maximum, in the parameters of `problem`, whose terms at the boundary are held."""

    problem: Problem
    maximum: Maximum
    covariance: Floats
    """of the parameters; beside the escapes, where there are any"""
    directions: Floats
    """[k, parameters]: in which the likelihood grows without end; no rows for a sound fit"""
    nodes: int

    @property
    def escaping(self) -> tuple[int, ...]:
        """Parameters that have no finite maximum."""
        return tuple(
            int(k) for k in np.flatnonzero(np.abs(self.directions).max(0, initial=0) > 1e-7)
        )

    def escapes(self, weights: Floats) -> bool:
        """Whether this linear combination of the parameters has no finite maximum."""
        return bool((np.abs(self.directions @ weights) > 1e-6).any())

    @property
    def likelihood(self) -> Likelihood:
        return likelihood_of(self.problem, self.nodes)


def likelihood_of(problem: Problem, nodes: int) -> Laplace:
    """The Laplace approximation, or quadrature where there is one term and more than one node."""
    return Quadrature(problem, nodes) if nodes > 1 else Laplace(problem)


def fitted(problem: Problem, nodes: int = 1) -> Fitted:
    """The maximum; a standard deviation that would be 0 is held there."""
    values = first_values(problem)
    metric = first_metric(problem, values)
    likelihood = likelihood_of(problem, nodes)
    values, _, _ = climb(likelihood, values, metric, reach_of(problem))
    problem, values, metric = _at_boundary(problem, values, metric, nodes)
    likelihood = likelihood_of(problem, nodes)
    found = maximise(likelihood, values, metric, reach_of(problem))
    if _suspicious(found, metric):
        directions = escapes(problem)
        if len(directions):
            return _beside(problem, likelihood, found, directions, metric, nodes)
    none = np.zeros((0, problem.size))
    return Fitted(problem, found, _inverse(found.information), none, nodes)


def reach_of(problem: Problem) -> Floats:
    """Log standard deviations move by 1 at most in a step, the others freely."""
    return np.where(np.arange(problem.size) < problem.fixed, np.inf, 1.0)


def _at_boundary(
    problem: Problem, values: Floats, metric: Floats, nodes: int
) -> tuple[Problem, Floats, Floats]:
    """Holds at 0 what is best there, smallest first; what is not starts again from where it is."""
    settled: set[int] = set()
    while True:
        sigma = problem.parts(values).sigma
        small = [k for k in problem.free_terms if sigma[k] < _DOUBTFUL and k not in settled]
        if not small:
            return problem, values, metric
        k = min(small, key=lambda term: sigma[term])
        place = problem.fixed + problem.free_terms.index(k)
        trial = replace(problem, held=tuple(h or t == k for t, h in enumerate(problem.held)))
        left = np.delete(np.arange(problem.size), place)
        inner = metric[np.ix_(left, left)]
        there, height, _ = climb(likelihood_of(trial, nodes), values[left], inner, reach_of(trial))
        likelihood = likelihood_of(problem, nodes)
        starts = [np.insert(there, place, np.log(width)) for width in _WIDTHS]
        best = max(starts, key=lambda start: likelihood(start).value)
        if likelihood(best).value > height.value + _WORTH:
            settled.add(k)
            values, _, _ = climb(likelihood, best, metric, reach_of(problem))
        else:
            problem, values, metric = trial, there, inner


def _suspicious(found: Maximum, metric: Floats) -> bool:
    if not found.converged:
        return True
    spread = np.diagonal(_inverse(found.information)) / np.diagonal(metric)
    return bool((spread > _STRETCHED**2).any())


def _inverse(information: Floats) -> Floats:
    try:
        return np.asarray(np.linalg.inv(information))
    except np.linalg.LinAlgError:
        return np.full(information.shape, np.nan)


def _beside(
    problem: Problem,
    likelihood: Likelihood,
    found: Maximum,
    directions: Floats,
    metric: Floats,
    nodes: int,
) -> Fitted:
    """The maximum over what the escapes leave alone, far out along them."""
    away = directions.sum(0)
    origin = found.values.copy()
    origin[: problem.fixed] += _FAR * away / np.abs(away).max()
    basis = complement(directions, problem.size)

    def on_rest(part: Floats) -> Point:
        point = likelihood(origin + basis @ part)
        return Point(point.value, basis.T @ point.gradient)

    inner = basis.T @ metric @ basis
    rest = maximise(on_rest, np.zeros(basis.shape[1]), inner, np.full(len(inner), np.inf))
    covariance = basis @ _inverse(rest.information) @ basis.T
    values = origin + basis @ rest.values
    information = basis @ rest.information @ basis.T
    point = Point(likelihood(values).value, rest.point.gradient)
    whole = replace(rest, values=values, point=point, information=information)
    padded = np.zeros((len(directions), problem.size))
    padded[:, : problem.fixed] = directions
    return Fitted(problem, whole, covariance, padded, nodes)


def refitted(found: Fitted, term: int, *, held: bool = True) -> Fitted:
    """The same with one term's standard deviation at 0, or let go again at a small value."""
    problem = found.problem
    changed = replace(
        problem, held=tuple(held if k == term else h for k, h in enumerate(problem.held))
    )
    place = problem.fixed + sum(not h for h in problem.held[:term])
    values = found.maximum.values
    start = np.delete(values, place) if held else np.insert(values, place, np.log(_DOUBTFUL))
    likelihood, metric = likelihood_of(changed, found.nodes), first_metric(changed, start)
    if not held:
        point = likelihood(start)
        none = np.zeros((0, changed.size))
        aside = Maximum(start, point, _inverse(metric), np.inf, 1)
        return Fitted(changed, aside, metric, none, found.nodes)
    there = maximise(likelihood, start, metric, reach_of(changed))
    none = np.zeros((0, changed.size))
    return Fitted(changed, there, _inverse(there.information), none, found.nodes)
