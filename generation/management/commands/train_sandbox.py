"""`manage.py train_sandbox`: paint the world, train the networks, write and measure them."""

from argparse import ArgumentParser
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from config.environment import ROOT
from generation.progress import Progress
from generation.sandbox.training.course import Course
from generation.sandbox.training.school import COURSES, PARTS, School

SHIPPED = ROOT / "generation" / "sandbox" / "weights"


class Command(BaseCommand):
    """Stop it whenever you like: the next run goes on from its last checkpoint."""

    help = "Train the sandbox's networks on the historical painters; resumable and seeded."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--work",
            type=Path,
            help="folder for paintings and checkpoints (default: sandbox-training in VAR_DIR)",
        )
        parser.add_argument("--to", type=Path, default=SHIPPED, help="folder that is shipped")
        parser.add_argument("--part", choices=PARTS, action="append", help="only this; repeatable")
        parser.add_argument(
            "--steps", action="append", default=[], metavar="PART=N", help="another length"
        )
        parser.add_argument("--paintings", type=int, default=8, help="of each motif and painter")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--threads", type=int, default=settings.TORCH_THREADS)

    def handle(self, *_args: Any, **options: Any) -> None:
        torch.set_num_threads(options["threads"])
        work = options["work"] or settings.VAR_DIR / "sandbox-training"
        with Bars() as bars:
            school = School(
                work,
                options["paintings"],
                options["seed"],
                settings.NETWORKS_DIR,
                _courses(options["steps"]),
                bars.follow,
            )
            for part in options["part"] or PARTS:
                school.teach(part)
            if not options["part"]:
                school.ship(options["to"])
                school.report(options["to"])
        done = f"written to {options['to']}" if not options["part"] else f"checkpoints in {work}"
        self.stdout.write(f"Trained {', '.join(options['part'] or PARTS)}; {done}.")


def _courses(lengths: list[str]) -> dict[str, Course]:
    courses = dict(COURSES)
    for length in lengths:
        part, _, steps = length.partition("=")
        if part not in courses or not steps.isdecimal():
            raise CommandError(
                f"“{length}” is no PART=N: name one of {', '.join(courses)} and a number of steps."
            )
        courses[part] = replace(courses[part], steps=int(steps))
    return courses


class Bars:
    """One progress bar a part."""

    def __init__(self) -> None:
        self.open: list[tqdm[Any]] = []

    def __enter__(self) -> "Bars":
        return self

    def __exit__(self, *_: object) -> None:
        for bar in self.open:
            bar.close()

    def follow(self, part: str) -> Progress:
        """A bar called `part`."""
        bar = tqdm(desc=part, unit="step", dynamic_ncols=True)
        self.open.append(bar)

        def tell(done: int, total: int, message: str = "") -> None:
            bar.total = total
            bar.set_postfix_str(message, refresh=False)
            bar.update(done - bar.n)

        return tell
