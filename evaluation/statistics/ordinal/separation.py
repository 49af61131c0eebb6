"""Separation: directions in which thresholds and effects may run to infinity.

Where moving the parameters along a direction makes no answer less likely, and some more, the
likelihood has no maximum: every answer under a condition in the top category, say. Such directions
form a cone, found by linear programs (after Albert and Anderson 1984, doi:10.1093/biomet/71.1.1).
Random intercepts do not change it: the direction helps at every value of theirs.
"""

import numpy as np
from scipy.linalg import null_space
from scipy.optimize import linprog

from evaluation.statistics.answers import Floats
from evaluation.statistics.ordinal.problem import Problem

_SMALL = 1e-7


def escapes(problem: Problem) -> Floats:
    """[k, α and β]: directions that span all escapes, longest entry 1; none for a sound fit."""
    gains = _gains(problem)
    found = np.zeros((0, problem.fixed))
    aims = [gains.sum(0)]
    while True:
        tried = [_best(gains, aim) for aim in aims]
        further = [d for d in tried if (gains @ d).max(initial=0) > _SMALL]
        if not further:
            return found
        known = len(found)
        found = _independent(np.vstack([found, *further]))
        if len(found) == known:
            return found  # what is left differs from these by rounding
        # aims outside the span find what it still lacks
        outside = null_space(found, rcond=_SMALL).T
        aims = [sign * direction for direction in outside for sign in (1.0, -1.0)]


def _independent(directions: Floats) -> Floats:
    """Rows that span the same, none superfluous."""
    kept = directions[:0]
    for row in directions:
        trial = np.vstack([kept, row])
        if np.linalg.matrix_rank(trial, tol=1e-5) == len(trial):
            kept = trial
    return kept


def complement(directions: Floats, size: int) -> Floats:
    """[size, kept]: a basis of the parameters that no escape moves, clean ones kept as they are."""
    whole = np.zeros((len(directions), size))
    whole[:, : directions.shape[1]] = directions
    moved = np.abs(whole).max(0) > _SMALL
    basis = np.eye(size)[:, ~moved]
    turned = null_space(whole[:, moved])
    lifted = np.zeros((size, turned.shape[1]))
    lifted[moved] = turned
    return np.hstack([basis, lifted])


def _gains(problem: Problem) -> Floats:
    """[rows, α and β]: what each answer's limits move outward by; must be at least 0."""
    structure = problem.structure
    patterns = np.unique(np.column_stack([problem.upper, problem.category, problem.design]), axis=0)
    category = patterns[:, 1].astype(np.intp)
    stratum = (patterns[:, 0].astype(np.intp) - category - 1) // (structure.cuts + 2)
    place = stratum * structure.cuts + category
    has_upper, has_lower = category < structure.cuts, category > 0
    shift = patterns[:, 2:]
    upward = np.hstack([structure.matrix[place[has_upper]], -shift[has_upper]])
    downward = np.hstack([-structure.matrix[place[has_lower] - 1], shift[has_lower]])
    return np.vstack([upward, downward])


def _best(gains: Floats, aim: Floats) -> Floats:
    found = linprog(-aim, A_ub=-gains, b_ub=np.zeros(len(gains)), bounds=(-1, 1), method="highs")
    return np.asarray(found.x) if found.status == 0 else np.zeros(len(aim))
