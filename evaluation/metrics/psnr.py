"""PSNR: peak signal-to-noise ratio of the saved picture against its reference, in decibels."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal

from config.plugins import plugin

if TYPE_CHECKING:
    from torch import Tensor

    from generation.networks import Networks


@plugin
class Psnr:
    """10 log10(255² / MSE), MSE over all channels of the 8-bit levels; infinite for equal pictures.

    The mean is over the whole RGB picture, not over the PSNRs of its channels.
    """

    label: ClassVar[str] = "PSNR"
    version: ClassVar[int] = 1
    needs: ClassVar[tuple[str, ...]] = ()
    against: ClassVar[Literal["counterpart"]] = "counterpart"
    higher_is_closer: ClassVar[bool] = True
    unit: ClassVar[str] = "dB"
    parts: ClassVar[Mapping[str, str]] = {}

    def score(self, images: "Tensor", references: "Tensor", networks: "Networks") -> "Tensor":
        """[N, 3, H, W] in [0, 1], twice → [N] float64, inf where nothing changed."""
        levels = ((images - references) * 255).round().flatten(1).double()
        return 10 * (255**2 / levels.square().mean(1)).log10()
