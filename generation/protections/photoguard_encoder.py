"""PhotoGuard's encoder attack: draws the latent to nothing, to grey or to another picture, in L∞.

Salman et al., “Raising the Cost of Malicious AI-Powered Image Editing” (ICML 2023), section 3.1;
settings of the presets as in the authors' published notebooks and demo, which count on [-1, 1].
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, ClassVar, Literal

import torch
from pydantic import Field
from torch import Generator, Tensor

from config.plugins import Settings, plugin
from generation.budgets import Budget, project, settle
from generation.lots import Lot, in_lots
from generation.networks import Networks
from generation.networks.autoencoders import Precision
from generation.noise import uniform
from generation.optimise import SignDescent, linear, minimise
from generation.progress import Progress


@plugin
class PhotoguardEncoder:
    """min_δ ‖E(x+δ) − z‖² with ‖δ‖∞ ≤ ε, by steps along the gradient's sign.

    E is the mean of the autoencoder's latent, z the aim, ε the `budget`. The published codes
    minimise the norm and not its square: the sign of the gradient is the same.
    """

    label: ClassVar[str] = "PhotoGuard encoder attack (re-implementation)"
    version: ClassVar[int] = 1
    presets: ClassVar[Mapping[str, Settings]] = {
        "notebook-img2img": {
            "budget": 0.03,
            "aim": "zero_latent",
            "rate": 1 / 3,
            "last_rate": 1 / 300,
            "steps": 1000,
        },
        "notebook-inpainting": {
            "budget": 0.03,
            "aim": "image",
            "rate": 1 / 6,
            "last_rate": 1 / 600,
            "steps": 1000,
        },
        "demo-app": {
            "budget": 0.06,
            "aim": "grey",
            "rate": 1 / 12,
            "last_rate": 1 / 12,
            "steps": 200,
        },
    }
    needs: ClassVar[tuple[str, ...]] = ("autoencoder",)
    takes_target: ClassVar[bool] = False
    may_take_target: ClassVar[bool] = True
    """Where `aim` is “image”, a target is required."""

    budget: Annotated[float, Field(ge=0, le=1)] = 8 / 255
    """The L∞ budget ε on [0, 1]; n/255 for n levels."""
    aim: Literal["zero_latent", "grey", "image"] = "grey"
    """The aim z: 0, the latent of mid-grey, or that of a target image."""
    steps: Annotated[int, Field(ge=1, le=10_000)] = 100
    """Steps of sign descent."""
    rate: Annotated[float, Field(gt=0, le=1)] = 1 / 3
    """First step size, as a share of the budget; falls in a straight line."""
    last_rate: Annotated[float, Field(gt=0, le=1)] = 1 / 300
    """Last step size, as a share of the budget."""
    precision: Precision = "float32"
    """What the autoencoder computes in; bfloat16 takes half the time where it is native."""

    @property
    def limit(self) -> Budget:
        """L∞ ≤ ε, in whole 8-bit levels: the largest n with n/255 ≤ ε."""
        return Budget("linf", self.budget)

    def protect(
        self,
        images: Tensor,
        networks: Networks,
        generators: Sequence[Generator],
        progress: Progress,
        target: Tensor | None = None,
    ) -> Tensor:
        """`images` [N, 3, H, W] in [0, 1] → the same, immunised, on the 8-bit grid.

        `target`, of the same shape, is used where `aim` is “image”.
        """
        goals = self._goals(images, target)

        def immunise(lot: Lot) -> Tensor:
            return self._immunise(lot, networks)

        return in_lots(immunise, images, goals, generators=generators, progress=progress)

    def _goals(self, images: Tensor, target: Tensor | None) -> Tensor:
        if self.aim != "image":
            return torch.full_like(images, 0.5)
        if target is None:
            raise ValueError("photoguard_encoder with aim “image” needs a target image.")
        return target

    def _immunise(self, lot: Lot, networks: Networks) -> Tensor:
        images, goal = lot.images
        encode = networks.autoencoder.at(self.precision).encode
        with torch.no_grad():
            z = torch.zeros_like(encode(images)) if self.aim == "zero_latent" else encode(goal)
        immunised = minimise(
            images + uniform(images, lot.generators, self.budget),
            lambda moved: (encode(moved) - z).square().sum((1, 2, 3)),
            SignDescent(),
            linear(self.rate * self.budget, self.last_rate * self.budget),
            lambda moved: project(moved, images, self.limit),
            self.steps,
            lot.progress,
        )
        return settle(immunised, images, self.limit)
