"""One question as it stands on a page: its choices, what was chosen, what is still open. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

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
    say: Callable[[str], str] = str
    """Words of the page's language; what is stored stays in the file's own."""

    @property
    def text(self) -> str:
        """The question."""
        return self.say(self.question.text)

    @property
    def hint(self) -> str:
        """Stands below it; may be empty."""
        return self.say(self.question.hint)

    @property
    def reminder(self) -> str:
        """What stands beside it once it was left open."""
        return self.say(self.question.reminder)

    @property
    def lead(self) -> str:
        """Stands above it: the question of a matrix."""
        return self._own("lead")

    @property
    def low(self) -> str:
        """Words at the low end of a line."""
        return self._own("low")

    @property
    def high(self) -> str:
        """Words at its high end."""
        return self._own("high")

    @property
    def other(self) -> str:
        """Words of the option beside which one writes."""
        return self.say(str(getattr(getattr(self.question, "options", None), "other", "")))

    @property
    def alone(self) -> str:
        """Words of the option that excludes the others."""
        return self.say(str(getattr(getattr(self.question, "options", None), "alone", "")))

    @property
    def by_place(self) -> bool:
        """Whether pictures are chosen among: choices then stand as the pictures do, from the left,
        whichever way the language is written."""
        return self.question.measured == "preference"

    @property
    def groups(self) -> list[Shown]:
        """The choices."""
        return [
            Shown(
                group.field,
                self.say(group.words),
                [
                    (
                        replace(choice, words=self.say(choice.words)),
                        choice.value in listed(self.given.get(group.field)),
                    )
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
        return self.say(apart[0]) if apart else ""

    @property
    def cannot_tell(self) -> tuple[str, str, bool]:
        """Value and words of leaving it open after the reminder, and whether that was chosen."""
        left = CANNOT_TELL in listed(self.given.get(self.question.name))
        return CANNOT_TELL, self.say(CANNOT_TELL_WORDS), left

    @property
    def sent(self) -> str:
        """What was written before, for a field of text or of a number."""
        kept = [text for text in listed(self.given.get(self.question.name)) if text != CANNOT_TELL]
        return kept[0] if kept else ""

    @property
    def written(self) -> str:
        """What was written before beside “other”."""
        return " ".join(listed(self.given.get(other_field(self.question.name))))

    def _own(self, name: str) -> str:
        return self.say(str(getattr(self.question, name, "")))
