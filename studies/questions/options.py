"""Options in words: what is offered, in which order it stood, and what is written in."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from studies.questions import Choice, Given, OpenQuestion, listed
from studies.questions.text import plain

LONGEST_OTHER = 200
"""Characters that may be written beside “other”."""


@dataclass(frozen=True)
class Options:
    """What may be chosen; numbered from 1 as the file lists them, however they stand."""

    words: tuple[str, ...]
    other: str = ""
    """Words of an option beside which the rater writes; empty: there is none."""
    alone: str = ""
    """Words of an option that excludes all others; empty: there is none."""

    @property
    def labels(self) -> tuple[str, ...]:
        """All of them, in the order of their numbers."""
        return (*self.words, *filter(None, (self.other, self.alone)))

    @property
    def other_at(self) -> int:
        """The number of the option that is written; 0 where there is none."""
        return len(self.words) + 1 if self.other else 0

    @property
    def alone_at(self) -> int:
        """The number of the option that excludes the others; 0 where there is none."""
        return len(self.labels) if self.alone else 0

    def places(self, name: str, order: Sequence[str]) -> list[int]:
        """The number of the option at each place: drawn ones as `order` has them, these last."""
        drawn = [int(each.rpartition(".")[2]) for each in order if each.startswith(f"{name}.")]
        first = drawn or list(range(1, len(self.words) + 1))
        return [*first, *range(len(self.words) + 1, len(self.labels) + 1)]

    def choices(self, name: str, order: Sequence[str]) -> tuple[Choice, ...]:
        """A choice for each, its value the place on the page, from 1."""
        numbered = enumerate(self.places(name, order), start=1)
        return tuple(Choice(str(place), self.labels[index - 1]) for place, index in numbered)

    def said(self, index: int, given: Given, name: str) -> tuple[str, dict[str, Any]]:
        """Words of a chosen option as they are kept, and what was written; raises OpenQuestion."""
        if index != self.other_at:
            return self.labels[index - 1], {}
        written = plain(" ".join(listed(given.get(other_field(name)))))
        if not 1 <= len(written) <= LONGEST_OTHER:
            raise OpenQuestion(name)
        return f"{self.other}: {written}", {"other": written}

    def stood(self, name: str, order: Sequence[str]) -> dict[str, Any]:
        """Numbers of the options in the order they stood, where that was drawn."""
        drawn = any(each.startswith(f"{name}.") for each in order)
        return {"stood": self.places(name, order)} if drawn else {}

    def written(self, index: int, name: str) -> dict[str, str]:
        """What a simulated rater writes beside an option."""
        return {other_field(name): "SIMULATED"} if index == self.other_at else {}


def other_field(name: str) -> str:
    """The field of what is written beside “other”."""
    return f"{name}.other"
