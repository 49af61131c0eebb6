"""Which conditions raters see together: those alike but for the compared factors. Pure."""

from collections.abc import Mapping, Sequence
from itertools import combinations

from studies.designs.factorial import FACTORS, Condition, matches

Numbered = tuple[int, Condition]
"""A condition and its position, from 1."""


def comparisons(
    conditions: Sequence[Condition],
    factors: Sequence[str],
    size: int,
    against: Mapping[str, Sequence[str]] | None = None,
) -> list[tuple[Numbered, ...]]:
    """Every set of `size` conditions that agree in all factors but `factors`.

    `against` keeps only the sets in which exactly one condition matches this rule: a baseline.
    In the order of the conditions.
    """
    held = [factor for factor in FACTORS if factor not in factors]
    alike: dict[tuple[str, ...], list[Numbered]] = {}
    for position, cell in enumerate(conditions, start=1):
        alike.setdefault(tuple(cell[factor] for factor in held), []).append((position, cell))
    sets = [each for group in alike.values() for each in combinations(group, size)]
    if against is None:
        return sets
    return [each for each in sets if sum(matches(against, cell) for _, cell in each) == 1]


def spread(sets: Sequence[tuple[Numbered, ...]], count: int) -> list[tuple[Condition, ...]]:
    """`count` sets to practise on, evenly spread over those that differ, without an artist."""
    bare = {
        tuple(tuple((f, cell[f]) for f in FACTORS[1:]) for _, cell in each): None for each in sets
    }
    kinds = [tuple(dict(cell) for cell in each) for each in bare]
    last = len(kinds) - 1
    places = [round(last * i / (count - 1)) for i in range(count)] if count > 1 else [last] * count
    return [kinds[place] for place in places]
