"""From a curve to levels: where a share is reached, and which levels could be that level."""

from dataclasses import dataclass
from math import inf, isfinite

import numpy as np
from scipy.optimize import brentq
from scipy.stats import t as student

from evaluation.statistics.answers import Floats
from evaluation.statistics.estimate import Estimate
from evaluation.statistics.likelihood import Spread
from evaluation.statistics.thresholds.curve import GUESS, LAPSE, SD, Mask, Shape, share

FARTHEST = 30.0
"""how many ranges of the tested levels away a level is still looked for"""
ALIKE = "raters (or artworks) are so alike that their spread says nothing"
ALONE = "one rater or one artwork says nothing about others"


@dataclass(frozen=True)
class Curve:
    """A fitted curve on the levels as given."""

    shape: Shape
    parameters: Floats
    """intercept, slope, guess, lapse, raters' sd; of centred and scaled levels"""
    free: Mask
    spread: Spread
    middle: float
    scale: float

    def share(self, levels: Floats) -> Floats:
        """The share of answers that are yes [M]."""
        return share(self.shape, self.parameters, (levels - self.middle) / self.scale)[0]

    def stretched(self, levels: Floats) -> tuple[Floats, Floats]:
        """That share on the link's scale, without ends [M], and its standard error [M]."""
        eta, contrasts = self._along(levels)
        return eta, np.sqrt(self.spread.variances(contrasts))

    def alike_at(self, level: float) -> bool:
        """Whether clusters are so alike that their spread says nothing about the share there."""
        return self.spread.alike(self._along(np.array([level]))[1][0])

    def only(self, parameter: int) -> Floats:
        """The contrast of the fitted parameters that takes this one alone."""
        return np.asarray(np.eye(len(self.free))[parameter][self.free])

    def _along(self, levels: Floats) -> tuple[Floats, Floats]:
        """The stretched share [M], and its slopes by the fitted parameters."""
        p, gradient = share(self.shape, self.parameters, (levels - self.middle) / self.scale)
        eta = self.shape.stretch(np.clip(p, 1e-12, 1 - 1e-12))
        return eta, gradient[:, self.free] / self.shape.density(eta)[:, None]

    def typical(self) -> "Curve":
        """The curve of the rater in the middle, u = 0."""
        at = self.parameters.copy()
        at[SD] = 0.0
        return Curve(self.shape, at, self.free, self.spread, self.middle, self.scale)


@dataclass(frozen=True)
class Seek:
    """What every estimate of one fit has in common."""

    tested: tuple[float, float]
    n: int
    said: str
    level: float

    def threshold(self, curve: Curve, target: float) -> Estimate:
        """The level at which `target` of the answers are yes."""
        at = curve.parameters
        if not at[GUESS] < target < 1 - at[LAPSE]:
            reason = (
                f"guesses and lapses hold the share between {at[GUESS]:.2f} and {1 - at[LAPSE]:.2f}"
            )
            return self._undefined(reason)
        value = self._where(curve, target)
        if not np.isfinite(value):
            return self._undefined(f"the share hardly changes with the level, never to {target:g}")
        if curve.spread.freedom < 1:
            return self._without(value, ALONE)
        if curve.alike_at(value):
            return self._without(value, ALIKE)
        low, high = (self._end(curve, target, value, side) for side in (-1, 1))
        if not np.isfinite([low, high]).all():
            return self._without(value, _open(low, high))
        beyond = not self.tested[0] <= value <= self.tested[1]
        said = f"{self.said}, inverted band" + (", beyond the levels tested" if beyond else "")
        return Estimate(value, low, high, self._se(curve, value), self.level, self.n, said)

    def parameter(
        self, curve: Curve, which: int, bounds: tuple[float, float] = (-inf, inf), unit: float = 1.0
    ) -> Estimate:
        """A parameter ± t se, kept within its bounds; without interval where it was not fitted."""
        value, contrast = float(curve.parameters[which]) / unit, curve.only(which)
        if not curve.free[which]:
            return self._without(value, "fixed, or at the end of what it may be")
        if curve.spread.freedom < 1:
            return self._without(value, ALONE)
        if curve.spread.alike(contrast):
            return self._without(value, ALIKE)
        se = curve.spread.se(contrast) / unit
        half = se * self._quantile(curve)
        low, high = max(value - half, bounds[0]), min(value + half, bounds[1])
        return Estimate(value, low, high, se, self.level, self.n, self.said)

    def _where(self, curve: Curve, target: float) -> float:
        far = FARTHEST * (self.tested[1] - self.tested[0])

        def apart(level: float) -> float:
            return float(curve.share(np.array([level]))[0]) - target

        ends = self.tested[0] - far, self.tested[1] + far
        if apart(ends[0]) * apart(ends[1]) >= 0:
            return inf
        return float(brentq(apart, *ends, xtol=1e-12, rtol=1e-12))

    def _end(self, curve: Curve, target: float, value: float, side: int) -> float:
        """The nearest level on one side of `value` whose share differs from the target."""
        quantile, wanted = self._quantile(curve), curve.shape.stretch(np.array(target))

        def differs(levels: Floats) -> Floats:
            eta, se = curve.stretched(levels)
            return np.asarray(np.abs(eta - wanted) - quantile * se)

        far = FARTHEST * (self.tested[1] - self.tested[0])
        steps = value + side * far * np.linspace(0, 1, 600) ** 3
        outside = np.flatnonzero(differs(steps) > 0)
        if not len(outside):
            return side * inf
        near, first = steps[outside[0] - 1], steps[outside[0]]
        return float(brentq(lambda at: float(differs(np.array([at]))[0]), near, first))

    def _se(self, curve: Curve, value: float) -> float:
        """By the delta method, for those who want one."""
        step = 1e-5 * (self.tested[1] - self.tested[0])
        eta, se = curve.stretched(np.array([value - step, value, value + step]))
        return float(se[1] * 2 * step / abs(eta[2] - eta[0]))

    def _quantile(self, curve: Curve) -> float:
        return float(student.ppf((1 + self.level) / 2, curve.spread.freedom))

    def _without(self, value: float, reason: str) -> Estimate:
        return Estimate.without_interval(value, level=self.level, n=self.n, reason=reason)

    def _undefined(self, reason: str) -> Estimate:
        return Estimate.undefined(level=self.level, n=self.n, reason=reason)


def _open(low: float, high: float) -> str:
    limit = ""
    if isfinite(low) or isfinite(high):
        limit = f" (it lies {f'above {low:.3g}' if isfinite(low) else f'below {high:.3g}'})"
    return f"the share changes too little with the level for limits on both sides{limit}"
