"""Submissions: what the panel says of each, matched with our participant, and what follows.

Told twice, late or in another order, it comes to the same: only words newer than the last count,
and what follows from a state (studies/live/places.py) may be repeated. A state that nobody
documented is kept as it came and moves nothing. No state takes an answer away.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta

from django.db import transaction

from studies.live import places
from studies.live.plan import plan_of
from studies.models import Arrival, PanelStudy, Participant, Submission
from studies.recruitment.arrivals import person_kind
from studies.recruitment.prolific import Prolific, SubmissionRow
from studies.recruitment.standing import GONE, siblings
from studies.rights import identities

RESERVED_MINUTES = 10
"""Prolific keeps a place so long for somebody who has not opened the study yet."""
Follow = Callable[[Participant, Submission], object]


def _hold(participant: Participant, submission: Submission) -> bool:
    minutes = plan_of(participant.study).fieldwork.raters.lease_minutes
    until = submission.stated_at + timedelta(minutes=max(minutes, RESERVED_MINUTES))
    return places.hold(participant=participant, until=until)


FOLLOWS: Mapping[str, Follow] = {
    "RESERVED": _hold,
    "ACTIVE": _hold,
    "TIMED-OUT": lambda participant, _: places.timed_out(participant=participant),
    "RETURNED": lambda participant, _: places.returned(participant=participant),
    "REJECTED": lambda participant, _: places.returned(participant=participant),
    "SCREENED OUT": lambda participant, _: places.screened_out(participant=participant),
    "APPROVED": lambda participant, _: places.approved(participant=participant),
    "PARTIALLY APPROVED": lambda participant, _: places.approved(participant=participant),
}
"""What our places do at each of the panel's states; AWAITING REVIEW and unknown ones: nothing."""
LEAVES = frozenset({*GONE, "SCREENED OUT"})
"""Words that end a visit, and with the last of their visits the person's place."""


def take(panel_study: PanelStudy, row: SubmissionRow) -> Submission:
    """Put on record what the panel says of one submission, and let our places follow."""
    submission, newer = _write(panel_study, row)
    if newer:
        _follow(submission, all_known=False)
    return submission


def poll(panel_study: PanelStudy, api: Prolific) -> int:
    """Ask the panel for every submission; returns how many there are.

    Places follow when all are known: somebody may have handed one back and taken another.
    """
    written = [_write(panel_study, row) for row in api.submissions(panel_study.reference)]
    for submission, newer in written:
        if newer:
            _follow(submission, all_known=True)
    return len(written)


def _write(panel_study: PanelStudy, row: SubmissionRow) -> tuple[Submission, bool]:
    """The submission as it is on record now, and whether this word is the newest."""
    with transaction.atomic():
        PanelStudy.objects.select_for_update(no_key=True).get(pk=panel_study.pk)
        submission, new = Submission.objects.get_or_create(
            panel_study=panel_study,
            reference=row.reference,
            defaults={"state": row.state, "stated_at": row.stated_at},
        )
        if not new and row.stated_at < submission.stated_at:
            return submission, False
        submission.state, submission.stated_at = row.state, row.stated_at
        submission.code = row.code or submission.code
        submission.bonus = submission.bonus if row.bonus is None else row.bonus
        if not submission.erased:
            submission.participant = submission.participant or _participant(panel_study, row)
        submission.save()
        return submission, True


def _follow(submission: Submission, *, all_known: bool) -> None:
    """What the panel says of any visit moves the place; that one ends, only if none goes on."""
    participant, follow = submission.participant, FOLLOWS.get(submission.state)
    if participant is None or follow is None:
        return
    if submission.state in LEAVES and _goes_on(participant, submission, all_known=all_known):
        return
    follow(participant, submission)
    if submission.applied_state != submission.state:
        submission.applied_state = submission.state
        submission.save(update_fields=["applied_state"])


def _goes_on(participant: Participant, submission: Submission, *, all_known: bool) -> bool:
    """Whether the person is on another visit: one that the panel has not ended, or, as long as not
    all are known here, the one that they came on last."""
    theirs = siblings(submission.panel_study, submission)
    if any(one.state not in LEAVES for one in theirs):
        return True
    arrival = Arrival.objects.filter(participant=participant).first()
    known = {submission.reference, *(one.reference for one in theirs)}
    return not all_known and arrival is not None and arrival.visit not in known


def _participant(panel_study: PanelStudy, row: SubmissionRow) -> Participant | None:
    """By the visit, else by the person."""
    arrivals = Arrival.objects.filter(
        channel=panel_study.panel, visit=row.reference, participant__study=panel_study.study_id
    ).select_related("participant")
    arrival = arrivals.first()
    if arrival:
        return arrival.participant
    study = panel_study.study
    return identities.find(study, person_kind(study), row.person) if row.person else None
