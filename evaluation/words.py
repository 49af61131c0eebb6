"""Numbers and comparisons in plain English, with their intervals. Pure."""

from collections.abc import Sequence

from evaluation.statistics.estimate import Estimate

SIGNIFICANT = 0.05


def points(estimate: Estimate) -> str:
    """A difference of shares in percentage points: “-12 [-20, -4] points”."""
    numbers = [estimate.value, estimate.low, estimate.high]
    if not estimate.has_interval:
        return f"{signed(100 * estimate.value, '.0f')} points [{estimate.method}]"
    value, low, high = (signed(100 * number, ".0f") for number in numbers)
    return f"{value} points [{low}, {high}]"


def signed(number: float, spec: str) -> str:
    """“+0.12”, “−3”: with a sign, and a minus that is one."""
    return format(number, f"+{spec}").replace("-", "−")


def verdict(p: float, adjusted: float, family: int) -> str:
    """“significant”, or in which way not, given a p-value and its adjustment for a family."""
    if p != p:
        return "untested"
    if adjusted < SIGNIFICANT:
        return "significant"
    if p < SIGNIFICANT:
        return f"not significant once {family} comparisons are counted"
    return "not significant"


def p_value(p: float) -> str:
    """“p = 0.03”, “p < 0.001”"""
    if p != p:
        return "no p-value"
    said = "p < 0.001" if p < 0.001 else f"p = {p:.3f}".rstrip("0")
    return said.replace(" ", "\u00a0")  # never broken over two lines


def listed(words: Sequence[str]) -> str:
    """“a, b and c”"""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def counted(number: int, noun: str) -> str:
    """“1 rater”, “12 raters”"""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
