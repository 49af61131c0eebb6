"""Reports that workers compute: asked for on the page, claimed, told of, taken up when lost.

The row is the truth and the queue carries its number. A report is stored whole or not at all, and
computing one twice gives the same row, so a request may be taken up again at any moment.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Event, Thread
from time import monotonic
from typing import Any
from uuid import UUID, uuid4

import structlog
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import Q
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerError

from config.celery import app
from evaluation import services
from evaluation.models import ReportRequest
from evaluation.ratings import TableError
from generation.progress import Cancelled, Progress
from studies.models import Study

TASK = "evaluation.compute_report"
UNSENT = timedelta(seconds=30)
"""A request that waits longer is sent again: its message may be lost."""
WRITE_SECONDS = 0.5
BROKEN = (
    "The report could not be computed: {error}. That is a fault of the program; please report it"
    " with the lines of the worker's log that begin with “a report broke”."
)

State = ReportRequest.State
log = structlog.get_logger(__name__)


def request(*, study: Study) -> ReportRequest:
    """Ask for the report of the study as it stands; the one under way, where there is one."""
    try:
        with transaction.atomic():
            made = ReportRequest.objects.create(study=study)
    except IntegrityError:
        return ReportRequest.objects.get(study=study, state__in=[State.WAITING, State.WORKING])
    transaction.on_commit(lambda: _send(made.pk))
    return made


def latest(study: Study) -> ReportRequest | None:
    """What was asked for last, where it is under way or has failed."""
    found = ReportRequest.objects.filter(study=study).first()
    return None if found is None or found.state == State.DONE else found


def carry_out(pk: int, stopping: Callable[[], bool] = lambda: False) -> None:
    """Compute one report; harmless where it is done, or in the hands of a living worker."""
    claim = uuid4()
    held = _free().filter(pk=pk).update(state=State.WORKING, claim=claim, lease_until=_lease())
    if not held:
        return
    found = ReportRequest.objects.select_related("study__protocol").get(pk=pk)
    with _kept(pk, claim):
        _compute(found, claim, _telling(pk, claim, stopping))


def take_up_again() -> int:
    """Send what nobody works on: lost by the queue, or by a worker that is gone."""
    now = timezone.now()
    lost = _free().filter(Q(state=State.WORKING) | Q(created_at__lt=now - UNSENT))
    keys = list(lost.values_list("pk", flat=True))
    for pk in keys:
        _send(pk)
    return len(keys)


def _compute(found: ReportRequest, claim: UUID, progress: Progress) -> None:
    try:
        report = services.compute_report(study=found.study, progress=progress)
        services.make_files(report=report, progress=progress)
    except Cancelled:  # asked to stop, or thought dead: it is for others
        _move(found.pk, claim, state=State.WAITING, lease_until=None)
    except TableError as error:
        _finish(found.pk, claim, state=State.FAILED, message=str(error))
    except Exception as error:  # whatever it is, the researcher must not wait for ever
        log.exception("a report broke", study=found.study.slug)
        told = BROKEN.format(error=f"{type(error).__name__} ({error})")
        _finish(found.pk, claim, state=State.FAILED, message=told)
    else:
        _finish(found.pk, claim, state=State.DONE, report=report, message="")


def _telling(pk: int, claim: UUID, stopping: Callable[[], bool]) -> Progress:
    """Writes progress to the row; raises Cancelled where the row is no longer this worker's."""
    written = 0.0

    def progress(done: int, total: int, message: str = "") -> None:
        nonlocal written
        if stopping():
            raise Cancelled
        if monotonic() - written < WRITE_SECONDS and done:
            return
        written = monotonic()
        told = {"done": done, "total": total, "message": message[:500]}
        if not _move(pk, claim, lease_until=_lease(), **told):
            raise Cancelled

    return progress


@contextmanager
def _kept(pk: int, claim: UUID) -> Iterator[None]:
    """A thread extends the lease through analyses that take long and say nothing."""
    ended = Event()

    def keep() -> None:
        while not ended.wait(settings.LEASE_SECONDS / 4):
            _move(pk, claim, lease_until=_lease())
        connection.close()

    thread = Thread(target=keep, name=f"report {pk}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _free() -> Any:
    """Requests that anybody may take: waiting, or held by a worker whose lease has run out."""
    over = Q(state=State.WORKING, lease_until__lt=timezone.now())
    return ReportRequest.objects.filter(Q(state=State.WAITING) | over)


def _lease() -> Any:
    return timezone.now() + timedelta(seconds=settings.LEASE_SECONDS)


def _finish(pk: int, claim: UUID, **changes: Any) -> None:
    _move(pk, claim, finished_at=timezone.now(), **changes)


def _move(pk: int, claim: UUID, **changes: Any) -> bool:
    rows = ReportRequest.objects.filter(pk=pk, claim=claim, state=State.WORKING)
    return bool(rows.update(**changes))


def _send(pk: int) -> None:
    try:
        app.send_task(TASK, [pk])
    except (BrokerError, OSError) as error:  # the next sweep of a worker sends it again
        log.warning("queue out of reach; a worker takes the report up", error=str(error))
