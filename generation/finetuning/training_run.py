"""A training in progress: one step after another, with all that a checkpoint must hold.

Whatever is drawn at a step comes from a generator seeded by the training's seed and the number of
the step, so a checkpoint holds no generator states and a resumed training draws as if it had never
stopped.
"""

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Generator, Tensor, nn

from generation.checkpoints import Checkpoint
from generation.finetuning.denoising import Denoising
from generation.finetuning.examples import Examples, Prompts, shuffled
from generation.finetuning.settings import Training
from generation.finetuning.tuned import Tuned
from generation.mimicry import MimicryError
from generation.networks.autoencoders import Precision, autocast
from generation.recipe import generator_seed


@dataclass(frozen=True)
class Lesson:
    """What is learnt from."""

    pictures: Examples
    prompts: Prompts
    denoising: Denoising
    seed: int
    prior: Examples | None = None
    """Class images that keep the network from forgetting (Ruiz et al. 2023)."""
    prior_weight: float = 1.0


@dataclass
class TrainingRun:
    """Where a training stands; `advance` makes a step."""

    tuned: Tuned
    lesson: Lesson
    settings: Training
    length: int
    step: int = 0
    losses: list[float] = field(default_factory=list)
    """One a step."""

    def __post_init__(self) -> None:
        self.names = list(self.tuned.parameters())
        self.weights = list(self.tuned.parameters().values())
        self.device = self.weights[0].device
        self.optimiser = torch.optim.AdamW(
            self.weights,
            lr=self.settings.rate,
            weight_decay=self.settings.weight_decay,
            fused=self.device.type in {"cpu", "cuda", "mps"},
        )
        for weight in self.weights:
            self.optimiser.state[weight] = _fresh(weight)
        averaged = self.settings.averaging > 0
        self.averages = [weight.detach().clone() for weight in self.weights] if averaged else []

    def advance(self) -> None:
        """One step of the optimiser; raises MimicryError where the loss is no number any more."""
        rate = self.settings.rate_at(self.step, self.length)
        self.optimiser.param_groups[0]["lr"] = rate
        self.optimiser.zero_grad(set_to_none=True)
        with torch.enable_grad(), _deterministic(self.device):
            loss = sum(self._backward(part) for part in range(self.settings.accumulate))
        if not loss < float("inf"):
            raise self.diverged(self.step + 1)
        if self.settings.clip:
            nn.utils.clip_grad_norm_(self.weights, self.settings.clip)
        self.optimiser.step()
        self.step += 1
        self.losses.append(loss)
        self._average()

    def diverged(self, step: int) -> MimicryError:
        """What is said where the loss or a weight is no number after so many steps."""
        return MimicryError(
            f"The training diverged: at step {step} its loss or its weights are no numbers any"
            f" more. Lower the learning rate (rate is {self.settings.rate:g}), or set precision to"
            " float32."
        )

    def result(self) -> dict[str, Tensor]:
        """The weights, or their moving averages, by name; not copied."""
        tensors = self.averages or [weight.detach() for weight in self.weights]
        return dict(zip(self.names, tensors, strict=True))

    def checkpoint(self) -> Checkpoint:
        """All that `restore` needs."""
        tensors = {"losses": torch.tensor(self.losses, dtype=torch.float64)}
        for name, weight in zip(self.names, self.weights, strict=True):
            tensors[f"weight {name}"] = weight
            tensors |= {f"{key} {name}": part for key, part in self.optimiser.state[weight].items()}
        averages = zip(self.names, self.averages, strict=False)
        tensors |= {f"average {name}": average for name, average in averages}
        return Checkpoint(self.step, tensors, {})

    @torch.no_grad()
    def restore(self, checkpoint: Checkpoint) -> None:
        """Stand where `checkpoint` was taken. Copies in place, which keeps the memory layout."""
        self.step = checkpoint.step
        self.losses = checkpoint.tensors["losses"].tolist()
        for name, weight in zip(self.names, self.weights, strict=True):
            weight.copy_(checkpoint.tensors[f"weight {name}"])
            for key, part in self.optimiser.state[weight].items():
                part.copy_(checkpoint.tensors[f"{key} {name}"])
        for name, average in zip(self.names, self.averages, strict=False):
            average.copy_(checkpoint.tensors[f"average {name}"])

    @property
    def _precision(self) -> Precision:
        """On a CPU a step in bfloat16 was measured to take up to three times as long."""
        named = self.settings.precision
        return "float32" if named == "auto" and self.device.type == "cpu" else named

    def _backward(self, part: int) -> float:
        """Add the gradient of one batch; its share of the step's loss."""
        generator = Generator().manual_seed(
            generator_seed(self.lesson.seed, f"step {self.step}.{part}")
        )
        with autocast(self.device, self._precision):
            loss = self._loss(part, generator) / self.settings.accumulate
        loss.backward()  # type: ignore[no-untyped-call]
        return float(loss.detach())

    def _loss(self, part: int, generator: Generator) -> Tensor:
        lesson, size = self.lesson, self.settings.batch
        first = (self.step * self.settings.accumulate + part) * size
        latents, rows = self._batch(lesson.pictures, first, generator, "pictures")
        if lesson.prior is not None:
            more, more_rows = self._batch(lesson.prior, first, generator, "class images")
            latents, rows = torch.cat([latents, more]), torch.cat([rows, more_rows])
        embeddings = lesson.prompts.embed(rows, self.tuned.text_encoder)
        losses = lesson.denoising.losses(self.tuned.unet, latents, embeddings, generator)
        loss = losses[:size].mean()
        return loss if lesson.prior is None else loss + lesson.prior_weight * losses[size:].mean()

    def _batch(
        self, examples: Examples, first: int, generator: Generator, name: str
    ) -> tuple[Tensor, Tensor]:
        count = len(examples.means)
        numbers = shuffled(count, first, self.settings.batch, self.lesson.seed, name)
        latents = examples.draw(numbers, self.settings.latents, generator)
        return latents, examples.prompts[numbers]

    @torch.no_grad()
    def _average(self) -> None:
        """Moving average with diffusers' warm-up: decay min(limit, n / (9 + n)), n steps after."""
        if self.averages:
            after = self.step - 1
            decay = min(self.settings.averaging, (1 + after) / (10 + after)) if after else 0.0
            torch._foreach_lerp_(self.averages, [*self.weights], 1 - decay)


def _fresh(weight: nn.Parameter) -> dict[str, Any]:
    """AdamW's state before its first step, in the weight's memory layout."""
    step = torch.zeros((), dtype=torch.float32, device=weight.device)
    return {
        "step": step,
        "exp_avg": torch.zeros_like(weight),
        "exp_avg_sq": torch.zeros_like(weight),
    }


def _deterministic(device: torch.device) -> AbstractContextManager[Any]:
    if device.type != "cuda":
        return nullcontext()
    return torch.backends.cudnn.flags(enabled=True, benchmark=False, deterministic=True)
