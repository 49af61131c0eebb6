"""Group-sequential looks by O'Brien and Fleming's spending function (Lan and DeMets 1983).

By the time a fraction t of the information is in, an error of

    α(t) = 2 - 2 Φ(z_{α/2} / √t)

has been spent on each side: next to nothing early, nearly everything at the end. The critical value
of a look makes the chance of first crossing there equal to what is newly spent, by integrating over
paths that have not crossed (Armitage, McPherson, Rowe 1969).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf, sqrt

import numpy as np
from scipy.optimize import brentq
from scipy.stats import norm

from evaluation.statistics.answers import Floats, number_column
from evaluation.statistics.estimate import BadData, Estimate

NODES, WEIGHTS = np.polynomial.legendre.leggauss(600)
FAR = 9.0  # standard deviations beyond which there is no path


@dataclass(frozen=True)
class Boundaries:
    """What each look may conclude from; all tuples have one entry a look."""

    fractions: tuple[float, ...]
    critical: tuple[float, ...]
    """|z| (z, one-sided) that a look must reach; inf where a look is too early to stop at all"""
    nominal: tuple[float, ...]
    """the p-value below which a look stops"""
    spent: tuple[float, ...]
    """error spent up to and with each look"""
    two_sided: bool

    @property
    def levels(self) -> tuple[float, ...]:
        """The coverage to ask of an interval at each look: `level` of any function here."""
        sides = 1 if self.two_sided else 2
        return tuple(1 - sides * p for p in self.nominal)


@dataclass(frozen=True)
class Look:
    """One interim analysis."""

    estimate: Estimate
    stop: bool
    said: str


def obrien_fleming(
    fractions: Sequence[float], *, alpha: float = 0.05, two_sided: bool = True
) -> Boundaries:
    """Critical values for looks at `fractions` of the planned information (raters, say).

    fractions  rising, above 0, at most 1; looks need not be spaced evenly, and may be given one by
        one as they happen, since a critical value rests on the looks before it alone. Where the
        last is below 1 some of the error stays unspent.
    alpha  the chance of any false claim over all looks.

    >>> [round(z, 3) for z in obrien_fleming([0.2, 0.4, 0.6, 0.8, 1]).critical]
    [4.877, 3.357, 2.68, 2.29, 2.031]
    """
    times = number_column(fractions, "Fraction")
    _check(times, alpha)
    side = alpha / 2 if two_sided else alpha
    spent = 2 * norm.sf(norm.isf(side / 2) / np.sqrt(times))
    critical = _critical(times, np.diff(spent, prepend=0.0), two_sided)
    sides = 2 if two_sided else 1
    return Boundaries(
        tuple(times.tolist()),
        tuple(critical),
        tuple(float(sides * norm.sf(z)) for z in critical),
        tuple((sides * spent).tolist()),
        two_sided,
    )


def look(
    compute: Callable[[float], Estimate], boundaries: Boundaries, number: int, *, null: float = 0.0
) -> Look:
    """The estimate at look `number` (from 1) with the interval that this look deserves.

    compute  level → Estimate, e.g. `lambda level: clustered_share(hits, raters, items,
        level=level).estimate`; stops where its interval excludes `null` (for one-sided boundaries,
        lies wholly above it).

    >>> steady = lambda level: Estimate(0.3, 0.1, 0.5, 0.1, level, 90, "for show")
    >>> look(steady, obrien_fleming([0.5, 1]), 1).stop
    True
    """
    if not 1 <= number <= len(boundaries.critical):
        raise BadData(f"There are {len(boundaries.critical)} looks; given: look {number}.")
    level = boundaries.levels[number - 1]
    fraction = boundaries.fractions[number - 1]
    if level >= 1:
        early = Estimate.undefined(
            level=1.0, n=0, reason=f"a look at {fraction:.0%} of the information cannot stop"
        )
        return Look(early, False, early.method)
    estimate = compute(level)
    above = estimate.has_interval and estimate.low > null
    stop = estimate.excludes(null) if boundaries.two_sided else above
    verdict = "stop" if stop else "go on" if number < len(boundaries.critical) else "nothing shown"
    said = f"look {number} of {len(boundaries.critical)} at {fraction:.0%}, {level:.4%} interval"
    return Look(estimate, stop, f"{said}: {verdict}")


def _check(times: Floats, alpha: float) -> None:
    # written so that nan fails it
    if not (len(times) and times[0] > 0 and times[-1] <= 1 and (np.diff(times) > 0).all()):
        raise BadData(
            "Looks are rising fractions of the information, above 0 and at most 1; "
            f"given: {times.tolist()}."
        )
    if not 0 < alpha < 1:
        raise BadData(f"An error rate lies between 0 and 1, e.g. 0.05; given: {alpha}.")


def _critical(times: Floats, spend: Floats, two_sided: bool) -> list[float]:
    """One side's critical values; `spend` is what each look newly spends on that side."""
    found = [float(norm.isf(spend[0]))]
    points, density = _first(times[0], found[0], two_sided)
    for k in range(1, len(times)):
        step = sqrt(times[k] - times[k - 1])
        root = sqrt(times[k])
        z = _solve(points, density, root, step, float(spend[k]))
        found.append(z)
        points, density = _next(points, density, root, step, z, two_sided)
    return found


def _solve(points: Floats, density: Floats, root: float, step: float, spend: float) -> float:
    def excess(z: float) -> float:
        return float(density @ norm.sf((z * root - points) / step)) - spend

    return inf if excess(FAR) > 0 else float(brentq(excess, -FAR, FAR, xtol=1e-12))


def _region(root: float, z: float, two_sided: bool) -> tuple[Floats, Floats]:
    """Nodes and weights over scores at which the study goes on."""
    top = min(z, FAR) * root
    bottom = -top if two_sided else -FAR * root
    half = (top - bottom) / 2
    return (top + bottom) / 2 + half * NODES, half * WEIGHTS


def _first(time: float, z: float, two_sided: bool) -> tuple[Floats, Floats]:
    points, weights = _region(sqrt(time), z, two_sided)
    return points, weights * norm.pdf(points, scale=sqrt(time))


def _next(
    points: Floats, density: Floats, root: float, step: float, z: float, two_sided: bool
) -> tuple[Floats, Floats]:
    after, weights = _region(root, z, two_sided)
    kernel = norm.pdf((after[:, None] - points) / step) / step
    return after, weights * (kernel @ density)
