"""The paintings the networks learn from: every historical painter, scene and mood, many times.

Contemporary painters are never among them. Painted once into a file of 8-bit pixels and read from
there as a memory map, so that a resumed training starts at once.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Generator, Tensor

from generation.progress import Progress
from generation.sandbox.light import MOODS
from generation.sandbox.painters import PAINTERS, historical
from generation.sandbox.scenes import SCENES
from generation.sandbox.world import caption, paint

SIZE = 256
HELD_OUT_SEED = 1_000_000
"""Seeds from here on are for measuring; none of them is trained on."""


@dataclass(frozen=True)
class Subject:
    """What one painting is of."""

    painter: str
    scene: str
    mood: str
    seed: int

    @property
    def caption(self) -> str:
        """“a harbour at dusk, by Anselm Roux”."""
        return caption(self.painter, self.scene, self.mood)

    @property
    def genre(self) -> str:
        """The genre of its painter."""
        return PAINTERS[self.painter].genre


def subjects(painters: Sequence[str], seeds: range) -> list[Subject]:
    """Every painter × scene × mood × seed, in one order."""
    return [
        Subject(painter, scene, mood, seed)
        for painter in painters
        for scene in SCENES
        for mood in MOODS
        for seed in seeds
    ]


def trained_on(per_motif: int) -> list[Subject]:
    """The subjects of the training data: `per_motif` paintings of every motif and painter."""
    return subjects([*historical()], range(per_motif))


def held_out(painters: Sequence[str], per_motif: int = 1) -> list[Subject]:
    """Subjects that no network has seen, by any painters."""
    return subjects(painters, range(HELD_OUT_SEED, HELD_OUT_SEED + per_motif))


@dataclass(frozen=True)
class Corpus:
    """Subjects and their paintings, [N, 3, SIZE, SIZE] uint8."""

    subjects: Sequence[Subject]
    pixels: NDArray[np.uint8]

    def batch(self, indices: Tensor) -> Tensor:
        """The paintings at `indices`, [n, 3, SIZE, SIZE] float32 in [0, 1]."""
        return torch.from_numpy(self.pixels[indices.numpy()]).float() / 255

    def draw(self, count: int, generator: Generator) -> Tensor:
        """Indices of `count` paintings, drawn with replacement."""
        return torch.randint(len(self.subjects), (count,), generator=generator)


def painted(wanted: Sequence[Subject], file: Path, progress: Progress) -> Corpus:
    """The corpus of `wanted`, read from `file` where it is whole, else painted into it."""
    shape = (len(wanted), 3, SIZE, SIZE)
    if not file.is_file() or np.load(file, mmap_mode="r").shape != shape:
        unfinished = file.with_suffix(".unfinished.npy")
        pixels = np.lib.format.open_memmap(unfinished, mode="w+", dtype=np.uint8, shape=shape)
        for number, picture in enumerate(_painted(wanted)):
            pixels[number] = picture
            progress(number + 1, len(wanted), "painting")
        pixels.flush()
        unfinished.replace(file)
    return Corpus(wanted, np.load(file, mmap_mode="r"))


def _painted(wanted: Sequence[Subject]) -> Iterator[NDArray[np.uint8]]:
    # forking a process whose torch has threads may hang: new processes import their own
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        yield from pool.map(_picture, wanted, chunksize=16)


def _picture(subject: Subject) -> NDArray[np.uint8]:
    picture = paint(subject.painter, subject.scene, subject.mood, subject.seed, SIZE)
    return np.rint(picture * 255).astype(np.uint8)


def crops(images: Tensor, size: int, generator: Generator) -> Tensor:
    """One square of `size` at a drawn place of each image, half of them mirrored."""
    cut = []
    for image in images:
        reach = image.shape[-1] - size + 1
        top, left, mirrored = (
            int(torch.randint(bound, (1,), generator=generator)) for bound in (reach, reach, 2)
        )
        part = image[:, top : top + size, left : left + size]
        cut.append(part.flip(-1) if mirrored else part)
    return torch.stack(cut)
