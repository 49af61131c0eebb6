"""Places in a live study: taken, held by a lease, given back, and taken up again.

Whoever gives or takes places holds the study's row first, then the participant's; whoever saves an
answer holds the participant's row only, so nobody waits in a circle. (SQLite has no row locks:
there each transaction begins IMMEDIATE, and writers wait for one another.)

A lease is renewed by every saved answer, and by a panel that says that a submission goes on. After
`lease_minutes` of silence, or when the panel says that somebody left, the unanswered trials may be
given to somebody else; what was answered stays answered. Whoever comes back with answers is let
finish even where all places are taken by now (`late`): only they ever exceed the target.
"""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from studies.checking.findings import inspect
from studies.live.plan import Plan, plan_of
from studies.live.room import has_room, in_quota
from studies.live.shares import deal, deal_more, deal_practice
from studies.models import Event, Participant, Study, Trial, new_token
from studies.rights.consent import keep_agreement
from studies.wording import marked

LAPSED = Participant.State.LAPSED
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Digits and capitals that nobody mistakes for one another when copying a code by hand."""


class FieldworkError(RuntimeError):
    """A participant cannot go on; the sentence is for the participant's eyes."""


class StudyClosed(FieldworkError):
    """The study takes nobody: it is not open yet, paused, or closed."""


class StudyFull(FieldworkError):
    """All places are taken."""


CLOSED = {
    Study.State.DRAFT: marked("This study has not opened yet."),
    Study.State.PAUSED: marked("This study is taking a break. Please try again later."),
    Study.State.CLOSED: marked("This study has ended and takes no more answers."),
}
FULL = marked("All places in this study are taken just now.")


def enrol(
    *,
    study: Study,
    channel: str = "open_link",
    consent_sha256: str,
    simulated: bool = False,
    token: str = "",
    stratum: str = "",
    language: str = "",
) -> Participant:
    """A new participant with a balanced share of the items.

    `token` makes a retry harmless: the participant who already has it is returned as is.
    Raises StudyClosed or StudyFull, each with a sentence for the person. The number of
    participants and quotas limit real people only; simulated ones are counted, and balanced,
    apart. `stratum` is what the way in knows of the person, for quotas.
    """
    with transaction.atomic():
        study = locked_study(study)
        known = study.participants.filter(token=token).first() if token else None
        if known:
            return known
        check_open(study)
        now = timezone.now()
        _take_back(study, now)
        plan = plan_of(study)
        if not simulated and not has_room(study, plan, stratum):
            raise StudyFull(FULL)
        participant = _new_participant(study, plan, now, token or new_token(), simulated=simulated)
        participant.channel, participant.consent_sha256 = channel, consent_sha256
        participant.stratum, participant.language = stratum, language or plan.fieldwork.languages[0]
        participant.save()
        keep_agreement(participant, study, plan, now)
        deal_practice(participant, plan)
        if not deal(participant, plan):
            raise StudyFull(FULL)
        participant.save(update_fields=["arm", "row", "met"])
        tell(participant, "enrolled", {"trials": participant.trials.count()})
        return participant


def come_back(*, participant: Participant, wanted: Trial | None = None) -> Participant:
    """Take up the place again after it was given back.

    Where all places are taken by now, whoever has answered something may finish all the same, on
    the items they held (`late`). Harmless for a participant who still has a place. `wanted` is a
    trial whose answer is already there. Raises StudyClosed, or StudyFull for those who had not
    begun; what was answered is kept either way.
    """
    if participant.study.participants.filter(pk=participant.pk, state=LAPSED).exists():
        give_back(study=participant.study)
    with transaction.atomic():
        study = locked_study(participant.study)
        participant = locked(participant.pk)
        if participant.state != LAPSED:
            return participant
        check_open(study)
        now, plan = timezone.now(), plan_of(study)
        room = participant.simulated or has_room(study, plan, participant.stratum)
        if participant.population:  # a place of their group may have gone to somebody else since
            room = room and in_quota(participant, plan)
        if not (room and deal_more(participant, plan, wanted)):
            _let_finish(participant, plan, wanted)
        return _reinstate(participant, plan, now)


def screen_out(*, participant: Participant, why: str) -> None:
    """End the session of somebody whom a check lets go; the place is free for somebody else.

    The caller holds the participant's row. What was answered stays; `why` (the check) is for
    researchers only. Whoever is paid for being screened out has a code to show. Saying it twice
    changes nothing.
    """
    if participant.state == Participant.State.SCREENED_OUT:
        return
    now = timezone.now()
    participant.state, participant.finished_at = Participant.State.SCREENED_OUT, now
    participant.completion_code = participant.completion_code or new_code(8)
    participant.save(update_fields=["state", "finished_at", "completion_code"])
    participant.trials.filter(answered_at=None).update(released=True)
    tell(participant, "screened_out", {"check": why})


def hold(*, participant: Participant, until: datetime) -> bool:
    """Keep a place at least `until`: the panel says that the submission is reserved or active.

    Never shortens a lease, and gives no place back to whoever lost it. Whether there is a place.
    """
    with transaction.atomic():
        participant = locked(participant.pk)
        if participant.state != Participant.State.ACTIVE:
            return participant.state == Participant.State.FINISHED
        participant.lease_until = max(participant.lease_until, until)
        participant.save(update_fields=["lease_until"])
        return True


