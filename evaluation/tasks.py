"""What a Celery worker does for evaluation: measure pictures, compute reports, find lost ones."""

from collections.abc import Callable
from threading import Thread
from typing import Any

import structlog
from celery.signals import worker_ready
from django.conf import settings
from django.db import connections

from config.celery import app
from evaluation import queries
from evaluation.measuring.measurements import Measured, MeasureError
from evaluation.reporting import computing
from evaluation.services import MEASURE_TASK, draw_maps, measure
from generation.tasks import STOPPING
from studies.models import Study

log = structlog.get_logger(__name__)


@app.task(name=MEASURE_TASK)
def measure_study(study_id: int) -> None:
    """Measure what is not measured yet; safe to run twice, or to be killed and run again.

    Where raters mark places, the maps that marks are compared with are drawn as well.
    """
    study = Study.objects.select_related("protocol").get(pk=study_id)
    _tried(study, "measured", measure)
    if queries.takes_marks(study):
        _tried(study, "mapped", draw_maps)


def _tried(study: Study, what: str, work: Callable[..., Measured]) -> None:
    try:
        done = work(study=study)
    except MeasureError as error:
        log.warning(f"not {what}", study=study.slug, error=str(error))
    else:
        log.info(what, study=study.slug, values=done.new, skipped=dict(done.skipped))


@app.task(name=computing.TASK)
def compute_report(pk: int) -> None:
    """Compute a report that was asked for; safe to run twice, or to be killed and run again."""
    computing.carry_out(pk, STOPPING.is_set)


@worker_ready.connect
def look_for_lost_reports(**_: Any) -> None:
    """From its first moment on a worker takes up the reports that others, or the queue, lost."""
    Thread(target=_sweep_until_stopped, name="sweep reports", daemon=True).start()


def _sweep_until_stopped() -> None:
    interval = min(5.0, settings.LEASE_SECONDS / 4)
    while True:
        try:
            computing.take_up_again()
        except Exception as error:  # whatever it is (a database restart), the next round may do
            log.warning("sweep of reports failed", error=str(error))
        finally:
            connections.close_all()
        if STOPPING.wait(interval):
            return
