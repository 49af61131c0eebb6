"""DISTS: structure and texture of a picture against its reference, by VGG's maps.

Ding, Ma, Wang, Simoncelli 2020 (arXiv:2004.07728). Unlike LPIPS it forgives another sample of the
same texture: grass for grass. The network in the role `dists` is named by id or folder; which one
it was is part of every stored measurement.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal

from config.plugins import plugin
from evaluation.seeing.windows import at_least

if TYPE_CHECKING:
    from torch import Tensor

    from generation.networks import Networks

SIDE = 256
SMALLEST = 16


@plugin
class Dists:
    """0 for equal pictures, about 1 for unrelated ones."""

    label: ClassVar[str] = "DISTS"
    version: ClassVar[int] = 1
    needs: ClassVar[tuple[str, ...]] = ("dists",)
    against: ClassVar[Literal["counterpart"]] = "counterpart"
    higher_is_closer: ClassVar[bool] = False
    unit: ClassVar[str] = ""
    parts: ClassVar[Mapping[str, str]] = {}

    size: Literal["256", "as-is"] = "256"
    """`256`: pictures whose short side is longer are shrunk to 256 first, as the authors' code
    does; `as-is`: every pixel is looked at, which sees finer changes and gives other numbers."""

    def score(self, images: "Tensor", references: "Tensor", networks: "Networks") -> "Tensor":
        """[N, 3, H, W] in [0, 1], twice, 16 × 16 at least → [N] float64 in about [0, 1]."""
        # brings torch, which the web process, reading labels here, must not load
        from generation.lots import in_lots  # noqa: PLC0415

        at_least(images, SMALLEST, self.label)
        if self.size == "256":
            images, references = _shrunk(images), _shrunk(references)
        dists = networks.dists
        found = in_lots(lambda lot: dists.distance(*lot.images), images, references)
        return found.cpu()


def _shrunk(images: "Tensor") -> "Tensor":
    from torch.nn.functional import interpolate  # noqa: PLC0415  # torch: only in workers

    height, width = images.shape[-2:]
    if min(height, width) <= SIDE:
        return images
    sides = [round(side * SIDE / min(height, width)) for side in (height, width)]
    return interpolate(images, size=sides, mode="bilinear", antialias=True, align_corners=False)
