"""Whether strengths can be estimated at all, and if not, why, in words.

A finite maximum exists where no item, or group of items, won or lost everything against the rest
(Ford 1957, doi:10.2307/2308513); with a position effect and ties, where no direction of the
parameters makes every answer more likely (Albert and Anderson 1984, doi:10.1093/biomet/71.1.1),
which is a linear programme.
"""

import numpy as np
from scipy.optimize import linprog
from scipy.sparse.csgraph import connected_components

from evaluation.statistics.answers import Floats
from evaluation.statistics.pairs.table import FIRST, SECOND, TIE, Comparisons, Mask, quoted

PRIOR = "compare them more, or give `prior`, e.g. 2"


def unconnected(comparisons: Comparisons) -> str:
    """Which items were never held against the rest, not even by way of others; or ""."""
    count, part = connected_components(comparisons.wins > 0, directed=True, connection="weak")
    if count == 1:
        return ""
    one = _members(comparisons, part == np.bincount(part).argmin())
    return (
        f"the items fall into {count} groups that were never compared with each other, one of them "
        f"{one}; there is no common scale: {PRIOR}"
    )


def unbeaten(comparisons: Comparisons) -> str:
    """Which items never lost to, or never won against, the rest; or ""."""
    wins = comparisons.wins > 0
    count, part = connected_components(wins, directed=True, connection="strong")
    if count == 1:
        return ""
    for group in np.argsort(np.bincount(part), kind="stable"):
        mine = part == group
        lost, won = wins[~mine][:, mine].any(), wins[mine][:, ~mine].any()
        if lost and won:
            continue
        fate = "lost to" if won else "won against"
        reach = "above" if won else "below"
        return (
            f"{_members(comparisons, mine)} never {fate} any other item: how far {reach} the rest "
            f"cannot be estimated; {PRIOR}"
        )
    return ""


def separated(comparisons: Comparisons, design: Floats, *, ties: bool) -> str:
    """Whether strengths, position and ties together foretell every answer; or "".

    design [C, P] gives eta from the parameters that no prior holds.
    """
    rows = _constraints(comparisons, design, ties)
    found = linprog(-rows.sum(0), A_ub=-rows, b_ub=np.zeros(len(rows)), bounds=(-1, 1))
    if found.status == 0 and rows.sum(0) @ found.x > 1e-7:
        return (
            "strengths and the effect of being shown first together foretell every answer, so "
            "neither has a finite estimate; ask for more answers, or fit with position=False"
        )
    return ""


def confounded(design: Floats) -> bool:
    """Whether the last column of the design, the position, is a sum of the others."""
    return bool(np.linalg.matrix_rank(design) < design.shape[1])


def _constraints(comparisons: Comparisons, design: Floats, ties: bool) -> Floats:
    """Rows r with r @ d ≥ 0: along d, no answer that was given becomes less likely."""
    zeros, ones = np.zeros((len(design), 1)), np.ones((len(design), 1))
    powers = {FIRST: np.hstack([design / 2, zeros]), SECOND: np.hstack([-design / 2, zeros])}
    if ties:
        powers[TIE] = np.hstack([np.zeros_like(design), ones])
    rows = [
        (powers[given] - powers[other])[comparisons.counts[:, given] > 0]
        for given in powers
        for other in powers
        if other != given
    ]
    return np.concatenate(rows)


def _members(comparisons: Comparisons, mine: Mask) -> str:
    return quoted([comparisons.items[k] for k in np.flatnonzero(mine)])
