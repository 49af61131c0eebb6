"""What a person decides about submissions: approve, ask to return, pay a screen-out.

Nothing here refuses a payment. Approval asks for data that is stored; whoever is approved without
is approved by name, with the reason on record.
"""

from collections import Counter
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from studies.channels import Exit
from studies.checking.reviewing import cases
from studies.models import PanelStudy, Participant, Submission
from studies.recruitment import ledger
from studies.recruitment.calls import PanelError
from studies.recruitment.panel_study import api_of
from studies.recruitment.prolific import Prolific
from studies.recruitment.receipts import exit_code, receipt_for
from studies.recruitment.record import on_record
from studies.recruitment.standing import WAITS, by_person, is_paid, siblings, standing
from studies.recruitment.submissions import take
from studies.services import Actor, StudyError

MISSING = (
    "{number} of these have no complete answers here: say why they are paid all the same, or leave"
    " them out."
)
TWICE = (
    "{number} of these are of somebody whose answers are paid by another submission: say why they"
    " are paid again, or leave them out."
)


def approvable(panel_study: PanelStudy) -> list[Submission]:
    """One submission of each person who finished, is not paid, and whose answers are all stored.

    It is the one that stands for them; a further one of the same person is for a person to decide.
    """
    rows = panel_study.submissions.filter(participant__state=Participant.State.FINISHED)
    completed = exit_code(panel_study.study, Exit.COMPLETED)
    found = []
    for theirs in by_person(rows.select_related("participant").order_by("pk")):
        main = standing(theirs, completed)
        if not any(is_paid(one) for one in theirs if one != main):
            found.append(main)
    return [one for one in found if one.state == WAITS and _has_receipt(one)]


def approve(
    *,
    panel_study: PanelStudy,
    submissions: Sequence[Submission],
    actor: Actor = None,
    reason: str = "",
    api: Prolific | None = None,
) -> int:
    """Approve these. Returns how many. Raises StudyError, PanelError.

    Without a receipt, or for somebody whose work is paid by another submission, only with a reason.
    """
    waiting = [one for one in submissions if one.state in {WAITS, "TIMED-OUT"}]
    if not waiting:
        return 0
    api = api or api_of(panel_study.study)
    further = [other for one in waiting for other in siblings(panel_study, one)]
    _refresh(panel_study, further, api)  # somebody may have approved another one at the panel
    fresh = _claim(panel_study, waiting, reason)
    try:
        with on_record(
            lambda kind: _tell(panel_study, actor, kind, waiting, reason), "panel_approved"
        ):
            api.approve([one.reference for one in waiting])
    except PanelError as error:
        if error.surely_not_done:
            Submission.objects.filter(pk__in=fresh).update(approval_asked_at=None)
        raise
    _refresh(panel_study, waiting, api)
    return len(waiting)


def _claim(panel_study: PanelStudy, waiting: Sequence[Submission], reason: str) -> list[int]:
    """Write down that these are to be approved, before the panel hears of it: two people who
    press at once pay a person once. Returns those that nobody had asked for before."""
    with transaction.atomic():
        PanelStudy.objects.select_for_update(no_key=True).get(pk=panel_study.pk)
        if not reason.strip():
            _refuse([one for one in waiting if not _has_receipt(one)], MISSING)
            _refuse(_twice(panel_study, waiting), TWICE)
        fresh = Submission.objects.filter(
            pk__in=[one.pk for one in waiting], approval_asked_at=None
        )
        keys = list(fresh.values_list("pk", flat=True))
        fresh.update(approval_asked_at=timezone.now())
        return keys


def _twice(panel_study: PanelStudy, waiting: Sequence[Submission]) -> list[Submission]:
    """Those of somebody whose work is paid already, or by another one of these."""
    people = Counter(one.participant_id for one in waiting)
    return [
        one
        for one in waiting
        if (one.participant_id and people[one.participant_id] > 1)
        or any(map(is_paid, siblings(panel_study, one)))
    ]


def _refuse(found: Sequence[Submission], sentence: str) -> None:
    if found:
        raise StudyError(sentence.format(number=len(found)))


