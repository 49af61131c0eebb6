"""One method over a folder of pictures, without a study or a database: in batches of equal size.

An image made here is the image of a recipe like any other: with the same networks, seed and size,
`Made.step` has the key that a study would give it.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from PIL import Image as Picture
from PIL import ImageOps
from torch import Generator, Tensor

from generation import budgets, pixels, steps
from generation.networks import Networks, NetworkUnavailable
from generation.originals import MAX_PIXELS, UnreadableImage, decode, encode_png
from generation.preparations import PREPARATIONS
from generation.progress import Progress
from generation.recipe import EDIT, Step, artwork_step, generator_seed, plugin_step
from generation.steps import KINDS
from generation.writing import write_whole

GRID = 8
"""Autoencoders shrink by this factor and take whole multiples of it."""


@dataclass(frozen=True)
class Task:
    """One file to make from another."""

    name: str
    """The source, as it is told."""
    source: Path
    target: Path


@dataclass(frozen=True)
class Method:
    """A built plugin of one kind."""

    kind: str
    name: str
    plugin: Any

    @property
    def takes_target(self) -> bool:
        """Whether it draws pictures towards a target, and cannot do without."""
        return "target" in KINDS[self.kind].roles(self.name)

    @property
    def takes_style(self) -> bool:
        """Whether it is shown the style that it repaints in."""
        return "style" in KINDS[self.kind].roles(self.name)

    @property
    def needs(self) -> tuple[str, ...]:
        """Roles of its networks."""
        return KINDS[self.kind].needs(self.name)


@dataclass(frozen=True)
class Aim:
    """What pictures are drawn to: one picture for all, or each repainted, or nothing."""

    target: Picture.Image | None = None
    style: Picture.Image | None = None
    transfer: Method | None = None
    """Repaints, in the style of a picture or, where it takes none, as its prompt says."""


@dataclass(frozen=True)
class Work:
    """What is done to each picture."""

    method: Method
    networks: Networks
    seed: int = 0
    size: int | None = None
    """Cut squares of this side first; the whole picture where None."""
    aim: Aim = Aim()
    max_pixels: int = MAX_PIXELS


@dataclass(frozen=True)
class Made:
    """A file that was written."""

    task: Task
    step: Step
    sha256: str
    realised: Mapping[str, float]
    """Distances from the picture that went in, of the saved 8-bit file."""
    notes: Sequence[str]


@dataclass(frozen=True)
class Failed:
    """A file that was not, and why."""

    task: Task
    sentence: str


@dataclass(frozen=True)
class _Loaded:
    task: Task
    image: Tensor
    step: Step
    notes: Sequence[str]


def carry_out(
    tasks: Sequence[Task], work: Work, batch_size: int, progress: Progress, force: bool = False
) -> Iterator[Made | Failed]:
    """Make every file, a batch of equal sizes at a time; what fails stops nothing else.

    `progress` counts files. Raises NetworkUnavailable and StepError, which concern all of them.
    """
    done = 0
    for batch in _batches(tasks, work, batch_size, force):
        if isinstance(batch, Failed):
            results: Sequence[Made | Failed] = [batch]
        else:
            results = _make(batch, work, _inner(progress, done, len(tasks)))
        done += len(results)
        progress(done, len(tasks))
        yield from results


def _inner(progress: Progress, files: int, all_files: int) -> Progress:
    def follow(done: int, total: int, message: str = "") -> None:
        progress(files, all_files, f"{message} {done}/{total}".strip())

    return follow


def _batches(
    tasks: Sequence[Task], work: Work, batch_size: int, force: bool
) -> Iterator[list[_Loaded] | Failed]:
    """Pictures of one size together; of odd sizes, few are kept waiting."""
    waiting: dict[tuple[int, ...], list[_Loaded]] = {}
    for task in tasks:
        try:
            loaded = _load(task, work, force)
        except (UnreadableImage, OSError) as error:
            yield Failed(task, getattr(error, "strerror", None) or str(error))
            continue
        batch = waiting.setdefault(tuple(loaded.image.shape), [])
        batch.append(loaded)
        if len(batch) == batch_size:
            yield waiting.pop(tuple(loaded.image.shape))
        elif sum(map(len, waiting.values())) > 4 * batch_size:
            yield waiting.pop(next(iter(waiting)))
    yield from waiting.values()


def _load(task: Task, work: Work, force: bool) -> _Loaded:
    if task.target.exists() and not force:
        raise UnreadableImage(f"{task.target} is there already; --force writes over it.")
    original = decode(task.source.read_bytes(), task.name, work.max_pixels)
    notes = list(original.notes)
    image = original.image
    if not work.size and "autoencoder" in work.method.needs:
        image = _on_grid(image, notes)
    tensor, step = _prepared(image, work.size)
    return _Loaded(task, tensor, step, notes)


def _on_grid(image: Picture.Image, notes: list[str]) -> Picture.Image:
    width, height = (length - length % GRID for length in image.size)
    if not width or not height:
        raise UnreadableImage(f"It is smaller than {GRID} × {GRID} pixels.")
    if (width, height) == image.size:
        return image
    notes.append(f"cut from {image.width}×{image.height} to {width}×{height}, multiples of {GRID}")
    left, upper = (image.width - width) // 2, (image.height - height) // 2
    return image.crop((left, upper, left + width, upper + height))


def _prepared(image: Picture.Image, size: int | None) -> tuple[Tensor, Step]:
    """The picture, or a square cut from it, and the step that gives it."""
    leaf = artwork_step(hashlib.sha256(encode_png(image)).hexdigest())
    tensor = pixels.to_tensor(image)
    if size is None:
        return tensor, leaf
    square = PREPARATIONS.build("square", {"size": size})
    return square.prepare(tensor), plugin_step("preparation", "square", square, {"image": leaf})


def _make(batch: Sequence[_Loaded], work: Work, progress: Progress) -> Sequence[Made | Failed]:
    try:
        images, made_steps = _run(batch, work, progress)
        return [
            _save(loaded, image, step, work)
            for loaded, image, step in zip(batch, images, made_steps, strict=True)
        ]
    except (NetworkUnavailable, steps.StepError):
        raise
    except (ValueError, RuntimeError, MemoryError, OSError) as error:
        sentence = " ".join(str(error).split())[:300] or type(error).__name__
        return [Failed(loaded.task, sentence) for loaded in batch]


def _run(batch: Sequence[_Loaded], work: Work, progress: Progress) -> tuple[Tensor, Sequence[Step]]:
    inputs = {"image": torch.cat([loaded.image for loaded in batch])}
    sources: list[dict[str, Step]] = [{"image": loaded.step} for loaded in batch]
    aim = work.aim
    if aim.target is not None:
        fitted, step = _fitted(aim.target, batch[0], work)
        inputs["target"] = fitted.repeat(len(batch), 1, 1, 1)
        sources = [{**source, "target": step} for source in sources]
    elif aim.transfer is not None:
        styled, painted = dict(inputs), sources
        if aim.style is not None:
            fitted, step = _fitted(aim.style, batch[0], work)
            styled["style"] = fitted.repeat(len(batch), 1, 1, 1)
            painted = [{**source, "style": step} for source in sources]
        inputs["target"], targets = _step(aim.transfer, styled, painted, work, progress)
        sources = [
            {**source, "target": target} for source, target in zip(sources, targets, strict=True)
        ]
    return _step(work.method, inputs, sources, work, progress)


def _fitted(picture: Picture.Image, like: _Loaded, work: Work) -> tuple[Tensor, Step]:
    """A further picture at the size of the batch's."""
    if work.size:
        return _prepared(picture, work.size)
    height, width = like.image.shape[-2:]
    return _prepared(ImageOps.fit(picture, (width, height), Picture.Resampling.LANCZOS), None)


