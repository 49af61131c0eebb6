"""Carry out what there is to do in this process, without the queue, and leave."""

from collections.abc import Callable
from dataclasses import dataclass
from time import sleep

from generation import claims, jobs, runner
from generation.models import Job
from generation.progress import Progress, silent

PAUSE_SECONDS = 0.2


@dataclass(frozen=True)
class Tally:
    """Jobs that ended since the work began, whoever carried them out."""

    done: int
    failed: int


class Onlooker:
    """Is told how the work goes; this one says nothing."""

    def count(self, tally: Tally, unfinished: int) -> None:
        """So many jobs have ended, so many have not."""

    def follow(self, job: Job) -> Progress:  # noqa: ARG002  # for those that look at it
        """A batch begins, `job` being its first; what to tell of its steps."""
        return silent


def work_off(
    *, wait: bool, stopping: Callable[[], bool] = runner.never, onlooker: Onlooker | None = None
) -> Tally:
    """Carry out ready jobs until there are none; with `wait` until every job has ended.

    Safe beside other workers: it takes over what they lose.
    """
    onlooker = onlooker or Onlooker()
    start = _ended()
    while not stopping():
        claims.recover()
        jobs.settle()
        onlooker.count(_since(start), _unfinished())
        batch = claims.claim_any(runner.worker_name())
        if batch is not None:
            runner.run(batch, stopping=stopping, follow=onlooker.follow(batch.jobs[0]))
        elif wait and _under_way():
            sleep(PAUSE_SECONDS)
        else:
            break
    onlooker.count(_since(start), _unfinished())
    return _since(start)


def _unfinished() -> int:
    return Job.objects.filter(state__in=jobs.UNFINISHED).count()


def _under_way() -> bool:
    return Job.objects.filter(state__in=(Job.State.READY, Job.State.RUNNING)).exists()


def _ended() -> Tally:
    return Tally(
        done=Job.objects.filter(state=Job.State.DONE).count(),
        failed=Job.objects.filter(state=Job.State.FAILED).count(),
    )


def _since(start: Tally) -> Tally:
    now = _ended()
    return Tally(max(0, now.done - start.done), max(0, now.failed - start.failed))
