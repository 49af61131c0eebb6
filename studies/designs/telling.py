"""A coverage in words, and as rows of a picture: conditions × groups of participants. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from studies.designs.arms import BESIDE, BETWEEN
from studies.designs.coverage import Coverage

COLUMNS = 30
"""Of the picture: more participants than this share columns."""
DARKEST = 5


def numbers(coverage: Coverage, *, square: bool = False) -> list[tuple[str, str]]:
    """(what, how much) of a design as it was played."""
    left = f", {coverage.left} left before" if coverage.left else ""
    found = [
        ("participants", f"{len(coverage.finishers)} finish{left}"),
        ("items each", str(coverage.shares)),
        *_arms(coverage),
        ("each condition", f"{_items(str(coverage.each))} of it for one participant"),
    ]
    if coverage.pairs:
        found.append(("pairs", f"two conditions meet in {coverage.pairs} participants"))
    if square:
        found += [
            ("places", f"a condition stands {coverage.places} times at each place of a round"),
            ("carry-over", f"one condition follows another {coverage.carried} times"),
        ]
    return found


def imbalance(coverage: Coverage) -> int:
    """The most by which ratings of two items of one arm differ."""
    return max((ratings.imbalance for _, _, ratings in coverage.by_arm), default=0)


@dataclass(frozen=True)
class Row:
    """One condition in the picture."""

    name: str
    arm: str
    cells: Sequence[tuple[int, int]]
    """(items of it that the column's participants judged, heat 0 to 5)."""
    total: int


def picture(coverage: Coverage) -> list[Row]:
    """Conditions × participants in the order they ended, some to a column where they are many."""
    people = coverage.people
    columns = min(COLUMNS, len(people))
    cuts = [len(people) * n // columns for n in range(columns + 1)] if columns else [0]
    groups = [people[a:b] for a, b in pairwise(cuts)]
    counts = [
        Counter((person.arm, item.condition) for person in group for item in person.judged)
        for group in groups
    ]
    met = dict.fromkeys((item.arm, item.condition) for item in coverage.items)
    names = short([condition for _, condition in met])
    top = max((count for column in counts for count in column.values()), default=1)
    return [
        Row(
            names[key[1]], key[0], [_cell(c[key], top) for c in counts], sum(c[key] for c in counts)
        )
        for key in sorted(met)
    ]


def short(conditions: Sequence[str]) -> dict[str, str]:
    """Condition → its levels without those that all share."""
    split = {name: [cell.split(BETWEEN) for cell in name.split(BESIDE)] for name in conditions}
    width = min((len(cell) for cells in split.values() for cell in cells), default=0)
    every = [cell for cells in split.values() for cell in cells]
    differ = [at for at in range(width) if len({cell[at] for cell in every}) > 1]
    return {
        name: BESIDE.join(BETWEEN.join(cell[at] for at in differ) or cell[0] for cell in cells)
        for name, cells in split.items()
    }


def _cell(count: int, top: int) -> tuple[int, int]:
    return count, 0 if count == 0 else max(1, round(DARKEST * count / top))


def _arms(coverage: Coverage) -> list[tuple[str, str]]:
    found = []
    for arm, people, ratings in coverage.by_arm:
        told = f"{ratings} for each item (needs {coverage.per_item})"
        found.append((arm or "ratings", f"{people} participants, {told}" if arm else told))
    return found


def _items(count: str) -> str:
    return f"{count} item" if count == "1" else f"{count} items"
