"""How far a cloak moves the latent toward its target, against noise of the same LPIPS.

A cloak earns its visible change only if it moves the latent where it is meant to go; noise as
visible moves it anywhere. The ratio of the two says how much better than noise a cloak aims.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from generation.budgets import Budget, measure, settle
from generation.lots import Lot, in_lots
from generation.networks import Networks
from generation.noise import normal

LOUD = 0.5
"""Deviation of the noise before it is shortened to its LPIPS, on [0, 1]: always too much."""


@dataclass(frozen=True)
class Shift:
    """What happened to one image's latent, in units of its first distance from the target."""

    lpips: float
    """Of the cloaked image."""
    toward: float
    """Way covered along the line to the target: 0 none, 1 all."""
    noise_lpips: float
    noise_toward: float
    """Root mean square of the same for draws of noise."""

    @property
    def ratio(self) -> float:
        """How many times further toward the target than noise of the same LPIPS."""
        return self.toward / max(self.noise_toward, 1e-12)


def latent_shift(
    cloaked: Tensor,
    originals: Tensor,
    aims: Tensor,
    networks: Networks,
    generators: Sequence[Generator],
    draws: int = 4,
) -> list[Shift]:
    """One `Shift` an image.

    `cloaked` and `originals` are [N, 3, H, W] in [0, 1] on the 8-bit grid, `aims` the latents
    [N, C, h, w] that the cloak was drawn to. Noise is Gaussian, shortened by bisection to the
    LPIPS of the cloaked image and rounded as it is, `draws` times an image.
    """
    perceptual = networks.perceptual
    limits = measure(cloaked, originals, perceptual)["lpips"]
    toward = _toward(cloaked, originals, aims, networks)
    noisy = [_noise(originals, limits, networks, generators) for _ in range(draws)]
    squares = [_toward(one, originals, aims, networks).square() for one in noisy]
    noise_toward = torch.stack(squares).mean(0).sqrt()
    noise_lpips = measure(noisy[0], originals, perceptual)["lpips"]
    return [
        Shift(*values)
        for values in zip(limits, toward.tolist(), noise_lpips, noise_toward.tolist(), strict=True)
    ]


def _noise(
    originals: Tensor, limits: list[float], networks: Networks, generators: Sequence[Generator]
) -> Tensor:
    loud = originals + normal(originals, generators, LOUD)
    return torch.cat(
        [
            settle(
                loud[i : i + 1], originals[i : i + 1], Budget("lpips", limit), networks.perceptual
            )
            for i, limit in enumerate(limits)
        ]
    )


@torch.no_grad()
def _toward(images: Tensor, originals: Tensor, aims: Tensor, networks: Networks) -> Tensor:
    def encode(lot: Lot) -> Tensor:
        return networks.autoencoder.encode(lot.images[0])

    start = in_lots(encode, originals)
    way = (aims - start).flatten(1)
    moved = (in_lots(encode, images) - start).flatten(1)
    return (moved * way).sum(1) / way.square().sum(1).clamp_min(1e-12)
