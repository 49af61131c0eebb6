"""Shrinking and enlarging as a degradation: what strong purification by resizing leaves behind."""

from collections.abc import Mapping, Sequence
from typing import Annotated, ClassVar, Literal

from PIL import Image
from pydantic import Field
from torch import Generator, Tensor

from config.plugins import Settings, plugin
from generation import pixels
from generation.lots import one_by_one
from generation.networks import Networks
from generation.progress import Progress


@plugin
class Resize:
    """Divides the sides of each image by the strength and enlarges it again, with Pillow."""

    label: ClassVar[str] = "Resize"
    version: ClassVar[int] = 1
    presets: ClassVar[Mapping[str, Settings]] = {}
    needs: ClassVar[tuple[str, ...]] = ()
    unit: ClassVar[str] = "times smaller"

    strength: Annotated[float, Field(gt=1, le=64)] = 4.0
    """How many times smaller the sides are in between; 2 is IMPRESS's baseline."""
    interpolation: Literal["nearest", "box", "bilinear", "bicubic", "lanczos"] = "bicubic"
    """Pillow's resampling filter, both ways; it antialiases when it shrinks."""

    def degrade(
        self,
        images: Tensor,
        networks: Networks,
        generators: Sequence[Generator],
        progress: Progress,
    ) -> Tensor:
        """`images` [N, 3, H, W] in [0, 1] → the same shape, on the 8-bit grid."""
        return one_by_one(self._resize, images, progress)

    def _resize(self, image: Tensor) -> Tensor:
        picture = pixels.to_image(image)
        resample = Image.Resampling[self.interpolation.upper()]
        width, height = (max(1, round(side / self.strength)) for side in picture.size)
        return pixels.to_tensor(
            picture.resize((width, height), resample).resize(picture.size, resample)
        )
