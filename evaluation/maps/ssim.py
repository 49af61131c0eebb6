"""The map of 1 - SSIM: structural dissimilarity, window by window.

Wang, Bovik, Sheikh, Simoncelli 2004 (doi:10.1109/TIP.2003.819861), section III-C, with the paper's
Gaussian window (11 × 11, sigma 1.5); windows lie wholly inside the picture.
"""

from typing import TYPE_CHECKING, ClassVar, Literal

from config.plugins import plugin
from evaluation.seeing.structure import compared_at
from evaluation.seeing.windows import at_least, doubled, gaussian

if TYPE_CHECKING:
    from torch import Tensor

    from generation.networks import Networks

SIDE = 11


@plugin
class Ssim:
    """(1 - SSIM) / 2, averaged over red, green and blue; 0 where nothing changed."""

    label: ClassVar[str] = "SSIM"
    version: ClassVar[int] = 1
    needs: ClassVar[tuple[str, ...]] = ()
    against: ClassVar[Literal["counterpart"]] = "counterpart"

    def draw(self, images: "Tensor", references: "Tensor", networks: "Networks") -> "Tensor":
        """[N, 3, H, W], twice → [N, H, W] in [0, 1]; the border repeats the outermost window."""
        # brings torch, which the web process, reading labels here, must not load
        from torch.nn.functional import pad  # noqa: PLC0415

        at_least(images, SIDE, self.label)
        similar, _ = compared_at(doubled(images), doubled(references), gaussian(SIDE, 1.5))
        border = [SIDE // 2] * 4
        return pad((1 - similar.mean(1, keepdim=True)) / 2, border, mode="replicate")[:, 0]
