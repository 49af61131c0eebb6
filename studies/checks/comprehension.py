"""Comprehension: questions about the instructions, asked before the trials."""

from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from config.plugins import plugin
from studies.checking.examined import KnownQuestion, asked, examined
from studies.checking.sessions import Session, Verdict
from studies.checks import Consequence, Counts, Exam, Quiet

DEFAULT = (
    KnownQuestion(
        text="Until when can you change an answer?",
        choices=("Until I press Next", "At any time", "Not at all"),
        right="Until I press Next",
    ),
    KnownQuestion(
        text="What can you do when you need a break?",
        choices=(
            "Close the page and come back later on the same link",
            "Nothing: it must be done in one go",
            "Begin again from the start",
        ),
        right="Close the page and come back later on the same link",
    ),
)
"""True of every study here; ask about your own instructions too."""


@plugin
class Comprehension(Quiet):
    """The instructions stand above the questions. Failing is nobody's fault but the text's.

    Panels allow no rejection for it: whoever fails may only be asked to return, or is screened out.
    """

    label: ClassVar[str] = "Comprehension"
    version: ClassVar[int] = 1
    counts_as: ClassVar[Counts] = "comprehension"

    about: Annotated[tuple[KnownQuestion, ...], Field(min_length=1, max_length=10)] = DEFAULT
    """The questions."""
    attempts: Annotated[int, Field(ge=1, le=5)] = 2
    """How often one may try."""
    needed: Annotated[int, Field(ge=1, le=10)] = 2
    """Right answers with which it is passed."""
    consequence: Consequence = "screen_out"
    """What follows when the last attempt fails."""

    @model_validator(mode="after")
    def it_can_be_passed(self) -> Self:
        """No more right answers are needed than there are questions."""
        if self.needed > len(self.about):
            raise ValueError(f"needed: there are {len(self.about)} questions only")
        return self

    @property
    def exam(self) -> Exam | None:
        """The page."""
        return Exam(
            "Before you begin",
            "Please read how it works, then answer these questions about it.",
            asked(self.about, "comprehension"),
            self.needed,
            self.attempts,
            shows_instructions=True,
        )

    def evaluate(self, session: Session) -> Verdict | None:
        """Whether the last attempt failed."""
        assert self.exam is not None
        return examined(self.exam, session.attempts.get("comprehension", ()))
