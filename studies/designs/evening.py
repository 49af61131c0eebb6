"""Shares with every condition equally often, within limits of painters and artworks. Pure.

Conditions cut the items in one way, painters and artworks in another (both are matroids), and what
is best one by one may end uneven though an even share exists. Augmenting along shortest chains of
exchanges finds the largest (Edmonds 1970, matroid intersection).
"""

from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass

from studies.designs.assignment import Candidate, Limits, allowed, possible


def evened(
    items: Sequence[Candidate],
    chosen: list[Candidate],
    most: int | None,
    size: int,
    limits: Limits,
    begun: Sequence[Candidate] = (),
) -> list[Candidate]:
    """`chosen` for a share of `size`, with every condition equally often where that is wanted and
    can be had of the `items` that are still given (`most`, as in `choose`); else as it was."""
    if not limits.even:
        return chosen
    conditions = Counter(item.condition for item in (*begun, *items))
    each = min(size, conditions.total()) // len(conditions)
    met = Counter(item.condition for item in (*begun, *chosen))
    if max(met.values(), default=0) <= each:
        return chosen
    pool = sorted(possible(items, most), key=lambda item: (item.claims, item.item))
    even = even_share(pool, each, limits, chosen, begun)
    return even if len(even) == len(chosen) else chosen


def even_share(
    pool: Sequence[Candidate],
    each: int,
    limits: Limits,
    chosen: Sequence[Candidate] = (),
    begun: Sequence[Candidate] = (),
) -> list[Candidate]:
    """As many items of `pool` as `limits` allow, at most `each` of a condition with those `begun`.

    It sets out from `chosen` and changes no more of it than it must; earlier items of `pool` are
    preferred.
    """
    desk = _Desk(each, limits, begun)
    share = list[Candidate]()
    for item in chosen:
        if desk.even(share, item) and desk.within(share, item):
            share.append(item)
    chain = _chain(desk, pool, share)
    while chain:
        share = [item for item in share if item not in chain]
        share += chain[::2]
        chain = _chain(desk, pool, share)
    return share


@dataclass(frozen=True)
class _Desk:
    each: int
    limits: Limits
    begun: Sequence[Candidate]

    def even(self, share: Sequence[Candidate], item: Candidate) -> bool:
        """Whether one more item leaves its condition at `each` or fewer."""
        alike = sum(other.condition == item.condition for other in (*self.begun, *share))
        return alike < self.each

    def within(self, share: Sequence[Candidate], item: Candidate) -> bool:
        """Whether one more item keeps the limits."""
        held = (*self.begun, *share)
        painters = Counter(other.painter for other in held)
        artworks = Counter(other.baseline for other in held)
        return allowed(item, self.limits, painters, artworks)


def _chain(desk: _Desk, pool: Sequence[Candidate], share: Sequence[Candidate]) -> list[Candidate]:
    """Items to put in and take out in turn, so that the share grows by one; empty: it cannot."""
    outside = [item for item in pool if item not in share]
    came: dict[Candidate, Candidate | None] = {}
    waiting = deque(item for item in outside if desk.even(share, item))
    came |= dict.fromkeys(waiting)
    while waiting:
        item = waiting.popleft()
        inside = item in share
        if not inside and desk.within(share, item):
            return _back(came, item)
        for other in outside if inside else share:
            new, old = (other, item) if inside else (item, other)
            rest = [kept for kept in share if kept != old]
            fits = desk.even(rest, new) if inside else desk.within(rest, new)
            if other not in came and fits:
                came[other] = item
                waiting.append(other)
    return []


def _back(came: dict[Candidate, Candidate | None], item: Candidate) -> list[Candidate]:
    chain = [item]
    while (before := came[chain[-1]]) is not None:
        chain.append(before)
    return chain