def ask_to_return(
    *, submission: Submission, reason: str, actor: Actor = None, api: Prolific | None = None
) -> None:
    """Ask the person to hand the submission back; they decide. Raises StudyError, PanelError."""
    if not reason.strip():
        raise StudyError("Say why: the person reads it.")
    if submission.state not in {WAITS, "ACTIVE"}:
        raise StudyError(f"This submission is {submission.state}: it cannot be handed back.")
    _refuse_return(submission)
    panel_study = submission.panel_study
    api = api or api_of(panel_study.study)
    with on_record(
        lambda kind: _tell(panel_study, actor, kind, [submission], reason), "panel_asked_to_return"
    ):
        api.request_return(submission.reference, [reason.strip()])


def _refuse_return(submission: Submission) -> None:
    """Raises StudyError where the panel's rules let nobody be asked: for work that is whole, and
    for whoever we screened out, who is paid first."""
    person, panel_study = submission.participant, submission.panel_study
    if person is None:
        return
    theirs = [submission, *siblings(panel_study, submission)]
    if standing(theirs, exit_code(panel_study.study, Exit.COMPLETED)) != submission:
        return  # a further one: their work is paid by the other
    if person.state == Participant.State.SCREENED_OUT and not any(map(ledger.paid_to, theirs)):
        raise StudyError(
            "This person was screened out here: pay them as screened out, or a bonus, before you"
            " ask for the submission back."
        )
    if person.state != Participant.State.FINISHED:
        return
    offer = cases(panel_study.study, [person])[0].offer
    if not offer.ask_return:
        raise StudyError(
            f"The work of {person.code} is complete, and no check speaks against it: nobody can be"
            " asked to hand that back. Approve it."
        )


def pay_screen_out(
    *, submission: Submission, actor: Actor = None, api: Prolific | None = None
) -> None:
    """Pay the fixed amount to somebody whom we screened out. Raises StudyError, PanelError."""
    person = submission.participant
    if person is None or person.state != Participant.State.SCREENED_OUT:
        raise StudyError("Only whom a check has screened out here can be paid as screened out.")
    api = api or api_of(submission.panel_study.study)
    _refresh(submission.panel_study, siblings(submission.panel_study, submission), api)
    panel_study = submission.panel_study
    fresh = _claim_screen_out(submission)
    try:
        with on_record(
            lambda kind: _tell(panel_study, actor, kind, [submission], ""), "panel_screened_out"
        ):
            api.screen_out(submission.reference)
    except PanelError as error:
        if fresh and error.surely_not_done:
            Submission.objects.filter(pk=submission.pk).update(approval_asked_at=None)
        raise
    _refresh(panel_study, [submission], api)


def _claim_screen_out(submission: Submission) -> bool:
    """Write down by which submission the person is paid, before the panel hears of it; whether
    nobody had asked for it before. Raises StudyError where another one pays them."""
    with transaction.atomic():
        PanelStudy.objects.select_for_update(no_key=True).get(pk=submission.panel_study_id)
        if any(map(is_paid, siblings(submission.panel_study, submission))):
            raise StudyError("This person is paid by another submission already.")
        waiting = Submission.objects.filter(pk=submission.pk, approval_asked_at=None)
        return bool(waiting.update(approval_asked_at=timezone.now()))


def _has_receipt(submission: Submission) -> bool:
    person = submission.participant
    return person is not None and receipt_for(person, Exit.COMPLETED) is not None


def _refresh(panel_study: PanelStudy, submissions: Sequence[Submission], api: Prolific) -> None:
    for one in submissions:
        take(panel_study, api.submission(one.reference))


def _tell(
    panel_study: PanelStudy, actor: Actor, kind: str, which: Sequence[Submission], reason: str
) -> None:
    """One event of the study that names nobody, and one of each person, which goes with them.

    Why stands with the people; of whoever never arrived here, with the study.
    """
    events, why = panel_study.study.events, {"reason": reason.strip()[:2000]}
    unknown = any(one.participant is None for one in which)
    details = {"submissions": len(which), **(why if unknown else {})}
    events.create(actor=actor, kind=kind, details=details)
    for person in {one.participant for one in which if one.participant}:
        events.create(participant=person, actor=actor, kind=kind, details=why)
