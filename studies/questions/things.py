"""What is chosen among: pictures of the trial, called A, B, C by their place, or words."""

from collections.abc import Sequence
from dataclasses import dataclass

from studies.questions import Choice, Measured, OpenQuestion, letters
from studies.questions.scale import number


@dataclass(frozen=True)
class Things:
    """Slots of the trial (`pictures`), or words; a page is told places, never names of slots."""

    names: tuple[str, ...]
    pictures: bool = True

    @property
    def measured(self) -> Measured:
        """Choosing among pictures is a preference, among words a naming."""
        return "preference" if self.pictures else "nominal"

    def offered(self, order: Sequence[str]) -> list[tuple[str, str]]:
        """(name, words as shown), as they stand on the page."""
        if self.pictures:
            return list(letters(order, self.names).items())
        return [(words, words) for words in self.names]

    def choices(self, order: Sequence[str]) -> tuple[Choice, ...]:
        """A choice for each, its value the place on the page, from 1."""
        numbered = enumerate(self.offered(order), start=1)
        return tuple(Choice(str(place), words) for place, (_, words) in numbered)

    def chosen(self, sent: object, order: Sequence[str]) -> tuple[str, str]:
        """(name, words as shown) of the place that was sent; raises OpenQuestion."""
        offered, place = self.offered(order), number(sent)
        if not 1 <= place <= len(offered):
            raise OpenQuestion(str(sent))
        return offered[place - 1]

    def place(self, name: str, order: Sequence[str]) -> str:
        """The place of a thing on the page, as a browser sends it."""
        return str([known for known, _ in self.offered(order)].index(name) + 1)

    def index(self, name: str) -> int:
        """The number of a thing, from 1, wherever it stood."""
        return self.names.index(name) + 1
