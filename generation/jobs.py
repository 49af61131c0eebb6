"""The moves of job rows that nobody works on: settle, plan, dispatch, cancel, retry, verify, sweep.

A job is waiting → ready → running → done, failed or cancelled. The row is the truth. A message of
the queue only says “these may be ready”: it may come late, twice or never. Every move is a
conditional update, so whoever comes second moves nothing. What a worker does with the jobs it holds
is in `claims.py`; what happens if it is killed at any line is in docs/jobs.md.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Now
from kombu import Connection
from kombu.exceptions import ChannelError
from kombu.exceptions import OperationalError as BrokerError

from config.celery import app
from generation.claims import DUE, NEEDS_NETWORKS, batch_limit, recover
from generation.failures import JobFailure
from generation.models import Job, Recipe, RecipeInput, unmade

TASK = "generation.carry_out"

QUEUES = ("cpu", "gpu")

UNFINISHED = (Job.State.WAITING, Job.State.READY, Job.State.RUNNING)
STOPPED = (Job.State.FAILED, Job.State.CANCELLED)

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Message:
    """What one message of the queue says: these jobs may be ready for one tensor batch."""

    queue: str
    job_ids: tuple[int, ...]


def dispatch() -> None:
    """Send every ready job that no message names yet, once the current transaction is committed."""
    transaction.on_commit(_dispatch)


def _dispatch() -> None:
    settle()
    for message in plan():
        fresh = Job.objects.filter(
            pk__in=message.job_ids, state=Job.State.READY, queued_at=None
        ).update(queued_at=Now())
        if fresh and not _send(message):
            return


def _send(message: Message) -> bool:
    try:
        app.send_task(TASK, [list(message.job_ids)], queue=message.queue)
    except (BrokerError, OSError) as error:
        log.warning("queue out of reach; a worker's sweep will send again", error=str(error))
        ready = Job.objects.filter(pk__in=message.job_ids, state=Job.State.READY)
        ready.update(queued_at=None)
        return False
    return True


def plan() -> list[Message]:
    """Ready jobs that no message names yet, in batches of one group, oldest first."""
    ready = Job.objects.filter(DUE, state=Job.State.READY, queued_at=None).order_by("pk")
    groups: dict[tuple[str, int], list[int]] = {}
    queues: dict[tuple[str, int], str] = {}
    for pk, group, attempts, networks in ready.values_list(
        "pk", "group", "attempts", "recipe__document__networks"
    ):
        groups.setdefault((group, attempts), []).append(pk)
        queues[group, attempts] = "gpu" if networks else "cpu"
    return [
        Message(queues[alike], tuple(members[start : start + batch_limit(alike[1])]))
        for alike, members in groups.items()
        for start in range(0, len(members), batch_limit(alike[1]))
    ]


def settle() -> None:
    """Move jobs after their inputs: ready, failed because an input failed, or hopeful again."""
    while _fail_after_inputs() or _hope_again():
        pass
    missing = RecipeInput.objects.filter(unmade("source__"), recipe=OuterRef("recipe"))
    Job.objects.filter(~Exists(missing), state=Job.State.WAITING).update(
        state=Job.State.READY, queued_at=None, message=""
    )


def _fail_after_inputs() -> int:
    """Jobs that wait for what will not come. They were never begun, so their `attempts` are 0."""
    causes = Job.objects.filter(
        unmade("recipe__"),
        purpose=Job.Purpose.MAKE,
        state__in=STOPPED,
        recipe__output_links__recipe__jobs__state=Job.State.WAITING,
    )
    return sum(_fail_after(cause) for cause in causes.select_related("recipe").distinct())


def _fail_after(cause: Job) -> int:
    waiting = Job.objects.filter(
        state=Job.State.WAITING, recipe__input_links__source=cause.recipe_id
    )
    return waiting.update(
        state=Job.State.FAILED, attempts=0, finished_at=Now(), message=_blame(cause)
    )


def _blame(cause: Job) -> str:
    if cause.state == Job.State.FAILED and cause.attempts == 0:
        return cause.message  # it names the step that failed first
    step = f"{cause.recipe.kind} {cause.recipe.method} ({cause.recipe_id[:12]})"
    if cause.state == Job.State.CANCELLED:
        return f"Its input {step} was cancelled; retry makes both."
    return f"Its input {step} failed: {cause.message}"


def _hope_again() -> int:
    """Jobs that failed because of an input that is wanted again."""
    stopped = RecipeInput.objects.filter(
        unmade("source__"),
        recipe=OuterRef("recipe"),
        source__jobs__purpose=Job.Purpose.MAKE,
        source__jobs__state__in=STOPPED,
    )
    return Job.objects.filter(
        ~Exists(stopped), purpose=Job.Purpose.MAKE, state=Job.State.FAILED, attempts=0
    ).update(state=Job.State.WAITING, finished_at=None, message="")


def cancel(job_ids: Iterable[int]) -> int:
    """These jobs are no longer wanted; the number that were unfinished.

    A running one stops within a step, and nothing of it is kept; jobs that share its batch go on.
    """
    cancelled = Job.objects.filter(pk__in=list(job_ids), state__in=UNFINISHED).update(
        state=Job.State.CANCELLED,
        claim=None,
        lease_until=None,
        progress=0.0,
        finished_at=Now(),
        message="Cancelled.",
    )
    settle()
    return cancelled


@transaction.atomic
def retry(job_ids: Iterable[int]) -> int:
    """Try failed or cancelled jobs again, and what they need; the number of jobs that were moved.

    Whatever failed only because of one of them follows by itself.
    """
    wanted = Job.objects.filter(pk__in=_with_stopped_inputs(set(job_ids)), state__in=STOPPED)
    moved = wanted.update(
        state=Job.State.WAITING,
        attempts=0,
        not_before=None,
        queued_at=None,
        claim=None,
        started_at=None,
        finished_at=None,
        progress=0.0,
        message="",
    )
    settle()
    dispatch()
    return moved


def _with_stopped_inputs(job_ids: set[int]) -> set[int]:
    wanted, new = set(job_ids), set(job_ids)
    while new:
        inputs = Job.objects.filter(
            unmade("recipe__"),
            purpose=Job.Purpose.MAKE,
            state__in=STOPPED,
            recipe__output_links__recipe__jobs__in=new,
        )
        new = set(inputs.values_list("pk", flat=True)) - wanted
        wanted |= new
    return wanted


@transaction.atomic
def verify(recipe: Recipe) -> Job:
    """Ask for what `recipe` made to be made again and compared; the job says what was found.

    Raises JobFailure where there is nothing to compare with.
    """
    if not recipe.is_made or recipe.production_id is None:
        raise JobFailure("Only what was made here can be made again.")
    running = Job.objects.filter(recipe=recipe, purpose=Job.Purpose.VERIFY, state__in=UNFINISHED)
    job = running.first() or Job.objects.create(
        recipe=recipe,
        purpose=Job.Purpose.VERIFY,
        state=Job.State.READY,
        group=f"verify {recipe.production_id}",
    )
    dispatch()
    return job


def sweep() -> None:
    """Find what was lost: silent workers, messages that never came, inputs that are there now."""
    found = recover() + forget_lost_messages()
    if found:
        log.warning("lost jobs found and queued again", jobs=found)
    dispatch()


def forget_lost_messages() -> int:
    """Ready jobs whose message must be lost, its queue being empty, are to be sent once more.

    Asking the queue keeps a long queue from growing by copies of its own messages.
    """
    patience = timedelta(seconds=min(10, settings.LEASE_SECONDS))
    stale = Job.objects.filter(state=Job.State.READY, queued_at__lt=Now() - patience)
    return sum(
        lost.update(queued_at=None)
        for queue, lost in _by_queue(stale).items()
        if lost.exists() and queue in _empty_queues()
    )


def _by_queue(jobs: QuerySet[Job]) -> dict[str, QuerySet[Job]]:
    return {"gpu": jobs.filter(NEEDS_NETWORKS), "cpu": jobs.exclude(NEEDS_NETWORKS)}


def _empty_queues() -> Collection[str]:
    with app.connection_for_read() as connection:
        errors: tuple[type[BaseException], ...] = (
            BrokerError,
            OSError,
            *connection.connection_errors,
        )
        try:
            return [queue for queue in QUEUES if _is_empty(connection, queue)]
        except errors as error:
            log.warning("queue out of reach", error=str(error))
            return []


def _is_empty(connection: Connection, queue: str) -> bool:
    errors: tuple[type[BaseException], ...] = (ChannelError, *connection.channel_errors)
    channel: Any = connection.channel()
    try:
        return bool(channel.queue_declare(queue=queue, passive=True).message_count == 0)
    except errors:  # some brokers forget an empty queue
        return True
    finally:
        channel.close()
