"""The ledger of bonuses: what is meant to be paid is written first, and paid at most once.

    intended → created → paying → paid
                              ↘ unresolved → (a person looked it up) paid or refused
                              ↘ refused
    intended or created → (a person drops it) refused

Each arrow is committed before the next call goes out. Setting bonuses up costs nothing, so it may
be done again after a crash; `paying` is committed before the one call that spends money, and no
code path leads from it to a second call. A crash there leaves `paying`, which is shown to a person.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet, Sum
from django.utils import timezone

from studies.models import Bonus, BonusBatch, PanelStudy, Submission
from studies.recruitment.calls import PanelError
from studies.recruitment.money import Money
from studies.recruitment.prolific import Prolific
from studies.services import Actor

State = BonusBatch.State
PAYING_TAKES = timedelta(minutes=2)
"""Longer than any call may last: a batch that is `paying` after that was interrupted."""
WAITS = timedelta(days=1)
"""After which a payment that is set up and not paid is worth a word."""
UNPAID = (State.INTENDED, State.CREATED)
"""States in which nothing was paid, and may yet be."""
MOST_LINES = 500


TWICE = (
    "One of these people has, or will get, a bonus for the same purpose already."
    " Name another purpose if you mean a second one."
)


class LedgerError(RuntimeError):
    """A payment that is not made; the sentence says why."""


@dataclass(frozen=True)
class Line:
    """One bonus that is meant."""

    submission: Submission
    amount: Money
    purpose: str
    """What it is for; a person is paid once for each purpose, by whichever submission."""


def intend(*, panel_study: PanelStudy, lines: Sequence[Line], actor: Actor = None) -> BonusBatch:
    """Write down what is to be paid; nothing is sent. Raises LedgerError, and writes nothing."""
    _check(panel_study, lines)
    try:
        with transaction.atomic():
            PanelStudy.objects.select_for_update(no_key=True).get(pk=panel_study.pk)
            _check_people(panel_study, lines)
            batch = BonusBatch.objects.create(
                panel_study=panel_study, currency=lines[0].amount.currency, actor=actor
            )
            Bonus.objects.bulk_create(
                Bonus(
                    batch=batch,
                    submission=line.submission,
                    purpose=line.purpose,
                    amount=line.amount.hundredths,
                )
                for line in lines
            )
            return batch
    except IntegrityError:
        raise LedgerError(TWICE) from None


def set_up(batch: BonusBatch, api: Prolific) -> BonusBatch:
    """Tell the panel; nothing is paid by it. Harmless to repeat: one id is kept."""
    batch.refresh_from_db()
    if batch.state != State.INTENDED:
        return batch
    rows = batch.lines.select_related("submission").order_by("pk")
    lines = [(row.submission.reference, Money(row.amount, batch.currency)) for row in rows]
    try:
        reference = api.create_bonuses(batch.panel_study.reference, lines)
    except PanelError as error:
        BonusBatch.objects.filter(pk=batch.pk).update(message=str(error)[:300])
        raise
    mine = BonusBatch.objects.filter(pk=batch.pk, state=State.INTENDED)
    mine.update(state=State.CREATED, reference=reference, message="", moved_at=timezone.now())
    batch.refresh_from_db()
    return batch


def pay(batch: BonusBatch, api: Prolific, actor: Actor = None) -> BonusBatch:
    """The one call that spends money. Raises LedgerError where it was made before."""
    with transaction.atomic(durable=True):
        claimed = BonusBatch.objects.filter(pk=batch.pk, state=State.CREATED)
        if not claimed.update(state=State.PAYING, moved_at=timezone.now()):
            raise LedgerError("This payment was sent before, or is not set up: look at its state.")
        _tell(batch, actor, "bonus_pressed")
    batch.refresh_from_db()
    mine = BonusBatch.objects.filter(pk=batch.pk)
    try:
        api.pay_bonuses(batch.reference)
    except PanelError as error:
        state = State.REFUSED if error.surely_not_done else State.UNRESOLVED
        _end(batch, mine.filter(state=State.PAYING), state, str(error))
    else:
        _end(batch, mine, State.PAID, "")
    batch.refresh_from_db()
    return batch


def settle(*, batch: BonusBatch, paid: bool, actor: Actor = None) -> BonusBatch:
    """A person looked an unresolved payment up at the panel; what the first one says holds."""
    found = "found paid at the panel" if paid else "found not paid at the panel"
    with transaction.atomic():
        open_ones = unresolved(batch.panel_study).filter(pk=batch.pk)
        if not _end(batch, open_ones, State.PAID if paid else State.REFUSED, found):
            raise LedgerError("This payment is not open: nothing has to be looked up.")
        _tell(batch, actor, "bonus_settled", {"found": "paid" if paid else "not paid"})
    batch.refresh_from_db()
    return batch


def drop(*, batch: BonusBatch, actor: Actor = None) -> BonusBatch:
    """Never to be paid: its people may be meant anew, with another amount."""
    with transaction.atomic():
        unpaid = BonusBatch.objects.filter(pk=batch.pk, state__in=UNPAID)
        if not _end(batch, unpaid, State.REFUSED, "dropped before it was paid"):
            raise LedgerError("This payment was sent before, or is settled: look at its state.")
        _tell(batch, actor, "bonus_dropped")
    batch.refresh_from_db()
    return batch


def waiting(panel_study: PanelStudy) -> QuerySet[BonusBatch]:
    """Payments that somebody set up and nobody paid or dropped for a day."""
    long_ago = timezone.now() - WAITS
    return panel_study.batches.filter(state__in=UNPAID, made_at__lt=long_ago)


def unresolved(panel_study: PanelStudy) -> QuerySet[BonusBatch]:
    """Payments that may or may not have been made; never sent again by themselves."""
    interrupted = Q(state=State.PAYING, moved_at__lt=timezone.now() - PAYING_TAKES)
    return panel_study.batches.filter(Q(state=State.UNRESOLVED) | interrupted)


def paid_to(submission: Submission) -> int:
    """Hundredths that the ledger knows as paid on top of a submission."""
    lines = submission.bonuses.filter(batch__state=State.PAID)
    return int(lines.aggregate(total=Sum("amount"))["total"] or 0)


def total(batch: BonusBatch) -> Money:
    """All lines together."""
    return Money(sum(line.amount for line in batch.lines.all()), batch.currency)


def people_in(lines: Iterable[Bonus]) -> int:
    """How many people lines of bonuses are for; a submission of nobody's here is a person."""
    return len(
        {line.submission.participant_id or f"submission {line.submission_id}" for line in lines}
    )


