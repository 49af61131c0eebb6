"""What a person decides about submissions: approve, ask to return, pay a screen-out.

Nothing here refuses a payment. Approval asks for data that is stored; whoever is approved without
is approved by name, with the reason on record.
"""

from collections.abc import Sequence

from studies.channels import Exit
from studies.models import PanelStudy, Participant, Submission
from studies.recruitment.panel_study import api_of
from studies.recruitment.prolific import Prolific
from studies.recruitment.receipts import receipt_for
from studies.recruitment.submissions import take
from studies.services import Actor, StudyError

WAITS = "AWAITING REVIEW"


def approvable(panel_study: PanelStudy) -> list[Submission]:
    """Submissions that wait for review and whose answers are all stored."""
    waiting = panel_study.submissions.filter(
        state=WAITS, participant__state=Participant.State.FINISHED
    ).select_related("participant")
    return [one for one in waiting if one.participant and _has_receipt(one.participant)]


def approve(
    *,
    panel_study: PanelStudy,
    submissions: Sequence[Submission],
    actor: Actor = None,
    reason: str = "",
    api: Prolific | None = None,
) -> int:
    """Approve these; without a receipt only with a reason. Returns how many. Raises PanelError."""
    waiting = [one for one in submissions if one.state in {WAITS, "TIMED-OUT"}]
    bare = [one for one in waiting if not (one.participant and _has_receipt(one.participant))]
    if bare and not reason.strip():
        raise StudyError(
            f"{len(bare)} of these have no complete answers here: say why they are paid all the"
            " same, or leave them out."
        )
    if not waiting:
        return 0
    api = api or api_of(panel_study.study)
    api.approve([one.reference for one in waiting])
    _refresh(panel_study, waiting, api)
    _tell(panel_study, actor, "panel_approved", waiting, reason)
    return len(waiting)


def ask_to_return(
    *, submission: Submission, reason: str, actor: Actor = None, api: Prolific | None = None
) -> None:
    """Ask the person to hand the submission back; they decide. Raises StudyError, PanelError."""
    if not reason.strip():
        raise StudyError("Say why: the person reads it.")
    if submission.state not in {WAITS, "ACTIVE"}:
        raise StudyError(f"This submission is {submission.state}: it cannot be handed back.")
    api = api or api_of(submission.panel_study.study)
    api.request_return(submission.reference, [reason.strip()])
    _tell(submission.panel_study, actor, "panel_asked_to_return", [submission], reason)


def pay_screen_out(
    *, submission: Submission, actor: Actor = None, api: Prolific | None = None
) -> None:
    """Pay the fixed amount to somebody whom we screened out. Raises StudyError, PanelError."""
    person = submission.participant
    if person is None or person.state != Participant.State.SCREENED_OUT:
        raise StudyError("Only whom a check has screened out here can be paid as screened out.")
    api = api or api_of(submission.panel_study.study)
    api.screen_out(submission.reference)
    _refresh(submission.panel_study, [submission], api)
    _tell(submission.panel_study, actor, "panel_screened_out", [submission], "")


def _has_receipt(participant: Participant) -> bool:
    return receipt_for(participant, Exit.COMPLETED) is not None


def _refresh(panel_study: PanelStudy, submissions: Sequence[Submission], api: Prolific) -> None:
    for one in submissions:
        take(panel_study, api.submission(one.reference))


def _tell(
    panel_study: PanelStudy, actor: Actor, kind: str, which: Sequence[Submission], reason: str
) -> None:
    codes = [one.participant.code for one in which if one.participant]
    details = {"submissions": len(which), "participants": codes, "reason": reason.strip()[:2000]}
    panel_study.study.events.create(actor=actor, kind=kind, details=details)
