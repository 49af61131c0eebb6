"""Gaussian noise as a purifier: drowns a cloak in noise."""

from collections.abc import Mapping, Sequence
from typing import Annotated, ClassVar, Literal

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

    Papers leave the scale open: IMPRESS prints “variance 0.15” and calls the folder `gauss0.1`;
    Hönig et al. (2024) use σ = 0.05, BlurGuard's battery σ = 0.1, both on [0, 1]. So σ and the
    range it counts on are settings, and each reading is a preset.
    """

    label: ClassVar[str] = "Gaussian noise"
    version: ClassVar[int] = 1
    presets: ClassVar[Mapping[str, Settings]] = {
        "noise-sigma-0.05": {"sigma": 0.05, "scale": "0..1"},
        "noise-sigma-0.10": {"sigma": 0.10, "scale": "0..1"},
        "noise-sigma-0.15": {"sigma": 0.15, "scale": "0..1"},
        "noise-var-0.15": {"sigma": 0.15**0.5, "scale": "0..1"},
    }
    needs: ClassVar[tuple[str, ...]] = ()

    sigma: Annotated[float, Field(ge=0, le=255)] = 0.05
    """Standard deviation σ, counted on the range `scale`."""
    scale: Literal["0..1", "-1..1", "0..255"] = "0..1"
    """The range of pixels σ counts on."""

    def purify(
        self,
        images: Tensor,
        networks: Networks,
        generators: Sequence[Generator],
        progress: Progress,
    ) -> Tensor:
        """`images` [N, 3, H, W] in [0, 1] → the same shape, on the 8-bit grid."""
        width = {"0..1": 1, "-1..1": 2, "0..255": 255}[self.scale]
        noisy = quantise(images + normal(images, generators, self.sigma / width))
        progress(1, 1)
        return noisy
