"""Checks at work: sessions are read from the database, findings are kept, consequences follow.

`inspect` runs in the transaction that changed the session. Nothing here touches a payment: what a
score finds goes to a person (studies/checking/reviewing.py).
"""

from collections.abc import Iterable, Mapping
from typing import Literal

from django.db import transaction

from studies.checking.sessions import Attempt, Judged, Portfolio, Reply, Session, Verdict
from studies.checks import Check
from studies.live.plan import Plan, plan_of
from studies.models import Event, Flag, Participant, Response, Review, Study, Trial

OVER = (
    Participant.State.FINISHED,
    Participant.State.LAPSED,
    Participant.State.SCREENED_OUT,
    Participant.State.WITHDRAWN,
)
"""States in which nothing more is answered; what was left by whoever withdrew counts too."""

OUT = ("exclude", "screen_out")
"""Consequences that leave somebody's answers out of analyses."""

REVIEWED = (Review.Decision.ACCEPTED, Review.Decision.DECLINED)
"""Decisions about a portfolio."""
DECIDED = (Review.Decision.UPHELD, Review.Decision.SET_ASIDE)
"""Decisions about a finding."""
SET_ASIDE = Review.Decision.SET_ASIDE
TRAPPED = "hidden_field"
"""Kind of the event."""
PORTFOLIO = "portfolio"
"""The question whose answer is kept apart; here only whether there is one."""


Moment = Literal["described", "examined", "answered"]
"""After what the checks run: the questions about the person, those before the trials, a trial."""


def inspect(participant: Participant, moment: Moment = "answered") -> list[Flag]:
    """Run the checks that can say something now, and keep what is new; returns the new findings.

    While answers are still to come only checks that may end the session run: the others wait for
    the whole of it. The caller holds the participant's row.
    """
    plan, ended = plan_of(participant.study), is_over(participant)
    due = plan.named_checks if ended else _due(plan, moment)
    if not due:
        return []
    session = session_of(participant)
    before = latest(participant.flags.all())
    found = []
    for name, check in due.items():
        verdict = check.evaluate(session)
        if verdict is not None and _is_new(before.get(name), verdict):
            found.append(_keep(participant, name, check, verdict))
    return found


def is_over(participant: Participant) -> bool:
    """Whether no more answers are to come, as far as is known."""
    return participant.state in OVER or participant.study.state == Study.State.CLOSED


def inspect_rest(study: Study) -> None:
    """Look at those who were taking part when their study closed."""
    for participant in study.participants.filter(state=Participant.State.ACTIVE):
        with transaction.atomic():
            inspect(participant)


def ends(flags: Iterable[Flag]) -> str:
    """The check for which a session is to end now, or “”."""
    return next((f.found_by for f in flags if f.failed and f.consequence == "screen_out"), "")


def latest(flags: Iterable[Flag]) -> dict[str, Flag]:
    """Check → its latest finding, of flags in their order."""
    return {flag.found_by: flag for flag in flags}


def is_about(review: Review, flag: Flag) -> bool:
    """Whether a decision was taken on this evidence: what is found later waits for another one."""
    return review.decision in REVIEWED or review.at >= flag.at


def left_out_people(study: Study) -> dict[int, list[str]]:
    """Primary key of each participant who is left out → the checks that do it."""
    if not any(check.consequence in OUT for check in plan_of(study).checks):
        return {}
    decided: dict[tuple[int, str], Review] = {}
    for review in Review.objects.filter(participant__study=study, decision__in=DECIDED):
        decided[review.participant_id, review.found_by] = review
    flags = {
        (f.participant_id, f.found_by): f for f in Flag.objects.filter(participant__study=study)
    }
    found: dict[int, list[str]] = {}
    for (person, name), flag in flags.items():
        aside = _is_set_aside(flag, decided.get((person, name)))
        if flag.failed and flag.consequence in OUT and not aside:
            found.setdefault(person, []).append(name)
    return found


def _is_set_aside(flag: Flag, review: Review | None) -> bool:
    return bool(review and review.decision == SET_ASIDE and is_about(review, flag))


