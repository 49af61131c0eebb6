"""The maximum of a likelihood with gradient: quasi-Newton with a good start, then exact Newton.

The inverse of an approximate information is the first metric, so that some twenty evaluations are
enough; the Hessian is then differenced from exact gradients and finishes the work.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from evaluation.statistics.answers import Floats
from evaluation.statistics.ordinal.laplace import Point

Likelihood = Callable[[Floats], Point]
_STEPS = 200
_ROUGH = 1e-6  # squared distance from the maximum at which Newton takes over
_DONE = 1e-10
_ATTEMPTS = 4
_TINY = 1e-6


@dataclass(frozen=True)
class Maximum:
    """Where the search ended. `distance` is g'H⁻¹g, squared standard errors from the maximum."""

    values: Floats
    point: Point
    information: Floats
    """minus the Hessian"""
    distance: float
    evaluations: int

    @property
    def converged(self) -> bool:
        return bool(self.distance < 1e-8)

    @property
    def gradient_norm(self) -> float:
        return float(np.abs(self.point.gradient).max(initial=0.0))


def climb(
    likelihood: Likelihood, start: Floats, metric: Floats, reach: Floats, rough: float = _ROUGH
) -> tuple[Floats, Point, int]:
    """BFGS with backtracking from `start`; `metric` is the first inverse information.

    No step moves a parameter further than its `reach`. A likelihood of -inf (thresholds out of
    order) only shortens the step.
    """
    values, inverse, count = start, metric, 1
    point = likelihood(values)
    for _ in range(_STEPS):
        step = inverse @ point.gradient
        slope = float(step @ point.gradient)
        if not slope > rough:
            break
        step /= max(1.0, float(np.abs(step / reach).max()))
        slope = float(step @ point.gradient)
        found, scale, tried = _backtracked(likelihood, values, point, step, slope)
        count += tried
        if found is None and inverse is metric:
            break
        if found is None:
            inverse = metric
            continue
        inverse = _updated(inverse, scale * step, point.gradient - found.gradient)
        values, point = values + scale * step, found
    return values, point, count


def _backtracked(
    likelihood: Likelihood, values: Floats, point: Point, step: Floats, slope: float
) -> tuple[Point | None, float, int]:
    """The first of ever shorter steps that climbs (Armijo), its length, and how many were tried."""
    scale, noise = 1.0, 1e-13 * abs(point.value)
    for tried in range(1, 30):
        trial = likelihood(values + scale * step)
        if trial.value > point.value + 1e-4 * scale * slope - noise:
            return trial, scale, tried
        scale /= 4 if np.isinf(trial.value) else 2
    return None, scale, 29


def _updated(inverse: Floats, moved: Floats, fell: Floats) -> Floats:
    """The BFGS update, left out where the likelihood is not concave along the step."""
    curvature = float(moved @ fell)
    if not curvature > 1e-12:
        return inverse
    shift = np.eye(len(moved)) - np.outer(moved, fell) / curvature
    return np.asarray(shift @ inverse @ shift.T + np.outer(moved, moved) / curvature)


def maximise(likelihood: Likelihood, start: Floats, metric: Floats, reach: Floats) -> Maximum:
    """The maximum and the information there. Whether it converged is for the caller to say.

    Where the likelihood is flat, as beside a standard deviation of nearly 0, Newton's steps fail at
    first; the information with its eigenvalues turned positive is then the metric to climb on by.
    """
    values, point, count = climb(likelihood, start, metric, reach)
    for _ in range(_ATTEMPTS):
        widths = 1e-3 * np.sqrt(np.diagonal(metric))
        information = information_at(likelihood, values, widths)
        found = _polished(likelihood, values, point, information)
        count += 2 * len(values) + found.evaluations
        if found.distance < _DONE or not np.isfinite(information).all():
            break
        values, point, more = climb(
            likelihood, found.values, _positive_inverse(information), reach, _DONE
        )
        count += more
    return replace(found, evaluations=count)


def _polished(likelihood: Likelihood, values: Floats, point: Point, information: Floats) -> Maximum:
    """Newton's steps with one information, for as long as they climb."""
    distance, count = np.inf, 0
    for _ in range(10):
        step = newton_step(information, point.gradient)
        if step is None:
            break
        distance = float(step @ point.gradient)
        if distance < _DONE:
            break
        trial = likelihood(values + step)
        count += 1
        if not trial.value > point.value - 1e-7:
            break
        values, point = values + step, trial
    return Maximum(values, point, information, distance, count)


def _positive_inverse(information: Floats) -> Floats:
    """Its inverse with every eigenvalue positive, on the scale where the diagonal is 1."""
    scale = np.sqrt(np.abs(np.diagonal(information))) + _TINY
    roots, vectors = np.linalg.eigh(information / np.outer(scale, scale))
    inverse = (vectors / np.maximum(np.abs(roots), 1e-2)) @ vectors.T
    return np.asarray(inverse / np.outer(scale, scale))


def newton_step(information: Floats, gradient: Floats) -> Floats | None:
    """information⁻¹ gradient; None where the information is not positive definite."""
    try:
        root = np.linalg.cholesky(information)
    except np.linalg.LinAlgError:
        return None
    return np.asarray(np.linalg.solve(root.T, np.linalg.solve(root, gradient)))


def information_at(likelihood: Likelihood, values: Floats, steps: Floats) -> Floats:
    """Minus the Hessian, by central differences of the exact gradient."""
    columns = []
    for k, width in enumerate(steps):
        aside = np.zeros(len(values))
        aside[k] = width
        before, after = likelihood(values - aside), likelihood(values + aside)
        columns.append((before.gradient - after.gradient) / (2 * width))
    matrix = np.array(columns).reshape(len(values), len(values))
    return np.asarray((matrix + matrix.T) / 2)


def constrained(
    likelihood: Likelihood,
    values: Floats,
    information: Floats,
    fixed: Sequence[int],
    reach: Floats,
) -> tuple[Floats, Point]:
    """The maximum over all parameters but the `fixed` ones, from `values`; `reach` as in `climb`.

    The likelihood is -inf where there is none so far out.
    """
    free = np.setdiff1d(np.arange(len(values)), fixed)

    def over_free(part: Floats) -> Point:
        whole = values.copy()
        whole[free] = part
        found = _far_out(likelihood, whole)
        return Point(found.value, found.gradient[free])

    # where something separates, the information is 0 that way, and so are the steps
    metric = np.linalg.pinv(information[np.ix_(free, free)], rcond=1e-12, hermitian=True)
    part, _, _ = climb(over_free, values[free], metric, reach[free])
    whole = values.copy()
    whole[free] = part
    return whole, _far_out(likelihood, whole)


def _far_out(likelihood: Likelihood, values: Floats) -> Point:
    """The likelihood, -inf where numbers overflow: such a step is too long, and shorter ones are
    tried."""
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        found = likelihood(values)
    if np.isfinite(found.value) and np.isfinite(found.gradient).all():
        return found
    return Point(-np.inf, np.full(len(values), np.nan))
