"""Answers as they arrive from a browser, checked against the questions; nothing is repaired."""

from collections.abc import Mapping, Sequence

from studies.checks import PersonQuestion
from studies.questions import Answer, OpenQuestion, Question, read_one
from studies.questions.text import plain

LONGEST_LINE = 300
"""Characters of a line of text about the person."""


class IncompleteAnswer(ValueError):
    """Some questions have no answer, or one that was not offered."""

    def __init__(self, missing: Sequence[str]) -> None:
        super().__init__(f"Without a valid answer: {', '.join(missing)}.")
        self.missing = tuple(missing)


def read_answers(
    questions: Sequence[Question], given: Mapping[str, object], order: Sequence[str]
) -> dict[str, Answer]:
    """`given` (field → what was sent) as an answer to each question; raises IncompleteAnswer.

    `order` are the trial's slots as they stood. A question that the rater leaves open after the
    reminder has the answer that they cannot tell.
    """
    answers: dict[str, Answer] = {}
    missing: list[str] = []
    for question in questions:
        try:
            answers[question.name] = read_one(question, given, order)
        except OpenQuestion:
            missing.append(question.name)
    if missing:
        raise IncompleteAnswer(missing)
    return answers


def read_choices(
    questions: Sequence[PersonQuestion], given: Mapping[str, object]
) -> dict[str, str]:
    """`given` (question → the words of a choice) as they are; raises IncompleteAnswer.

    A line of text may be empty, and is cut at `LONGEST_LINE`.
    """
    missing = [q.name for q in questions if q.choices and given.get(q.name) not in q.choices]
    if missing:
        raise IncompleteAnswer(missing)
    return {question.name: plain(given.get(question.name))[:LONGEST_LINE] for question in questions}
