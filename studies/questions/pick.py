"""Pick: one of the pictures, or one of several words; on request also “not sure”."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from studies.questions import NOT_SURE, Answer, Choice, Given, Group, Measured
from studies.questions.things import Things
from studies.wording import marked


@dataclass(frozen=True)
class Pick:
    """One thing among several. `value` is its number in `among`, wherever it stood."""

    name: str
    text: str
    among: Things
    hint: str = ""
    not_sure: str = ""
    """Words of an answer that decides for none, stored apart (no value); empty: none is offered."""

    template: ClassVar[str] = "rater/questions/points.html"
    reminder: ClassVar[str] = marked("Please choose one of these.")

    @property
    def measured(self) -> Measured:
        """A preference among pictures, a naming among words."""
        return self.among.measured

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the things."""
        return self.among.names

    def groups(self, order: Sequence[str]) -> tuple[Group, ...]:
        """One group; “not sure” stands last and has the key 0."""
        apart = (Choice(NOT_SURE, self.not_sure),) if self.not_sure else ()
        return (Group(self.name, "", self.among.choices(order) + apart),)

    def read(self, given: Given, order: Sequence[str]) -> Answer:
        """What was picked, under `chosen`."""
        scale, sent = len(self.among.names), given.get(self.name)
        if self.not_sure and sent == NOT_SURE:
            return Answer(self.not_sure, None, scale, {"not_sure": True})
        name, words = self.among.chosen(sent, order)
        return Answer(words, self.among.index(name), scale, {"chosen": name})

    def fill(self, meant: str | None, order: Sequence[str]) -> dict[str, str]:
        """`meant` is the name of a thing, or None for “not sure”."""
        return {self.name: NOT_SURE if meant is None else self.among.place(meant, order)}
