"""Intervals value ± t · se: what such an interval needs to be had at another level."""

from dataclasses import dataclass

from scipy.stats import t as student

from evaluation.statistics.estimate import Estimate, check_level


@dataclass(frozen=True)
class ByT:
    """Student's t with `freedom` degrees of freedom; ends lie no farther than `reach` from 0."""

    freedom: int
    reach: float

    def estimate(self, value: float, se: float, *, level: float, n: int, method: str) -> Estimate:
        """`value` with its interval; `method` does not name the level."""
        half = float(student.ppf((1 + level) / 2, self.freedom)) * se
        low, high = max(value - half, -self.reach), min(value + half, self.reach)
        return Estimate(value, low, high, se, level, n, method)

    def p(self, value: float, se: float) -> float:
        """Two-sided, of a value of 0."""
        return float(2 * student.sf(abs(value) / se, self.freedom))


def at_level(estimate: Estimate, how: ByT | None, level: float) -> Estimate | None:
    """The estimate with its interval at another level.

    None where that is no function of value and standard error (`how` is None): it must be computed
    anew. Raises BadData for a level outside (0, 1).
    """
    check_level(level)
    if level == estimate.level:
        return estimate
    if how is None:
        return None
    return how.estimate(
        estimate.value, estimate.se, level=level, n=estimate.n, method=estimate.method
    )
