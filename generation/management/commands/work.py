"""`manage.py work`: be a worker until stopped, or carry out what there is to do and leave."""

import json
import logging
import os
import socket
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from config.celery import app
from generation import jobs
from generation.management.stopping import until_signalled
from generation.models import Job
from generation.progress import Progress
from generation.working import Onlooker, Tally, work_off


class Command(BaseCommand):
    """Without options: a Celery worker with this project's queues, one batch at a time."""

    help = "Carry out jobs: as a worker until stopped, or with --once or --until-done and leave."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--queues",
            default=",".join(jobs.QUEUES),
            help="queues to serve, comma-separated: gpu (steps with networks), cpu (all others)",
        )
        ends = parser.add_mutually_exclusive_group()
        ends.add_argument("--once", action="store_true", help="leave when nothing is ready")
        ends.add_argument(
            "--until-done",
            action="store_true",
            help="leave when every job is done, failed or cancelled; waits for other workers",
        )
        parser.add_argument("--json", action="store_true", help="print the outcome as JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["once"] or options["until_done"]:
            self._work_off(wait=options["until_done"], as_json=options["json"])
        else:
            self._serve(options["queues"].split(","))

    def _serve(self, queues: list[str]) -> None:
        unknown = sorted(set(queues) - set(jobs.QUEUES))
        if unknown:
            raise CommandError(
                f"There is no queue “{unknown[0]}”; choose from: {', '.join(jobs.QUEUES)}."
            )
        # worker names must differ, or workers on one machine answer for each other
        hostname = f"work-{os.getpid()}@{socket.gethostname()}"
        worker = app.Worker(queues=queues, hostname=hostname, quiet=True)
        worker.start()
        sys.exit(worker.exitcode)

    def _work_off(self, *, wait: bool, as_json: bool) -> None:
        # a bar where somebody sees it move, log lines where not
        with (
            until_signalled() as stopping,
            tqdm(unit="job", disable=as_json or None, dynamic_ncols=True) as bar,
        ):
            if not bar.disable:
                logging.getLogger("generation").setLevel(logging.WARNING)
            tally = work_off(wait=wait, stopping=stopping, onlooker=Bar(bar))
        self._report(tally, as_json=as_json)

    def _report(self, tally: Tally, *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps({"done": tally.done, "failed": tally.failed}))
        else:
            self.stdout.write(f"{tally.done} done, {tally.failed} failed.")
        if tally.failed:
            job = Job.objects.filter(state=Job.State.FAILED).order_by("-finished_at").first()
            raise CommandError(
                f"{tally.failed} jobs failed: {job.message if job else ''}"
                " (manage.py jobs lists them all)"
            )


class Bar(Onlooker):
    """A progress bar over jobs; behind it the step that the current batch has reached."""

    def __init__(self, bar: "tqdm[Any]") -> None:
        self.bar = bar

    def count(self, tally: Tally, unfinished: int) -> None:
        self.bar.total = tally.done + tally.failed + unfinished
        self.bar.n = tally.done + tally.failed
        self.bar.refresh()

    def follow(self, job: Job) -> Progress:
        name = f"{job.recipe.kind} {job.recipe.method}".replace("_", " ")

        def progress(done: int, total: int, message: str = "") -> None:
            step = f"{name}: step {done} of {total}"
            self.bar.set_postfix_str(f"{step}, {message}" if message else step, refresh=False)
            self.bar.update(0)

        return progress
