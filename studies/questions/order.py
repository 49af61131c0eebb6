"""Order: things ranked from the first to the last, or the first few of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from studies.questions import Answer, Given, Group, Measured, OpenQuestion
from studies.questions.things import Things
from studies.wording import marked

PLACES = (
    marked("First"),
    marked("Second"),
    marked("Third"),
    marked("Fourth"),
    marked("Fifth"),
    marked("Sixth"),
)


@dataclass(frozen=True)
class Order:
    """A ranking without ties. `value` is the number of the first thing in `among`."""

    name: str
    text: str
    among: Things
    top: int | None = None
    """How many places are given; None: all of them."""
    hint: str = ""

    template: ClassVar[str] = "rater/questions/order.html"
    reminder: ClassVar[str] = marked("Please choose another one for each place.")

    @property
    def measured(self) -> Measured:
        """A preference among pictures, a naming among words."""
        return self.among.measured

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the things."""
        return self.among.names

    @property
    def asked(self) -> int:
        """How many places are asked for: the last of all follows from the others."""
        return min(self.top or len(self.among.names), len(self.among.names) - 1)

    @property
    def long(self) -> bool:
        """Whether there are more things than single digits: lists then stand for buttons."""
        return len(self.among.names) > 9

    def groups(self, order: Sequence[str]) -> tuple[Group, ...]:
        """One group for each place."""
        choices = self.among.choices(order)
        return tuple(Group(f"{self.name}.{n + 1}", PLACES[n], choices) for n in range(self.asked))

    def read(self, given: Given, order: Sequence[str]) -> Answer:
        """What stands at which place, under `order`, the first one first."""
        fields = [group.field for group in self.groups(order)]
        ranked = dict(self.among.chosen(given.get(field), order) for field in fields)
        if len(ranked) < self.asked:
            raise OpenQuestion(self.name)
        if self.top is None or self.top >= len(self.among.names):
            ranked.update(pair for pair in self.among.offered(order) if pair[0] not in ranked)
        names, words = list(ranked), " > ".join(ranked.values())
        first = self.among.index(names[0])
        return Answer(words, first, len(self.among.names), {"order": names})

    def fill(self, meant: Sequence[str], order: Sequence[str]) -> dict[str, str]:
        """`meant` are the names, the first one first."""
        fields = [group.field for group in self.groups(order)]
        places = [self.among.place(name, order) for name in meant]
        return dict(zip(fields, places, strict=False))