def session_of(participant: Participant) -> Session:
    """What a participant did so far. Five queries, whatever the number of answers."""
    rows = participant.trials.filter(answered_at__isnull=False).select_related("item")
    answers: dict[int | None, dict[str, Reply]] = {}
    for row in participant.responses.all():
        answers.setdefault(row.trial_id, {})[row.question] = _reply(row)
    about = {name: reply.answer for name, reply in answers.get(None, {}).items()}
    return Session(
        trials=[_judged(row, answers.get(row.pk, {})) for row in rows.order_by("position")],
        ended=is_over(participant),
        about=about,
        attempts=_attempts(participant),
        same_browser=_same_browser(participant),
        trapped=_trapped(participant),
        portfolio=_portfolio(participant, about.get(PORTFOLIO)),
        population=participant.population,
    )


def _due(plan: Plan, moment: Moment) -> Mapping[str, Check]:
    """Those that may end a session, each only after what it looks at."""
    after: dict[str, Moment] = dict.fromkeys(plan.named_checks, "answered")
    after |= {name: "described" for name, check in plan.named_checks.items() if check.questions}
    after |= dict.fromkeys(plan.exams, "examined")
    return {
        name: check
        for name, check in plan.named_checks.items()
        if after[name] == moment and check.consequence == "screen_out"
    }


def _is_new(before: Flag | None, verdict: Verdict) -> bool:
    """A first failure, a failure with other evidence, or one that does not hold any more."""
    if before is None:
        return verdict.failed
    return (before.failed, before.evidence) != (verdict.failed, dict(verdict.evidence))


def _keep(participant: Participant, name: str, check: Check, verdict: Verdict) -> Flag:
    return Flag.objects.create(
        participant=participant,
        found_by=name,
        version=check.version,
        consequence=check.consequence,
        failed=verdict.failed,
        failures=verdict.failures if verdict.failed else 0,
        sentence=verdict.sentence,
        evidence=dict(verdict.evidence),
    )


def _reply(row: Response) -> Reply:
    return Reply(row.answer, row.value, row.scale, row.details)


def _judged(row: Trial, replies: Mapping[str, Reply]) -> Judged:
    return Judged(
        position=row.position,
        item=row.item.position,
        replies=replies,
        part=row.part,
        practice=row.practice,
        repeat=row.repeat,
        gold=row.item.gold,
        expected=row.item.expected,
        rt_ms=row.rt_ms,
        order=tuple(row.layout.get("order", ())),
        viewing=row.viewing,
    )


def _attempts(participant: Participant) -> dict[str, list[Attempt]]:
    found: dict[str, list[Attempt]] = {}
    for row in participant.attempts.all():
        attempt = Attempt(row.number, row.right, row.asked, row.passed)
        found.setdefault(row.found_by, []).append(attempt)
    return found


def _same_browser(participant: Participant) -> list[str]:
    mine = getattr(participant, "browser", None)
    if mine is None:
        return []
    peers = Participant.objects.filter(study=participant.study_id, browser__mark=mine.mark)
    return list(peers.filter(pk__lt=participant.pk).order_by("pk").values_list("code", flat=True))


def trap(participant: Participant, position: int) -> None:
    """Keep that the field which nobody sees was filled in on a screen; once for each."""
    if position not in _trapped(participant):
        Event.objects.create(
            study_id=participant.study_id,
            participant=participant,
            kind=TRAPPED,
            details={"trial": position},
        )


def _trapped(participant: Participant) -> list[int]:
    if not plan_of(participant.study).trap:
        return []
    return [event.details["trial"] for event in participant.events.filter(kind=TRAPPED)]


def _portfolio(participant: Participant, told: str | None) -> Portfolio:
    if told is None:
        return ""
    decided = participant.reviews.filter(decision__in=REVIEWED).last()
    if decided is not None:
        return "accepted" if decided.decision == Review.Decision.ACCEPTED else "declined"
    return "waiting" if told else "none"
