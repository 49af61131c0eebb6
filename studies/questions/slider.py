"""Slider: a place on a line between two ends, from 0 to 100."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from studies.questions import Answer, Given, Group, Measured, OpenQuestion
from studies.wording import marked

LAST = 100


@dataclass(frozen=True)
class Slider:
    """A line with words at both ends. `value` is from 0 (the low end) to 100; an interval scale.

    There is no thumb before the first touch: a thumb that stands somewhere is an answer that was
    not given, and one that does not come back (Matejka et al. 2016 on ticks and starts).
    """

    name: str
    text: str
    low: str
    high: str
    hint: str = ""

    template: ClassVar[str] = "rater/questions/slider.html"
    reminder: ClassVar[str] = marked("Please touch the line where your answer lies.")
    measured: ClassVar[Measured] = "interval"
    labels: ClassVar[tuple[str, ...]] = ()

    def groups(self, order: Sequence[str]) -> tuple[Group, ...]:
        """There are no choices."""
        return ()

    def read(self, given: Given, order: Sequence[str]) -> Answer:
        """The place, from 0 to 100; its answer is the number."""
        text = str(given.get(self.name, "")).strip()
        if not (text.isascii() and text.isdigit() and len(text) < 4 and int(text) <= LAST):
            raise OpenQuestion(self.name)
        return Answer(str(int(text)), int(text), LAST)

    def fill(self, meant: int, order: Sequence[str]) -> dict[str, str]:
        """`meant` is a place, 0 to 100."""
        return {self.name: str(meant)}
