"""Carry out one claimed batch, whatever happens on the way.

When `run` returns, every job of the batch is done, failed, ready again, or no longer ours. When it
is killed instead, the lease runs out and `jobs.sweep` finds the jobs.
"""

import os
import socket
from collections.abc import Callable, Mapping, Sequence
from time import monotonic, sleep

import structlog
import torch
from django.conf import settings

from generation import claims, on_the_way, replay
from generation.claims import Batch, Made
from generation.failures import JobFailure, explain
from generation.lease import Lease, Stopped, mend_connection
from generation.models import Job
from generation.producing import Product, produce
from generation.progress import Cancelled, Progress, silent
from generation.recipe import MIMIC

SAVE_AGAIN_SECONDS = (0.5, 2.0, 5.0)
"""Pauses between attempts to save: what took minutes to make is not thrown away lightly."""

log = structlog.get_logger(__name__)


def never() -> bool:
    """The `stopping` of work that runs to its end."""
    return False


def worker_name() -> str:
    """Who holds a job: machine, process and device."""
    return f"{socket.gethostname()}:{os.getpid()} ({settings.DEVICE})"


def run(batch: Batch, *, stopping: Callable[[], bool] = never, follow: Progress = silent) -> None:
    """Carry out the jobs of `batch`; hands them back when `stopping` says so.

    `follow` is told of each finished step.
    """
    lead = batch.jobs[0]
    with structlog.contextvars.bound_contextvars(
        claim=str(batch.claim), step=_step(lead), purpose=lead.purpose, jobs=len(batch.jobs)
    ):
        start = monotonic()
        log.info("batch started", attempt=lead.attempts, device=settings.DEVICE)
        with Lease(batch, stopping, follow) as lease:
            outcome = _run(batch, lease)
        log.info("batch ended", outcome=outcome, seconds=round(monotonic() - start, 3))


def _run(batch: Batch, lease: Lease) -> str:
    work = _verify if batch.jobs[0].purpose == Job.Purpose.VERIFY else _make
    try:
        return _divide(batch.jobs, lease, work)
    except Stopped:
        claims.hand_back(batch.claim)
        return "handed back"


Work = Callable[[Sequence[Job], Lease], None]


def _divide(jobs: Sequence[Job], lease: Lease, work: Work) -> str:
    """Work on `jobs` as one batch; where that fails for the sake of some, on its halves."""
    try:
        jobs = lease.narrow(jobs)
        work(jobs, lease)
    except Stopped:
        raise
    except Cancelled:
        return "cancelled"
    except Exception as error:
        failure = explain(error, _step(jobs[0]))
        told = failure.shared or not failure.permanent
        log.warning("batch failed", failure=failure.sentence, exc_info=None if told else error)
    else:
        return "done"
    # here the error is gone, and with it the tensors that its traceback held
    if failure.shared or len(jobs) == 1:
        claims.fail(lease.batch.claim, [job.pk for job in jobs], failure)
        return "failed"
    _free_memory()
    middle = len(jobs) // 2
    halves = [_divide(half, lease, work) for half in (jobs[:middle], jobs[middle:])]
    return ", ".join(dict.fromkeys(halves))


def _make(jobs: Sequence[Job], lease: Lease) -> None:
    recipes = [job.recipe for job in jobs]
    if recipes[0].kind != MIMIC:
        _keep(jobs, produce(recipes, lease), lease)
        return
    assert len(jobs) == 1, "a mimic shares its group with no other"
    _keep(jobs, on_the_way.learn(jobs[0], lease), lease)
    on_the_way.tidy()


def _keep(jobs: Sequence[Job], product: Product, lease: Lease) -> None:
    good = _sound(jobs, product, lease)
    if good:
        _save(jobs, good, product, lease)


def _sound(jobs: Sequence[Job], product: Product, lease: Lease) -> list[Job]:
    """The jobs whose output is finite; the others fail, each by itself."""
    unsound = [
        job for job, output in zip(jobs, product.outputs, strict=True) if not output.is_finite()
    ]
    if unsound:
        failure = JobFailure(
            f"{_step(jobs[0])} gave values that are not numbers: change its settings (a"
            " smaller step, more precision), then ask again."
        )
        claims.fail(lease.batch.claim, [job.pk for job in unsound], failure)
    return [job for job in jobs if job not in unsound]


def _save(jobs: Sequence[Job], good: Sequence[Job], product: Product, lease: Lease) -> None:
    """Bytes first, then the rows in one transaction; a passing failure is waited out."""
    lease.check()
    good = [job for job in good if job.pk in lease.held]
    for pause in SAVE_AGAIN_SECONDS:
        try:
            claims.finish(lease.batch.claim, product.production, _stored(jobs, good, product))
        except Exception as error:
            if explain(error, "saving").permanent:
                raise
            log.warning("not saved yet", error=str(error))
            mend_connection()
            sleep(pause)
        else:
            return
    claims.finish(lease.batch.claim, product.production, _stored(jobs, good, product))


def _stored(jobs: Sequence[Job], good: Sequence[Job], product: Product) -> Mapping[int, Made]:
    return {
        job.pk: Made(output.keep(), realised)
        for job, output, realised in zip(jobs, product.outputs, product.realised, strict=True)
        if job in good
    }


def _verify(jobs: Sequence[Job], lease: Lease) -> None:
    """All jobs of the batch concern one production: replay it once, compare each image."""
    production = jobs[0].recipe.production
    assert production is not None, "only what was produced can be verified"
    findings = replay.replay(production, lease)
    claims.finish_verification(lease.batch.claim, {job.pk: findings[job.recipe_id] for job in jobs})


def _step(job: Job) -> str:
    return f"{job.recipe.kind} {job.recipe.method}"


def _free_memory() -> None:
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
