"""L2: the Euclidean length of the change over all pixels and channels, on [0, 1]."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal

from config.plugins import plugin

if TYPE_CHECKING:
    from torch import Tensor

    from generation.networks import Networks


@plugin
class L2:
    """√ Σ (image - reference)²; grows with the size of the picture (RMS = L2 / √(3 H W))."""

    label: ClassVar[str] = "L2"
    version: ClassVar[int] = 1
    needs: ClassVar[tuple[str, ...]] = ()
    against: ClassVar[Literal["counterpart"]] = "counterpart"
    higher_is_closer: ClassVar[bool] = False
    unit: ClassVar[str] = "length on [0, 1]"
    parts: ClassVar[Mapping[str, str]] = {}

    def score(self, images: "Tensor", references: "Tensor", networks: "Networks") -> "Tensor":
        """[N, 3, H, W] in [0, 1], twice → [N] float64, 0 or more."""
        levels = ((images - references) * 255).round().flatten(1).double()
        return levels.square().sum(1).sqrt() / 255
