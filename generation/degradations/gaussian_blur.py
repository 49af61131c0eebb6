"""Gaussian blur as a degradation: detail is lost, finest first."""

from collections.abc import Mapping, Sequence
from math import ceil
from typing import Annotated, ClassVar

import torch
from pydantic import Field
from torch import Generator, Tensor
from torch.nn.functional import conv2d, pad

from config.plugins import Settings, plugin
from generation.lots import one_by_one
from generation.networks import Networks
from generation.pixels import quantise
from generation.progress import Progress

REACH = 3
"""Half the kernel's length, in σ."""


@plugin
class GaussianBlur:
    """Convolves every channel with a sampled Gaussian of deviation σ, edges mirrored, and rounds.

    On sRGB values, as picture editors do. σ counts pixels of the picture as it is shown to raters:
    σ 2 at 256 pixels looks like σ 4 at 512.
    """

    label: ClassVar[str] = "Gaussian blur"
    version: ClassVar[int] = 1
    presets: ClassVar[Mapping[str, Settings]] = {}
    needs: ClassVar[tuple[str, ...]] = ()
    unit: ClassVar[str] = "σ in pixels"

    strength: Annotated[float, Field(gt=0, le=64)] = 2.0
    """Standard deviation σ of the blur, in pixels."""

    def degrade(
        self,
        images: Tensor,
        networks: Networks,
        generators: Sequence[Generator],
        progress: Progress,
    ) -> Tensor:
        """`images` [N, 3, H, W] in [0, 1] → the same shape, on the 8-bit grid."""
        return one_by_one(self._blur, images, progress)

    def _blur(self, image: Tensor) -> Tensor:
        """[3, H, W] → [1, 3, H, W]: along rows, then along columns."""
        reach = min(ceil(REACH * self.strength), *(side - 1 for side in image.shape[1:]))
        steps = torch.arange(-reach, reach + 1, dtype=torch.float64)
        weights = torch.exp(-(steps**2) / (2 * self.strength**2))
        kernel = (weights / weights.sum()).to(image)
        planes = pad(image[:, None], (reach, reach, reach, reach), mode="reflect")
        across = conv2d(planes, kernel.view(1, 1, 1, -1))
        return quantise(conv2d(across, kernel.view(1, 1, -1, 1)).transpose(0, 1))
