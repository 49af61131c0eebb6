"""Maps: where in a saved picture a metric sees a difference, pixel by pixel.

One file a map; torch is imported only inside `draw`. What is stored is a grid of means
(`evaluation.measuring.mapping`), for analyses that ask whether a metric looks where people look.
"""

from typing import TYPE_CHECKING, ClassVar, Literal, Protocol

from config.plugins import PluginFolder

if TYPE_CHECKING:
    from torch import Tensor

    from generation.networks import Networks


class PixelMap(Protocol):
    """Draws maps of saved 8-bit images. Images of one batch never influence each other."""

    label: ClassVar[str]
    version: ClassVar[int]
    """Part of what a stored map is identified by: raise it when values change."""
    needs: ClassVar[tuple[str, ...]]
    """Roles of the networks it uses."""
    against: ClassVar[Literal["counterpart", "nothing"]]
    """What a picture is held against, as for metrics."""

    def draw(self, images: "Tensor", references: "Tensor", networks: "Networks") -> "Tensor":
        """`images`, `references` [N, 3, H, W] in [0, 1] → [N, h, w], 0 and more; higher is worse.

        h, w are about H, W. A map that is held against nothing is given the images twice.
        """


MAPS: PluginFolder[PixelMap] = PluginFolder("evaluation.maps")
