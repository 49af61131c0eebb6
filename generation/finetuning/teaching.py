"""From pictures and captions to a mimic: checked, encoded, learnt step by step, and recorded."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from time import monotonic
from typing import Any

import torch
from torch import Generator, Tensor

from config.plugins import record
from generation.checkpoints import Checkpoints
from generation.finetuning.checking import check
from generation.finetuning.class_images import paint_class_images
from generation.finetuning.denoising import denoising
from generation.finetuning.examples import Examples, Prompts, encode, prompts_of
from generation.finetuning.plan import Prior
from generation.finetuning.settings import CAPTION, Training
from generation.finetuning.training_run import Lesson, TrainingRun
from generation.finetuning.tuned import tuned
from generation.finetuning.watching import Pace, Watch, before
from generation.mimic import Mimic
from generation.mimicry import SampleSheets
from generation.networks import Networks
from generation.progress import Progress
from generation.recipe import digest

POINTS = 200
"""A mimic's record holds at most so many points of the loss, each a mean."""


@dataclass(frozen=True)
class Course:
    """All that decides what is learnt."""

    method: str
    settings: Training
    images: Tensor
    captions: Sequence[str]
    networks: Networks
    seed: int

    @property
    def prompts(self) -> list[str]:
        """What each picture is learnt under."""
        template = self.settings.prompt
        return [template.replace(CAPTION, caption.strip()) for caption in self.captions]

    @property
    def length(self) -> int:
        """Steps."""
        return self.settings.length(len(self.images))

    @property
    def told(self) -> dict[str, Any]:
        """The record of a mimic that was learnt so, but for its losses."""
        lora = self.settings.learns.lora
        return {
            "format": 1,
            "method": self.method,
            "version": self.settings.version,
            "settings": record(self.settings),
            "seed": self.seed,
            "network": asdict(self.networks.records["diffusion"]),
            "steps": self.length,
            "images": len(self.images),
            "size": list(self.images.shape[-2:]),
            "captions": list(self.captions),
            "prompts": self.prompts,
            "lora": asdict(lora) if lora else None,
        }

    @property
    def digest(self) -> str:
        """Two trainings with the same digest learn the same."""
        pixels = self.images.cpu().contiguous().numpy()
        return digest([self.told, hashlib.sha256(pixels.data).hexdigest()])


def drawn(generator: Generator) -> int:
    """The seed of a training, from the generator that it was given."""
    return int(torch.randint(2**62, (), generator=generator))


def teach(
    course: Course,
    progress: Progress,
    checkpoints: Checkpoints | None,
    samples: SampleSheets | None,
) -> Mimic:
    """Carry a course out, from its newest checkpoint on; see `Mimicry.learn` for what it raises."""
    settings, diffusion = course.settings, course.networks.diffusion
    check(settings, course.images, course.captions, diffusion)
    start = monotonic()
    lesson = _lesson(course, before(progress, course.length), checkpoints)
    learner = tuned(diffusion, settings.learns, settings.gradient_checkpointing, course.seed)
    run = TrainingRun(learner, lesson, settings, course.length)
    _run(run, course, progress, checkpoints, Watch(samples))
    return _mimic(run, course, monotonic() - start)


def _lesson(course: Course, progress: Progress, checkpoints: Checkpoints | None) -> Lesson:
    diffusion, prior = course.networks.diffusion, course.settings.class_prior
    classes = [prior.prompt] if prior else []
    prompts = prompts_of(diffusion, [*course.prompts, *classes])
    encoded = encode(diffusion, course.images, course.settings.flip, progress)
    return Lesson(
        pictures=_examples(encoded, course.prompts, prompts, diffusion.device),
        prompts=prompts,
        denoising=denoising(diffusion),
        seed=course.seed,
        prior=_class_images(course, prior, prompts, progress, checkpoints) if prior else None,
        prior_weight=prior.weight if prior else 0.0,
    )


def _class_images(
    course: Course,
    prior: Prior,
    prompts: Prompts,
    progress: Progress,
    checkpoints: Checkpoints | None,
) -> Examples:
    diffusion = course.networks.diffusion
    height, width = course.images.shape[-2:]

    def make() -> Mapping[str, Tensor]:
        return paint_class_images(
            diffusion, prior, (height, width), course.settings.flip, course.seed, progress
        )  # fmt: skip

    made = checkpoints.once("class-images", course.digest, make) if checkpoints else make()
    return _examples(made, [prior.prompt] * prior.count, prompts, diffusion.device)


def _examples(
    encoded: Mapping[str, Tensor], texts: Sequence[str], prompts: Prompts, device: torch.device
) -> Examples:
    means, deviations = (encoded[key].to(device) for key in ("means", "deviations"))
    return Examples(means, deviations, prompts.rows(texts))


def _run(
    run: TrainingRun,
    course: Course,
    progress: Progress,
    checkpoints: Checkpoints | None,
    watch: Watch,
) -> None:
    digest = course.digest if checkpoints else ""
    saved = checkpoints.newest(digest) if checkpoints else None
    if saved is not None:
        run.restore(saved)
    pace = Pace(run)
    while run.step < run.length:
        run.advance()
        if checkpoints and checkpoints.due(run.step) and run.step < run.length:
            checkpoints.save(run.checkpoint(), digest)
        if watch.due(run.step, run.length):
            watch.show(run.step, _mimic(run, course, 0.0), course.networks.diffusion)
        progress(run.step, run.length, pace.message())


def _mimic(run: TrainingRun, course: Course, seconds: float) -> Mimic:
    # float16 as published weights are
    tensors = {name: tensor.to("cpu", torch.float16) for name, tensor in run.result().items()}
    if not all(bool(tensor.isfinite().all()) for tensor in tensors.values()):
        raise run.diverged(run.step)
    return Mimic(tensors, {**course.told, "losses": _points(run)}, seconds)


def _points(run: TrainingRun) -> list[list[float]]:
    """[step, mean loss since the point before, learning rate of the step]."""
    stride = max(1, -(-run.length // POINTS))
    points = []
    for start in range(0, run.step, stride):
        losses = run.losses[start : start + stride]
        last = start + len(losses)
        rate = run.settings.rate_at(last - 1, run.length)
        points.append([last, round(sum(losses) / len(losses), 6), rate])
    return points
