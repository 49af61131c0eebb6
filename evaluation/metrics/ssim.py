"""SSIM: structural similarity (Wang, Bovik, Sheikh, Simoncelli 2004, doi:10.1109/TIP.2003.819861).

Published values differ by window, by range and by colour, so the implementation is a setting. All
three look at each RGB channel on its own and average, on [0, 1] pixels with data range 1, K1 =
0.01, K2 = 0.03, and count windows only where they lie wholly inside the picture. torchmetrics' own
average also counts windows over a mirrored border (0.900 instead of 0.912 on our reference
picture); a grey picture (Diff-Protect's code) gives other numbers again.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, Literal

from config.plugins import Settings, plugin
from evaluation.seeing.structure import compared
from evaluation.seeing.windows import at_least, doubled, gaussian, uniform

if TYPE_CHECKING:
    from torch import Tensor

    from generation.networks import Networks

LINES: Mapping[str, tuple[Sequence[float], float]] = {
    "skimage": (gaussian(11, 1.5), 1.0),
    "skimage-uniform": (uniform(7), 49 / 48),
    "sewar": (uniform(11), 1.0),
}
"""The side of the window, and what variances are multiplied by (n / (n - 1) of a sample's)."""


@plugin
class Ssim:
    """1 for equal pictures; near 0 for unrelated ones. Computed in float64."""

    label: ClassVar[str] = "SSIM"
    version: ClassVar[int] = 1
    presets: ClassVar[Mapping[str, Settings]] = {"impress": {"implementation": "sewar"}}
    needs: ClassVar[tuple[str, ...]] = ()
    against: ClassVar[Literal["counterpart"]] = "counterpart"
    higher_is_closer: ClassVar[bool] = True
    unit: ClassVar[str] = ""
    parts: ClassVar[Mapping[str, str]] = {}

    implementation: Literal["skimage", "skimage-uniform", "sewar"] = "skimage"
    """`skimage`: the paper's Gaussian window (11 × 11, sigma 1.5); scikit-image with
    gaussian_weights=True, sigma=1.5, use_sample_covariance=False. `skimage-uniform`: 7 × 7,
    samples' covariances; scikit-image as it is called most. `sewar`: 11 × 11, all pixels alike;
    IMPRESS."""

    def score(self, images: "Tensor", references: "Tensor", networks: "Networks") -> "Tensor":
        """[N, 3, H, W] in [0, 1], twice, the window's size at least → [N] float64 in [-1, 1]."""
        line, unbiased = LINES[self.implementation]
        at_least(images, len(line), self.label)
        similar, _ = compared(doubled(images), doubled(references), line, unbiased)
        return similar.mean(1)