def _check_people(panel_study: PanelStudy, lines: Sequence[Line]) -> None:
    """One bonus of a purpose per person; the panel's row is held by the caller."""
    meant = [(line.submission.participant_id, line.purpose) for line in lines]
    theirs = [one for one in meant if one[0]]
    written = Bonus.objects.filter(batch__panel_study=panel_study, refused=False)
    people = [person for person, _ in theirs]
    known = set(
        written.values_list("submission__participant", "purpose").filter(
            submission__participant__in=people
        )
    )
    if len(set(theirs)) < len(theirs) or known & set(theirs):
        raise LedgerError(TWICE)


def _end(
    batch: BonusBatch, rows: QuerySet[BonusBatch], state: BonusBatch.State, message: str
) -> bool:
    """The last word on the batch, if it is (still) among `rows`; whether it was."""
    with transaction.atomic():
        ended = rows.update(state=state, message=message[:300], moved_at=timezone.now())
        if ended and state == State.REFUSED:
            batch.lines.update(refused=True)
    return bool(ended)


def _tell(
    batch: BonusBatch, actor: Actor, kind: str, more: Mapping[str, object] | None = None
) -> None:
    """Who decided, on the study's record; it names nobody who is paid."""
    details = {"bonuses": batch.pk, "total": str(total(batch)), **(more or {})}
    batch.panel_study.study.events.create(actor=actor, kind=kind, details=details)


def _check(panel_study: PanelStudy, lines: Sequence[Line]) -> None:
    if not 0 < len(lines) <= MOST_LINES:
        raise LedgerError(f"Name one to {MOST_LINES} submissions.")
    if len({line.amount.currency for line in lines}) > 1:
        raise LedgerError("One payment has one currency.")
    if any(line.amount.hundredths <= 0 for line in lines):
        raise LedgerError("A bonus is more than nothing.")
    if any(not line.purpose.strip() or len(line.purpose) > 60 for line in lines):
        raise LedgerError("Say in up to 60 characters what a bonus is for.")
    if any(line.submission.panel_study_id != panel_study.pk for line in lines):
        raise LedgerError("A submission belongs to another study.")
