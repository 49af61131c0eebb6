"""Noise level: the standard deviation of noise that a picture seems to have, from its finest
detail.

Two published estimators, of white noise. Both take brushwork and canvas for noise: a cloak, grain
and impasto are told apart only by comparing a picture with its own clean counterpart.
"""

from collections.abc import Mapping
from math import pi, sqrt
from typing import TYPE_CHECKING, ClassVar, Literal

from config.plugins import plugin
from evaluation.seeing.windows import at_least, doubled, mirrored

if TYPE_CHECKING:
    from torch import Tensor

    from generation.networks import Networks

NORMAL = 0.6744897501960817
"""The third quartile of the standard normal: a normal's median absolute value."""
ROOT = sqrt(3)
DETAIL = tuple(weight / (4 * sqrt(2)) for weight in (-1 - ROOT, 3 + ROOT, ROOT - 3, 1 - ROOT))
"""The high-pass filter of Daubechies' wavelet with two vanishing moments."""
FLAT = 1e-12
"""Details this small are the rounding of none: a saved level is 1/255."""


@plugin
class NoiseLevel:
    """On [0, 1], the mean of the three channels; 0 for a picture without detail."""

    label: ClassVar[str] = "Noise level"
    version: ClassVar[int] = 1
    needs: ClassVar[tuple[str, ...]] = ()
    against: ClassVar[Literal["nothing"]] = "nothing"
    higher_is_closer: ClassVar[bool] = False
    unit: ClassVar[str] = "standard deviation on [0, 1]"
    parts: ClassVar[Mapping[str, str]] = {}

    estimator: Literal["wavelet", "immerkaer"] = "wavelet"
    """`wavelet`: median of the finest diagonal details / 0.6745 (Donoho and Johnstone 1994,
    doi:10.1093/biomet/81.3.425), as scikit-image's estimate_sigma. `immerkaer`: mean absolute value
    of a difference of two Laplacians (Immerkær 1996, doi:10.1006/cviu.1996.0060)."""

    def score(self, images: "Tensor", references: "Tensor", networks: "Networks") -> "Tensor":
        """[N, 3, H, W] in [0, 1], 3 × 3 at least (4 × 4 for wavelet) → [N] float64, 0 and more."""
        at_least(images, 4 if self.estimator == "wavelet" else 3, self.label)
        pixels = doubled(images)
        levels = _wavelet(pixels) if self.estimator == "wavelet" else _immerkaer(pixels)
        return levels.mean(1)


def _wavelet(pixels: "Tensor") -> "Tensor":
    """[N, C]; details that are exactly nothing (painted flat, or clipped) are left out."""
    import torch  # noqa: PLC0415  # torch: only in workers

    sizes = _details(_details(pixels, -1), -2).abs().flatten(2)
    sizes = sizes.where(sizes > FLAT, torch.nan)
    middle = torch.nanquantile(sizes.flatten(0, 1), 0.5, 1) if sizes.numel() < 2**24 else None
    if middle is None:  # torch's quantile takes 16 million numbers at most
        middle = torch.stack([torch.nanquantile(each, 0.5) for each in sizes.flatten(0, 1)])
    return middle.view(sizes.shape[:2]).nan_to_num(0.0) / NORMAL


def _details(pixels: "Tensor", axis: int) -> "Tensor":
    """Every second difference by the wavelet along an axis, the picture mirrored at its border."""
    import torch  # noqa: PLC0415  # torch: only in workers

    framed = mirrored(pixels, axis, 3)
    count = (pixels.shape[axis] + 3) // 2
    at = [torch.arange(count, device=pixels.device) * 2 + 4 - place for place in range(4)]
    parts = [
        weight * framed.index_select(axis, where) for weight, where in zip(DETAIL, at, strict=True)
    ]
    return parts[0] + parts[1] + parts[2] + parts[3]


def _immerkaer(pixels: "Tensor") -> "Tensor":
    """[N, C]: √(π/2) · mean |[1 -2 1; -2 4 -2; 1 -2 1] * x| / 6."""
    rows = pixels[..., 2:, :] - 2 * pixels[..., 1:-1, :] + pixels[..., :-2, :]
    both = rows[..., 2:] - 2 * rows[..., 1:-1] + rows[..., :-2]
    return sqrt(pi / 2) / 6 * both.abs().mean((2, 3))
