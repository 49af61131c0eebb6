"""Practice items: a few examples that show raters the range from untouched to strongly altered."""

from collections.abc import Iterable, Mapping, Sequence
from random import Random

from studies.designs.factorial import FACTORS, Condition
from studies.designs.selection import Picture


def spread(
    conditions: Iterable[Condition],
    strength: Mapping[tuple[str, str], float],
    untouched: str,
    count: int,
) -> list[Condition]:
    """`count` conditions from the mildest to the strongest, evenly spread, without an artist.

    `strength` gives each (protection, budget) a number from 0 (untouched) to 1; `untouched` is
    the purification that does nothing: preferred, so that practice shows what protections do. A
    single example is the strongest.
    """
    names = FACTORS[1:]
    cells = {tuple(cell[name] for name in names): None for cell in conditions}
    plain = [cell for cell in cells if cell[2] == untouched] or list(cells)
    ranked = sorted(plain, key=lambda cell: strength[cell[0], cell[1]])
    last = len(ranked) - 1
    places = [round(last * i / (count - 1)) for i in range(count)] if count > 1 else [last] * count
    return [dict(zip(names, ranked[place], strict=True)) for place in places]


def strengths(protections: Mapping[str, Mapping[str, float]]) -> dict[tuple[str, str], float]:
    """(label, budget) → 0 for an untouched picture, else the budget's rank in its protection.

    `protections` gives each label its budgets and their values; the highest budget of every
    protection has strength 1. Values are not compared between protections: norms differ.
    """
    return {
        (label, budget): sum(0 < other <= value for other in budgets.values()) / len(budgets)
        for label, budgets in protections.items()
        for budget, value in budgets.items()
    }


def pictures(
    used: Sequence[Picture], collection: Iterable[Picture], count: int, seed: int
) -> tuple[list[Picture], int]:
    """`count` artworks to practise on, and how many of them are also judged in the study.

    Artworks that the study does not use come first, those of its own painters before others;
    only where they run out are artworks of the study used, and at the end used again.
    """
    taken = {artwork.sha256 for artwork in used}
    painters = {artwork.painter for artwork in used}
    everything = sorted(collection, key=lambda artwork: artwork.sha256)
    rng = Random(f"{seed} practice")  # noqa: S311 (a design, no secret)
    drawn = rng.sample(everything, len(everything))
    drawn.sort(key=lambda artwork: (artwork.sha256 in taken, artwork.painter not in painters))
    chosen = [drawn[i % len(drawn)] for i in range(count)]
    return chosen, sum(artwork.sha256 in taken for artwork in chosen)
