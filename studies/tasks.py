"""What a Celery worker does for studies: apply experiment files that were given in the browser."""

from typing import Any

from celery.signals import worker_ready

from config.celery import app
from studies import uploads
from studies.models import Upload


@app.task(name=uploads.TASK)
def apply_upload(pk: int) -> None:
    """Apply one file; harmless where it is done already."""
    uploads.carry_out(upload=Upload.objects.select_related("owner").get(pk=pk))


@worker_ready.connect
def look_for_lost_uploads(**_: Any) -> None:
    """From its first moment on a worker takes up what others, or the queue, lost."""
    uploads.take_up_again()