def _step(
    method: Method,
    inputs: Mapping[str, Tensor],
    sources: Sequence[Mapping[str, Step]],
    work: Work,
    progress: Progress,
) -> tuple[Tensor, Sequence[Step]]:
    """Carry out one step for the batch: images on the 8-bit grid, and their steps."""
    records = {role: asdict(work.networks.records[role]) for role in method.needs}
    made = [
        plugin_step(
            method.kind, method.name, method.plugin, source, seed=work.seed, networks=records
        )
        for source in sources
    ]
    seeds = [
        work.seed if method.kind == EDIT else generator_seed(work.seed, source["image"].key)
        for source in sources
    ]
    settings = made[0].settings
    generators = [Generator().manual_seed(seed) for seed in seeds]
    images = steps.run(
        method.kind, method.name, settings, inputs, work.networks, generators, progress
    )
    return pixels.quantise(images), made


def _save(loaded: _Loaded, image: Tensor, step: Step, work: Work) -> Made:
    data = pixels.write_png(image)
    write_whole(loaded.task.target, data)
    perceptual = work.networks.perceptual if "perceptual" in work.networks.records else None
    saved, device = pixels.read_png(data), work.networks.device
    measured = budgets.measure(saved.to(device), loaded.image.to(device), perceptual)
    return Made(
        task=loaded.task,
        step=step,
        sha256=hashlib.sha256(data).hexdigest(),
        realised={norm: float(values[0]) for norm, values in measured.items()},
        notes=loaded.notes,
    )
