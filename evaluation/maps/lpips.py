"""The LPIPS map: the perceptual distance before it is averaged over the picture.

Zhang et al. 2018 (arXiv:1801.03924), equation 1 without its spatial mean: each layer's weighted
squared differences, enlarged bilinearly to the size of the picture and added up.
"""

from typing import TYPE_CHECKING, ClassVar, Literal

from config.plugins import plugin

if TYPE_CHECKING:
    from torch import Tensor

    from generation.networks import Networks


@plugin
class Lpips:
    """By the perceptual network in use; 0 where nothing changed."""

    label: ClassVar[str] = "LPIPS"
    version: ClassVar[int] = 1
    needs: ClassVar[tuple[str, ...]] = ("perceptual",)
    against: ClassVar[Literal["counterpart"]] = "counterpart"

    def draw(self, images: "Tensor", references: "Tensor", networks: "Networks") -> "Tensor":
        """[N, 3, H, W], twice → [N, H, W], 0 and more."""
        # brings torch, which the web process, reading labels here, must not load
        from generation.lots import in_lots  # noqa: PLC0415

        network = networks.perceptual
        return in_lots(
            lambda lot: network.spread(lot.images[0], network.features(lot.images[1])),
            images,
            references,
        )
