"""Who judges which items, in which order: fewest raters first, ties drawn, pictures apart.

Items are filled like a set of glasses: always the emptiest. That alone keeps every item within one
rater of every other while people only arrive. When people leave, items they had claimed are low
again, so claims must not run ahead of answers: as long as any item lacks answers, none is given
that is already claimed by more raters than it needs (`ceiling`).
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from random import Random


@dataclass(frozen=True)
class Candidate:
    """An item that could be judged: its keys, and how many raters it has or is promised."""

    item: int
    artwork: int
    painter: str
    condition: str
    """What was done to the artwork; the painter is counted apart."""
    claims: int


def ceiling(answered: Iterable[int], per_item: int) -> int | None:
    """How many claims an item may have and still be given: its number of raters, until every item
    has been answered by so many; then there is no ceiling (None)."""
    return per_item if any(count < per_item for count in answered) else None


def choose(
    candidates: Iterable[Candidate],
    size: int,
    most: int | None,
    rng: Random,
    wanted: int | None = None,
) -> list[Candidate]:
    """At most `size` items for one more participant.

    Items with more than `most` claims are left out (None: no item is). Those with fewer claims
    always come first; among equals, those whose condition, then painter, then artwork this
    participant has least of; what is still equal is drawn by `rng`. The item `wanted` (a late
    answer to it is already there) comes first of all.
    """
    ordered = sorted(candidates, key=lambda candidate: candidate.item)
    pool = [c for c in ordered if most is None or c.claims <= most]
    chosen: list[Candidate] = []
    conditions, painters = Counter[str](), Counter[str]()
    artworks = Counter[int]()
    while pool and len(chosen) < size:
        best = min(
            pool,
            key=lambda c: (
                c.item != wanted,
                c.claims,
                conditions[c.condition],
                painters[c.painter],
                artworks[c.artwork],
                rng.random(),
            ),
        )
        pool.remove(best)
        chosen.append(best)
        conditions[best.condition] += 1
        painters[best.painter] += 1
        artworks[best.artwork] += 1
    return chosen


def arrange(chosen: Iterable[Candidate], rng: Random) -> list[Candidate]:
    """A drawn order that spreads each condition evenly over the session and keeps pictures apart.

    The k-th of a condition's n items is due at a moment drawn from the k-th n-th of the session;
    whatever is due first comes next, but the same artwork never twice in a row where that can be
    avoided.
    """
    left = _by_due_time(sorted(chosen, key=lambda candidate: candidate.item), rng)
    order: list[Candidate] = []
    while left:
        best = _possible(left, order[-1].artwork if order else None)[0]
        left.remove(best)
        order.append(best)
    return order


def _by_due_time(chosen: Sequence[Candidate], rng: Random) -> list[Candidate]:
    drawn = rng.sample(chosen, len(chosen))
    shares = Counter(candidate.condition for candidate in drawn)
    seen = Counter[str]()
    due: dict[int, float] = {}
    for candidate in drawn:
        due[candidate.item] = (seen[candidate.condition] + rng.random()) / shares[
            candidate.condition
        ]
        seen[candidate.condition] += 1
    return sorted(drawn, key=lambda candidate: due[candidate.item])


def _possible(left: Sequence[Candidate], last: int | None) -> Sequence[Candidate]:
    """What may come next without the same artwork in a row, now or by force later."""
    artwork, most = Counter(candidate.artwork for candidate in left).most_common(1)[0]
    if 2 * most > len(left) and artwork != last:  # any other choice would leave two side by side
        return [candidate for candidate in left if candidate.artwork == artwork]
    return [candidate for candidate in left if candidate.artwork != last] or left
