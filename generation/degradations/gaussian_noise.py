"""Gaussian noise as a degradation: the same grain on every picture of a ladder, ever stronger."""

from collections.abc import Mapping, Sequence
from typing import Annotated, ClassVar

from pydantic import Field
from torch import Generator, Tensor

from config.plugins import Settings, plugin
from generation.networks import Networks
from generation.noise import normal
from generation.pixels import quantise
from generation.progress import Progress


@plugin
class GaussianNoise:
    """Adds N(0, σ²) to every channel of every pixel, clips to [0, 1] and rounds.

    A picture's noise is one field, scaled by σ: steps of a ladder differ in nothing else.
    """

    label: ClassVar[str] = "Gaussian noise"
    version: ClassVar[int] = 1
    presets: ClassVar[Mapping[str, Settings]] = {}
    needs: ClassVar[tuple[str, ...]] = ()
    unit: ClassVar[str] = "σ on [0, 1] pixels"

    strength: Annotated[float, Field(gt=0, le=1)] = 0.1
    """Standard deviation σ, on [0, 1] pixels."""

    def degrade(
        self,
        images: Tensor,
        networks: Networks,
        generators: Sequence[Generator],
        progress: Progress,
    ) -> Tensor:
        """`images` [N, 3, H, W] in [0, 1] → the same shape, on the 8-bit grid."""
        noisy = quantise(images + normal(images, generators, self.strength))
        progress(1, 1)
        return noisy
