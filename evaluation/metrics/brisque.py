"""BRISQUE: quality of a picture by itself, learnt from what people said of distorted photographs.

Mittal, Moorthy, Bovik 2012 (doi:10.1109/TIP.2012.2214050). The statistics are computed here; the
regression that turns them into a mark is the authors' file (trained on the LIVE photographs), which
is a network in the role `brisque`. It has never seen a painting: brushwork counts as distortion.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal

from config.plugins import plugin
from evaluation.seeing.natural_scenes import contrast, fitted, grey, halved
from evaluation.seeing.windows import at_least, doubled

if TYPE_CHECKING:
    from torch import Tensor

    from generation.networks import Networks

SMALLEST = 16


@plugin
class Brisque:
    """About 0 (as a fine photograph) to 100 (badly distorted); may fall outside."""

    label: ClassVar[str] = "BRISQUE"
    version: ClassVar[int] = 1
    needs: ClassVar[tuple[str, ...]] = ("brisque",)
    against: ClassVar[Literal["nothing"]] = "nothing"
    higher_is_closer: ClassVar[bool] = False
    unit: ClassVar[str] = ""
    parts: ClassVar[Mapping[str, str]] = {}

    def score(self, images: "Tensor", references: "Tensor", networks: "Networks") -> "Tensor":
        """[N, 3, H, W] in [0, 1], 16 × 16 at least → [N] float64."""
        import torch  # noqa: PLC0415  # torch: only in workers

        at_least(images, SMALLEST, self.label)
        first = grey(doubled(images))
        fields = [contrast(each, "constant")[0][:, 0] for each in (first, halved(first))]
        features = torch.cat([fitted(each) for each in fields], 1)
        return networks.brisque.predict(features.to(networks.device)).cpu()
