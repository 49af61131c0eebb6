"""Random noise as strong as a cloak: the control that tells aim from mere disturbance.

A mimic that learns worse from cloaked art may do so because the cloak aims well, or because any
noise of that size would do. So a study of cloaks has an arm with noise of the same budget.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, ClassVar, Literal

import torch
from pydantic import Field
from torch import Generator, Tensor

from config.plugins import Settings, plugin
from generation.budgets import Budget, Norm, measure, settle
from generation.networks import Networks
from generation.networks.perceptual import Perceptual
from generation.noise import normal, uniform
from generation.pixels import quantise
from generation.progress import Progress

FIRST_REACH = 1 / 255
"""Where the search for the length of the noise starts: one level of an 8-bit picture."""
LONGEST_REACH = 2.0
"""Noise of this deviation leaves nothing of a picture; a budget beyond it cannot be used up."""


@plugin
class RandomNoise:
    """x + s · n with n drawn pixel by pixel, and s as large as the budget of the saved image lets.

    The same picture has the same n at every budget. Where the norm is `linf`, n is scaled so that
    its largest draw uses up the budget.
    """

    label: ClassVar[str] = "Random noise (control)"
    version: ClassVar[int] = 1
    presets: ClassVar[Mapping[str, Settings]] = {
        "like-glaze": {"budget": 0.07, "norm": "lpips", "distribution": "uniform"},
        "like-photoguard": {"budget": 8 / 255, "norm": "linf", "distribution": "uniform"},
    }
    needs: ClassVar[tuple[str, ...]] = ("perceptual",)
    takes_target: ClassVar[bool] = False

    budget: Annotated[float, Field(ge=0, le=1000)] = 0.07
    """How far the saved image lies from the original, in the norm, on [0, 1] pixels."""
    norm: Norm = "lpips"
    """What the budget is counted in: that of the cloak this is the control of."""
    distribution: Literal["uniform", "normal"] = "uniform"
    """What n is drawn from: independent for each pixel and channel, mean 0."""

    @property
    def limit(self) -> Budget:
        """The budget, used up as far as 8-bit rounding lets."""
        return Budget(self.norm, self.budget)

    def protect(
        self,
        images: Tensor,
        networks: Networks,
        generators: Sequence[Generator],
        progress: Progress,
        target: Tensor | None = None,
    ) -> Tensor:
        """`images` [N, 3, H, W] in [0, 1] → the same with noise, on the 8-bit grid."""
        perceptual = networks.perceptual
        draw = uniform if self.distribution == "uniform" else normal
        noise = draw(images, generators, 1.0)
        noisy = images + noise * self._reach(images, noise, perceptual).view(-1, 1, 1, 1)
        settled = settle(noisy, images, self.limit, perceptual)
        progress(len(images), len(images))
        return settled

    def _reach(self, images: Tensor, noise: Tensor, perceptual: Perceptual) -> Tensor:
        """For each image a scale of its noise [N] that reaches the budget or goes beyond it."""
        if self.norm == "linf":
            return self.budget / noise.abs().amax((1, 2, 3)).clamp_min(1e-12)
        reach = torch.full((len(images),), FIRST_REACH, device=images.device)
        while True:
            noisy = quantise(images + noise * reach.view(-1, 1, 1, 1))
            found = measure(noisy, images, perceptual)[self.norm]
            short = torch.tensor(found, device=reach.device) < self.budget
            short &= reach < LONGEST_REACH
            if not bool(short.any()):
                return reach
            reach = torch.where(short, reach * 2, reach)
