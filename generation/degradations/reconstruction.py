"""Rounds through an autoencoder as a degradation: the artefacts that purification leaves.

IMPRESS (Cao et al. 2023) moves a picture to where the autoencoder reproduces it; done to the end,
nothing of the picture is left that the autoencoder does not pass. Each round through it comes
nearer to that: texture goes, and the decoder's own patterns come.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, ClassVar

import torch
from pydantic import Field
from torch import Generator, Tensor

from config.plugins import Settings, plugin
from generation.lots import Lot, in_lots
from generation.networks import Networks
from generation.networks.autoencoders import Precision
from generation.pixels import quantise
from generation.progress import Progress


@plugin
class Reconstruction:
    """x → D(E(x)), as often as the strength says; E gives the mean of the latent."""

    label: ClassVar[str] = "Rounds through the autoencoder"
    version: ClassVar[int] = 1
    presets: ClassVar[Mapping[str, Settings]] = {}
    needs: ClassVar[tuple[str, ...]] = ("autoencoder",)
    unit: ClassVar[str] = "rounds"

    strength: Annotated[int, Field(ge=1, le=1000)] = 4
    """How many rounds."""
    precision: Precision = "auto"
    """What the autoencoder computes in. Auto: bfloat16 where the device multiplies it natively,
    else float32."""

    def degrade(
        self,
        images: Tensor,
        networks: Networks,
        generators: Sequence[Generator],
        progress: Progress,
    ) -> Tensor:
        """`images` [N, 3, H, W] in [0, 1] → the same shape, on the 8-bit grid."""
        autoencoder = networks.autoencoder.at(self.precision)

        def rounds(lot: Lot) -> Tensor:
            (passed,) = lot.images
            for done in range(self.strength):
                with torch.no_grad():
                    passed = autoencoder.decode(autoencoder.encode(passed)).clamp(0, 1)
                lot.progress(done + 1, self.strength)
            return quantise(passed)

        return in_lots(rounds, images, generators=generators, progress=progress)
