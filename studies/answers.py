"""Answers as they arrive from a browser, checked against the questions; nothing is repaired."""

from collections.abc import Mapping, Sequence

from studies.checks import PersonQuestion
from studies.trials import Question


class IncompleteAnswer(ValueError):
    """Some questions have no answer, or one that was not offered."""

    def __init__(self, missing: Sequence[str]) -> None:
        super().__init__(f"Without a valid answer: {', '.join(missing)}.")
        self.missing = tuple(missing)


def read_points(questions: Sequence[Question], given: Mapping[str, object]) -> dict[str, int]:
    """`given` (question → point, as text or number) as points; raises IncompleteAnswer."""
    points = {question.name: _point(given.get(question.name)) for question in questions}
    missing = [q.name for q in questions if not 1 <= points[q.name] <= q.points]
    if missing:
        raise IncompleteAnswer(missing)
    return points


def read_choices(
    questions: Sequence[PersonQuestion], given: Mapping[str, object]
) -> dict[str, str]:
    """`given` (question → the words of a choice) as they are; raises IncompleteAnswer."""
    missing = [q.name for q in questions if given.get(q.name) not in q.choices]
    if missing:
        raise IncompleteAnswer(missing)
    return {question.name: str(given[question.name]) for question in questions}


def _point(value: object) -> int:
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0
