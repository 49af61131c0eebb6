"""Skill task: a short test of fine vision on the rater's own screen, and of knowledge of styles."""

from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from config.plugins import plugin
from studies.checking.examined import KnownQuestion, asked, examined
from studies.checking.sessions import Session, Verdict
from studies.checks import Consequence, Counts, Exam, ExamQuestion, Quiet

QUARTERS = ("top left", "top right", "bottom left", "bottom right")


@plugin
class SkillTask(Quiet):
    """In which quarter of a grey picture are fine stripes? One picture for each strength.

    Each participant's pictures are drawn anew, so nobody can pass on the answers; guessing finds a
    quarter of them.
    """

    label: ClassVar[str] = "Skill task"
    version: ClassVar[int] = 1
    counts_as: ClassVar[Counts] = "eligibility"

    stripes: Annotated[tuple[Annotated[int, Field(ge=1, le=100)], ...], Field(max_length=12)] = (
        24,
        16,
        12,
        8,
        6,
    )
    """Height of the stripes in grey levels of 255, one picture each; 0 pictures: an empty list."""
    about: Annotated[tuple[KnownQuestion, ...], Field(max_length=12)] = ()
    """Questions with known answers, about styles for instance."""
    needed: Annotated[int, Field(ge=1, le=24)] = 4
    """Right answers with which it is passed."""
    attempts: Annotated[int, Field(ge=1, le=3)] = 1
    """How often one may try."""
    consequence: Consequence = "screen_out"
    """What follows when the last attempt fails."""

    @model_validator(mode="after")
    def it_can_be_passed(self) -> Self:
        """There are as many questions as right answers are needed."""
        there = len(self.stripes) + len(self.about)
        if self.needed > there:
            raise ValueError(f"needed: there are {there} questions only")
        return self

    @property
    def exam(self) -> Exam | None:
        """The page; each participant has another right quarter (studies/checking/skill.py)."""
        seen = tuple(
            ExamQuestion(
                f"stripes-{number}",
                "In which quarter of this picture are fine stripes?",
                QUARTERS,
                0,
                stripes,
            )
            for number, stripes in enumerate(self.stripes, start=1)
        )
        return Exam(
            "A short look first",
            "This study needs eyes, and a screen, that can show small differences.",
            (*seen, *asked(self.about, "skill")),
            self.needed,
            self.attempts,
        )

    def evaluate(self, session: Session) -> Verdict | None:
        """Whether the last attempt failed."""
        assert self.exam is not None
        return examined(self.exam, session.attempts.get("skill_task", ()))
