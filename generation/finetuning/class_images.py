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

        def painting(done: int, total: int, message: str = "", start: int = start) -> None:
            progress(start, prior.count, f"painting class images {message} {done}/{total}")

        images = paint(
            diffusion,
            [prior.prompt] * len(numbers),
            "",
            prior.sampler,
            [_generator(seed, number) for number in numbers],
            painting,
            max(size),
            safety="keep",  # nobody sees them
        )
        parts.append(encode(diffusion, _middle(images, size), flip, silent))
        progress(numbers[-1] + 1, prior.count, "painting class images")
    return {key: torch.cat([part[key] for part in parts]) for key in parts[0]}


def _middle(images: Tensor, size: tuple[int, int]) -> Tensor:
    """Cut to `size`: paintings are square, the pictures beside which they are learnt may not be."""
    top, left = ((side - wanted) // 2 for side, wanted in zip(images.shape[-2:], size, strict=True))
    return images[..., top : top + size[0], left : left + size[1]]


def _generator(seed: int, number: int) -> Generator:
    return Generator().manual_seed(generator_seed(seed, f"class image {number}"))
