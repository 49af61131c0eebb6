"""Exams in a preview: marked as participants' are, told to the researcher, and never kept."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from studies.checking.examined import right_answers
from studies.checking.exams import read_given
from studies.checking.skill import SIZE, drawn_for
from studies.checks import Exam
from studies.live.plan import Plan

FOLLOWS = {
    "note": "that is noted, and they go on.",
    "flag": "they go on, and a person is shown a flag.",
    "exclude": "they go on, and their answers are left out of the analysis.",
    "screen_out": "the study ends here for them.",
}
"""Consequence → what becomes of participants who fail."""
WRITTEN = re.compile(r"(\d{1,2})-(\d{1,2})-(\d{1,2})")


@dataclass(frozen=True)
class Mark:
    """What came of one attempt at an exam, the how manieth being counted from 1."""

    name: str
    number: int
    attempt: int
    right: int
    exam: Exam
    consequence: str

    @property
    def step(self) -> str:
        """The page that it is of."""
        return f"exam-{self.number}"

    @property
    def passed(self) -> bool:
        """Whether it was enough."""
        return self.right >= self.exam.needed

    @property
    def again(self) -> bool:
        """Whether participants are asked once more."""
        return not self.passed and self.attempt < self.exam.attempts

    @property
    def ends(self) -> bool:
        """Whether the study ends here for participants."""
        return not (self.passed or self.again) and self.consequence == "screen_out"

    @property
    def written(self) -> str:
        """For the address of the page that comes next."""
        return f"{self.number}-{self.attempt}-{self.right}"

    def __str__(self) -> str:
        needed, asked = self.exam.needed, len(self.exam.questions)
        counted = f"{self.name}: {self.right} of {asked} right, {needed} needed."
        if self.passed:
            return f"{counted} Passed: they go on."
        tried = f"Attempt {self.attempt} of {self.exam.attempts} not passed:"
        return f"{counted} {tried} {'they try again.' if self.again else FOLLOWS[self.consequence]}"


def mark_of(plan: Plan, number: int, attempt: int, right: int) -> Mark:
    """The mark of an attempt at the exam of this number, from 1."""
    name = list(plan.exams)[number - 1]
    consequence = plan.named_checks[name].consequence
    return Mark(name, number, attempt, right, plan.exams[name], consequence)


def read_mark(plan: Plan, written: str) -> Mark | None:
    """The mark that an address tells of; None where it tells of none."""
    found = WRITTEN.fullmatch(written)
    if not found:
        return None
    number, attempt, right = map(int, found.groups())
    return mark_of(plan, number, attempt, right) if 1 <= number <= len(plan.exams) else None


def exam_at(plan: Plan, number: int) -> Exam:
    """The exam of this number, from 1, as the preview's participant meets it."""
    name = list(plan.exams)[number - 1]
    return drawn_for(plan.exams[name], plan.rng("preview", "exam", name))


def marked(plan: Plan, number: int, sent: Mapping[str, str]) -> Mark:
    """The mark of what was sent; raises IncompleteAnswer."""
    exam, attempt = exam_at(plan, number), sent.get("number", "")
    right = right_answers(exam, read_given(exam, sent))
    counted = attempt.isascii() and attempt.isdigit()
    return mark_of(plan, number, int(attempt[:2]) if counted else 1, right)


def context(
    slug: str,
    plan: Plan,
    number: int,
    *,
    attempt: int,
    sent: Mapping[str, str],
    missing: tuple[str, ...],
) -> dict[str, Any]:
    """What the participants' own template needs."""
    exam = exam_at(plan, number)
    questions = [
        (
            reverse("studies:preview_stripes", args=[slug, number, place]) if q.stripes else "",
            q,
            sent.get(q.name),
            q.name in missing,
        )
        for place, q in enumerate(exam.questions, start=1)
    ]
    return {
        "exam": exam,
        "of": number - 1,
        "number": attempt,
        "left": exam.attempts - attempt + 1,
        "questions": questions,
        "size": SIZE,
        "missing": missing,
    }
