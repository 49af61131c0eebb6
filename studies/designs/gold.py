"""Items whose right answer is known: which conditions they show. Pure."""

from collections.abc import Mapping, Sequence

from studies.designs.factorial import FACTORS, Condition, matches


def cells(
    conditions: Sequence[Condition],
    where: Mapping[str, Sequence[str]],
    strength: Mapping[tuple[str, str], float],
    count: int,
) -> list[Condition]:
    """`count` conditions, without an artist, in turn from those that `where` names.

    Where it names none: those of the highest strength, of protections with any. `strength` is as
    in `designs.practice`. Empty where nothing matches.
    """
    names = FACTORS[1:]
    bare = list(
        {
            tuple(cell[name] for name in names): {name: cell[name] for name in names}
            for cell in conditions
            if matches(where, cell)
        }.values()
    )
    if not where:
        most = max((_strength(cell, strength) for cell in bare), default=0.0)
        bare = [cell for cell in bare if most and _strength(cell, strength) == most]
    return [bare[number % len(bare)] for number in range(count)] if bare else []


def sets(
    compared: Sequence[Sequence[tuple[int, Condition]]],
    where: Mapping[str, Sequence[str]],
    count: int,
) -> list[list[Condition]]:
    """`count` sets of conditions to compare, without an artist, in turn.

    Those in which exactly one condition is as `where` says; it stands first, so its picture is in
    the first of the compared slots. Empty where there is none.
    """
    found: dict[str, list[Condition]] = {}
    for each in compared:
        plain = [cell for _, cell in each]
        special = [cell for cell in plain if where and matches(where, cell)]
        if len(special) == 1:
            ordered = [*special, *(cell for cell in plain if cell not in special)]
            bare = [{name: cell[name] for name in FACTORS[1:]} for cell in ordered]
            found.setdefault(str(bare), bare)
    kinds = list(found.values())
    return [kinds[number % len(kinds)] for number in range(count)] if kinds else []


def _strength(cell: Condition, strength: Mapping[tuple[str, str], float]) -> float:
    return strength[cell["protection"], cell["budget"]]
