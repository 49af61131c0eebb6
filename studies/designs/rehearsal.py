"""A design played before anybody takes part: people come, answer, leave, are replaced. Pure."""

from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from random import Random

from studies.designs.assignment import Candidate
from studies.designs.coverage import Coverage, Played
from studies.designs.dealing import Rules, Seat, Share, deal_share

AT_ONCE = 8
"""People who are in the study at the same time."""


def rehearse(
    items: Sequence[Candidate], rules: Rules, participants: int, drop_out: float, seed: int
) -> Coverage:
    """Play the dealing until `participants` came to the end, or nobody can be dealt anything.

    A person leaves with probability `drop_out`, after a drawn part of the share; the place is
    given to the next who arrives. The same functions deal as in a live study.
    """
    desk = _Desk(sorted(items, key=lambda item: item.item), rules)
    rng = Random(f"{seed} rehearsal")  # noqa: S311 (a rehearsal, no secret)
    inside: deque[Share] = deque()
    while True:
        room = desk.held < participants and len(inside) < AT_ONCE
        share = desk.arrive(rng) if room else None
        if share:
            inside.append(share)
        elif inside:
            share, leaves = inside.popleft(), rng.random() < drop_out
            desk.end(share, rng.randrange(len(share.items)) if leaves else len(share.items))
        else:
            return Coverage(items, desk.people, rules.per_item, rules.size)


@dataclass
class _Desk:
    """The counts that a database keeps in a live study."""

    items: Sequence[Candidate]
    rules: Rules
    claims: Counter[int] = field(default_factory=Counter)
    answered: Counter[int] = field(default_factory=Counter)
    seats: Counter[Seat] = field(default_factory=Counter)
    people: list[Played] = field(default_factory=list)

    @property
    def held(self) -> int:
        """Places taken."""
        return sum(self.seats.values())

    def arrive(self, rng: Random) -> Share | None:
        now = [
            replace(item, claims=self.claims[item.item], answered=self.answered[item.item])
            for item in self.items
        ]
        share = deal_share(now, self.rules, self.seats, rng)
        if share:
            self.seats[share.seat] += 1
            self.claims.update(item.item for item in share.items)
        return share

    def end(self, share: Share, answered: int) -> None:
        self.answered.update(item.item for item in share.items[:answered])
        if answered < len(share.items):
            self.seats[share.seat] -= 1
            self.claims.subtract(item.item for item in share.items[answered:])
        self.people.append(Played(share.seat.arm, share.items, answered))
