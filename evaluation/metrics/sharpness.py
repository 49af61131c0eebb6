"""Sharpness: how much fine detail a picture has, whatever its contrast.

The variance of the Laplacian (Pech-Pacheco et al. 2000, doi:10.1109/ICPR.2000.903548) doubles with
contrast and falls with every enlargement; here it is divided by the picture's own variance. Beside
it 1 minus the blur of Crété et al. 2007 (doi:10.1117/12.702790), which asks how much a picture
loses when it is blurred once more. Noise counts as detail in both.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field

from config.plugins import plugin
from evaluation.seeing.windows import along, at_least, doubled, luma, mirrored, uniform

if TYPE_CHECKING:
    from torch import Tensor

    from generation.networks import Networks

BLUR = 11
"""Pixels of the line that blurs once more, as scikit-image's blur_effect has it."""
SMALLEST = 16
FLAT = 1e-9
"""Slopes that add up to less are rounding: one level in one pixel makes 1e-3."""


@plugin
class Sharpness:
    """`reblur`: 0 (as blurred as can be) to 1. `laplacian`: 0 to about 30; white noise has 20.

    Of the luma. A constant picture has 0 of both.
    """

    label: ClassVar[str] = "Sharpness"
    version: ClassVar[int] = 1
    needs: ClassVar[tuple[str, ...]] = ()
    against: ClassVar[Literal["nothing"]] = "nothing"
    higher_is_closer: ClassVar[bool] = True
    unit: ClassVar[str] = ""
    parts: ClassVar[Mapping[str, str]] = {
        "reblur": "1 minus blur",
        "laplacian": "Laplacian's share of variance",
    }

    short_side: Annotated[int | None, Field(ge=16, le=4096)] = None
    """Pixels to which the short side is shrunk first, so that pictures of different sizes can be
    compared; when left out they are measured as they are. Nothing is enlarged."""

    def score(self, images: "Tensor", references: "Tensor", networks: "Networks") -> "Tensor":
        """[N, 3, H, W] in [0, 1], 16 × 16 at least → [N, 2] float64."""
        import torch  # noqa: PLC0415  # torch: only in workers

        at_least(images, SMALLEST, self.label)
        grey = luma(_shrunk(doubled(images), self.short_side))
        return torch.stack([_reblur(grey), _laplacian(grey)], 1)


def _shrunk(images: "Tensor", side: int | None) -> "Tensor":
    from torch.nn.functional import interpolate  # noqa: PLC0415  # torch: only in workers

    shortest = min(images.shape[-2:])
    if side is None or shortest <= side:
        return images
    sides = [round(length * side / shortest) for length in images.shape[-2:]]
    return interpolate(images, size=sides, mode="bilinear", antialias=True, align_corners=False)


def _laplacian(grey: "Tensor") -> "Tensor":
    """[N]: var(∇²) / var, with the five-point Laplacian."""
    inside = grey[..., 1:-1, 1:-1]
    around = grey[..., :-2, 1:-1] + grey[..., 2:, 1:-1] + grey[..., 1:-1, :-2] + grey[..., 1:-1, 2:]
    pixels, edges = grey.flatten(1), (around - 4 * inside).flatten(1)
    # a constant's mean may miss it by rounding: its variance is then 1e-33, and not 0
    flat = pixels.amax(1) == pixels.amin(1)
    return (edges.var(1) / pixels.var(1)).where(~flat, 0)


def _reblur(grey: "Tensor") -> "Tensor":
    """[N]: 1 - the larger of the two directions' blurs."""
    import torch  # noqa: PLC0415  # torch: only in workers

    return 1 - torch.stack([_blur(grey, -2), _blur(grey, -1)]).amax(0)


def _blur(grey: "Tensor", axis: int) -> "Tensor":
    """[N]: share of the slopes along an axis that are still there after one more blur."""
    blurred = along(mirrored(grey, axis, BLUR // 2), uniform(BLUR), axis)
    sharp, soft = (_slopes(each, axis) for each in (grey, blurred))
    lost = (sharp - soft).clamp_min(0).flatten(1).sum(1)
    whole = sharp.flatten(1).sum(1)
    return ((whole - lost) / whole).where(whole > FLAT, 1)


def _slopes(grey: "Tensor", axis: int) -> "Tensor":
    """Sobel's, where all its pixels are inside (of the first row and column, one further in)."""
    other = -1 if axis == -2 else -2
    slopes = along(along(grey, (0.5, 0.0, -0.5), axis), (0.25, 0.5, 0.25), other)
    return slopes[..., 1:, 1:].abs()
