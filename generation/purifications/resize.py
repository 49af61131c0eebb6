"""Shrinking and enlarging as a purifier: what lies between the pixels of the small copy is lost."""

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
    """Shrinks each image by a factor and enlarges it to its size again, with Pillow.

    IMPRESS's baseline is 512 → 256 → 512; its interpolation is not stated, so it is a setting.
    Pillow antialiases when it shrinks.
    """

    label: ClassVar[str] = "Resize"
    version: ClassVar[int] = 1
    presets: ClassVar[Mapping[str, Settings]] = {"impress-resize-256": {"factor": 0.5}}
    needs: ClassVar[tuple[str, ...]] = ()

    factor: Annotated[float, Field(gt=0, lt=1)] = 0.5
    """Sides of the small copy, as a share of the picture's."""
    interpolation: Literal["nearest", "box", "bilinear", "bicubic", "lanczos"] = "bicubic"
    """Pillow's resampling filter, both ways."""

    def purify(
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
        small = [max(1, round(side * self.factor)) for side in picture.size]
        shrunk = picture.resize((small[0], small[1]), resample)
        return pixels.to_tensor(shrunk.resize(picture.size, resample))
