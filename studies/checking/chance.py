"""Exact chances of small counts, for checks: the binomial distribution. Pure."""

from math import comb


def at_least(hits: int, tries: int, chance: float) -> float:
    """The probability of `hits` or more in `tries` independent ones, each with `chance`."""
    return sum(
        comb(tries, k) * chance**k * (1 - chance) ** (tries - k) for k in range(hits, tries + 1)
    )
