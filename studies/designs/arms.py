"""Names of what a participant meets: conditions without the artist, and arms. Pure."""

from collections.abc import Mapping, Sequence

from studies.designs.factorial import FACTORS, UNDEGRADED

Cell = Mapping[str, str]
"""Factor → level of one condition."""

BETWEEN, BESIDE = " · ", " | "
"""Between levels of one condition; between conditions that are compared."""


def condition_of(cells: Sequence[Cell]) -> str:
    """What was done to the pictures, whoever painted them: levels of all factors but the artist."""
    return BESIDE.join(_named(cell, FACTORS[1:]) for cell in cells)


def arm_of(cells: Sequence[Cell], between: Sequence[str]) -> str:
    """The levels that a participant who judges this item meets and no others; “” without such
    factors. Conditions that are compared agree in them."""
    return _named(cells[0], between) if between else ""


def _named(cell: Cell, factors: Sequence[str]) -> str:
    return BETWEEN.join(cell.get(factor) or UNDEGRADED.get(factor, "–") for factor in factors)
