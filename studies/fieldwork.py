"""The verbs of a live study: enrol, next_trial, record. No answer is lost, none is doubled.

Places are in `places.py`; here is what happens on them. Every verb that writes is one transaction
that holds the participant's row, and may be repeated by a browser that is not sure it was heard.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from studies.checking.findings import Moment, ends, inspect
from studies.live.answers import IncompleteAnswer, read_answers, read_choices
from studies.live.branching import pass_over
from studies.live.course import Course, course_of
from studies.live.deliveries import leave_out, postpone
from studies.live.places import (
    FieldworkError,
    StudyClosed,
    StudyFull,
    come_back,
    enrol,
    give_back,
    lease_from,
    locked,
    locked_study,
    new_code,
    screen_out,
    tell,
    to_lock,
)
from studies.live.plan import plan_of
from studies.live.repeats import settle
from studies.live.room import in_quota
from studies.models import Participant, Response, Study, Trial
from studies.questions import Answer
from studies.rights.identities import remember
from studies.trial_forms.marks import marking_of, read_marks
from studies.trials import TrialKind, order_of, questions_of

__all__ = [
    "FieldworkError",
    "IncompleteAnswer",
    "Outcome",
    "StudyClosed",
    "StudyFull",
    "check",
    "come_back",
    "describe",
    "enrol",
    "give_back",
    "is_described",
    "next_trial",
    "record",
    "record_at",
    "shown",
    "undelivered",
]

GIVEN = "given"
"""The answer to a question whose text tells who somebody is: the text itself is kept apart."""
QUOTA = "quota"
"""Why a session ends, where all places of a group of people are taken."""

AHEAD = timedelta(minutes=1)
"""How much longer than promised a place is kept."""
KEPT_EVENTS = 200
"""Answers that came too late or twice are kept as events, but not without end per person."""


class Outcome(Enum):
    """What became of an answer that was sent."""

    SAVED = "saved"
    REPEATED = "repeated"
    """It had been saved before, with the same content: a double click, a retry."""
    DIFFERS = "differs"
    """Another answer had been saved before; the first one counts, this one is an event."""
    ASK_AGAIN = "ask_again"
    """The information was changed since they agreed: nothing is kept before they agree to it."""
    LATE = "late"
    """Its place had been given to somebody else, or the study closed; it is an event."""


@dataclass(frozen=True)
class Given:
    """What arrived with one trial: an answer to each question, and marks where there are some."""

    answers: Mapping[str, Answer]

    @property
    def plain(self) -> dict[str, Any]:
        """As events keep it."""
        return {name: answer.value or answer.answer for name, answer in self.answers.items()}


@dataclass(frozen=True)
class Saved:
    """What came of an answer; `course` as it is now where the answer was saved just now."""

    outcome: Outcome
    trial: Trial
    given: Given
    course: Course | None = None

    @property
    def participant(self) -> Participant:
        """As they are now."""
        return self.trial.participant


def next_trial(participant: Participant) -> Trial | None:
    """The first trial that waits for an answer; None when there is none (left)."""
    return _waiting(participant).first()


def shown(*, trial: Trial) -> None:
    """Note when the trial's page was first sent: the only thing that looking changes."""
    Trial.objects.filter(pk=trial.pk, shown_at__isnull=True).update(shown_at=timezone.now())


def record(
    *,
    trial: Trial,
    answers: Mapping[str, object],
    rt_ms: int | None = None,
    viewing: Mapping[str, Any] | None = None,
) -> Outcome:
    """Save the answers to all questions of a trial; the first complete answer wins.

    Safe to call any number of times, from anywhere at once. Raises IncompleteAnswer, and changes
    nothing, where a question has no answer on its scale.
    """
    place = trial.participant.token, trial.token
    saved = record_at(place, answers=answers, rt_ms=rt_ms, viewing=viewing)
    return saved.outcome if saved else Outcome.LATE  # erased while the answer was on its way


