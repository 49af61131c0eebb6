"""Numbers and comparisons in plain English, with their intervals. Pure."""

from collections.abc import Iterable, Sequence

from evaluation.statistics.estimate import Estimate

SIGNIFICANT = 0.05


def said(estimate: Estimate, spec: str = ".2f") -> str:
    """“0.71 [0.62, 0.79]”; where there is no interval, that there is none, but not why."""
    if estimate.has_interval:
        return format(estimate, spec)
    if not estimate.defined:
        return "undefined"
    return f"{format(estimate.value, spec).replace('-', '−')} [no interval]"


def reasons(estimates: Iterable[Estimate]) -> str:
    """Why intervals or values are missing, each reason once; empty where none is."""
    missing = [estimate.method for estimate in estimates if not estimate.has_interval]
    return "".join(f" {reason[0].upper()}{reason[1:]}." for reason in dict.fromkeys(missing))


def points(estimate: Estimate) -> str:
    """A difference of shares in percentage points: “−12 points [−20, −4]”."""
    value, low, high = (
        signed(100 * number, ".0f") for number in (estimate.value, estimate.low, estimate.high)
    )
    return f"{value} points [{low}, {high}]" if estimate.has_interval else f"{value} points"


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
    said = "p < 0.001" if p < 0.001 else f"p = {p:.3f}".rstrip("0").rstrip(".")
    return said.replace(" ", "\u00a0")  # never broken over two lines


def listed(words: Sequence[str]) -> str:
    """“a, b and c”"""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def counted(number: int, noun: str) -> str:
    """“1 rater”, “12 raters”"""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
