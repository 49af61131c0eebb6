"""Pixel change: the mean absolute difference of the channels, pixel by pixel."""

from typing import TYPE_CHECKING, ClassVar, Literal

from config.plugins import plugin

if TYPE_CHECKING:
    from torch import Tensor

    from generation.networks import Networks


@plugin
class PixelChange:
    """|x - y| on [0, 1], averaged over red, green and blue; 0 where nothing changed."""

    label: ClassVar[str] = "Pixel change"
    version: ClassVar[int] = 1
    needs: ClassVar[tuple[str, ...]] = ()
    against: ClassVar[Literal["counterpart"]] = "counterpart"

    def draw(self, images: "Tensor", references: "Tensor", networks: "Networks") -> "Tensor":
        """[N, 3, H, W], twice → [N, H, W] in [0, 1]."""
        return (images - references).abs().mean(1)