def record_at(
    place: tuple[str, str],
    *,
    answers: Mapping[str, object],
    rt_ms: int | None = None,
    viewing: Mapping[str, Any] | None = None,
) -> Saved | None:
    """As `record`, for a page that leads on, by the tokens of participant and trial.

    With the participant as they are now, and what comes next where saving has told so already.
    None where there is no such trial (any more).
    """
    saved = _save(place, answers, rt_ms, viewing or {})
    if saved and saved.outcome is Outcome.LATE and _is_back(saved.trial):
        saved = _save(place, answers, rt_ms, viewing or {})
    if saved and saved.outcome in {Outcome.LATE, Outcome.DIFFERS}:
        given = saved.given
        told = {"trial": saved.trial.position, "answers": given.plain, **_details(given)}
        _keep(saved.participant, saved.outcome, told)
    return saved


def describe(*, participant: Participant, answers: Mapping[str, object]) -> Outcome:
    """Save what a person says about themselves, once; sets the population.

    Raises IncompleteAnswer, and changes nothing, where a question has none of its choices.
    """
    plan = plan_of(participant.study)
    choices = read_choices(plan.person_questions, answers)
    apart = {q.name: choices[q.name] for q in plan.person_questions if not q.choices}
    choices |= {name: GIVEN if text else "" for name, text in apart.items()}
    with transaction.atomic():
        if plan.fieldwork.raters.quotas:  # places of groups are counted: the study's row first
            locked_study(participant.study)
        participant = locked(participant.pk)
        known = dict(participant.responses.filter(trial=None).values_list("question", "answer"))
        if known == choices:
            return Outcome.REPEATED
        if participant.state == Participant.State.WITHDRAWN:
            return Outcome.LATE
        if participant.consent_due:
            return Outcome.ASK_AGAIN
        if known or participant.study.state == Study.State.CLOSED:
            outcome = Outcome.DIFFERS if known else Outcome.LATE
            _keep(participant, outcome, {"answers": choices})
            return outcome
        now = timezone.now()
        Response.objects.bulk_create(
            Response(participant=participant, question=name, answer=choice, answered_at=now)
            for name, choice in choices.items()
        )
        for name, text in apart.items():
            if text:
                remember(participant, name, text)
        named = (check.population(choices) for check in plan.checks)
        participant.population = next(filter(None, named), "")
        participant.lease_until = lease_from(plan, now)
        participant.save(update_fields=["population", "lease_until"])
        if in_quota(participant, plan):
            check(participant, "described")
        else:
            screen_out(participant=participant, why=QUOTA)
        return Outcome.SAVED


def check(participant: Participant, moment: Moment) -> None:
    """Run the checks that are due, and end the session where one of them says so.

    The caller holds the participant's row. Whoever has finished has finished: what is found then
    decides about the answers only.
    """
    why = ends(inspect(participant, moment))
    if why and participant.state == Participant.State.ACTIVE:
        screen_out(participant=participant, why=why)
        inspect(participant)


def is_described(participant: Participant) -> bool:
    """Whether nothing more is asked about the person."""
    asked = plan_of(participant.study).person_questions
    return not asked or participant.responses.filter(trial=None).exists()


def undelivered(*, trial: Trial, viewing: Mapping[str, Any]) -> bool:
    """A picture of the trial did not arrive: nothing was judged.

    The trial comes again at the end of the session, as often as `study.viewing` says; True then.
    After that its place is given back, and the trial stays on record as not delivered. Saying it
    twice of the same showing (`trial.undelivered` as it was then) changes nothing.
    """
    with transaction.atomic():
        participant = locked(trial.participant_id)
        waiting = participant.trials.filter(pk=trial.pk, answered_at=None, released=False)
        current = waiting.filter(undelivered=trial.undelivered).first()
        if current is None or participant.consent_due:
            return False
        current.undelivered, current.viewing = current.undelivered + 1, dict(viewing)
        current.save(update_fields=["undelivered", "viewing"])
        told = {"trial": current.position, "item": current.item.position}
        rules = plan_of(participant.study).fieldwork.viewing
        again = postpone(current, rules.offer_again)
        if not again:
            leave_out(current)
        settle(participant, plan_of(participant.study))
        tell(participant, "not_delivered", {**told, "again": again})
        _go_on(participant, timezone.now(), next_trial(participant))
        check(participant, "answered")
        return again


