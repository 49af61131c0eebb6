"""Images go through networks in lots of one size, so a result does not depend on its company.

Convolutions choose their algorithm by the shape of the batch: the same picture alone, among three
or among eight differs in the last bits, and hundreds of steps of an optimisation make that visible.
Here every batch is cut into lots of `SIZE` images, the last lot filled up with copies that are
thrown away. On one device with one number of threads, an image's result is then bit for bit the
same whatever is computed beside it (tested on CPU; on CUDA it holds as far as its kernels are
deterministic). On CPU a pair is also the fastest lot: more only leave the cache.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from generation.progress import Progress, silent

SIZE = {"cpu": 2, "cuda": 4}


@dataclass(frozen=True)
class Lot:
    """Some of a batch's images: `images[k]` [SIZE, 3, H, W] for each tensor given to `in_lots`."""

    images: tuple[Tensor, ...]
    generators: Sequence[Generator]
    progress: Progress


def in_lots(
    work: Callable[[Lot], Tensor],
    *batches: Tensor,
    generators: Sequence[Generator] | None = None,
    progress: Progress = silent,
    size: int | None = None,
) -> Tensor:
    """`work` on each lot of `batches` ([N, ...] each, N alike); the results [N, ...] in order.

    `progress` hears of all lots as of one computation. Lots are of SIZE unless `size` says so.
    """
    count = len(batches[0])
    seeded = generators if generators is not None else [Generator() for _ in range(count)]
    size = size or SIZE.get(batches[0].device.type, 1)
    starts = range(0, count, size)
    made = []
    for number, start in enumerate(starts):
        part = slice(start, start + size)
        lot = Lot(
            tuple(_filled(batch[part], size) for batch in batches),
            _filled_generators(seeded[part], size),
            _share(progress, number, len(starts)),
        )
        made.append(work(lot)[: len(seeded[part])])
    return torch.cat(made)


def one_by_one(change: Callable[[Tensor], Tensor], images: Tensor, progress: Progress) -> Tensor:
    """`change` ([3, H, W] → [1, 3, H, W]) on each of `images` [N, 3, H, W], on their device."""
    changed = []
    for image in images:
        changed.append(change(image))
        progress(len(changed), len(images))
    return torch.cat(changed).to(images.device)


def _filled(images: Tensor, size: int) -> Tensor:
    """`images` and copies of the last, `size` together; channels last, as the networks are."""
    copies = images[-1:].expand(size - len(images), *images.shape[1:])
    filled = torch.cat([images, copies])
    return filled.contiguous(memory_format=torch.channels_last) if images.dim() == 4 else filled


def _filled_generators(generators: Sequence[Generator], size: int) -> Sequence[Generator]:
    spare = [Generator().manual_seed(0) for _ in range(size - len(generators))]
    return [*generators, *spare]


def _share(progress: Progress, number: int, lots: int) -> Progress:
    def share(done: int, total: int, message: str = "") -> None:
        progress(number * total + done, lots * total, message)

    return share
