"""The adaptive schedule of the diffusion classifier: ever more timesteps, ever fewer labels. Pure.

Li, Prabhudesai, Duggal, Brown, Pathak 2023 (arXiv:2303.16203), algorithm 2: every label is measured
at a few timesteps, the worst are dropped, those that are left are measured at more, and so on. A
timestep that was measured is not measured again. What one stage found is a `Stage`: plain numbers
that can be stored, so that a killed run goes on after the last one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

TIMESTEPS = 1000
"""Of Stable Diffusion 1.x and 2.x, and of the sandbox."""


@dataclass(frozen=True)
class Stage:
    """Errors of the labels that were left, summed over the timesteps that were new."""

    labels: tuple[int, ...]
    count: int
    """How many timesteps were new; 0 where all of them had been measured."""
    totals: tuple[float, ...]
    """Of each label the sum of its errors over them."""

    @property
    def document(self) -> dict[str, Any]:
        """Plain JSON; floats come back bit for bit."""
        return {"labels": self.labels, "count": self.count, "totals": self.totals}

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> "Stage":
        """The stage of a stored document."""
        return cls(tuple(document["labels"]), document["count"], tuple(document["totals"]))


@dataclass(frozen=True)
class Outcome:
    """What the errors say of one label among the others."""

    correct: bool
    """Whether it is among the labels that were kept to the end."""
    margin: float
    """Error of the best other label still measured minus its own, where it was last measured."""
    ahead: float
    """Share of the other labels that it is ahead of."""


@dataclass(frozen=True)
class Schedule:
    """Up to stage s, labels are measured at `samples[s]` timesteps; `keep[s]` of them stay."""

    samples: tuple[int, ...]
    keep: tuple[int, ...]

    def __post_init__(self) -> None:
        if not self.samples or len(self.samples) != len(self.keep):
            raise ValueError("n_samples and to_keep need one number each for every stage")
        if any(b <= a for a, b in pairwise(self.samples)):
            raise ValueError("n_samples must rise from stage to stage")
        if any(b > a for a, b in pairwise(self.keep)):
            raise ValueError("to_keep must not rise from stage to stage")

    def steps(self, stage: int) -> list[int]:
        """The timesteps that are new in a stage, spread evenly over all 1000."""
        most = self.samples[-1]
        grid = list(range(TIMESTEPS // most // 2, TIMESTEPS, TIMESTEPS // most))[:most]
        picked = [self._picked(grid, samples) for samples in self.samples[: stage + 1]]
        seen = {step for earlier in picked[:-1] for step in earlier}
        return [step for step in picked[-1] if step not in seen]

    def passes(self, labels: int) -> int:
        """Network passes that one picture takes."""
        left = [labels, *self.keep]
        return sum(left[stage] * len(self.steps(stage)) for stage in range(len(self.samples)))

    def left(self, labels: int, done: Sequence[Stage]) -> tuple[int, ...]:
        """Labels that are left after the stages that are done, best first (ties by position)."""
        if not done:
            return tuple(range(labels))
        errors = _means(done)
        ranked = sorted(errors, key=lambda label: (errors[label], label))
        return tuple(ranked[: self.keep[len(done) - 1]])

    def outcome(self, own: int, done: Sequence[Stage]) -> Outcome:
        """Of the label at place `own`, when all stages are done."""
        labels = len(done[0].labels)
        last = max(number for number, stage in enumerate(done) if own in stage.labels)
        errors = _means(done[: last + 1])
        others = [error for label, error in errors.items() if label != own]
        rank = sorted(errors, key=lambda label: (errors[label], label)).index(own)
        return Outcome(
            correct=own in self.left(labels, done),
            margin=min(others) - errors[own],
            ahead=(labels - 1 - rank) / (labels - 1),
        )

    @staticmethod
    def _picked(grid: Sequence[int], samples: int) -> Sequence[int]:
        stride = len(grid) // samples
        return grid[stride // 2 :: stride][:samples]


def _means(done: Sequence[Stage]) -> dict[int, float]:
    """Label → mean error over all its timesteps, of the labels of the last stage."""
    count = sum(stage.count for stage in done)
    found = [dict(zip(stage.labels, stage.totals, strict=True)) for stage in done]
    return {label: sum(totals[label] for totals in found) / count for label in done[-1].labels}