def timed_out(*, participant: Participant) -> bool:
    """The panel says that the time is over: the place is for somebody else now.

    Whether it was given back by this; whoever has finished, or lost it before, is left alone.
    """
    return _leave(participant, "timed_out")


def returned(*, participant: Participant) -> bool:
    """The panel says that the person handed the submission back. As `timed_out`."""
    return _leave(participant, "handed_back")


def screened_out(*, participant: Participant, why: str = "panel") -> bool:
    """The panel says that the person was screened out. Whoever has finished is left alone."""
    with transaction.atomic():
        participant = locked(participant.pk)
        if participant.state not in (Participant.State.ACTIVE, LAPSED):
            return False
        screen_out(participant=participant, why=why)
        return True


def approved(*, participant: Participant) -> bool:
    """The panel says that the submission was approved: on record, once. Places stay as they are."""
    with transaction.atomic():
        participant = locked(participant.pk)
        if participant.events.filter(kind="approved").exists():
            return False
        tell(participant, "approved", {"state": participant.state})
        return True


def has_begun(participant: Participant) -> bool:
    """Whether something that counts was answered: then a late finish is accepted."""
    return participant.trials.filter(practice=False, answered_at__isnull=False).exists()


def give_back(*, study: Study) -> int:
    """Give back the places of everybody who was silent too long; returns how many there were.

    Done before somebody asks for a place, in a transaction of its own: that others are gone stays
    on record even where there is no room. A study that is not open is left as it is.
    """
    with transaction.atomic():
        study = locked_study(study)
        return _take_back(study, timezone.now()) if study.state == Study.State.LIVE else 0


def check_open(study: Study) -> None:
    """Raises StudyClosed unless people can start now."""
    if study.state != Study.State.LIVE:
        raise StudyClosed(CLOSED[Study.State(study.state)])


def locked_study(study: Study) -> Study:
    """The study as it is now, its row locked until the transaction ends."""
    return Study.objects.select_for_update(no_key=True).get(pk=study.pk)


def locked(participant: int) -> Participant:
    """The participant of this primary key as they are now, their row locked until the end."""
    return to_lock().get(pk=participant)


def to_lock() -> QuerySet[Participant]:
    """Participants with their studies; reading one locks its row until the transaction ends."""
    rows = Participant.objects.select_related("study")
    return rows.select_for_update(no_key=True, of=("self",))


def _let_finish(participant: Participant, plan: Plan, wanted: Trial | None) -> None:
    """A late finisher holds again what they held, though it has been given to others since."""
    begun = _is_answer(wanted) or has_begun(participant)
    if not begun or not deal_more(participant, plan, wanted, late=True):
        raise StudyFull(FULL)
    participant.late = True


def _leave(participant: Participant, kind: str) -> bool:
    with transaction.atomic():
        participant = locked(participant.pk)
        if participant.state != Participant.State.ACTIVE:
            return False
        participant.state = LAPSED
        participant.save(update_fields=["state"])
        participant.trials.filter(answered_at=None).update(released=True)
        tell(participant, kind)
        inspect(participant)
        return True


def _take_back(study: Study, now: datetime) -> int:
    """Whoever is saving an answer at this very moment is skipped: that is not silence."""
    silent = study.participants.select_for_update(no_key=True, skip_locked=True).filter(
        state=Participant.State.ACTIVE, lease_until__lt=now
    )
    gone = list(silent)
    Participant.objects.filter(pk__in=[p.pk for p in gone]).update(state=LAPSED)
    open_trials = Trial.objects.filter(participant__in=gone, answered_at__isnull=True)
    open_trials.update(released=True)
    for participant in gone:
        participant.state = LAPSED
        tell(participant, "lapsed")
        inspect(participant)
    return len(gone)


def _new_participant(
    study: Study, plan: Plan, now: datetime, token: str, *, simulated: bool
) -> Participant:
    number = study.participants.count()
    codes = set(study.participants.values_list("code", flat=True))
    name = next(name for name in iter(lambda: f"P-{new_code(5)}", "") if name not in codes)
    return Participant(
        study=study,
        token=token,
        code=name,
        simulated=simulated,
        consented_at=now,
        lease_until=lease_from(plan, now),
        seed=plan.rng("participant", number).getrandbits(53),
    )


def _is_answer(wanted: Trial | None) -> bool:
    return wanted is not None and not wanted.practice


def _reinstate(participant: Participant, plan: Plan, now: datetime) -> Participant:
    participant.trials.filter(practice=True).update(released=False)
    participant.state = Participant.State.ACTIVE
    participant.lease_until = lease_from(plan, now)
    participant.save(update_fields=["state", "lease_until", "late", "arm", "row", "met"])
    tell(participant, "returned", {"late": True} if participant.late else {})
    return participant


def lease_from(plan: Plan, now: datetime) -> datetime:
    """Until when a place is kept for somebody who was heard of at `now`."""
    return now + timedelta(minutes=plan.fieldwork.raters.lease_minutes)


def new_code(length: int) -> str:
    """A random code that can be copied by hand."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def tell(participant: Participant, kind: str, details: Mapping[str, Any] | None = None) -> None:
    """Write down what happened to a participant."""
    Event.objects.create(
        study_id=participant.study_id,
        participant=participant,
        kind=kind,
        details=dict(details or {}),
    )
