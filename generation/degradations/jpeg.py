"""JPEG artefacts as a degradation: blocks and ringing, the stronger the lower the quality."""

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

BEST = 100


@plugin
class Jpeg:
    """Compresses each image once with Pillow's (libjpeg-turbo's) baseline encoder.

    Strength is what the quality lacks of 100, so that more is worse: 85 is quality 15.
    """

    label: ClassVar[str] = "JPEG"
    version: ClassVar[int] = 1
    presets: ClassVar[Mapping[str, Settings]] = {}
    needs: ClassVar[tuple[str, ...]] = ()
    unit: ClassVar[str] = "100 - quality"

    strength: Annotated[int, Field(ge=5, le=99)] = 85
    """100 minus the quality as libjpeg counts it."""
    subsampling: Literal["4:4:4", "4:2:2", "4:2:0"] = "4:2:0"
    """Chroma subsampling."""

    def degrade(
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
            buffer, format="JPEG", quality=BEST - self.strength, subsampling=self.subsampling
        )
        with Image.open(buffer) as compressed:
            return pixels.to_tensor(compressed)
