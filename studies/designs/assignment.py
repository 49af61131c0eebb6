"""Who judges which items, in which order: fewest raters first, ties drawn, pictures apart.

Items are filled like a set of glasses: always the emptiest. That alone keeps every item within one
rater of every other while people only arrive. When people leave, items they had claimed are low
again, so claims must not run ahead of answers: as long as any item lacks answers, none is given
that is already claimed by more raters than it needs (`ceiling`).

Limits (at most k items of one painter, of one artwork) form a laminar matroid, since an artwork has
one painter: taking the best item that is still allowed never ends in a smaller share than possible.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heapify, heappop, heapreplace
from random import Random

Baseline = tuple[int, int]
"""An artwork, and which set of paintings beside it: what a limit for each artwork counts."""

Meetings = Mapping[frozenset[str], int]
"""A pair of conditions → the participants who meet both."""


@dataclass(frozen=True)
class Candidate:
    """An item that could be judged: its keys, and how many raters it has or is promised."""

    item: int
    artwork: int | None
    painter: str
    condition: str
    """What was done to the artwork; the painter is counted apart."""
    claims: int
    answered: int = 0
    """Of the claims, those with an answer."""
    arm: str = ""
    """The levels of the factors that vary between participants."""
    closed: bool = False
    """Whether it has ratings enough by a rule that was fixed beforehand."""
    version: int = 0
    """Which of several sets of paintings beside the same artwork it shows, from 0."""

    @property
    def baseline(self) -> "Baseline | None":
        """What items that show the same artwork, or the same prompts and seeds, have in common."""
        return None if self.artwork is None else (self.artwork, self.version)


@dataclass(frozen=True)
class Limits:
    """What one participant may be given."""

    per_painter: int | None = None
    per_artwork: int | None = None
    """Of one artwork; where mimics paint, of one set of paintings (prompts and seeds)."""
    even: bool = False
    """Whether each condition is wanted equally often, before items with fewer raters."""


def ceiling(answered: Iterable[int], per_item: int) -> int | None:
    """How many claims an item may have and still be given: its number of raters, until every item
    has been answered by so many; then there is no ceiling (None)."""
    return per_item if any(count < per_item for count in answered) else None


def possible(candidates: Iterable[Candidate], most: int | None) -> list[Candidate]:
    """Those that are not closed and have at most `most` claims (None: any number)."""
    return [c for c in candidates if not c.closed and (most is None or c.claims <= most)]


def choose(
    candidates: Iterable[Candidate],
    size: int,
    most: int | None,
    rng: Random,
    wanted: int | None = None,
    *,
    limits: Limits | None = None,
    meetings: Meetings | None = None,
    begun: Iterable[Candidate] = (),
    seen: Iterable[Candidate] = (),
) -> list[Candidate]:
    """At most `size` items for one more participant.

    Items with more than `most` claims are left out (None: no item is), those that are closed, and
    those that would break `limits`. Those with fewer claims always come first; among equals, those
    of the painter, then of the artwork, that lacks most where there is a limit, then those whose
    condition this participant has least of, and met least often together with the conditions
    chosen so far (`meetings`), then painter, then artwork; what is still equal is drawn by `rng`.
    The item `wanted` (a late answer to it is already there) comes first of all. `begun` are items
    that the participant has judged, `seen` what they only looked at: for `limits` it is met.
    """
    ordered = sorted(candidates, key=lambda candidate: candidate.item)
    pool = possible(ordered, most)
    share = _Share(limits or Limits(), meetings or {}, needs(ordered, limits or Limits()))
    for candidate in begun:
        share.add(candidate)
    for candidate in seen:
        share.meet(candidate)
    return _pick(share, pool, size, rng, wanted)


Entry = tuple[bool, int, float, int, float, Candidate]
"""Of a heap: whether not wanted, claims, minus what the artwork lacks, how often the artwork was
chosen when this was written, the draw, and the item."""


def _pick(
    share: "_Share", pool: Sequence[Candidate], size: int, rng: Random, wanted: int | None
) -> list[Candidate]:
    """The best item again and again: the best of the heads of heaps, one a condition and painter.

    In a heap only the artwork's count tells items apart as the share grows, and it only grows: a
    head whose count is still right is the best of its heap.
    """
    heaps: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    for c in pool:
        need = share.needs.get(("artwork", c.baseline), 0.0)
        entry = (c.item != wanted, c.claims, -need, share.artworks[c.baseline], rng.random(), c)
        heaps[c.condition, c.painter].append(entry)
    for heap in heaps.values():
        heapify(heap)
    chosen: list[Candidate] = []
    while len(chosen) < size:
        heads = [(share.key(heap[0]), group) for group, heap in heaps.items() if share.fresh(heap)]
        if not heads:
            break
        best = heappop(heaps[min(heads)[1]])[-1]
        share.add(best)
        chosen.append(best)
    return chosen


def allowed(
    candidate: Candidate,
    limits: Limits,
    painters: Counter[str],
    artworks: Counter[Baseline | None],
) -> bool:
    """Whether somebody with so many items of each painter and artwork may be given this one."""
    painter, artwork = painters[candidate.painter], artworks[candidate.baseline]
    return (limits.per_painter is None or painter < limits.per_painter) and (
        limits.per_artwork is None or candidate.artwork is None or artwork < limits.per_artwork
    )


@dataclass
class _Share:
    """What a participant has so far."""

    limits: Limits
    meetings: Meetings
    needs: Mapping[object, float]
    conditions: Counter[str] = field(default_factory=Counter)
    painters: Counter[str] = field(default_factory=Counter)
    artworks: Counter[Baseline | None] = field(default_factory=Counter)

    def add(self, candidate: Candidate) -> None:
        self.conditions[candidate.condition] += 1
        self.meet(candidate)

    def meet(self, candidate: Candidate) -> None:
        self.painters[candidate.painter] += 1
        self.artworks[candidate.baseline] += 1

    def fresh(self, heap: list[Entry]) -> bool:
        """Bring the best item that is allowed to the head; False where there is none."""
        while heap:
            often, draw, best = heap[0][3:]
            now = self.artworks[best.baseline]
            if not self.allows(best):
                heappop(heap)
            elif often == now:
                return True
            else:
                heapreplace(heap, (*heap[0][:3], now, draw, best))
        return False

    def allows(self, candidate: Candidate) -> bool:
        return allowed(candidate, self.limits, self.painters, self.artworks)

    def key(self, entry: Entry) -> tuple[float, ...]:
        """What makes an item come later."""
        other, claims, lacks, chosen, draw, item = entry
        often = self.conditions[item.condition]
        return (
            other,
            often if self.limits.even else 0,
            claims,
            -self.needs.get(("painter", item.painter), 0.0),
            lacks,
            often,
            self._met(item.condition),
            self.painters[item.painter],
            chosen,
            draw,
        )

    def _met(self, condition: str) -> int:
        """How often this condition was met together with those chosen so far."""
        if not self.meetings:
            return 0
        pairs = (frozenset((condition, other)) for other in self.conditions if other != condition)
        return sum(self.meetings.get(pair, 0) for pair in pairs)


def needs(candidates: Iterable[Candidate], limits: Limits) -> Mapping[object, float]:
    """How many shares it takes until the items of a painter, and of an artwork, have as many claims
    as the item with most, where there is a limit.

    One share takes few items of such a group, so the group that takes longest has to go first: as
    in scheduling, longest remaining work first leaves least undone.
    """
    candidates = list(candidates)
    counts = [candidate.claims for candidate in candidates]
    level = max([min(counts, default=0) + 1, *counts])
    lacking = Counter[tuple[str, object]]()
    for candidate in candidates:
        if limits.per_painter is not None:
            lacking["painter", candidate.painter] += level - candidate.claims
        if limits.per_artwork is not None:
            lacking["artwork", candidate.baseline] += level - candidate.claims
    most = {"painter": limits.per_painter or 1, "artwork": limits.per_artwork or 1}
    return {group: number / most[group[0]] for group, number in lacking.items()}


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
