"""MS-SSIM: structural similarity over several scales (Wang, Simoncelli, Bovik 2003,
doi:10.1109/ACSSC.2003.1292216).

Contrast and structure are compared at each scale, luminance at the coarsest alone; between scales
2 × 2 pixels are averaged. Each RGB channel on its own, then the mean of the three. sewar gives
other numbers: its filter between scales also averages neighbouring colour channels, and starts one
pixel earlier (docs/metrics.md has both).
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field

from config.plugins import plugin
from evaluation.seeing.structure import compared
from evaluation.seeing.windows import at_least, doubled, gaussian

if TYPE_CHECKING:
    from torch import Tensor

    from generation.networks import Networks

WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)
"""Of the scales, finest first, as the paper measured them (section 3.2)."""
WINDOW = gaussian(11, 1.5)


@plugin
class MsSsim:
    """∏ of the scales' similarities, each to the power of its weight; 1 for equal pictures."""

    label: ClassVar[str] = "MS-SSIM"
    version: ClassVar[int] = 1
    needs: ClassVar[tuple[str, ...]] = ()
    against: ClassVar[Literal["counterpart"]] = "counterpart"
    higher_is_closer: ClassVar[bool] = True
    unit: ClassVar[str] = ""
    parts: ClassVar[Mapping[str, str]] = {}

    scales: Annotated[int, Field(ge=1, le=5)] = 5
    """How many scales, finest first. Fewer than the paper's 5 are for small pictures and are
    another metric: their weights are divided by their sum."""

    def score(self, images: "Tensor", references: "Tensor", networks: "Networks") -> "Tensor":
        """[N, 3, H, W] in [0, 1], twice, 161 × 161 at least for 5 scales → [N] float64 in [0, 1].

        A scale that is less than unrelated (below 0, which has no real power) counts as 0.
        """
        self._refuse_small(images)
        mine, theirs = doubled(images), doubled(references)
        weights = [weight / sum(WEIGHTS[: self.scales]) for weight in WEIGHTS[: self.scales]]
        value = 1.0 + 0 * mine[:, :, 0, 0]
        for number, weight in enumerate(weights, 1):
            similar, contrast = compared(mine, theirs, WINDOW)
            value = value * (similar if number == self.scales else contrast).clamp_min(0) ** weight
            if number < self.scales:
                mine, theirs = _halved(mine), _halved(theirs)
        return value.mean(1)

    def _refuse_small(self, images: "Tensor") -> None:
        side = min(images.shape[-2:])
        fit = sum(side > (len(WINDOW) - 1) * 2**scale for scale in range(5))
        advice = f"set scales to {fit}, which is another metric" if fit else ""
        at_least(
            images,
            (len(WINDOW) - 1) * 2 ** (self.scales - 1) + 1,
            f"MS-SSIM of {self.scales} scales",
            advice,
        )


def _halved(images: "Tensor") -> "Tensor":
    """Means of 2 × 2 pixels; the last row or column of an odd side counts twice."""
    from torch.nn.functional import avg_pool2d, pad  # noqa: PLC0415  # torch: only in workers

    height, width = images.shape[-2:]
    return avg_pool2d(pad(images, [0, width % 2, 0, height % 2], mode="replicate"), 2)
