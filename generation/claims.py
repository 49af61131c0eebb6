"""The moves of job rows while a worker holds them: claim, hold, finish, fail, hand back.

A claim is a UUID. A worker may write about a job only where the row still is `running` under its
claim; every write here says so in its condition, so a worker that was taken for dead and comes back
changes nothing. Times are the database's, so clocks of workers need not agree.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from random import SystemRandom
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import BooleanField, ExpressionWrapper, F, Q, QuerySet
from django.db.models.functions import Now

from generation.failures import JobFailure
from generation.models import Image, Job, Mimic, Production, Recipe, unmade

MAX_ATTEMPTS = 5
"""How often a job is begun before its transient failures, or lost workers, count as its own."""

BACKOFF_SECONDS = 4.0
BACKOFF_LIMIT_SECONDS = 300.0

NEEDS_NETWORKS = ~Q(recipe__document__networks={})

CHANCE = SystemRandom()

DUE = Q(not_before=None) | Q(not_before__lte=Now())


@dataclass(frozen=True)
class Batch:
    """Jobs that one worker holds under one claim; they may run as one tensor batch."""

    claim: UUID
    jobs: tuple[Job, ...]


@dataclass(frozen=True)
class Made:
    """The image or mimic that a job made, already in the store."""

    output: Image | Mimic
    realised: Mapping[str, float]


def batch_limit(attempts: int) -> int:
    """Jobs in one batch, at most: halved with each failed attempt, to isolate what causes it."""
    return max(1, settings.BATCH_SIZE >> attempts)


@transaction.atomic
def claim(job_ids: Iterable[int], worker: str) -> Batch | None:
    """Take a batch of ready jobs: of `job_ids` what is still to be had, then others that fit.

    Others of the same group come along because a message is often older than the jobs that have
    become ready since: fuller batches are faster. None where nothing is left to do.
    """
    due = Job.objects.filter(DUE, state=Job.State.READY).order_by("pk")
    named = due.filter(pk__in=list(job_ids))
    first = named.first()
    if first is None:
        return None
    alike = {"group": first.group, "attempts": first.attempts}
    wanted = _lock(named.filter(**alike), batch_limit(first.attempts))
    room = batch_limit(first.attempts) - len(wanted)
    wanted += _lock(due.filter(**alike).exclude(pk__in=wanted), room)
    return _take(wanted, worker)


def claim_any(worker: str) -> Batch | None:
    """Take a batch of whatever is ready: what needs no networks first, then the oldest.

    What is quick to make is what the larger steps wait for, and so their batches get full.
    """
    ready = Job.objects.filter(DUE, state=Job.State.READY)
    in_order = ready.order_by(ExpressionWrapper(NEEDS_NETWORKS, BooleanField()), "pk").values_list(
        "pk", flat=True
    )
    return claim(in_order[:1], worker)


def _lock(jobs: QuerySet[Job], limit: int) -> list[int]:
    locked = jobs.select_for_update(skip_locked=True)
    return list(locked.values_list("pk", flat=True)[:limit])


def _take(job_ids: Sequence[int], worker: str) -> Batch | None:
    token = uuid4()
    taken = Job.objects.filter(pk__in=job_ids, state=Job.State.READY).update(
        state=Job.State.RUNNING,
        claim=token,
        worker=worker,
        lease_until=_lease(),
        started_at=Now(),
        attempts=F("attempts") + 1,
        progress=0.0,
        message="starting",
    )
    if not taken:
        return None
    jobs = Job.objects.filter(claim=token).select_related("recipe").order_by("pk")
    return Batch(token, tuple(jobs))


def hold(claim: UUID, progress: float | None = None, message: str = "") -> set[int]:
    """Extend the lease, write where the work stands; the ids of the jobs that are still held."""
    held = _held(claim)
    if progress is None:
        held.update(lease_until=_lease())
    else:
        held.update(lease_until=_lease(), progress=progress, message=message)
    return set(held.values_list("pk", flat=True))


@transaction.atomic
def finish(claim: UUID, production: Production, made: Mapping[int, Made]) -> list[int]:
    """The jobs in `made` (id → output) are done, all at once; the ids of those still held.

    The bytes are in the store already, so a crash before this leaves nothing but spare bytes.
    """
    held = list(_held(claim, made).select_for_update().select_related("recipe"))
    if not held:
        return []
    production.save(force_insert=True)
    return [job.pk for job in held if _finish(claim, job, production, made[job.pk])]


def _finish(claim: UUID, job: Job, production: Production, made: Made) -> bool:
    moved = _held(claim, [job.pk]).update(**_done(_seconds(production.seconds)))
    if moved:
        role = "mimic" if isinstance(made.output, Mimic) else "image"
        Recipe.objects.filter(unmade(), pk=job.recipe_id).update(
            **{role: made.output}, realised=dict(made.realised), production=production
        )
    return bool(moved)


@transaction.atomic
def finish_verification(claim: UUID, findings: Mapping[int, str]) -> None:
    """Verification jobs (id → what the comparison found) are done."""
    for pk, finding in findings.items():
        _held(claim, [pk]).update(**_done(finding))


def _done(message: str) -> dict[str, object]:
    return {
        "state": Job.State.DONE,
        "finished_at": Now(),
        "lease_until": None,
        "progress": 1.0,
        "message": message,
    }


@transaction.atomic
def fail(claim: UUID, job_ids: Iterable[int], failure: JobFailure) -> None:
    """These jobs did not succeed: failed for good, or ready again after a while."""
    held = _held(claim, job_ids)
    if failure.permanent:
        _give_up(held, failure.sentence)
        return
    _give_up(
        held.filter(attempts__gte=MAX_ATTEMPTS),
        f"{failure.sentence} Given up after {MAX_ATTEMPTS} attempts; retry when that has changed.",
    )
    # the jobs of a batch wait for the same moment, so they can share a batch again
    attempts = held.values_list("attempts", flat=True).first() or 1
    wait = backoff(attempts)
    sentence = f"{failure.sentence} Attempt {attempts} of {MAX_ATTEMPTS}; trying again."
    held.update(**_ready_again(sentence), not_before=Now() + wait)


def hand_back(claim: UUID) -> None:
    """The worker stops: what it holds is ready again, and the attempt does not count."""
    _held(claim).update(
        **_ready_again("Handed back when its worker stopped."), attempts=F("attempts") - 1
    )


def recover() -> int:
    """Find jobs whose worker fell silent: they are ready again, or failed after too many times."""
    lost = Job.objects.filter(state=Job.State.RUNNING, lease_until__lt=Now())
    given_up = _give_up(
        lost.filter(attempts__gte=MAX_ATTEMPTS),
        f"Its worker was lost {MAX_ATTEMPTS} times while working on it, perhaps for want of memory:"
        " use a smaller size or a larger machine, then retry.",
    )
    return given_up + lost.update(**_ready_again("Its worker was lost; queued again."))


def backoff(attempts: int, chance: Callable[[], float] = CHANCE.random) -> timedelta:
    """How long to wait after the n-th failed attempt: doubled each time, half to all of it."""
    longest: float = min(BACKOFF_SECONDS * 2 ** (attempts - 1), BACKOFF_LIMIT_SECONDS)
    return timedelta(seconds=longest * (0.5 + chance() / 2))


def _give_up(jobs: QuerySet[Job], sentence: str) -> int:
    return jobs.update(
        state=Job.State.FAILED, message=sentence, finished_at=Now(), lease_until=None
    )


def _ready_again(message: str) -> dict[str, object]:
    return {
        "state": Job.State.READY,
        "claim": None,
        "lease_until": None,
        "queued_at": None,
        "progress": 0.0,
        "message": message,
    }


def _held(claim: UUID, job_ids: Iterable[int] | None = None) -> QuerySet[Job]:
    held = Job.objects.filter(claim=claim, state=Job.State.RUNNING).order_by("pk")
    return held if job_ids is None else held.filter(pk__in=list(job_ids))


def _lease() -> object:
    return Now() + timedelta(seconds=settings.LEASE_SECONDS)


def _seconds(seconds: float) -> str:
    return f"done in {seconds:.1f} s"
