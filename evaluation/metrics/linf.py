"""L∞: the largest change of any channel of any pixel, on [0, 1]."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal

from config.plugins import plugin

if TYPE_CHECKING:
    from torch import Tensor

    from generation.networks import Networks


@plugin
class LInf:
    """max |image - reference|; a multiple of 1/255, because saved images have 8 bits."""

    label: ClassVar[str] = "L∞"
    version: ClassVar[int] = 1
    needs: ClassVar[tuple[str, ...]] = ()
    against: ClassVar[Literal["counterpart"]] = "counterpart"
    higher_is_closer: ClassVar[bool] = False
    unit: ClassVar[str] = "of the range"
    parts: ClassVar[Mapping[str, str]] = {}

    def score(self, images: "Tensor", references: "Tensor", networks: "Networks") -> "Tensor":
        """[N, 3, H, W] in [0, 1], twice → [N] float64 in [0, 1]."""
        levels = ((images - references) * 255).round().abs()
        return levels.flatten(1).amax(1).double() / 255
