"""Findings before people: what waits for a decision, and decisions on record.

Nothing is decided by a score. What the panel's rules do not allow cannot be decided here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet

from studies.checking.findings import (
    DECIDED,
    PORTFOLIO,
    REVIEWED,
    inspect,
    is_about,
    latest,
)
from studies.checking.rejection import SHORTEST_MESSAGE, Offer, offer
from studies.checks import Check
from studies.live.places import locked, tell
from studies.live.plan import plan_of
from studies.models import Flag, Participant, Response, Review, Study
from studies.rights.identities import reveal

Decision = Review.Decision
ABOUT_SUBMISSION = (Decision.ASKED_TO_RETURN, Decision.REJECTED)
PORTFOLIO_CHECK = "portfolio_review"
LONGEST_REASON = 2_000


class ReviewError(ValueError):
    """A decision that cannot be taken; the sentence says why."""


@dataclass(frozen=True)
class Finding:
    """One check's latest finding about somebody, and the latest decision on it."""

    flag: Flag
    label: str
    review: Review | None
    """The decision on this evidence."""
    earlier: Sequence[Review] = ()
    """Decisions before that one, or on what was found before; the first one first."""

    @property
    def open(self) -> bool:
        """Whether a person has to look: all other consequences follow by themselves."""
        return self.flag.failed and self.review is None and self.flag.consequence == "flag"

    @property
    def set_aside(self) -> bool:
        """Whether a person decided that it does not count."""
        return self.review is not None and self.review.decision == Decision.SET_ASIDE

    @property
    def evidence(self) -> list[tuple[str, str]]:
        """Name and value of every number behind it."""
        return [
            (name.replace("_", " "), _told(value)) for name, value in self.flag.evidence.items()
        ]


def _told(value: object) -> str:
    if isinstance(value, bool) or value is None:
        return {True: "yes", False: "no", None: "not known"}[value]
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


@dataclass(frozen=True)
class Case:
    """Everything that was found about one participant."""

    person: Participant
    findings: Sequence[Finding]
    submission: Review | None
    """The latest decision about the whole submission."""
    offer: Offer
    portfolio: bool
    """Whether a portfolio was given."""
    portfolio_review: Review | None

    @property
    def open(self) -> bool:
        """Whether something waits for a decision."""
        waits = self.portfolio and self.portfolio_review is None
        return waits or any(finding.open for finding in self.findings)


def cases(study: Study, people: Sequence[Participant]) -> list[Case]:
    """The cases of these participants, in their order. Four queries, however many there are."""
    checks = plan_of(study).named_checks
    keys = [person.pk for person in people]
    flags, reviews = _by_person(Flag, keys), _by_person(Review, keys)
    said = Response.objects.filter(participant__in=keys, trial=None, question=PORTFOLIO)
    given = set(said.exclude(answer="").values_list("participant", flat=True))
    return [
        _case(study, checks, p, flags.get(p.pk, []), reviews.get(p.pk, []), p.pk in given)
        for p in people
    ]


def flagged(study: Study) -> QuerySet[Participant]:
    """Everybody about whom something was found, or whose portfolio is there; newest first."""
    about = Response.objects.filter(question=PORTFOLIO, trial=None).exclude(answer="")
    found = study.participants.filter(flags__isnull=False) | study.participants.filter(
        responses__in=about
    )
    return found.distinct().order_by("-pk")


def portfolio_of(participant: Participant) -> str:
    """The address that somebody gave, or “” (none, or deleted by its date)."""
    return reveal(participant, PORTFOLIO) or ""


def decide(
    *, participant: Participant, actor: User, decision: str, found_by: str, reason: str
) -> Review:
    """Put a decision on record; raises ReviewError where it cannot be taken.

    Setting aside a finding that leaves somebody out of analyses departs from the protocol, which
    the record says with the reason.
    """
    reason = reason.strip()[:LONGEST_REASON]
    if not reason:
        raise ReviewError("Say why, in a sentence: the decision is on record with its reason.")
    with transaction.atomic():
        person = locked(participant.pk)
        case = cases(person.study, [person])[0]
        _allowed(case, decision, found_by, reason)
        review = Review.objects.create(
            participant=person,
            found_by="" if decision in ABOUT_SUBMISSION else found_by,
            actor=actor,
            decision=decision,
            reason=reason,
        )
        tell(person, "reviewed", {"check": review.found_by, "decision": decision})
        if decision in REVIEWED:
            inspect(person, "described")
        return review


def _allowed(case: Case, decision: str, found_by: str, reason: str) -> None:
    """Raises ReviewError."""
    failed = {finding.flag.found_by for finding in case.findings if finding.flag.failed}
    if decision in DECIDED and found_by not in failed:
        raise ReviewError("There is no such finding any more: load the page again.")
    if decision in REVIEWED and not case.portfolio:
        raise ReviewError("No portfolio was given.")
    if decision in ABOUT_SUBMISSION and case.person.simulated:
        raise ReviewError("SIMULATED raters have no submission.")
    if decision == Decision.ASKED_TO_RETURN and not case.offer.ask_return:
        raise ReviewError(f"Nobody can be asked to return here. {case.offer.why}")
    if decision == Decision.REJECTED:
        if not case.offer.reject:
            raise ReviewError(f"This submission may not be rejected: {case.offer.why}")
        if len(reason) < SHORTEST_MESSAGE:
            raise ReviewError(
                f"Whoever is rejected is told why, in {SHORTEST_MESSAGE} characters or more:"
                f" there are {len(reason)}."
            )
    if decision not in Decision.values:
        raise ReviewError("Choose one of the decisions on the page.")


def _case(
    study: Study,
    checks: dict[str, Check],
    person: Participant,
    flags: Sequence[Flag],
    reviews: Sequence[Review],
    given: bool,
) -> Case:
    findings = [
        _finding(flag, checks[name].label if name in checks else name, reviews)
        for name, flag in latest(flags).items()
    ]
    counted = [f for f in findings if f.flag.failed and not f.set_aside]
    channel = plan_of(study).channel
    return Case(
        person,
        findings,
        _last(reviews, ABOUT_SUBMISSION),
        offer(
            pays=channel.pays and not person.simulated,
            state=person.state,
            attention=sum(finding.flag.failures for finding in counted),
            failed=bool(counted),
            minutes=getattr(channel, "minutes", None),
        ),
        given,
        _last(reviews, REVIEWED),
    )


def _finding(flag: Flag, label: str, reviews: Sequence[Review]) -> Finding:
    taken = [r for r in reviews if r.decision in DECIDED and r.found_by == flag.found_by]
    now = taken[-1] if taken and is_about(taken[-1], flag) else None
    return Finding(flag, label, now, taken[:-1] if now else taken)


def _last(reviews: Sequence[Review], decisions: Sequence[str]) -> Review | None:
    return next((r for r in reversed(reviews) if r.decision in decisions), None)


Row = TypeVar("Row", Flag, Review)


def _by_person(model: type[Row], keys: Sequence[int]) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = {}
    for row in model.objects.filter(participant__in=keys).order_by("pk"):
        found.setdefault(row.participant_id, []).append(row)
    return found
