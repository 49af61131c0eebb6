"""Blind checks asked for in the browser: a row that a worker carries out, never the web process.

The row is the truth; the queue may lose what it carries. One check of a study is under way at a
time, because a crawl removes what an earlier one left behind.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerError

from config.celery import app
from studies.blindness.check import as_it_is, blindcheck, latest
from studies.live.places import StudyClosed, check_open
from studies.models import LeakTest, Study

TASK = "studies.leak_test"
FEWEST, USUAL, MOST = 2, 8, 100
"""Marked raters who crawl."""
LOST_AFTER = timedelta(minutes=30)
"""A worker that has told nothing for so long is taken for gone."""
WAITING_LONG = timedelta(seconds=20)
"""After so long without a worker the page says how to start one."""

State = LeakTest.State

log = structlog.get_logger(__name__)


class LeakTestError(ValueError):
    """No check can be started so; the sentence says why, and what to do."""


@dataclass(frozen=True)
class Standing:
    """What a study's page says about its blind checks."""

    test: LeakTest | None
    """The last one that was asked for in the browser."""
    certificate: Mapping[str, Any] | None
    """Of the last one that came to its end, however it was started."""
    stale: tuple[str, ...]
    """Why that certificate is not of the study as it is; empty where it is."""

    @property
    def moving(self) -> bool:
        """Whether one waits or is under way."""
        return self.test is not None and self.test.state in (State.WAITING, State.WORKING)

    @property
    def nobody(self) -> bool:
        """Whether one has waited so long that no worker seems to be there."""
        waits = self.test is not None and self.test.state == State.WAITING
        return bool(waits and self.test and timezone.now() - self.test.created_at > WAITING_LONG)

    @property
    def lost(self) -> bool:
        """Whether the worker that carries it out seems to be gone."""
        works = self.test is not None and self.test.state == State.WORKING
        told = self.test.told_at if works and self.test else None
        return told is not None and timezone.now() - told > LOST_AFTER


def ask(*, study: Study, actor: User, participants: str, by_http: bool) -> LeakTest:
    """Keep that a check is wanted and tell the workers; raises LeakTestError."""
    number = participants.strip()
    if not (number.isascii() and number.isdigit() and FEWEST <= int(number[:6]) <= MOST):
        raise LeakTestError(f"Say how many raters go through: {FEWEST} to {MOST}.")
    try:
        check_open(study)
    except StudyClosed as error:
        raise LeakTestError(f"{error} The check goes through a live study.") from error
    try:
        with transaction.atomic():
            test = LeakTest.objects.create(
                study=study, actor=actor, participants=int(number), by_http=by_http
            )
    except IntegrityError as error:
        raise LeakTestError("A check is under way already: wait for its result.") from error
    transaction.on_commit(lambda: _send(test.pk))
    return test


def carry_out(*, test: LeakTest) -> None:
    """Carry out a waiting check and write down what came of it; whoever is second does nothing."""
    if not _move(test, State.WAITING, state=State.WORKING, told_at=timezone.now()):
        return
    try:
        blindcheck(
            Study.objects.select_related("protocol").get(pk=test.study_id),
            participants=test.participants,
            seed=test.pk,
            site=settings.SITE_URL if test.by_http else "",
            progress=lambda done, _total, _message="": _tell(test, done),
        )
    except StudyClosed as error:
        _fail(test, str(error))
    except Exception as error:  # whatever it is, the researcher must not wait for ever
        log.exception("a blind check failed", test=test.pk)
        _fail(test, f"The worker failed with {type(error).__name__}: {error}"[:500])
    else:
        _move(test, State.WORKING, state=State.DONE, finished_at=timezone.now())


def take_up_again() -> int:
    """Send again what waits, and what was in the hands of a worker that is gone."""
    gone = Q(state=State.WORKING, told_at__lt=timezone.now() - LOST_AFTER)
    LeakTest.objects.filter(gone).update(state=State.WAITING, done=0)
    waiting = LeakTest.objects.filter(state=State.WAITING)
    for pk in waiting.values_list("pk", flat=True):
        _send(pk)
    return waiting.count()


def standing(study: Study) -> Standing:
    """How a study stands with its blind checks; two queries."""
    made = latest(study)
    return Standing(study.leak_tests.last(), made, tuple(_stale(study, made)) if made else ())


def _stale(study: Study, made: Mapping[str, Any]) -> list[str]:
    now, then = as_it_is(study), made["study"]
    said = {
        "design_sha256": "the design is another since",
        "information": "participants read another version of the information since",
        "software": "the site runs another version of Connoisseur since",
    }
    return [said[name] for name in said if name in then and then[name] != now[name]]


def _tell(test: LeakTest, done: int) -> None:
    _move(test, State.WORKING, done=done, told_at=timezone.now())


def _fail(test: LeakTest, problem: str) -> None:
    changes = {"state": State.FAILED, "problem": problem, "finished_at": timezone.now()}
    _move(test, State.WORKING, **changes)


def _move(test: LeakTest, source: str, **changes: Any) -> bool:
    return bool(LeakTest.objects.filter(pk=test.pk, state=source).update(**changes))


def _send(pk: int) -> None:
    try:
        app.send_task(TASK, [pk])
    except (BrokerError, OSError) as error:  # a worker that starts looks for what waits
        log.warning("queue out of reach; the next worker to start takes it up", error=str(error))
