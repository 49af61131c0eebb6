"""A Glaze-style cloak: draws the latent to a restyled picture's within a perceptual budget.

Shan et al., “Glaze: Protecting Artists from Style Mimicry by Text-to-Image Models” (USENIX
Security 2023). There is no public code of Glaze: this is a re-implementation from the published
objective, and images made here are not the Glaze application's.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, ClassVar, Literal

import torch
from pydantic import Field
from torch import Generator, Tensor

from config.plugins import Settings, plugin
from generation.budgets import Budget, settle, visible
from generation.lots import Lot, in_lots
from generation.networks import Networks
from generation.networks.autoencoders import Autoencoder, Precision
from generation.noise import normal, uniform
from generation.optimise import Adam, Objective, cosine, hinge, minimise
from generation.pixels import quantise
from generation.progress import Progress


@plugin
class Glaze:
    """min_δ d(E(x+δ), E(Ω)) + α · max(LPIPS(x+δ, x) − p, 0), then shortened until LPIPS ≤ p.

    E is the autoencoder's encoder, Ω = Ω(x, T) the picture x restyled (the `target` input), and p
    the `budget`. Adam on δ; pixels and step sizes on [0, 1].
    """

    label: ClassVar[str] = "Glaze-style (re-implementation)"
    version: ClassVar[int] = 1
    presets: ClassVar[Mapping[str, Settings]] = {
        "glaze-default": {"budget": 0.07},
        "impress-repro": {
            "budget": 0.05,
            "distance": "mean",
            "alpha": 30.0,
            "steps": 500,
            "rate": 0.1,
            "last_rate": 0.1,
            "start": 0.5,
            "sampled": True,
        },
    }
    needs: ClassVar[tuple[str, ...]] = ("autoencoder", "perceptual")
    takes_target: ClassVar[bool] = True

    budget: Annotated[float, Field(ge=0, le=1)] = 0.07
    """The LPIPS budget p."""
    steps: Annotated[int, Field(ge=1, le=10_000)] = 100
    """Steps of Adam."""
    alpha: Annotated[float, Field(ge=0)] = 3.0
    """Weight α of the LPIPS penalty."""
    distance: Literal["relative", "mean"] = "relative"
    """Latent distance d: the mean square; or, relative, that divided by its value at δ = 0, so that
    α means the same for every autoencoder and picture."""
    rate: Annotated[float, Field(gt=0, le=1)] = 0.1
    """First step size, as a share of the budget; falls by a cosine."""
    last_rate: Annotated[float, Field(gt=0, le=1)] = 0.01
    """Last step size, as a share of the budget."""
    start: Annotated[float, Field(ge=0, le=1)] = 0.1
    """δ starts uniform within ± this share of the budget."""
    sampled: bool = False
    """Draw both latents anew at each step instead of using their means."""
    hard: bool = True
    """Shorten δ until the saved image's LPIPS is within the budget."""
    precision: Precision = "float32"
    """What the autoencoder computes in; bfloat16 takes half the time where it is native."""

    @property
    def limit(self) -> Budget:
        """LPIPS ≤ p of the saved image; where `hard` is off, only penalised."""
        return Budget("lpips", self.budget)

    def protect(
        self,
        images: Tensor,
        networks: Networks,
        generators: Sequence[Generator],
        progress: Progress,
        target: Tensor | None = None,
    ) -> Tensor:
        """`images` and `target` [N, 3, H, W] in [0, 1] → cloaked images on the 8-bit grid."""
        if target is None:
            raise ValueError("glaze needs a target: the picture restyled by a style transfer.")

        def cloak(lot: Lot) -> Tensor:
            return self._cloak(lot, networks)

        return in_lots(cloak, images, target, generators=generators, progress=progress)

    def _cloak(self, lot: Lot, networks: Networks) -> Tensor:
        images, target = lot.images
        perceptual = networks.perceptual
        seen = visible(images, perceptual)
        lowest, highest = torch.where(seen, 0, images), torch.where(seen, 1, images)
        cloaked = minimise(
            images + uniform(images, lot.generators, self.start * self.budget),
            self._objective(images, target, networks, lot.generators),
            Adam(epsilon=2e-8),  # torch's 1e-8 for gradients on [-1, 1], which are half of these
            cosine(self.rate * self.budget, self.last_rate * self.budget),
            lambda moved: moved.clamp(lowest, highest),
            self.steps,
            lot.progress,
        )
        return settle(cloaked, images, self.limit, perceptual) if self.hard else quantise(cloaked)

    def _objective(
        self, images: Tensor, target: Tensor, networks: Networks, generators: Sequence[Generator]
    ) -> Objective:
        perceptual = networks.perceptual
        autoencoder = networks.autoencoder.at(self.precision)
        encode = _sampler(autoencoder, generators) if self.sampled else autoencoder.encode
        with torch.no_grad():
            reference = perceptual.features(images)
            aim = autoencoder.encode(target)
            scale = _mean_square(autoencoder.encode(images) - aim)

        def loss(moved: Tensor) -> Tensor:
            goal = encode(target) if self.sampled else aim
            latent = _mean_square(encode(moved) - goal)
            if self.distance == "relative":
                latent = latent / scale.clamp_min(1e-12)
            return latent + self.alpha * hinge(perceptual.distance(moved, reference), self.budget)

        return loss


def _sampler(
    autoencoder: Autoencoder, generators: Sequence[Generator]
) -> Callable[[Tensor], Tensor]:
    """Latents drawn from the autoencoder's posterior; its means where it has no spread."""

    def draw(images: Tensor) -> Tensor:
        mean, deviation = autoencoder.posterior(images)
        return mean if deviation is None else mean + deviation * normal(mean, generators)

    return draw


def _mean_square(difference: Tensor) -> Tensor:
    return difference.square().mean((1, 2, 3))
