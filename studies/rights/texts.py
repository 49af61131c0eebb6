"""Free texts of a study before a person: what may tell who somebody is, looks, decisions.

A program masks what its patterns find; a person may keep a passage masked, release it, or mask
more. Whoever has texts shown as they were written is on record, and so is each decision. What is
kept of a decision is where the passage stands: erasing a participant removes text, looks and
decisions together, because they point at the answer.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q, QuerySet

from studies.live.plan import plan_of
from studies.models import Event, Response, Study, TextDecision, TextLook, TextScan
from studies.rights.free_text import PATTERNS, Span, spans
from studies.rights.passages import DECIDED, OPEN, Passage, Place, passages
from studies.signals import answers_erased

Decision = TextDecision.Decision
PATTERNS_OF_TODAY = hashlib.sha256(repr(PATTERNS).encode()).hexdigest()[:12]
SCANNED_AT_ONCE = 500
"""Texts that one request looks through, so that no page takes long."""
LONGEST_REASON = 2_000


class TextError(ValueError):
    """A decision that cannot be taken; the sentence says why."""


@dataclass(frozen=True)
class Line:
    """One free text, known by its answer, without its words."""

    response: int
    simulated: bool
    passages: tuple[Passage, ...]


def text_questions(study: Study) -> set[str]:
    """Names of the questions whose whole answer is free text."""
    return {q.name for q in plan_of(study).kind.questions if q.measured == "text"}


def written(study: Study) -> QuerySet[Response]:
    """Answers that hold free text, also beside “other”, as the export has them; not practice."""
    rows = Response.objects.filter(participant__study=study, trial__practice=False)
    free = Q(question__in=text_questions(study)) & ~Q(answer="")
    return rows.filter(free | Q(details__has_key="other")).order_by("-pk")


def text_of(response: Response, questions: set[str]) -> str:
    """What was written: the answer, or what stands beside “other”."""
    own = response.question in questions
    return response.answer if own else str(response.details.get("other") or "")


def scan(study: Study) -> int:
    """Look through texts that were not yet, at most `SCANNED_AT_ONCE`; returns how many remain."""
    questions = text_questions(study)
    due = written(study).exclude(scan__patterns=PATTERNS_OF_TODAY)
    TextScan.objects.bulk_create(
        [_scan_of(row, text_of(row, questions)) for row in due[:SCANNED_AT_ONCE]],
        update_conflicts=True,
        unique_fields=["response"],
        update_fields=["found", "patterns"],
    )
    return due.count()


def _scan_of(response: Response, text: str) -> TextScan:
    found = [[span.start, span.end, span.label] for span in spans(text)]
    return TextScan(response=response, found=found, patterns=PATTERNS_OF_TODAY)


def decided(study: Study) -> Mapping[int, Mapping[Place, str]]:
    """Answer → place → the latest decision; one query."""
    rows = TextDecision.objects.filter(response__participant__study=study).order_by("pk")
    latest: dict[int, dict[Place, str]] = {}
    for response, start, end, decision in rows.values_list("response", "start", "end", "decision"):
        latest.setdefault(response, {})[start, end] = decision
    return latest


def lines(study: Study) -> list[Line]:
    """All texts that were looked through, newest first. Two queries, and none for their words."""
    taken = decided(study)
    rows = written(study).filter(scan__isnull=False)
    keys = ("pk", "participant__simulated", "scan__found")
    return [
        Line(pk, simulated, passages([Span(*one) for one in found], taken.get(pk, {})))
        for pk, simulated, found in rows.values_list(*keys)
    ]


def counts(among: Sequence[Line]) -> Counter[str]:
    """State → passages."""
    return Counter(passage.state for line in among for passage in line.passages)


def look(*, responses: Sequence[Response], actor: User) -> None:
    """Put on record that these texts are shown to somebody as they were written."""
    TextLook.objects.bulk_create(TextLook(response=row, actor=actor) for row in responses)


@dataclass(frozen=True)
class Verdict:
    """One decision that is wanted, about one passage."""

    response: int
    place: Place
    decision: str


def judge(*, study: Study, verdicts: Sequence[Verdict], actor: User, reason: str) -> int:
    """Put decisions on record, all or none; returns how many were new. Raises TextError.

    Reports are forgotten where more is masked: their rows hold what was written.
    """
    reason = reason.strip()[:LONGEST_REASON]
    with transaction.atomic():
        study = Study.objects.select_for_update(no_key=True).get(pk=study.pk)
        known = {line.response: line for line in lines(study)}
        new = [verdict for verdict in verdicts if _changes(verdict, known.get(verdict.response))]
        if new and not reason:
            raise TextError("Say why, in a sentence: decisions are on record with their reason.")
        for verdict in new:
            start, end = verdict.place
            TextDecision.objects.create(
                response_id=verdict.response,
                start=start,
                end=end,
                decision=verdict.decision,
                actor=actor,
                reason=reason,
            )
        if new:
            _tell(study, actor, new)
    return len(new)


def places_of(text: str, words: str) -> list[Place]:
    """Where words stand in a text, each time; empty where they do not."""
    words = words.strip().replace("\r\n", "\n")
    found, start = [], text.find(words) if words else -1
    while start >= 0:
        found.append((start, start + len(words)))
        start = text.find(words, start + len(words))
    return found


def _changes(verdict: Verdict, line: Line | None) -> bool:
    """Whether a decision says something new; raises TextError where it cannot be taken."""
    if line is None:
        raise TextError("One of the texts is not there any more: load the page again.")
    now = {(p.start, p.end): p.state for p in line.passages}
    if verdict.decision not in Decision.values:
        raise TextError("Choose one of the decisions on the page.")
    if verdict.decision != Decision.MASK and verdict.place not in now:
        raise TextError("One of the passages is not there any more: load the page again.")
    return now.get(verdict.place, OPEN) != DECIDED[verdict.decision]


def _tell(study: Study, actor: User, new: Sequence[Verdict]) -> None:
    number = Counter(verdict.decision for verdict in new)
    details = {str(Decision(name).label): number[name] for name in sorted(number)}
    Event.objects.create(study=study, actor=actor, kind="texts_decided", details=details)
    if number[Decision.MASK]:
        answers_erased.send(sender=TextDecision, study=study)
