"""Several: any number of options in words, within bounds; perhaps one that excludes the others."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from studies.questions import Answer, Given, Group, Measured, OpenQuestion, listed
from studies.questions.options import Options
from studies.questions.scale import number
from studies.wording import marked


@dataclass(frozen=True)
class Several:
    """Options that are ticked. `answer` is a JSON list of their words; there is no value."""

    name: str
    text: str
    options: Options
    at_least: int = 1
    at_most: int | None = None
    hint: str = ""

    template: ClassVar[str] = "rater/questions/options.html"
    measured: ClassVar[Measured] = "nominal"
    reminder: ClassVar[str] = marked("Please tick as many as are asked for; at “other”, say which.")
    ticks: ClassVar[bool] = True

    @property
    def labels(self) -> tuple[str, ...]:
        """All options, those that are written or exclude the others last."""
        return self.options.labels

    def groups(self, order: Sequence[str]) -> tuple[Group, ...]:
        """One group: the options as they stand."""
        return (Group(self.name, "", self.options.choices(self.name, order)),)

    def read(self, given: Given, order: Sequence[str]) -> Answer:
        """The options in the order of the file, under `chosen`; what was written, under `other`."""
        places, sent = self.options.places(self.name, order), listed(given.get(self.name))
        chosen = [number(each) for each in sent]
        if not all(1 <= place <= len(places) for place in chosen):
            raise OpenQuestion(self.name)
        ticked = sorted({places[place - 1] for place in chosen})
        self._refuse_wrong_number(ticked)
        said = [self.options.said(index, given, self.name) for index in ticked]
        details = {"chosen": [self.labels[index - 1] for index in ticked]}
        for _, more in said:
            details |= more
        words = json.dumps([words for words, _ in said], ensure_ascii=False)
        details |= self.options.stood(self.name, order)
        return Answer(words, None, len(self.labels), details)

    def _refuse_wrong_number(self, ticked: Sequence[int]) -> None:
        alone = self.options.alone_at
        if alone in ticked:
            if len(ticked) > 1:
                raise OpenQuestion(self.name)
            return
        if not self.at_least <= len(ticked) <= (self.at_most or len(self.labels)):
            raise OpenQuestion(self.name)

    def fill(self, meant: Sequence[int], order: Sequence[str]) -> Given:
        """`meant` are the numbers of options."""
        places = self.options.places(self.name, order)
        filled: dict[str, object] = {self.name: [str(places.index(each) + 1) for each in meant]}
        for each in meant:
            filled |= self.options.written(each, self.name)
        return filled
