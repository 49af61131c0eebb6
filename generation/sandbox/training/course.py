"""One way to train any of the networks: seeded, resumable, averaged, with a record of losses."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any, Protocol

import torch
from torch import Generator, Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from generation.progress import Progress


class Lesson(Protocol):
    """A network to train and what it is trained towards."""

    @property
    def network(self) -> nn.Module:
        """What is trained."""

    def loss(self, step: int, generator: Generator) -> Tensor:
        """The loss [] of one batch at `step`; everything random is drawn from `generator`."""


@dataclass(frozen=True)
class Course:
    """How long and how fast: the learning rate rises, stays, and falls to 0 in a line at the end.

    What is kept is a running average of the weights.
    """

    steps: int
    lr: float
    warm_up: int = 100
    cool_down: float = 0.3
    """Share of the steps in which the learning rate falls."""
    average: float = 0.998
    """Decay of the running average of the weights (EMA), a step."""
    weight_decay: float = 0.01
    save_every: int = 200

    def rate_at(self, step: int) -> float:
        """Learning rate of the step number `step`, from 0."""
        falls = (self.steps - step) / (self.cool_down * self.steps) if self.cool_down else 1.0
        return self.lr * min(1.0, (step + 1) / self.warm_up, falls)


@dataclass(frozen=True)
class Taught:
    """What a course gave."""

    network: nn.Module
    """With averaged weights, in eval mode."""
    record: list[dict[str, float]]
    """Every 20 steps: step, loss (mean of the 20), lr, seconds spent so far."""


def follow(lesson: Lesson, course: Course, folder: Path, seed: int, progress: Progress) -> Taught:
    """Train `lesson` for `course.steps`, going on from what `folder` holds of an earlier run."""
    run = _Run(lesson, course, folder / "state.pt", seed)
    run.resume()
    while run.step < course.steps:
        run.advance()
        if run.step % course.save_every == 0 or run.step == course.steps:
            run.save()
        progress(run.step, course.steps, run.message())
    (folder / "losses.json").write_text(json.dumps(run.record, indent=1) + "\n")
    return Taught(run.averaged.module.eval(), run.record)


class _Run:
    def __init__(self, lesson: Lesson, course: Course, file: Path, seed: int) -> None:
        self.lesson, self.course, self.file = lesson, course, file
        self.generator = Generator().manual_seed(seed)
        self.optimiser = torch.optim.AdamW(
            lesson.network.parameters(), course.lr, (0.9, 0.99), weight_decay=course.weight_decay
        )
        average = get_ema_multi_avg_fn(course.average)  # type: ignore[no-untyped-call]
        self.averaged = AveragedModel(lesson.network, multi_avg_fn=average)
        self.step, self.seconds = 0, 0.0
        self.recent: list[float] = []
        self.record: list[dict[str, float]] = []

    def advance(self) -> None:
        start = monotonic()
        lr = self.course.rate_at(self.step)
        for group in self.optimiser.param_groups:
            group["lr"] = lr
        loss = self.lesson.loss(self.step, self.generator)
        self.optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.lesson.network.parameters(), 1.0)
        self.optimiser.step()
        self.averaged.update_parameters(self.lesson.network)
        self.step += 1
        self.seconds += monotonic() - start
        self.note(float(loss.detach()), lr)

    def note(self, loss: float, lr: float) -> None:
        self.recent.append(loss)
        if self.step % 20 == 0:
            mean = sum(self.recent) / len(self.recent)
            entry = {"step": self.step, "loss": round(mean, 6), "lr": lr}
            self.record.append({**entry, "seconds": round(self.seconds, 1)})
            self.recent = []

    def message(self) -> str:
        return f"loss {self.record[-1]['loss']:.4f}" if self.record else ""

    def save(self) -> None:
        self.file.parent.mkdir(parents=True, exist_ok=True)
        unfinished = self.file.with_suffix(".unfinished")
        torch.save(
            {
                "network": self.lesson.network.state_dict(),
                "averaged": self.averaged.state_dict(),
                "optimiser": self.optimiser.state_dict(),
                "generator": self.generator.get_state(),
                "step": self.step,
                "seconds": self.seconds,
                "recent": self.recent,
                "record": self.record,
            },
            unfinished,
        )
        unfinished.replace(self.file)

    def resume(self) -> None:
        if not self.file.is_file():
            return
        state: dict[str, Any] = torch.load(self.file, weights_only=True)
        self.lesson.network.load_state_dict(state["network"])
        self.averaged.load_state_dict(state["averaged"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.generator.set_state(state["generator"])
        self.step, self.seconds = state["step"], state["seconds"]
        self.recent, self.record = state["recent"], state["record"]


def in_bfloat16(work: Callable[[], Tensor]) -> Tensor:
    """`work` with bfloat16 where the processor has it: half as long again for the same result."""
    with torch.autocast("cpu", dtype=torch.bfloat16):
        return work().float()
