"""JPEG compression as a purifier: what every upload to a social network does anyway."""

import io
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
class Jpeg:
    """Compresses each image once with Pillow's (libjpeg-turbo's) baseline encoder.

    IMPRESS (Cao et al., 2023) reports quality 15, BlurGuard's battery quality 75; neither states
    the chroma subsampling, which is a setting here (4:2:0 is what encoders default to).
    """

    label: ClassVar[str] = "JPEG"
    version: ClassVar[int] = 1
    presets: ClassVar[Mapping[str, Settings]] = {
        "impress-jpeg-15": {"quality": 15},
        "blurguard-jpeg-75": {"quality": 75},
    }
    needs: ClassVar[tuple[str, ...]] = ()

    quality: Annotated[int, Field(ge=1, le=95)] = 75
    """Quality as libjpeg counts it."""
    subsampling: Literal["4:4:4", "4:2:2", "4:2:0"] = "4:2:0"
    """Chroma subsampling."""

    def purify(
        self,
        images: Tensor,
        networks: Networks,
        generators: Sequence[Generator],
        progress: Progress,
    ) -> Tensor:
        """`images` [N, 3, H, W] in [0, 1] → the same shape, on the 8-bit grid."""
        return one_by_one(self._compress, images, progress)

    def _compress(self, image: Tensor) -> Tensor:
        buffer = io.BytesIO()
        pixels.to_image(image).save(
            buffer, format="JPEG", quality=self.quality, subsampling=self.subsampling
        )
        with Image.open(buffer) as compressed:
            return pixels.to_tensor(compressed)
