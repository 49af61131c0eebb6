"""Single: one of several options in words, perhaps one that the rater writes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from studies.questions import Answer, Given, Group, Measured, OpenQuestion, listed
from studies.questions.options import Options
from studies.questions.scale import number
from studies.wording import marked


@dataclass(frozen=True)
class Single:
    """One option. `value` is its number in the file, wherever it stood on the page."""

    name: str
    text: str
    options: Options
    hint: str = ""

    template: ClassVar[str] = "rater/questions/options.html"
    reminder: ClassVar[str] = marked(
        "Please choose one of these; where you choose “other”, say which."
    )
    measured: ClassVar[Measured] = "nominal"
    ticks: ClassVar[bool] = False

    @property
    def labels(self) -> tuple[str, ...]:
        """All options, those that are written last."""
        return self.options.labels

    def groups(self, order: Sequence[str]) -> tuple[Group, ...]:
        """One group: the options as they stand."""
        return (Group(self.name, "", self.options.choices(self.name, order)),)

    def read(self, given: Given, order: Sequence[str]) -> Answer:
        """The option, under `chosen`; what was written in, under `other`."""
        sent = listed(given.get(self.name))
        places = self.options.places(self.name, order)
        place = number(sent[0]) if len(sent) == 1 else 0
        if not 1 <= place <= len(places):
            raise OpenQuestion(self.name)
        index = places[place - 1]
        words, more = self.options.said(index, given, self.name)
        details = {"chosen": self.labels[index - 1], **more, **self.options.stood(self.name, order)}
        return Answer(words, index, len(self.labels), details)

    def fill(self, meant: int, order: Sequence[str]) -> Given:
        """`meant` is the number of an option."""
        place = self.options.places(self.name, order).index(meant) + 1
        return {self.name: str(place), **self.options.written(meant, self.name)}
