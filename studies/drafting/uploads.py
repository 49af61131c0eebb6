"""Experiment files given in the browser. The web process only reads them; a worker applies them,
because that may load networks (target styles are drawn by distance)."""

from collections.abc import Sequence
from typing import Any

import structlog
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerError

from config.celery import app
from studies import protocol, services
from studies.models import Upload
from studies.protocol import Problem, ProtocolError

TASK = "studies.apply_upload"

State = Upload.State

log = structlog.get_logger(__name__)


@transaction.atomic
def submit(*, text: str, owner: AbstractBaseUser) -> Upload:
    """Keep the file and ask a worker to apply it.

    Raises ProtocolError where its shape is wrong; names and settings of methods, and the
    collection, are checked by the worker.
    """
    protocol.structure(text)
    upload = Upload.objects.create(owner_id=owner.pk, text=text)
    send(upload=upload)
    return upload


def send(*, upload: Upload) -> None:
    """Tell the workers, once the current transaction is committed. Harmless to repeat."""
    transaction.on_commit(lambda: _send(upload.pk))


def _send(pk: int) -> None:
    try:
        app.send_task(TASK, [pk])
    except (BrokerError, OSError) as error:  # a worker that starts looks for what waits
        log.warning("queue out of reach; the next worker to start takes it up", error=str(error))


def carry_out(*, upload: Upload) -> None:
    """Apply a waiting file and write down what came of it; whoever comes second does nothing."""
    if not _move(upload, [State.WAITING], state=State.WORKING):
        return
    try:
        study = services.apply(
            text=upload.text,
            owner=upload.owner,
            progress=lambda done, total, message="": _tell(upload, done, total, message),
        )
    except ProtocolError as error:
        _refuse(upload, error.problems)
    except services.StudyError as error:
        _refuse(upload, [Problem(str(error))])
    except Exception as error:  # whatever it is, the researcher must not wait for ever
        log.exception("an experiment file could not be applied", upload=upload.pk)
        _refuse(upload, [Problem(f"The worker failed with {type(error).__name__}: see its log.")])
    else:
        _move(upload, [State.WORKING], state=State.APPLIED, study=study, finished_at=timezone.now())


def take_up_again() -> int:
    """Send what waits, or was in the hands of a worker that is gone; for workers that start.

    Applying a file twice gives the same draft, so a living worker is not disturbed.
    """
    lost = Upload.objects.filter(state__in=[State.WAITING, State.WORKING])
    lost.update(state=State.WAITING)
    for pk in lost.values_list("pk", flat=True):
        _send(pk)
    return lost.count()


def own(user: AbstractBaseUser | AnonymousUser) -> QuerySet[Upload]:
    """The files a researcher gave; nobody else sees them."""
    return Upload.objects.filter(owner=user.pk).select_related("study")


def _refuse(upload: Upload, problems: Sequence[Problem]) -> None:
    found = [
        {"line": problem.line, "place": problem.place, "message": problem.message}
        for problem in problems
    ]
    _move(
        upload,
        [State.WORKING],
        state=State.REFUSED,
        problems=found,
        finished_at=timezone.now(),
    )


def _tell(upload: Upload, done: int, total: int, message: str) -> None:
    _move(upload, [State.WORKING], message=f"{message or 'at work'}: {done} of {total}"[:200])


def _move(upload: Upload, sources: Sequence[str], **changes: Any) -> bool:
    changed = Upload.objects.filter(pk=upload.pk, state__in=sources).update(**changes)
    upload.refresh_from_db()
    return bool(changed)
