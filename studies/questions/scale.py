"""Scale: one of several points in their order, each with its words."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from studies.questions import Answer, Choice, Given, Group, Measured, OpenQuestion
from studies.wording import marked


@dataclass(frozen=True)
class Scale:
    """A labelled scale; the answer is a point, counted from 1."""

    name: str
    text: str
    labels: tuple[str, ...]
    hint: str = ""

    template: ClassVar[str] = "rater/questions/points.html"
    reminder: ClassVar[str] = marked("Please choose one of these.")
    measured: ClassVar[Measured] = "ordinal"

    @property
    def points(self) -> int:
        """Number of points on the scale."""
        return len(self.labels)

    def label(self, point: int) -> str:
        """The words of a point, as they were shown."""
        return self.labels[point - 1]

    def groups(self, order: Sequence[str]) -> tuple[Group, ...]:
        """One group: the points."""
        numbered = enumerate(self.labels, start=1)
        return (Group(self.name, "", tuple(Choice(str(n), words) for n, words in numbered)),)

    def read(self, given: Given, order: Sequence[str]) -> Answer:
        """The point."""
        point = number(given.get(self.name))
        if not 1 <= point <= self.points:
            raise OpenQuestion(self.name)
        return Answer(self.label(point), point, self.points)

    def fill(self, meant: int, order: Sequence[str]) -> dict[str, str]:
        """`meant` is a point."""
        return {self.name: str(meant)}


def number(value: object) -> int:
    """A small number as a browser sends it; 0 for anything else."""
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0
