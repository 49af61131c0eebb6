"""One more participant's share: arm, items and their order, by what the others hold. Pure.

The same function deals in a live study, under the lock of its row, and in a rehearsal.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from random import Random

from studies.designs.assignment import (
    Candidate,
    Limits,
    Meetings,
    arrange,
    ceiling,
    choose,
    possible,
)
from studies.designs.evening import evened
from studies.designs.quotas import opened
from studies.designs.seeking import Draw, Seeking, Won, seek
from studies.designs.squares import in_square, williams


@dataclass(frozen=True)
class Rules:
    """The design that shares follow."""

    size: int
    per_item: int
    limits: Limits = field(default_factory=Limits)
    square: bool = False
    """Whether conditions come in rows of a Williams square."""
    blocks: int = 1
    at_most: int | None = None
    """Raters that no item may exceed, where items stop by a rule; None: all have `per_item`."""
    seeking: Seeking | None = None
    """Whether comparisons beyond `per_item` are drawn by what they teach."""
    over_recruit: float = 0.0
    """Share of places that are opened beyond the participants: all of them are dealt a share."""


@dataclass(frozen=True)
class Seat:
    """What a participant keeps of the design, also when they come back."""

    arm: str = ""
    row: int | None = None
    """Of the Williams square, from 0."""
    met: str = ""
    """Numbers of the conditions that they meet, where these are fewer than all: “0.2.5”."""


@dataclass(frozen=True)
class Share:
    """A seat, and items in their order."""

    seat: Seat
    items: Sequence[Candidate]
    draws: Sequence[Draw] = ()
    """Why each was given, where comparisons are sought."""


def deal_share(
    items: Sequence[Candidate],
    rules: Rules,
    seats: Counter[Seat],
    rng: Random,
    won: Won | None = None,
    everywhere: Counter[Seat] | None = None,
) -> Share | None:
    """The share of a new participant, `seats` being those of all in their stratum who hold places;
    None where no item can be given.

    The arm with the fewest participants comes first, the next one where it has nothing to give;
    in the arm, the row of the square with the fewest. Where these are equal, the fewest of all
    strata (`everywhere`): many small strata that each drew by chance would add up to an uneven
    study. What is equal still is drawn by `rng`. `won` is what answers said so far, where
    comparisons are sought.
    """
    near_and_far = (seats, everywhere or seats)
    for arm in _fewest(sorted({item.arm for item in items}), near_and_far, rng):
        mine = [item for item in items if item.arm == arm]
        row = _row(mine, rules, arm, near_and_far, rng)
        most, met = _most(mine, rules), meetings(mine, arm, rules, seats)
        chosen = choose(mine, rules.size, most, rng, limits=rules.limits, meetings=met)
        chosen = evened(mine, chosen, most, rules.size, rules.limits, rng)
        sought = _sought(mine, rules, chosen, rules.size, won, rng)
        draws = _told(chosen, sought, rules)
        chosen += [item for item, _ in sought]
        if chosen:
            seat = Seat(arm, row, _met(mine, chosen, rules))
            return Share(seat, in_order(chosen, mine, row, rng), draws)
    return None


def deal_again(
    items: Sequence[Candidate],
    rules: Rules,
    seat: Seat,
    done: Collection[int],
    wanted: int | None,
    rng: Random,
    won: Won | None = None,
    seen: Collection[int] = (),
) -> Share:
    """More items for a participant who came back: in their arm, none of those that are `done`.

    What they had `seen` and not answered comes first, as far as there is room on it, and `wanted`
    before all; where there is none, limits count it as met all the same.
    """
    mine = [item for item in items if item.arm == seat.arm]
    begun = [item for item in mine if item.item in done]
    size, most, limits = rules.size - len(begun), _most(mine, rules), rules.limits
    looked = [item for item in mine if item.item in {wanted, *seen} - set(done)]
    if rules.seeking:  # what is sought may have any number of raters, and so may what was seen
        looked = [replace(item, claims=-1) for item in looked]
    kept = choose(looked, size, most, rng, wanted, limits=limits, begun=begun)
    passed = [item for item in looked if item not in kept]
    fresh = [item for item in mine if item.item not in {wanted, *seen, *done}]
    begun += kept
    more = choose(fresh, size - len(kept), most, rng, limits=limits, begun=begun, seen=passed)
    more = evened(fresh, more, most, rules.size, limits, rng, begun, passed)
    chosen = [*kept, *more]
    sought = _sought(mine, rules, [*begun, *more], rules.size, won, rng)
    draws = _told(chosen, sought, rules)
    chosen += [item for item, _ in sought]
    return Share(seat, in_order(chosen, mine, seat.row, rng), draws)


def anything_left(items: Sequence[Candidate], rules: Rules) -> bool:
    """Whether a newcomer could be given an item: the first one breaks no limit."""
    arms: dict[str, list[Candidate]] = defaultdict(list)
    for item in items:
        arms[item.arm].append(item)
    sought = rules.seeking is not None and bool(items)
    return sought or any(possible(mine, _most(mine, rules)) for mine in arms.values())


def in_order(
    chosen: Sequence[Candidate], arm: Iterable[Candidate], row: int | None, rng: Random
) -> list[Candidate]:
    """Spread and drawn, or by the row of the square."""
    if row is None:
        return arrange(chosen, rng)
    return in_square(chosen, conditions_of(arm), row, rng)


def conditions_of(items: Iterable[Candidate]) -> list[str]:
    """Conditions in the order in which they are numbered."""
    return sorted({item.condition for item in items})


def meetings(
    arm_items: Iterable[Candidate], arm: str, rules: Rules, seats: Counter[Seat]
) -> Meetings:
    """How often each pair of conditions meets within participants of an arm; empty where everybody
    meets all of them."""
    conditions = conditions_of(arm_items)
    if len(conditions) <= rules.size:
        return {}
    found = Counter[frozenset[str]]()
    for seat, number in seats.items():
        if seat.arm == arm and seat.met:
            met = [conditions[int(n)] for n in seat.met.split(".")]
            for pair in combinations(met, 2):
                found[frozenset(pair)] += number
    return found or {frozenset(conditions[:2]): 0}


def _fewest(arms: Sequence[str], counts: Sequence[Counter[Seat]], rng: Random) -> list[str]:
    held = [Counter[str]() for _ in counts]
    for found, seats in zip(held, counts, strict=True):
        for seat, number in seats.items():
            found[seat.arm] += number
    return sorted(rng.sample(arms, len(arms)), key=lambda arm: [found[arm] for found in held])


def _row(
    items: Sequence[Candidate],
    rules: Rules,
    arm: str,
    counts: Sequence[Counter[Seat]],
    rng: Random,
) -> int | None:
    if not rules.square:
        return None
    held = [Counter[int | None]() for _ in counts]
    for found, seats in zip(held, counts, strict=True):
        for seat, number in seats.items():
            found[seat.row] += number * (seat.arm == arm)
    rows = range(len(williams(len(conditions_of(items)))))
    return min(rng.sample(rows, len(rows)), key=lambda row: [found[row] for found in held])


def _most(items: Iterable[Candidate], rules: Rules) -> int | None:
    """Claims with which an item may still be given."""
    if rules.at_most is not None:
        return rules.at_most - 1
    if rules.seeking:
        return rules.per_item - 1
    most = ceiling((item.answered for item in items), rules.per_item)
    return most and opened(most, rules.over_recruit)


def _sought(
    items: Sequence[Candidate],
    rules: Rules,
    share: Sequence[Candidate],
    size: int,
    won: Won | None,
    rng: Random,
) -> list[tuple[Candidate, Draw]]:
    """What fills a share once coverage has taken its part."""
    if rules.seeking is None:
        return []
    return seek(items, size - len(share), rules.seeking, won or {}, rules.limits, share, rng)


def _told(
    chosen: Iterable[Candidate], sought: Iterable[tuple[Candidate, Draw]], rules: Rules
) -> list[Draw]:
    if rules.seeking is None:
        return []
    return [Draw(item.item, "coverage") for item in chosen] + [draw for _, draw in sought]


def _met(items: Iterable[Candidate], chosen: Iterable[Candidate], rules: Rules) -> str:
    conditions = conditions_of(items)
    if len(conditions) <= rules.size:
        return ""
    return ".".join(str(conditions.index(condition)) for condition in conditions_of(chosen))
