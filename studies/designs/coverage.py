"""What a design comes to: ratings of items, conditions met, pairs, places; in numbers. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, pairwise

from studies.designs.assignment import Candidate


@dataclass(frozen=True)
class Played:
    """One participant of a rehearsal: what they were dealt, and how much of it they answered."""

    arm: str
    dealt: Sequence[Candidate]
    answered: int

    @property
    def judged(self) -> Sequence[Candidate]:
        """The items they answered, in their order."""
        return self.dealt[: self.answered]

    @property
    def finished(self) -> bool:
        """Whether they came to the end."""
        return self.answered == len(self.dealt)


@dataclass(frozen=True)
class Span:
    """The least and the most of something that should be equal."""

    least: int
    most: int

    @property
    def imbalance(self) -> int:
        """How far apart they are."""
        return self.most - self.least

    def __str__(self) -> str:
        return str(self.least) if self.least == self.most else f"{self.least} to {self.most}"


def span(counts: Iterable[int]) -> Span:
    """Of counts; of nothing it is 0 to 0."""
    found = list(counts) or [0]
    return Span(min(found), max(found))


@dataclass(frozen=True)
class Coverage:
    """A design as it was played."""

    items: Sequence[Candidate]
    people: Sequence[Played]
    per_item: int
    size: int

    @cached_property
    def finishers(self) -> list[Played]:
        """Those who came to the end."""
        return [person for person in self.people if person.finished]

    @property
    def left(self) -> int:
        """How many left before."""
        return len(self.people) - len(self.finishers)

    @cached_property
    def ratings(self) -> Counter[int]:
        """Item → its answers."""
        found = Counter({item.item: 0 for item in self.items})
        for person in self.people:
            found.update(item.item for item in person.judged)
        return found

    @cached_property
    def by_arm(self) -> list[tuple[str, int, Span]]:
        """(arm, participants who finished, ratings of its items)."""
        people = Counter(person.arm for person in self.finishers)
        found: dict[str, list[int]] = defaultdict(list)
        for item in self.items:
            found[item.arm].append(self.ratings[item.item])
        return [(arm, people[arm], span(counts)) for arm, counts in sorted(found.items())]

    @property
    def arms(self) -> Span:
        """Participants who finished, over arms."""
        return span(people for _, people, _ in self.by_arm)

    @property
    def lacking(self) -> int:
        """Items with fewer answers than they need."""
        return sum(count < self.per_item for count in self.ratings.values())

    @cached_property
    def shares(self) -> Span:
        """Items dealt to a participant."""
        return span(len(person.dealt) for person in self.people)

    @cached_property
    def conditions(self) -> list[str]:
        """All conditions, arm by arm."""
        return list(dict.fromkeys(item.condition for item in sorted(self.items, key=_by_arm)))

    @cached_property
    def each(self) -> Span:
        """Items of one condition of their arm, over those who finished."""
        met = self._of_arm
        return span(
            Counter(item.condition for item in person.judged)[condition]
            for person in self.finishers
            for condition in met[person.arm]
        )

    @cached_property
    def pairs(self) -> Span | None:
        """Participants in which two conditions of an arm meet; None where everybody meets all."""
        found: Counter[tuple[str, str, str]] = Counter()
        for arm, conditions in self._of_arm.items():
            found.update(dict.fromkeys(((arm, *p) for p in combinations(conditions, 2)), 0))
        for person in self.finishers:
            met = sorted({item.condition for item in person.judged})
            found.update((person.arm, *pair) for pair in combinations(met, 2))
        all_met = all(count == self._held(arm) for (arm, *_), count in found.items())
        return None if all_met else span(found.values())

    @cached_property
    def places(self) -> Span:
        """How often a condition stands at one place of its round through the conditions."""
        found: Counter[tuple[str, int, str]] = Counter()
        for arm, conditions in self._of_arm.items():
            stands = ((arm, at, c) for at in range(len(conditions)) for c in conditions)
            found.update(dict.fromkeys(stands, 0))
        for person in self.finishers:
            size = len(self._of_arm[person.arm])
            found.update(
                (person.arm, at % size, item.condition) for at, item in enumerate(person.judged)
            )
        return span(found.values())

    @cached_property
    def carried(self) -> Span:
        """How often one condition follows another at once, within a round."""
        found: Counter[tuple[str, str, str]] = Counter()
        for arm, conditions in self._of_arm.items():
            pairs = ((arm, a, b) for a in conditions for b in conditions if a != b)
            found.update(dict.fromkeys(pairs, 0))
        for person in self.finishers:
            size = len(self._of_arm[person.arm])
            for at, (first, then) in enumerate(pairwise(person.judged)):
                if (at + 1) % size and first.condition != then.condition:
                    found[person.arm, first.condition, then.condition] += 1
        return span(found.values())

    @cached_property
    def _of_arm(self) -> dict[str, list[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        for item in self.items:
            found[item.arm].add(item.condition)
        return {arm: sorted(conditions) for arm, conditions in sorted(found.items())}

    def _held(self, arm: str) -> int:
        return next(people for name, people, _ in self.by_arm if name == arm)


def _by_arm(item: Candidate) -> tuple[str, int]:
    return item.arm, item.item
