"""Best and worst: of several things, the one at either end (best-worst scaling, Louviere 1991)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from studies.questions import Answer, Given, Group, Measured, OpenQuestion
from studies.questions.things import Things
from studies.wording import marked


@dataclass(frozen=True)
class BestWorst:
    """Two things that differ. `value` is the number of the best in `among`."""

    name: str
    text: str
    among: Things
    best: str = "Best"
    worst: str = "Worst"
    hint: str = ""

    template: ClassVar[str] = "rater/questions/order.html"
    reminder: ClassVar[str] = marked("Please choose one in each line, not the same one twice.")

    @property
    def measured(self) -> Measured:
        """A preference among pictures, a naming among words."""
        return self.among.measured

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the things."""
        return self.among.names

    def groups(self, order: Sequence[str]) -> tuple[Group, ...]:
        """One group for the best, one for the worst."""
        choices = self.among.choices(order)
        ends = (("best", self.best), ("worst", self.worst))
        return tuple(Group(f"{self.name}.{end}", words, choices) for end, words in ends)

    def read(self, given: Given, order: Sequence[str]) -> Answer:
        """Under `best` and `worst`."""
        fields = [group.field for group in self.groups(order)]
        best, worst = (self.among.chosen(given.get(field), order) for field in fields)
        if best == worst:
            raise OpenQuestion(self.name)
        words = f"{self.best}: {best[1]}; {self.worst}: {worst[1]}"
        details = {"best": best[0], "worst": worst[0]}
        return Answer(words, self.among.index(best[0]), len(self.among.names), details)

    def fill(self, meant: tuple[str, str], order: Sequence[str]) -> dict[str, str]:
        """`meant` are the names of best and worst."""
        fields = [group.field for group in self.groups(order)]
        places = [self.among.place(name, order) for name in meant]
        return dict(zip(fields, places, strict=True))