def _read(trial: Trial, kind: TrialKind, sent: Mapping[str, object]) -> Given:
    """Raises IncompleteAnswer."""
    order = order_of(kind, trial.part, trial.layout)
    answers = read_answers(questions_of(kind, trial.part), sent, order)
    marking = marking_of(kind)
    if marking and marking.question in answers:
        answer = answers[marking.question]
        more = {**answer.details, **read_marks(marking, sent)}
        answers[marking.question] = replace(answer, details=more)
    return Given(answers)


def _details(given: Given) -> dict[str, Any]:
    return {
        key: value for answer in given.answers.values() for key, value in answer.details.items()
    }


def _save(
    place: tuple[str, str],
    sent: Mapping[str, object],
    rt_ms: int | None,
    viewing: Mapping[str, Any],
) -> Saved | None:
    with transaction.atomic():
        participant = to_lock().filter(token=place[0]).first()
        if participant is None:
            return None
        course, kind = course_of(participant), plan_of(participant.study).kind
        current = next((row for row in course.trials if row.token == place[1]), None)
        if current is None:
            return None
        given = _read(current, kind, sent)
        same = current.answered_at is not None and _kept(current) == given
        if participant.consent_due and not same:
            return Saved(Outcome.ASK_AGAIN, current, given)
        if current.answered_at:
            return Saved(Outcome.REPEATED if same else Outcome.DIFFERS, current, given)
        if current.released or participant.study.state == Study.State.CLOSED:
            return Saved(Outcome.LATE, current, given)
        now = timezone.now()
        Response.objects.bulk_create(
            Response(
                participant=participant,
                trial=current,
                question=question,
                answer=answer.answer,
                value=answer.value,
                scale=answer.scale,
                details=dict(answer.details),
                answered_at=now,
            )
            for question, answer in given.answers.items()
        )
        current.answered_at, current.rt_ms, current.viewing = now, rt_ms, dict(viewing)
        current.save(update_fields=["answered_at", "rt_ms", "viewing"])
        if pass_over(participant, kind, now):
            course = course_of(participant)
        _go_on(participant, now, course.way.next)
        check(participant, "answered")
        return Saved(Outcome.SAVED, current, given, course)


def _waiting(participant: Participant) -> QuerySet[Trial]:
    """Trials whose answers are still to come, in their order."""
    waiting = participant.trials.filter(answered_at__isnull=True, released=False)
    return waiting.order_by("position")


def _kept(trial: Trial) -> Given:
    """What was saved of an answered trial."""
    rows = trial.responses.values_list("question", "answer", "value", "scale", "details")
    return Given({question: Answer(*answer) for question, *answer in rows})


def _is_back(trial: Trial) -> bool:
    """Whether the participant of a released trial could take up the place again."""
    try:
        come_back(participant=trial.participant, wanted=trial)
    except FieldworkError:
        return False
    return True


def _go_on(participant: Participant, now: datetime, upcoming: Trial | None) -> None:
    """Renew the lease, or finish after the last trial: in the transaction that saved it.

    A lease reaches a little further than it must, so that most answers need not renew it.
    """
    until = lease_from(plan_of(participant.study), now)
    if upcoming is not None and until <= participant.lease_until:
        return
    participant.lease_until = until + AHEAD
    if upcoming is None:
        counted = participant.trials.filter(practice=False, answered_at__isnull=False)
        if counted.exists():
            participant.state = Participant.State.FINISHED
            participant.finished_at = now
            participant.completion_code = new_code(8)
        else:  # not one picture arrived: the place is for somebody else
            participant.state = Participant.State.LAPSED
        tell(participant, participant.state)
    participant.save(update_fields=["lease_until", "state", "finished_at", "completion_code"])


def _keep(participant: Participant, outcome: Outcome, details: Mapping[str, Any]) -> None:
    """Answers that do not count are not thrown away either (but not without end).

    Of whoever has withdrawn meanwhile nothing more is kept.
    """
    people = Participant.objects.exclude(state=Participant.State.WITHDRAWN)
    if not people.filter(pk=participant.pk).exists():
        return
    kind = f"answer_{outcome.value}"
    if participant.events.filter(kind=kind).count() < KEPT_EVENTS:
        tell(participant, kind, details)
