"""Text: an answer in the rater's own words, within a length."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from studies.questions import CANNOT_TELL, Answer, Given, Group, Measured, OpenQuestion, listed
from studies.wording import marked

MOST = 5_000
"""Characters that no answer may exceed."""


@dataclass(frozen=True)
class Text:
    """A box to write in. `answer` is what was written, without blanks around it; no value."""

    name: str
    text: str
    at_least: int = 1
    """Characters; 0: it may stay empty."""
    at_most: int = 1_000
    """Characters; longer texts are not cut but refused, and the box takes no more."""
    lines: int = 4
    """Height of the box; 1 is a single line."""
    hint: str = ""

    template: ClassVar[str] = "rater/questions/text.html"
    reminder: ClassVar[str] = marked("Please write something here, as long as is asked.")
    measured: ClassVar[Measured] = "text"
    labels: ClassVar[tuple[str, ...]] = ()

    @property
    def optional(self) -> bool:
        """Whether it may stay empty."""
        return self.at_least == 0

    def groups(self, order: Sequence[str]) -> tuple[Group, ...]:
        """There are no choices."""
        return ()

    def read(self, given: Given, order: Sequence[str]) -> Answer:
        """What was written; every end of a line is one character."""
        sent = [text for text in listed(given.get(self.name)) if text != CANNOT_TELL]
        written = plain(sent[0]) if len(sent) == 1 else ""  # two texts under one name are none
        if not self.at_least <= len(written) <= self.at_most:
            raise OpenQuestion(self.name)
        return Answer(written)

    def fill(self, meant: str, order: Sequence[str]) -> dict[str, str]:
        """`meant` is what is written."""
        return {self.name: meant}


def plain(sent: object) -> str:
    """Text as it is kept: ends of lines as browsers count them, no NUL, no blanks around it."""
    text = sent if isinstance(sent, str) else ""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").strip()
