"""What a design cannot reach though all limits hold: which one it is, and what is reached. Pure."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil

from studies.designs.assignment import Candidate, Limits
from studies.designs.coverage import Coverage, span
from studies.designs.dealing import Rules
from studies.designs.telling import imbalance


def regrets(coverage: Coverage, rules: Rules, places: int) -> list[str]:
    """What may be regretted, in sentences; of a play in which all stay.

    Where fewer than all `places` were played, only what follows from the limits alone.
    """
    held = sum(people for _, people, _ in coverage.by_arm)
    whole, found = held >= places, []
    enough = places * coverage.size >= len(coverage.items) * coverage.per_item
    tight = _tightest(coverage, rules, places / max(held, 1)) if enough else None
    if tight:
        found.append(_told(coverage, tight, places, whole=whole))
    elif coverage.lacking and enough and whole:
        found.append(f"{_lacking(coverage)}: {LEFT_OUT} {_reached(coverage)}")
    elif imbalance(coverage) > 1 and whole:
        found.append(_uneven(coverage, rules))
    if coverage.arms.imbalance > 1:
        found.append(
            f"participants per level differ ({coverage.arms}): the levels that study.design.between"
            " separates have unequal numbers of items."
        )
    return found


LEFT_OUT = (
    "limits of the design or conditions that were left out keep shares from filling them. Loosen"
    " study.design.per_painter or per_artwork, or let every artist have every condition."
)


@dataclass(frozen=True)
class _Group:
    """Items of which one participant may judge `most` only."""

    option: str
    what: str
    size: int
    most: int
    people: int

    @property
    def ratings(self) -> int:
        """What its items can have each."""
        return self.people * self.most // self.size


def _tightest(coverage: Coverage, rules: Rules, scale: float) -> _Group | None:
    """The group whose items get the fewest ratings of those that get too few."""
    groups = [group for group in _groups(coverage, rules, scale) if group.ratings < rules.per_item]
    return min(groups, key=lambda group: group.people * group.most / group.size, default=None)


def _told(coverage: Coverage, group: _Group, places: int, *, whole: bool) -> str:
    """Which limit lets the fewest ratings through, what would do, and what is reached."""
    wanted = ceil(places / group.people * coverage.per_item * group.size / group.most)
    limit = group.option != "between"
    loosen = f"raise {group.option}, or" if limit else "raise"
    lower = f", or lower per_item to {group.ratings}" if group.ratings else ""
    return (
        f"{_lacking(coverage) if whole else 'Items lack ratings'}. study.design.{group.option}: one"
        f" participant judges at most {group.most} of the {group.size} items of {group.what}, so"
        f" {group.people} participants give each of these {group.ratings} ratings, and per_item is"
        f" {coverage.per_item}: {loosen} study.raters.participants to {wanted}{lower}."
        + (f" {_reached(coverage)}" if whole else "")
    )


def _lacking(coverage: Coverage) -> str:
    return (
        f"{coverage.lacking} of {len(coverage.items)} items end with fewer than"
        f" {coverage.per_item} ratings, though there are places enough"
    )


def _uneven(coverage: Coverage, rules: Rules) -> str:
    limits = rules.limits
    named = [
        f"{name} {value}"
        for name, value in (
            ("per_painter:", limits.per_painter),
            ("per_artwork:", limits.per_artwork),
            ("order:", "latin_square" if rules.square else None),
        )
        if value
    ]
    return (
        "items end with unequal numbers of ratings. study.design"
        f" ({', '.join(named) or 'between'}): where painters, artworks or conditions have fewer"
        " items than others, each of theirs is judged more often. Give all as many, or loosen it."
        f" {_reached(coverage)}"
    )


def _reached(coverage: Coverage) -> str:
    found = f"Reached when all stay: {span(coverage.ratings.values())} ratings for each item"
    within = " within a level of study.design.between" if len(coverage.by_arm) > 1 else ""
    differ = f" (a difference of {imbalance(coverage)}{within})" if imbalance(coverage) else ""
    return f"{found}{differ}, {coverage.shares} items for each participant."


def _groups(coverage: Coverage, rules: Rules, scale: float) -> Iterator[_Group]:
    for arm, played, _ in coverage.by_arm:
        people = int(played * scale)
        items = [item for item in coverage.items if item.arm == arm]
        if not people:
            continue
        if arm:
            most = min(rules.size, len(items))
            yield _Group("between", arm, len(items), most, people)
        yield from _limited(items, rules.limits, people)


def _limited(items: Sequence[Candidate], limits: Limits, people: int) -> Iterator[_Group]:
    if limits.per_artwork is not None:
        for size in sorted(set(Counter(item.baseline for item in items).values())):
            most = min(limits.per_artwork, size)
            yield _Group("per_artwork", "one artwork", size, most, people)
    if limits.per_painter is not None:
        for painter, size in sorted(Counter(item.painter for item in items).items()):
            most = min(limits.per_painter, size)
            yield _Group("per_painter", painter or "one painter", size, most, people)
