"""Shares with every condition equally often, within limits of painters and artworks. Pure.

Conditions cut the items in one way, painters and artworks in another, and what is best item by item
may end uneven though an even share exists. So the share is a flow of least cost, from conditions by
items to artworks and their painters, found along shortest chains of exchanges (Ahuja, Magnanti and
Orlin 1993, Network Flows, section 9.7).
"""

from collections import Counter, defaultdict, deque
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from studies.designs.assignment import Candidate, Limits, needs, possible

Node = Hashable
SOURCE, SINK = "source", "sink"


def evened(
    items: Sequence[Candidate],
    chosen: list[Candidate],
    most: int | None,
    size: int,
    limits: Limits,
    rng: Random,
    begun: Sequence[Candidate] = (),
    seen: Sequence[Candidate] = (),
) -> list[Candidate]:
    """In place of `chosen` the share with every condition equally often and the fewest raters,
    where that is wanted, limits are there, and it can be had of the `items` that are still given
    (`most`, as in `choose`); else as it was."""
    if not limits.even or (limits.per_painter is None and limits.per_artwork is None):
        return chosen
    conditions = Counter(item.condition for item in (*begun, *items))
    each = min(size, conditions.total()) // len(conditions)
    even = even_share(possible(items, most), each, limits, rng, begun, seen)
    return even if len(even) == len(chosen) else chosen


def even_share(
    pool: Sequence[Candidate],
    each: int,
    limits: Limits,
    rng: Random,
    begun: Sequence[Candidate] = (),
    seen: Sequence[Candidate] = (),
) -> list[Candidate]:
    """As many items of `pool` as `limits` allow (which count those `begun` and those only `seen`),
    at most `each` of a condition with those `begun`; of all such shares one with the fewest claims
    in sum, and then with the artworks and painters that lack most. What is equal is drawn by
    `rng`."""
    net = _Network()
    met = Counter(item.condition for item in begun)
    for condition in sorted({item.condition for item in pool}):
        net.add(SOURCE, condition, each - met[condition])
    _limit(net, pool, limits, [*begun, *seen])
    arcs = {
        net.add(item.condition, ("artwork", item.baseline), 1, cost): item
        for item, cost in _costs(pool, limits, rng)
    }
    while net.augment():
        pass
    return [item for arc, item in arcs.items() if not net.room[arc]]


def _costs(
    pool: Sequence[Candidate], limits: Limits, rng: Random
) -> Iterator[tuple[Candidate, float]]:
    """What each item costs: all that lacks and draws weigh together is less than one claim."""
    lacking = needs(pool, limits)
    unit = 1 / (4 * (len(pool) + 1) * (1 + max(lacking.values(), default=0.0)))
    for item in rng.sample(list(pool), len(pool)):
        lacks = lacking.get(("artwork", item.baseline), 0.0)
        lacks += lacking.get(("painter", item.painter), 0.0)
        yield item, item.claims + unit * (rng.random() / 100 - lacks)


def _limit(
    net: "_Network", pool: Sequence[Candidate], limits: Limits, known: Sequence[Candidate]
) -> None:
    """The arcs that let through what the limits leave."""
    artworks = Counter(item.baseline for item in known)
    painters = Counter(item.painter for item in known)
    most = len(pool)
    for baseline, painter in dict.fromkeys((item.baseline, item.painter) for item in pool):
        limited = limits.per_artwork is not None and baseline is not None
        left = (limits.per_artwork or 0) - artworks[baseline] if limited else most
        net.add(("artwork", baseline), ("painter", painter), left)
    for painter in dict.fromkeys(item.painter for item in pool):
        limited = limits.per_painter is not None
        net.add(
            ("painter", painter),
            SINK,
            (limits.per_painter or 0) - painters[painter] if limited else most,
        )


@dataclass
class _Network:
    """Arcs by number, each followed by its way back."""

    ends: list[Node] = field(default_factory=list)
    room: list[int] = field(default_factory=list)
    costs: list[float] = field(default_factory=list)
    leaving: Mapping[Node, list[int]] = field(default_factory=lambda: defaultdict(list))

    def add(self, start: Node, end: Node, room: int, cost: float = 0.0) -> int:
        """An arc; its number."""
        number = len(self.ends)
        self.leaving[start].append(number)
        self.leaving[end].append(number + 1)
        self.ends += [end, start]
        self.room += [max(0, room), 0]
        self.costs += [cost, -cost]
        return number

    def augment(self) -> bool:
        """One unit more along the cheapest way, if there is one."""
        came = self._cheapest()
        node: Node = SINK
        while node != SOURCE:
            if node not in came:
                return False
            arc = came[node]
            self.room[arc] -= 1
            self.room[arc ^ 1] += 1
            node = self.ends[arc ^ 1]
        return True

    def _cheapest(self) -> dict[Node, int]:
        """Node → the arc by which the cheapest way from the source comes (Bellman-Ford)."""
        far: dict[Node, float] = {SOURCE: 0.0}
        came: dict[Node, int] = {}
        waiting = deque[Node]([SOURCE])
        while waiting:
            node = waiting.popleft()
            for arc in self.leaving[node]:
                end, cost = self.ends[arc], far[node] + self.costs[arc]
                if self.room[arc] and cost < far.get(end, float("inf")) - 1e-12:
                    far[end], came[end] = cost, arc
                    waiting.append(end)
        return came
