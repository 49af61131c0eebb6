"""A number that never travels without its interval."""

from dataclasses import dataclass
from math import isfinite, nan

ESTIMATE_LEVEL = 0.95
ROUNDING = 1e-9
ALL_ALIKE = "all clusters are alike, which says nothing about how others would differ"


class BadData(ValueError):
    """Data that a statistic cannot take; the message names the value and says what is wanted."""


@dataclass(frozen=True)
class Estimate:
    """A value, its interval, and how both came about.

    value, low, high and se share one unit; `level` is the nominal coverage of [low, high]; `n`
    counts the answers behind it (items, artworks or conditions for a correlation). Where the data
    allow no interval, low, high and se are nan; where they allow no value, value is nan too, and
    `method` says why.

    >>> str(Estimate(0.712, 0.62, 0.793, 0.044, 0.95, 240, "two-way clustered"))
    '0.71 [0.62, 0.79]'
    >>> format(Estimate(0.712, 0.62, 0.793, 0.044, 0.95, 240, "two-way clustered"), ".0%")
    '71% [62%, 79%]'
    """

    value: float
    low: float
    high: float
    se: float
    level: float
    n: int
    method: str

    @classmethod
    def without_interval(cls, value: float, *, level: float, n: int, reason: str) -> "Estimate":
        """A value about whose precision the data say nothing, e.g. because there is one item."""
        return cls(value, nan, nan, nan, level, n, f"no interval: {reason}")

    @classmethod
    def undefined(cls, *, level: float, n: int, reason: str) -> "Estimate":
        """No value at all, e.g. agreement where every answer is the same."""
        return cls(nan, nan, nan, nan, level, n, f"undefined: {reason}")

    @property
    def defined(self) -> bool:
        return isfinite(self.value)

    @property
    def has_interval(self) -> bool:
        return isfinite(self.low) and isfinite(self.high)

    def excludes(self, value: float) -> bool:
        """True where the interval lies wholly on one side of `value`."""
        return self.has_interval and not self.low <= value <= self.high

    def __str__(self) -> str:
        return format(self, ".2f")

    def __format__(self, spec: str) -> str:
        """The format of each of its numbers: `f"{estimate:.0%}"` → “71% [62%, 79%]”."""
        spec = spec or ".2f"
        if not self.defined:
            return self.method
        value, low, high = (
            format(number, spec).replace("-", "−") for number in (self.value, self.low, self.high)
        )
        return f"{value} [{low}, {high}]" if self.has_interval else f"{value} [{self.method}]"


def is_rounding(spread: float, size: float, share: float = ROUNDING) -> bool:
    """Whether a spread is what rounding leaves of none, beside the `size` of what it came from.

    The one comparison for “all are alike”: it is relative, since what rounding leaves of equal
    numbers grows with them. `share` is larger where a search stopped earlier than rounding does.
    """
    return not spread > share * size


def check_level(level: float) -> None:
    """Refuses a nominal coverage outside (0, 1)."""
    if not 0 < level < 1:
        raise BadData(f"The level of an interval lies between 0 and 1, e.g. 0.95; given: {level}.")
