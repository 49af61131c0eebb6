"""While a batch is worked on: its lease is kept, its progress written, its cancelling noticed."""

from collections.abc import Callable, Sequence
from threading import Event, Thread
from time import monotonic
from types import TracebackType
from typing import Self

import structlog
from django.conf import settings
from django.db import DatabaseError, connection

from generation import claims
from generation.claims import Batch
from generation.models import Job
from generation.progress import Cancelled, Progress

WRITE_SECONDS = 1.0
"""Progress is written, and cancelling looked for, at most this often."""

log = structlog.get_logger(__name__)


def mend_connection() -> None:
    """Drop this thread's database connection where it is broken; the next query makes a new one."""
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()


class Stopped(Cancelled):
    """The worker is asked to stop; its jobs are for others."""


class Lease:
    """The `Progress` of a batch. Use as a context; a thread keeps the lease through long steps.

    Raises Stopped when `stopping` says so, and Cancelled when no job that is worked on is ours any
    more: cancelled by somebody, or taken over because this worker was thought to be dead.
    """

    def __init__(self, batch: Batch, stopping: Callable[[], bool], follow: Progress) -> None:
        self.batch = batch
        self.stopping = stopping
        self.follow = follow
        self.working_on = {job.pk for job in batch.jobs}
        self.held = set(self.working_on)
        self.written = monotonic()
        self._ended = Event()
        self._thread = Thread(target=self._keep, name=f"lease {batch.claim}", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ended.set()
        self._thread.join()

    def __call__(self, done: int, total: int, message: str = "") -> None:
        """A step is finished: `done` of `total`."""
        if self.stopping():
            raise Stopped
        self.follow(done, total, message)
        if monotonic() - self.written < WRITE_SECONDS:
            return
        step = f"step {done} of {total}"
        self.check(done / max(1, total), f"{step}, {message}" if message else step)

    def check(self, progress: float | None = None, message: str = "") -> None:
        """Extend the lease and write the progress now; raises Cancelled as a call does."""
        self.written = monotonic()
        self._write(progress, message)
        if not self.held & self.working_on:
            raise Cancelled

    def narrow(self, jobs: Sequence[Job]) -> list[Job]:
        """From here on only `jobs` are worked on; those of them that are still held."""
        self.working_on = {job.pk for job in jobs}
        self.check()
        return [job for job in jobs if job.pk in self.held]

    def _write(self, progress: float | None, message: str) -> None:
        try:
            self.held = claims.hold(self.batch.claim, progress, message)
        except DatabaseError as error:
            # go on: if the lease runs out meanwhile, what is made here will not be accepted
            log.warning("progress not written", error=str(error))
            mend_connection()

    def _keep(self) -> None:
        interval = settings.LEASE_SECONDS / 4
        while not self._ended.wait(interval):
            if monotonic() - self.written > interval:
                self._write(None, "")
        connection.close()
