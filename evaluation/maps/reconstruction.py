"""The residual of the autoencoder: what of a picture it fails to give back, pixel by pixel.

The inconsistency |x - D(E(x))| that IMPRESS minimises (Cao et al. 2023, arXiv:2310.19248, section
4). It needs no counterpart, so it is the one map of a mimic's painting; and it is large wherever a
picture has fine texture, cloaked or not.
"""

from typing import TYPE_CHECKING, ClassVar, Literal

from config.plugins import plugin

if TYPE_CHECKING:
    from torch import Tensor

    from generation.networks import Networks

MULTIPLE = 8
"""Sides that autoencoders take; other pictures are continued by their last row and column."""


@plugin
class Reconstruction:
    """Mean absolute difference of the channels; by the mean of the latents, without a draw."""

    label: ClassVar[str] = "Autoencoder's residual"
    version: ClassVar[int] = 1
    needs: ClassVar[tuple[str, ...]] = ("autoencoder",)
    against: ClassVar[Literal["nothing"]] = "nothing"

    def draw(self, images: "Tensor", references: "Tensor", networks: "Networks") -> "Tensor":
        """[N, 3, H, W] in [0, 1] → [N, H, W], 0 and more."""
        # both bring torch, which the web process, reading labels here, must not load
        from torch.nn.functional import pad  # noqa: PLC0415

        from generation.lots import in_lots  # noqa: PLC0415

        height, width = images.shape[-2:]
        network = networks.autoencoder.at("float32")
        whole = in_lots(
            lambda lot: network.decode(network.encode(lot.images[0])),
            pad(images, [0, -width % MULTIPLE, 0, -height % MULTIPLE], mode="replicate"),
        )
        return (whole[..., :height, :width] - images).abs().mean(1)
