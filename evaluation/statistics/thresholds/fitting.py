"""Maximum likelihood for the curve: bounded climb, Newton's polish, and what cannot be fitted."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from evaluation.statistics.answers import Codes, Floats
from evaluation.statistics.likelihood import NotConverged, Optimum
from evaluation.statistics.thresholds.curve import (
    GUESS,
    INTERCEPT,
    LAPSE,
    SD,
    SLOPE,
    Answered,
    Mask,
    Shape,
    log_likelihood,
)

BOUNDS = {INTERCEPT: (-500.0, 500.0), SLOPE: (-500.0, 500.0), SD: (0.0, 50.0)}
BOUNDS |= {GUESS: (0.0, 0.6), LAPSE: (0.0, 0.2)}
STEEP = 60.0
"""a change of eta over the tested levels, or a σ, that only raters without any overlap have"""
NO_OVERLAP = (
    "within raters, answers change from one level to the next without any overlap, so neither the "
    "slope nor the raters' spread has a finite estimate; test more levels between"
)

STEP = (
    "with guess and lapse to explain the rest, the curve becomes a step without a finite slope; "
    "state guess and lapse as numbers, or test more levels"
)


@dataclass(frozen=True)
class Climbed:
    """The optimum on all five parameters; those at a bound are held there."""

    parameters: Floats
    free: Mask
    """[5] mask: fitted, and not at a bound"""
    optimum: Optimum
    """of the free parameters"""


def problem(accepted: Floats, levels: Floats) -> str:
    """Why no curve can be fitted; or ""."""
    yes, no = levels[accepted == 1], levels[accepted == 0]
    if not len(yes) or not len(no):
        return f"every answer is {'no' if not len(yes) else 'yes'}, at every level tested"
    if len(np.unique(levels)) < 2:
        return "one level was tested; a curve needs several"
    for low, high, change in ((no, yes, "no to yes"), (yes, no, "yes to no")):
        if low.max() <= high.min():
            return (
                f"answers change from {change} between levels {low.max():g} and {high.min():g} "
                "without any overlap: the 50 % level lies there, but no slope can be estimated; "
                "test levels between"
            )
    return ""


def climb(shape: Shape, answered: Answered, start: Floats, fitted: Mask) -> Climbed:
    """From `start` [5], moving the parameters of the mask `fitted`. Raises NotConverged."""
    span = float(np.ptp(answered.levels))
    # first without guess and lapse: from a flat start they would explain what the slope should
    firm = fitted & np.array([True, True, False, False, True])
    at, _ = _bounded(shape, answered, start, firm)
    if (firm != fitted).any():
        at = _best(shape, answered, at, fitted)
    # a rater's spread that ends at 0 is 0: its likelihood is flat there, which fools the polish
    if fitted[SD] and at[SD] < 1e-3:
        at[SD] = 0.0
    held = np.array([at[k] in BOUNDS[k] for k in range(5)])
    free = fitted & ~held
    if abs(at[SLOPE]) * span > STEEP or at[SD] > STEEP / 2:
        raise NotConverged(NO_OVERLAP if (firm == fitted).all() else STEP)
    return _polished(shape, answered, at, free)


def _best(shape: Shape, answered: Answered, at: Floats, fitted: Mask) -> Floats:
    """The best of several climbs: with guess and lapse the likelihood can have several tops."""
    found = []
    for few in (0.001, 0.02, 0.06):
        start = at.copy()
        for k in (GUESS, LAPSE):
            start[k] = min(start[k] + few, BOUNDS[k][1]) if fitted[k] else start[k]
        found.append(_bounded(shape, answered, start, fitted))
    return max(found, key=lambda climbed: climbed[1])[0]


def _bounded(shape: Shape, answered: Answered, start: Floats, fitted: Mask) -> tuple[Floats, float]:
    """Where a bounded climb ends, and the log-likelihood there."""
    moving = np.flatnonzero(fitted)
    answers = float((answered.yes + answered.no).sum())

    def loss(part: Floats) -> tuple[float, Floats]:
        value, gradient = _at(shape, answered, start, moving, part)
        return -value / answers, -gradient / answers

    found = minimize(
        loss,
        start[moving],
        jac=True,
        method="L-BFGS-B",
        bounds=[BOUNDS[k] for k in moving.tolist()],
        options={"maxiter": 500, "ftol": 1e-14, "gtol": 1e-8},
    )
    at = start.copy()
    at[moving] = found.x
    return at, -float(found.fun) * answers


def _polished(shape: Shape, answered: Answered, at: Floats, free: Mask) -> Climbed:
    """Newton's steps with the observed information, until the gradient is gone."""
    moving = np.flatnonzero(free)
    part = at[moving]
    for _ in range(20):
        value, gradient = _at(shape, answered, at, moving, part)
        information = _information(shape, answered, at, moving, part)
        if np.linalg.eigvalsh(information)[0] <= 0:
            raise NotConverged("The data do not tell the curve's parameters apart.")
        step = np.linalg.solve(information, gradient)
        if gradient @ step < 1e-12:
            whole = at.copy()
            whole[moving] = part
            norm = float(np.linalg.norm(gradient))
            return Climbed(whole, free, Optimum(part, value, information, norm))
        part = part + step
    raise NotConverged("The curve did not settle; its thresholds would mean nothing.")


def _information(
    shape: Shape, answered: Answered, at: Floats, moving: Codes, part: Floats
) -> Floats:
    """Minus the derivative of the gradient, by central differences."""
    step = 1e-5
    rows = []
    for k in range(len(part)):
        shift = np.eye(len(part))[k] * step
        up = _at(shape, answered, at, moving, part + shift)[1]
        down = _at(shape, answered, at, moving, part - shift)[1]
        rows.append((down - up) / (2 * step))
    matrix = np.array(rows)
    return np.asarray((matrix + matrix.T) / 2)


def _at(
    shape: Shape, answered: Answered, whole: Floats, moving: Codes, part: Floats
) -> tuple[float, Floats]:
    at = whole.copy()
    at[moving] = part
    value, gradient = log_likelihood(shape, at, answered)
    return value, gradient.sum(0)[moving]
