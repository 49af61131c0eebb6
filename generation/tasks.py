"""What a Celery worker does: carry out the batch of a message, and sweep up what was lost."""

from threading import Event, Thread
from typing import Any

import structlog
from celery.signals import worker_ready, worker_shutting_down
from django.conf import settings
from django.db import connections

from config.celery import app
from generation import claims, jobs, runner

STOPPING = Event()
"""Set when this worker is asked to stop: the batch in progress is handed back."""

log = structlog.get_logger(__name__)


@app.task(name=jobs.TASK)
def carry_out(job_ids: list[int]) -> None:
    """Claim what is still ready of these jobs, make it, and send what has become ready by it."""
    batch = None if STOPPING.is_set() else claims.claim(job_ids, runner.worker_name())
    if batch is not None:
        runner.run(batch, stopping=STOPPING.is_set)
    jobs.dispatch()


@worker_shutting_down.connect
def stop(**_: Any) -> None:
    """The worker is asked to stop (SIGTERM, Ctrl-C)."""
    STOPPING.set()


@worker_ready.connect
def start_sweeping(**_: Any) -> None:
    """From the first moment on, this worker looks for what other workers and the queue lost."""
    log.info("worker ready", worker=runner.worker_name(), threads=settings.TORCH_THREADS)
    Thread(target=_sweep_until_stopped, name="sweep", daemon=True).start()


def _sweep_until_stopped() -> None:
    interval = min(5.0, settings.LEASE_SECONDS / 4)
    while True:
        try:
            jobs.sweep()
        except Exception as error:  # whatever it is (a database restart), the next round may do
            log.warning("sweep failed", error=str(error))
        finally:
            connections.close_all()
        if STOPPING.wait(interval):
            return
