"""Latin squares balanced for first-order carry-over (Williams 1949, Aust. J. Sci. Res. A 2)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from random import Random

from studies.designs.assignment import Candidate


def williams(conditions: int) -> list[list[int]]:
    """Rows in which each condition 0 … n-1 stands at each place equally often, and follows each
    other condition equally often: n rows for an even number, 2 n for an odd one."""
    first = [0]
    for step in range(1, conditions):
        first.append((step + 1) // 2 if step % 2 else conditions - step // 2)
    square = [[(start + row) % conditions for start in first] for row in range(conditions)]
    return square if conditions % 2 == 0 else square + [row[::-1] for row in square]


def in_square(
    chosen: Iterable[Candidate], conditions: Sequence[str], row: int, rng: Random
) -> list[Candidate]:
    """Items in the order of the rows from `row` on, a row for each round through the conditions.

    `conditions` are numbered as they stand. Which item of a condition comes is drawn, but the same
    artwork never twice in a row where another item of the condition avoids it. Conditions that are
    used up are passed over.
    """
    rows, left = williams(len(conditions)), defaultdict[str, list[Candidate]](list)
    for candidate in sorted(chosen, key=lambda candidate: candidate.item):
        left[candidate.condition].append(candidate)
    for stack in left.values():
        rng.shuffle(stack)
    order: list[Candidate] = []
    for turn in range(max((len(stack) for stack in left.values()), default=0)):
        for number in rows[(row + turn) % len(rows)]:
            stack = left[conditions[number]]
            if stack:
                order.append(_next(stack, order[-1].artwork if order else None))
    return order


def _next(stack: list[Candidate], last: int | None) -> Candidate:
    fresh = (n for n, candidate in enumerate(stack) if candidate.artwork != last)
    return stack.pop(next(fresh, 0))
