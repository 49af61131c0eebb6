"""Difference: every pixel moved farther from the reference, by one factor, and cut off at the ends.

The artefact amplification of boosted triplets (Men et al. 2021, doi:10.1109/ACCESS.2021.3118295;
ISO/IEC 29170-3): reference + factor (picture - reference), on sRGB values.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, ClassVar

from pydantic import Field
from torch import Generator, Tensor

from config.plugins import Settings, plugin
from generation.networks import Networks
from generation.pixels import quantise
from generation.progress import Progress


@plugin
class Difference:
    """reference + factor (picture - reference), clipped to [0, 1] and rounded to 8 bits."""

    label: ClassVar[str] = "Enlarged difference"
    version: ClassVar[int] = 1
    presets: ClassVar[Mapping[str, Settings]] = {}
    needs: ClassVar[tuple[str, ...]] = ()

    factor: Annotated[float, Field(ge=1, le=16)] = 2.0
    """How many times larger the difference becomes; 1 leaves the picture as it is."""

    def amplify(
        self,
        images: Tensor,
        references: Tensor,
        networks: Networks,
        generators: Sequence[Generator],
        progress: Progress,
    ) -> Tensor:
        """`images` and `references` [N, 3, H, W] in [0, 1] → the same shape, on the 8-bit grid."""
        made = quantise((references + self.factor * (images - references)).clamp(0, 1))
        progress(len(images), len(images))
        return made
