"""Class images: what the base network paints of the class, so that it does not forget it.

Prior preservation, Ruiz et al., “DreamBooth” (CVPR 2023), section 3.2.
"""

from collections.abc import Mapping

import torch
from torch import Generator, Tensor

from generation.finetuning.examples import encode
from generation.finetuning.plan import Prior
from generation.networks.diffusion import Diffusion
from generation.progress import Progress, silent
from generation.recipe import generator_seed
from generation.sampling import paint

AT_ONCE = 8
"""Paintings in memory at once: a whole number of the sampler's lots."""


def paint_class_images(
    diffusion: Diffusion, prior: Prior, size: tuple[int, int], flip: bool, seed: int,
    progress: Progress,
) -> Mapping[str, Tensor]:  # fmt: skip
    """Paint and encode `prior.count` images of `size` (height, width): see `encode`.

    Each is drawn from a seed of its own; only a few are in memory at once.
    """
    parts = []
    for start in range(0, prior.count, AT_ONCE):
        numbers = range(start, min(start + AT_ONCE, prior.count))
        images = paint(
            diffusion,
            [prior.prompt] * len(numbers),
            "",
            prior.sampler,
            [_generator(seed, number) for number in numbers],
            _painting(numbers, prior.count, progress),
            max(size),
            safety="keep",  # nobody sees them
        )
        parts.append(encode(diffusion, _middle(images, size), flip, silent))
        done = numbers[-1] + 1
        progress(done, prior.count, f"{done} of {prior.count} class images painted")
    return {key: torch.cat([part[key] for part in parts]) for key in parts[0]}


def _painting(numbers: range, count: int, progress: Progress) -> Progress:
    """Of `numbers`, which are painted together: “painting class images 9 to 16 of 200, 35%”."""
    which = f"{numbers[0] + 1} to {numbers[-1] + 1} of {count}"

    def painting(done: int, total: int, message: str = "") -> None:  # noqa: ARG001
        progress(numbers[0], count, f"painting class images {which}, {done / max(1, total):.0%}")

    return painting


def _middle(images: Tensor, size: tuple[int, int]) -> Tensor:
    """Cut to `size`: paintings are square, the pictures beside which they are learnt may not be."""
    top, left = ((side - wanted) // 2 for side, wanted in zip(images.shape[-2:], size, strict=True))
    return images[..., top : top + size[0], left : left + size[1]]


def _generator(seed: int, number: int) -> Generator:
    return Generator().manual_seed(generator_seed(seed, f"class image {number}"))
