"""Crossing factors into conditions: artist × protection × budget × purification × mimicry × …

The last two are a degradation and its dose: pictures that are spoilt on purpose, step by step.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from types import MappingProxyType

FACTORS = ("artist", "protection", "budget", "purification", "mimicry", "degradation", "dose")
"""In the order of the crossing (the first varies slowest) and of the columns in tables."""

Condition = dict[str, str]
"""Factor → level."""

NO_MIMICRY = "none"
"""The level of `mimicry` where people judge the artist's own pictures."""

UNDEGRADED: Mapping[str, str] = MappingProxyType({"degradation": "none", "dose": "0"})
"""The levels of pictures that are shown as they were made."""


def cross(
    artists: Iterable[str],
    protections: Mapping[str, Sequence[str]],
    purifications: Iterable[str],
    skip: Sequence[Mapping[str, Sequence[str]]] = (),
    mimicries: Iterable[str] = (NO_MIMICRY,),
    degradations: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> list[Condition]:
    """All conditions, in the order given, without the cells that a rule in `skip` leaves out.

    `protections` gives each protection's own budget levels: budgets are nested in protections,
    since a value means something else under another norm; doses are nested in `degradations` for
    the same reason. Pictures as they were made come before what degradations leave of them. A rule
    leaves out the cells that match each factor it names: `{"protection": ["glaze"], "budget":
    ["0.03"]}` leaves out one level of one protection, `{"protection": ["glaze"]}` all of them.
    """
    levels = [(label, budget) for label, budgets in protections.items() for budget in budgets]
    steps = [tuple(UNDEGRADED.values())]
    steps += [(label, dose) for label, doses in degradations.items() for dose in doses]
    cells = [
        dict(zip(FACTORS, (artist, *level, purification, mimicry, *step), strict=True))
        for artist, level, purification, mimicry, step in product(
            artists, levels, purifications, mimicries, steps
        )
    ]
    return [cell for cell in cells if not any(matches(rule, cell) for rule in skip)]


def matches(rule: Mapping[str, Sequence[str]], cell: Mapping[str, str]) -> bool:
    """Whether `cell` has one of the levels of each factor that `rule` names."""
    return all(cell[factor] in levels for factor, levels in rule.items())
