"""Constraints of a design that cannot be met: which, and what to change, in sentences. Pure."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from random import Random

from studies.designs.assignment import Baseline, Candidate, choose
from studies.designs.dealing import Rules
from studies.designs.evening import even_share
from studies.designs.session import room_for_repeats


def unmet(items: Sequence[Candidate], rules: Rules, repeats: int = 0, gap: int = 0) -> list[str]:
    """Sentences on limits, square, parts and repeats of a share. Empty where all can be met."""
    if not items:
        return []
    arms: dict[str, list[Candidate]] = defaultdict(list)
    for item in items:
        arms[item.arm].append(item)
    size = min(rules.size, *(len(arm) for arm in arms.values()))
    found: dict[str, None] = {}
    for name, arm in sorted(arms.items()):
        where = f" (for {name})" if name else ""
        found |= dict.fromkeys(_limits(arm, rules, size, where))
        found |= dict.fromkeys(_square(arm, rules, size, where))
    if rules.blocks > size:
        found[
            f"study.design.blocks: {size} items cannot be cut into {rules.blocks} parts: ask for"
            f" {size} parts at most."
        ] = None
    if repeats > room_for_repeats(size, gap):
        found[_repeats(size, repeats, gap)] = None
    return list(found)


def levels(between: Sequence[str], cells: Sequence[Mapping[str, str]]) -> list[str]:
    """Sentences about factors between participants that have one level only."""
    return [
        f"study.design.between: {factor} has one level only ({cells[0].get(factor) or 'none'}):"
        " leave it out."
        for factor in between
        if len({cell.get(factor) for cell in cells}) < 2
    ]


def _limits(arm: Sequence[Candidate], rules: Rules, size: int, where: str) -> list[str]:
    """A laminar matroid: the largest share is the sum over painters of what both limits allow."""
    limits, works = rules.limits, defaultdict[str, Counter[Baseline | None]](Counter)
    for item in arm:
        works[item.painter][item.baseline] += 1
    most = limits.per_artwork or size
    by_artwork = {p: sum(min(most, n) for n in found.values()) for p, found in works.items()}
    if sum(by_artwork.values()) < size:
        artworks = sum(len(found) for found in works.values())
        return [
            f"study.design.per_artwork: {limits.per_artwork} item{_s(most)} of each of"
            f" {artworks} artworks are {sum(by_artwork.values())} items for one participant,"
            f" and items_each asks for {rules.size}{where}: raise per_artwork,"
            f" {_lower(arm, rules, size)}or use more artworks."
        ]
    each = limits.per_painter or size
    possible = sum(min(each, found) for found in by_artwork.values())
    if possible < size:
        return [
            f"study.design.per_painter: {each} item{_s(each)} of each of {len(works)} painters"
            f" are {possible} items for one participant, and items_each asks for"
            f" {rules.size}{where}: raise per_painter, {_lower(arm, rules, size)}or use more"
            " painters."
        ]
    return []


def _square(arm: Sequence[Candidate], rules: Rules, size: int, where: str) -> list[str]:
    conditions = Counter(item.condition for item in arm)
    number = len(conditions)
    if not rules.square:
        return []
    if number < 2:
        return [f"study.design.order: a latin_square needs two conditions at least{where}."]
    if size % number:
        nearest = _largest(arm, rules, max(number, size))
        instance = f", for instance {nearest}" if nearest else ""
        had = f" (one participant can have {size})" if size < rules.size else ""
        return [
            f"study.design.order: a latin_square shows each of the {number} conditions equally"
            f" often, and items_each is {rules.size}{had}{where}: make it a multiple of"
            f" {number}{instance}, or take the order “spread”."
        ]
    if min(conditions.values()) < size // number:
        return [
            f"study.design.order: a latin_square needs {size // number} items of each condition for"
            f" one participant, and one has {min(conditions.values())}{where}: lower items_each."
        ]
    rng = Random(0)  # noqa: S311 (how many there are depends on no draw)
    possible = len(even_share(arm, size // number, rules.limits, rng))
    if possible < size:
        return [
            f"study.design.order: a latin_square wants {size // number} of each of the {number}"
            f" conditions for one participant, and per_painter and per_artwork let {possible} items"
            f" of {size} be chosen so{where}: loosen them, {_lower(arm, rules, size)}or take the"
            " order “spread”."
        ]
    return []


def _lower(arm: Sequence[Candidate], rules: Rules, size: int) -> str:
    """What to lower items_each to; empty where fewer items would not do either."""
    largest = _largest(arm, rules, size)
    return f"lower items_each to {largest}, " if largest else ""


def _largest(arm: Sequence[Candidate], rules: Rules, size: int) -> int:
    """The most items, `size` at most, that one participant can have within both limits, and with
    every condition equally often where a square wants that; 0 where there is no such number."""
    rng = Random(0)  # noqa: S311 (how many there are depends on no draw)
    if not rules.square:
        return len(choose(arm, size, None, rng, limits=rules.limits))
    number = len({item.condition for item in arm})
    evenly = (
        each * number
        for each in range(size // number, 0, -1)
        if len(even_share(arm, each, rules.limits, rng)) == each * number
    )
    return next(evenly, 0)


def _repeats(size: int, repeats: int, gap: int) -> str:
    room = room_for_repeats(size, gap)
    return (
        f"study.checks: {repeats} hidden repeat{_s(repeats)} at least {gap} items later fit no"
        f" session of {size} items ({room or 'none'} would): lower the gap to"
        f" {max(size - repeats, 0)}, ask for fewer, or raise items_each."
    )


def _s(number: int) -> str:
    return "" if number == 1 else "s"
