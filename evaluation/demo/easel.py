"""Pictures in the making: a bar over all of them, a line for each batch, the seconds of each kind.

Imports torch, by way of what carries jobs out.
"""

from collections.abc import Callable
from typing import Any

from tqdm import tqdm

from evaluation.demo import DemoError
from evaluation.demo.stopwatch import Seconds, Stopwatch, now
from generation.management.commands.work import Bar
from generation.management.stopping import until_signalled
from generation.models import Job
from generation.progress import Progress
from generation.working import Tally, work_off

Say = Callable[[str], object]


class Easel(Bar):
    """Told how the work goes; tells it on."""

    def __init__(self, bar: "tqdm[Any]", stopwatch: Stopwatch, say: Say) -> None:
        super().__init__(bar)
        self.stopwatch, self.say = stopwatch, say
        self.work = ""
        self.began = Seconds()
        self.ended = 0

    def follow(self, job: Job) -> Progress:
        """A batch begins."""
        self.work = f"{job.recipe.kind} {job.recipe.method}".replace("_", " ")
        self.began = now()
        return super().follow(job)

    def count(self, tally: Tally, unfinished: int) -> None:
        """A batch may have ended."""
        ended = tally.done + tally.failed
        if self.work:
            spent = now() - self.began
            self.stopwatch.add(f"  {self.work}", spent)
            made = f"{ended - self.ended} made" if ended > self.ended else "handed back"
            self.bar.clear()
            where = f"{ended:>4} of {ended + unfinished}"
            self.say(f"  {where}  {self.work}: {made}, {spent.wall:.1f} s")
            self.work = ""
        self.ended = ended
        super().count(tally, unfinished)


def carry_out(stopwatch: Stopwatch, say: Say) -> None:
    """Make every picture and mimic that is asked for, in this process.

    Ctrl-C stops within a step and hands back what was begun: then KeyboardInterrupt is raised.
    Raises DemoError where something could not be made.
    """
    with until_signalled() as stopping, tqdm(unit="job", disable=None, dynamic_ncols=True) as bar:
        tally = work_off(wait=True, stopping=stopping, onlooker=Easel(bar, stopwatch, say))
    if stopping():
        raise KeyboardInterrupt
    if tally.failed:
        job = Job.objects.filter(state=Job.State.FAILED).order_by("-finished_at").first()
        raise DemoError(
            f"{tally.failed} of the pictures could not be made: {job.message if job else ''}"
            " (manage.py jobs lists them all)"
        )
