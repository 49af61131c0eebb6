"""The questions before the trials: which are open, how an attempt is marked and kept."""

from collections.abc import Mapping

from django.db import transaction

from studies.checking.examined import right_answers
from studies.checking.skill import drawn_for
from studies.checks import Exam
from studies.fieldwork import check
from studies.live.answers import IncompleteAnswer
from studies.live.places import locked
from studies.live.plan import plan_of
from studies.models import Attempt, Participant


def open_exam(participant: Participant) -> str:
    """The check whose questions come next, or “”."""
    plan = plan_of(participant.study)
    if not plan.exams:
        return ""
    tried: dict[str, list[bool]] = {}
    for name, passed in participant.attempts.values_list("found_by", "passed"):
        tried.setdefault(name, []).append(passed)
    for name, exam in plan.exams.items():
        mine = tried.get(name, [])
        if not any(mine) and len(mine) < exam.attempts:
            return name
    return ""


def exam_of(participant: Participant, name: str) -> Exam:
    """The questions as this participant meets them: the same at every look."""
    plan = plan_of(participant.study)
    return drawn_for(plan.exams[name], plan.rng("exam", name, participant.seed))


def attempt(*, participant: Participant, name: str, number: int, sent: Mapping[str, str]) -> None:
    """Mark and keep one attempt; sent twice, it is one. Raises IncompleteAnswer.

    `number` is that of the attempt, from 1, as the page that was sent said it.
    """
    exam = exam_of(participant, name)
    given = read_given(exam, sent)
    with transaction.atomic():
        participant = locked(participant.pk)
        before = participant.attempts.filter(found_by=name)
        over = participant.state != Participant.State.ACTIVE or before.filter(passed=True).exists()
        if (
            over
            or participant.consent_due
            or before.count() != number - 1
            or number > exam.attempts
        ):
            return
        right = right_answers(exam, given)
        Attempt.objects.create(
            participant=participant,
            found_by=name,
            number=number,
            answers=given,
            right=right,
            asked=len(exam.questions),
            passed=right >= exam.needed,
        )
        check(participant, "examined")


def read_given(exam: Exam, sent: Mapping[str, str]) -> dict[str, int]:
    """Question → place of the choice that was sent; raises IncompleteAnswer."""
    offered = {q.name: [str(place) for place in range(len(q.choices))] for q in exam.questions}
    missing = [name for name, places in offered.items() if sent.get(name) not in places]
    if missing:
        raise IncompleteAnswer(missing)
    return {name: int(sent[name]) for name in offered}
