"""One session in its order: known answers and hidden repeats mixed in, parts cut. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random


@dataclass(frozen=True)
class Turn:
    """One showing of one item."""

    item: int
    artwork: int | None
    repeat: int = 0
    """0 the first time; a hidden repetition counts from 1."""
    block: int = 0


def weave(
    turns: Sequence[Turn], gold: Sequence[Turn], repeats: int, gap: int, blocks: int, rng: Random
) -> list[Turn]:
    """The session: `turns` in their order, `gold` spread among them, `repeats` of the turns again.

    A repeat comes after at least `gap` other turns, and beside no turn of the same artwork where
    that can be avoided. Where the session is too short for that many repeats there are fewer.
    The session is cut into `blocks` parts that differ by one turn at most.
    """
    order = _mixed(turns, gold, rng)
    for turn in rng.sample(list(turns), len(turns)):
        if repeats == 0:
            break
        places = _places(order, turn, gap)
        if places:
            order.insert(rng.choice(places), replace(turn, repeat=1))
            repeats -= 1
    return [
        replace(turn, block=place * min(blocks, len(order)) // len(order))
        for place, turn in enumerate(order)
    ]


def room_for_repeats(items: int, gap: int) -> int:
    """How many items of a session can come again after `gap` others, and never right after
    themselves."""
    return max(0, items - max(gap, 1))


def _mixed(turns: Sequence[Turn], gold: Sequence[Turn], rng: Random) -> list[Turn]:
    """Each of n items with known answers at a moment drawn from its n-th of the session."""
    due = [((place + 0.5) / len(turns), turn) for place, turn in enumerate(turns)]
    due += [((place + rng.random()) / len(gold), turn) for place, turn in enumerate(gold)]
    return [turn for _, turn in sorted(due, key=lambda pair: pair[0])]


def _places(order: Sequence[Turn], turn: Turn, gap: int) -> list[int]:
    """Where a repeat can be put in; the earlier turns of `order` do not move by it."""
    possible = range(order.index(turn) + max(gap, 1) + 1, len(order) + 1)
    apart = [
        place
        for place in possible
        if turn.artwork not in {beside.artwork for beside in order[place - 1 : place + 1]}
    ]
    return apart or list(possible)
