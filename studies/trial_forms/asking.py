"""One question as it stands on a page: its choices, what was chosen, what is still open. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from studies.questions import CANNOT_TELL, CANNOT_TELL_WORDS, NOT_SURE, Choice, Question, listed
from studies.questions.options import other_field


@dataclass(frozen=True)
class Shown:
    """One group of choices, with what was chosen before the page came back."""

    field: str
    words: str
    choices: Sequence[tuple[Choice, bool]]

    @property
    def chosen(self) -> bool:
        """Whether one of them is chosen."""
        return any(chosen for _, chosen in self.choices)


@dataclass(frozen=True)
class Asked:
    """One question, for the template of its form."""

    question: Question
    order: Sequence[str]
    """The trial's slots as they stand."""
    given: Mapping[str, object] = field(default_factory=dict)
    """Field → what was sent before."""
    missing: bool = False

    @property
    def groups(self) -> list[Shown]:
        """The choices."""
        return [
            Shown(
                group.field,
                group.words,
                [
                    (choice, choice.value in listed(self.given.get(group.field)))
                    for choice in group.choices
                ],
            )
            for group in self.question.groups(self.order)
        ]

    @property
    def digits(self) -> int:
        """How many choices have a digit as their key; 0 where none has."""
        groups = self.question.groups(self.order)
        numbers = (
            [choice for choice in groups[0].choices if choice.value != NOT_SURE] if groups else []
        )
        return len(numbers) if len(numbers) < 10 else 0

    @property
    def not_sure(self) -> str:
        """Words of the answer that has the key 0, if there is one."""
        groups = self.question.groups(self.order)
        apart = [c.words for c in groups[0].choices if c.value == NOT_SURE] if groups else []
        return apart[0] if apart else ""

    @property
    def cannot_tell(self) -> tuple[str, str, bool]:
        """Value and words of leaving it open after the reminder, and whether that was chosen."""
        left = CANNOT_TELL in listed(self.given.get(self.question.name))
        return CANNOT_TELL, CANNOT_TELL_WORDS, left

    @property
    def sent(self) -> str:
        """What was written before, for a field of text or of a number."""
        kept = [text for text in listed(self.given.get(self.question.name)) if text != CANNOT_TELL]
        return kept[0] if kept else ""

    @property
    def written(self) -> str:
        """What was written before beside “other”."""
        return " ".join(listed(self.given.get(other_field(self.question.name))))
