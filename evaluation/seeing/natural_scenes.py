"""Statistics of natural scenes: what undistorted photographs have in common, in 36 numbers. Pure.

Mittal, Moorthy, Bovik 2012 (doi:10.1109/TIP.2012.2214050), sections III.A and III.B: luma is made
local contrast (mean subtracted, divided by deviation + 1, on 0..255); its histogram and those of
products of neighbours are fitted by generalised Gaussians, whose shapes distortions change. BRISQUE
fits whole pictures, NIQE patches.
"""

from functools import lru_cache
from typing import TYPE_CHECKING

from evaluation.seeing.windows import gaussian, luma, mirrored, seen

if TYPE_CHECKING:
    from torch import Tensor

WINDOW = gaussian(7, 7 / 6)
NEIGHBOURS = ((0, 1), (1, 0), (1, 1), (1, -1))
"""Right, below, and the two diagonals."""


def grey(images: "Tensor") -> "Tensor":
    """[N, 3, H, W] float64 in [0, 1] → luma [N, 1, H, W] on 0..255, in whole levels as rgb2gray."""
    return (luma(images) * 255).round()


def halved(images: "Tensor") -> "Tensor":
    """Half of each side by antialiased bicubic interpolation, mirrored at the border, as Matlab's.

    The last row or column of an odd side is left out.
    """
    from torch.nn.functional import interpolate  # noqa: PLC0415  # torch: only in workers

    even = images[..., : images.shape[-2] // 2 * 2, : images.shape[-1] // 2 * 2]
    framed = mirrored(mirrored(even, -2, 4), -1, 4)
    half = interpolate(
        framed, scale_factor=0.5, mode="bicubic", antialias=True, align_corners=False
    )
    return half[..., 2:-2, 2:-2]


def contrast(images: "Tensor", edge: str) -> tuple["Tensor", "Tensor"]:
    """Local contrast and local deviation of [N, 1, H, W] on 0..255, of the same shape.

    edge  what lies beyond the border: `constant` (0) in BRISQUE's code, `replicate` in NIQE's
    """
    from torch.nn.functional import pad  # noqa: PLC0415  # torch: only in workers

    framed = pad(images, [len(WINDOW) // 2] * 4, mode=edge)
    mean = seen(framed, WINDOW)
    deviation = (seen(framed.square(), WINDOW) - mean.square()).abs().sqrt()
    return (images - mean) / (deviation + 1), deviation


def fitted(fields: "Tensor") -> "Tensor":
    """[M, h, w] fields of local contrast → [M, 18]: shapes and variances of five histograms.

    Shape and variance of the field itself (GGD); then of its products with each of four neighbours
    (going round at the border) shape, mean, left and right variance (AGGD). A field without any
    variance has the flattest shape that is looked for (10) and zeros.
    """
    import torch  # noqa: PLC0415  # torch: only in workers

    found = list(_symmetric(fields.flatten(1)))
    for rows, columns in NEIGHBOURS:
        products = fields * fields.roll((rows, columns), (-2, -1))
        found += _asymmetric(products.flatten(1))
    return torch.stack(found, 1)


def _symmetric(values: "Tensor") -> tuple["Tensor", "Tensor"]:
    """Shape and variance of the generalised Gaussian with these moments."""
    variance, size = values.square().mean(1), values.abs().mean(1)
    return _shape((size.square() / variance).nan_to_num(0.0)), variance


def _asymmetric(values: "Tensor") -> tuple["Tensor", "Tensor", "Tensor", "Tensor"]:
    """Shape, mean, left and right variance of the asymmetric generalised Gaussian."""
    left, right = (_variance(values, side) for side in (values < 0, values > 0))
    skew = (left / right).sqrt().nan_to_num(1.0, posinf=1e6)
    ratio = (values.abs().mean(1).square() / values.square().mean(1)).nan_to_num(0.0)
    shape = _shape(ratio * (skew**3 + 1) * (skew + 1) / (skew.square() + 1).square())
    one, two, three = ((k / shape).lgamma() for k in (1, 2, 3))
    mean = (right.sqrt() - left.sqrt()) * (two - (one + three) / 2).exp()
    return shape, mean, left, right


def _variance(values: "Tensor", side: "Tensor") -> "Tensor":
    return (values.square() * side).sum(1) / side.sum(1).clamp_min(1)


def _shape(ratios: "Tensor") -> "Tensor":
    """The shape α of 0.2, 0.201, ..., 10 whose (E|x|)² / E x² is nearest; 10 for a ratio of 0."""
    import torch  # noqa: PLC0415  # torch: only in workers

    known = _ratios().to(ratios.device)
    above = torch.searchsorted(known, ratios.contiguous()).clamp(1, len(known) - 1)
    nearer = (ratios - known[above - 1]) <= (known[above] - ratios)
    place = (above - nearer.long()).where(ratios > 0, len(known) - 1)
    return 0.2 + place.double() / 1000


@lru_cache(maxsize=1)
def _ratios() -> "Tensor":
    """Γ(2/α)² / (Γ(1/α) Γ(3/α)) of every shape that is looked for; rises with α."""
    import torch  # noqa: PLC0415  # torch: only in workers

    shapes = 0.2 + torch.arange(9801, dtype=torch.float64) / 1000
    one, two, three = ((k / shapes).lgamma() for k in (1, 2, 3))
    return (2 * two - one - three).exp()
