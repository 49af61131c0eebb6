"""Questions with one right choice, asked before the trials: written in files, and marked. Pure."""

from collections.abc import Mapping, Sequence
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from studies.checking.sessions import Attempt, Verdict
from studies.checks import Exam, ExamQuestion

Words = Annotated[str, Field(min_length=1, max_length=300)]


class KnownQuestion(BaseModel):
    """A question, its choices, and the one that is right."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: Words
    choices: Annotated[tuple[Words, ...], Field(min_length=2, max_length=8)]
    right: Words
    """The right choice, word for word."""

    @model_validator(mode="after")
    def right_is_offered(self) -> "KnownQuestion":
        """The right choice is among the choices, and each stands there once."""
        if self.right not in self.choices or len(set(self.choices)) < len(self.choices):
            raise ValueError(f"“{self.text}”: the right answer must be one of its choices, once")
        return self

    def asked(self, name: str) -> ExamQuestion:
        """For the page."""
        return ExamQuestion(name, self.text, self.choices, self.choices.index(self.right))


def asked(questions: Sequence[KnownQuestion], prefix: str) -> tuple[ExamQuestion, ...]:
    """All of them, named by their numbers from 1."""
    return tuple(q.asked(f"{prefix}-{number}") for number, q in enumerate(questions, start=1))


def right_answers(exam: Exam, given: Mapping[str, int]) -> int:
    """How many questions were answered rightly; `given` is question → place of the choice."""
    return sum(given.get(question.name) == question.right for question in exam.questions)


def examined(exam: Exam, attempts: Sequence[Attempt]) -> Verdict | None:
    """Failed when the last attempt that was allowed is not passed; None while one is left."""
    if not attempts:
        return None
    passed = any(attempt.passed for attempt in attempts)
    if not passed and len(attempts) < exam.attempts:
        return None
    told = ", ".join(f"{attempt.right} of {attempt.asked}" for attempt in attempts)
    sentence = f"Right answers: {told} (needed: {exam.needed}, attempts: {exam.attempts})."
    evidence = {"right": [a.right for a in attempts], "needed": exam.needed, "passed": passed}
    return Verdict(not passed, sentence, evidence)
