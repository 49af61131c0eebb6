"""Reconstruction error: how much of a picture its autoencoder fails to give back.

The inconsistency ‖x - D(E(x))‖ that IMPRESS minimises (Cao et al. 2023, arXiv:2310.19248, section
4): a cloak aims at the encoder, so what is decoded no longer looks like what was encoded. It
depends on the picture first (fine texture is lost too) and on the autoencoder: compare a picture
with its clean counterpart, by the same network, and with nothing else.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal

from config.plugins import plugin

if TYPE_CHECKING:
    from torch import Tensor

    from generation.networks import Networks

MULTIPLE = 8
"""Sides that autoencoders take; other pictures are continued by their last row and column."""


@plugin
class ReconstructionError:
    """Over all pixels and channels on [0, 1]; what is decoded is not clamped, as in IMPRESS."""

    label: ClassVar[str] = "Reconstruction error"
    version: ClassVar[int] = 1
    needs: ClassVar[tuple[str, ...]] = ("autoencoder",)
    against: ClassVar[Literal["nothing"]] = "nothing"
    higher_is_closer: ClassVar[bool] = False
    unit: ClassVar[str] = ""
    parts: ClassVar[Mapping[str, str]] = {}

    norm: Literal["mse", "rms", "mean-absolute", "l2"] = "mse"
    """`mse`: mean of squares, as IMPRESS's code has it (on [-1, 1] it would be 4 times as much).
    `rms`: its root. `mean-absolute`: mean of absolute differences. `l2`: the Euclidean length, as
    the paper writes it, which grows with the size of the picture."""

    def score(self, images: "Tensor", references: "Tensor", networks: "Networks") -> "Tensor":
        """[N, 3, H, W] in [0, 1] → [N] float64, 0 and more; by the mean of the latents, no draw."""
        # both bring torch, which the web process, reading labels here, must not load
        from torch.nn.functional import pad  # noqa: PLC0415

        from generation.lots import in_lots  # noqa: PLC0415

        height, width = images.shape[-2:]
        sides = [0, -width % MULTIPLE, 0, -height % MULTIPLE]
        network = networks.autoencoder.at("float32")
        whole = in_lots(
            lambda lot: network.decode(network.encode(lot.images[0])),
            pad(images, sides, mode="replicate"),
        )
        change = (whole[..., :height, :width] - images).flatten(1).cpu().double()
        if self.norm == "mean-absolute":
            return change.abs().mean(1)
        if self.norm == "l2":
            return change.square().sum(1).sqrt()
        mean = change.square().mean(1)
        return mean if self.norm == "mse" else mean.sqrt()
