"""Which submission stands for a person: people are paid once for what they did, not per visit."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from studies.models import PanelStudy, Study, Submission

GONE = ("TIMED-OUT", "RETURNED", "REJECTED")
"""The panel has let go of the submission: nothing of it waits for anybody."""
OPEN = ("RESERVED", "ACTIVE")
PAID = ("APPROVED", "PARTIALLY APPROVED", "SCREENED OUT")
"""The panel has paid it, or will."""
WAITS = "AWAITING REVIEW"
FIRST = ("APPROVED", "PARTIALLY APPROVED", WAITS, "SCREENED OUT", *OPEN)
"""Whose submission stands for its person before another one of theirs; those let go come last."""


def standing(submissions: Sequence[Submission], completed: str = "") -> Submission:
    """The one of a person's submissions by which their work is paid; the others are history.

    What is paid, or asked to be, goes before what waits; of two that wait, the one with the code
    of those who finished (`completed`), then the older.
    """
    return min(submissions, key=lambda one: (*_rank(one, completed), one.pk))


def by_person(submissions: Iterable[Submission]) -> list[list[Submission]]:
    """The submissions of each person together; one that is nobody's (yet) is alone."""
    found: dict[tuple[str, int], list[Submission]] = defaultdict(list)
    for one in submissions:
        key = ("person", one.participant_id) if one.participant_id else ("submission", one.pk)
        found[key].append(one)
    return list(found.values())


def siblings(panel_study: PanelStudy, submission: Submission) -> list[Submission]:
    """Further submissions of the same person, the oldest first."""
    if submission.participant_id is None:
        return []
    others = panel_study.submissions.filter(participant=submission.participant_id)
    return list(others.exclude(pk=submission.pk).order_by("pk"))


def was_let_go(study: Study, visit: str) -> bool:
    """Whether the panel is known to have ended this visit: nobody would be paid for it."""
    ended = Submission.objects.filter(state__in=(*GONE, "SCREENED OUT"), reference=visit)
    return bool(visit) and ended.filter(panel_study__study=study).exists()


def is_paid(submission: Submission) -> bool:
    """Whether the panel has paid it, will, or was asked to from here."""
    return submission.state in PAID or _is_asked(submission)


def _is_asked(one: Submission) -> bool:
    """Whether approval was asked for from here, and nothing has come between."""
    return one.approval_asked_at is not None and one.state not in ("RETURNED", "REJECTED")


def _rank(one: Submission, completed: str) -> tuple[int, int]:
    if one.state not in PAID and _is_asked(one):
        return -1, 0
    last = len(FIRST) + (one.state in GONE)
    place = FIRST.index(one.state) if one.state in FIRST else last
    return place, int(not completed or one.code != completed)
