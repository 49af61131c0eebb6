"""What a Celery worker does for studies: applies given files, and makes rounds of what is due."""

from threading import Event, Thread
from typing import Any

import structlog
from celery.signals import worker_ready, worker_shutting_down
from django.db import connections

from config.celery import app
from studies.blindness import asking
from studies.drafting import uploads
from studies.models import LeakTest, Study, Upload
from studies.recruitment import posting
from studies.recruitment.reconcile import reconcile_due
from studies.rights import identities
from studies.services import StudyError

ROUND_SECONDS = 15 * 60
"""From one look at what is due to the next; a study itself is due once a day."""
STOPPING = Event()

log = structlog.get_logger(__name__)


@app.task(name=uploads.TASK)
def apply_upload(pk: int) -> None:
    """Apply one file; harmless where it is done already."""
    uploads.carry_out(upload=Upload.objects.select_related("owner").get(pk=pk))


@app.task(name=posting.TASK)
def send_mails(study_pk: int, reminders: bool) -> None:
    """Send for a while, then hand the rest on, so that pictures are made in between; harmless
    where nobody is due. What stops it is logged, and the next press goes on."""
    study = Study.objects.select_related("protocol").get(pk=study_pk)
    try:
        came_to = posting.send(study, reminders=reminders, seconds=posting.TURN_SECONDS)
    except StudyError as error:
        log.warning("no mail was sent", study=study.slug, error=str(error))
        return
    if came_to.stopped:
        log.warning("sending stopped", study=study.slug, error=came_to.stopped)
    elif came_to.left:
        app.send_task(posting.TASK, [study_pk, reminders])


@app.task(name=asking.TASK)
def leak_test(pk: int) -> None:
    """Carry out one blind check; harmless where it is done already."""
    asking.carry_out(test=LeakTest.objects.get(pk=pk))


@worker_ready.connect
def look_for_lost_uploads(**_: Any) -> None:
    """From its first moment on a worker takes up what others, or the queue, lost."""
    uploads.take_up_again()
    asking.take_up_again()


@worker_ready.connect
def start_rounds(**_: Any) -> None:
    """From then on it also compares panels with our data, and deletes names whose date has come."""
    Thread(target=_go_round_until_stopped, name="rounds", daemon=True).start()


@worker_shutting_down.connect
def stop(**_: Any) -> None:
    """The worker is asked to stop."""
    STOPPING.set()


def make_round() -> None:
    """What is due now; several workers may do it at once."""
    reconcile_due()
    identities.delete_due()
    asking.take_up_again()


def _go_round_until_stopped() -> None:
    while not STOPPING.is_set():
        try:
            make_round()
        except Exception as error:  # whatever it is (a database restart), the next round may do
            log.warning("round failed", error=str(error))
        finally:
            connections.close_all()
        STOPPING.wait(ROUND_SECONDS)
