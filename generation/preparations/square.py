"""Square working copies, as every published protection uses (512 × 512, cropped or fitted)."""

from typing import Annotated, ClassVar

import torch
from pydantic import Field
from torch import Tensor

from config.plugins import plugin
from generation import pixels


@plugin
class Square:
    """Cuts a square and resamples it (Lanczos, antialiased); the result is on the 8-bit grid."""

    label: ClassVar[str] = "Square"
    version: ClassVar[int] = 1

    size: Annotated[int, Field(ge=16, le=4096, multiple_of=8)] = 512
    """Side in pixels."""
    crop: pixels.Crop = "centre"
    """Centre or top square, or fit: the whole picture on mid-grey."""

    def prepare(self, image: Tensor) -> Tensor:
        """`image` [N, 3, H, W] in [0, 1] of any size → [N, 3, size, size] in [0, 1]."""
        return torch.cat([self._prepare(one) for one in image])

    def _prepare(self, image: Tensor) -> Tensor:
        return pixels.to_tensor(pixels.square(pixels.to_image(image), self.size, self.crop))
