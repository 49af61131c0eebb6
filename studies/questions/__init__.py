"""Questions: what one asks, how its page draws it, how its answer is read. Pure.

One file a form. A form knows nothing of Django: its `template` draws the fields, `read` takes what
the browser sent, `fill` is what a simulated rater's browser would send.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from string import ascii_uppercase
from typing import Any, ClassVar, Literal, Protocol

from studies.wording import marked

Measured = Literal["ordinal", "nominal", "preference", "interval", "text"]
"""What kind of number, if any, an answer is; analyses follow from it."""

ANSWERS: Mapping[Measured, str] = {
    "ordinal": "points of a scale, in order",
    "interval": "places on a line from 0 to 100",
    "nominal": "names without an order",
    "preference": "choices among pictures",
    "text": "texts",
}
"""The same in words."""

CANNOT_TELL = "cannot_tell"
"""In the field called as the question: the rater was reminded and still leaves it open."""

CANNOT_TELL_WORDS = marked("I cannot tell, or would rather not answer")

NOT_SURE = "0"
"""In the field of a choice: the offered answer that decides for none."""

Given = Mapping[str, object]
"""Field of the form → what was sent; a list where several boxes share a name."""


class OpenQuestion(ValueError):
    """Nothing was answered, not all of it, or what was not offered; nothing is repaired."""


@dataclass(frozen=True)
class Answer:
    """One answer, as it is stored."""

    answer: str
    """The words as they were shown, or the text as it was written."""
    value: int | None = None
    """A point or a thing, counted from 1; None where the answer is none of them."""
    scale: int | None = None
    """How many points or things there were."""
    details: Mapping[str, Any] = field(default_factory=dict)
    """Plain JSON values: `chosen`, `order`, `not_sure`, `cannot_tell`, …"""


@dataclass(frozen=True)
class Choice:
    """One radio button (or one line of a list)."""

    value: str
    words: str


@dataclass(frozen=True)
class Group:
    """Radio buttons of which one is chosen; a question has one group, or several."""

    field: str
    words: str
    """Stands above it, where a question has several groups."""
    choices: tuple[Choice, ...]


class Question(Protocol):
    """One question of a trial."""

    template: ClassVar[str]
    """The part of the page that draws its fields; `item` is an `Asked` (trial_forms/asking.py)."""
    reminder: ClassVar[str]
    """What stands beside it once it was left open."""

    @property
    def name(self) -> str:
        """Unique within the trial kind; fields of the form are called so, or `name.something`."""

    @property
    def text(self) -> str:
        """The question."""

    @property
    def hint(self) -> str:
        """Stands below it; may be empty."""

    @property
    def measured(self) -> Measured:
        """What an answer is."""

    @property
    def labels(self) -> tuple[str, ...]:
        """What the values 1, 2, … mean: words of points, or names; empty where there is none."""

    def groups(self, order: Sequence[str]) -> tuple[Group, ...]:
        """The choices, with the trial's slots standing in this order; () where there is none."""

    def read(self, given: Given, order: Sequence[str]) -> Answer:
        """The answer in what was sent; raises OpenQuestion."""

    def fill(self, meant: Any, order: Sequence[str]) -> Given:
        """The fields of a rater who means this (what `simulate` of a trial kind gives)."""


def read_one(question: Question, given: Given, order: Sequence[str]) -> Answer:
    """The answer to a question, or that the rater cannot tell; raises OpenQuestion."""
    try:
        return question.read(given, order)
    except OpenQuestion:
        if CANNOT_TELL not in listed(given.get(question.name)):
            raise
    scale = len(question.labels) or None
    return Answer(CANNOT_TELL_WORDS, None, scale, {CANNOT_TELL: True})


def listed(sent: object) -> tuple[str, ...]:
    """What a field was sent with, one value or several; empty ones left out."""
    values = sent if isinstance(sent, list | tuple) else [sent]
    return tuple(value for value in values if isinstance(value, str) and value)


def letters(order: Sequence[str], among: Sequence[str]) -> dict[str, str]:
    """Slot → A, B, C … by its place, for those slots of `order` that are `among`."""
    return dict(zip((slot for slot in order if slot in among), ascii_uppercase, strict=False))
