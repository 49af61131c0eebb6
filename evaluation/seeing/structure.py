"""Structural similarity of two pictures through a window, for SSIM and MS-SSIM. Pure.

Wang, Bovik, Sheikh, Simoncelli 2004 (doi:10.1109/TIP.2003.819861), equations 12 to 14:
SSIM = (2 µx µy + C1)(2 σxy + C2) / ((µx² + µy² + C1)(σx² + σy² + C2)), C = (K L)², here L = 1.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from evaluation.seeing.windows import seen

if TYPE_CHECKING:
    from torch import Tensor

C1 = 0.01**2
C2 = 0.03**2


def compared(
    images: "Tensor", references: "Tensor", line: Sequence[float], unbiased: float = 1.0
) -> tuple["Tensor", "Tensor"]:
    """SSIM and its contrast-structure part, each [N, C]: means over the windows wholly inside.

    images, references  [N, C, H, W] float64 in [0, 1]
    line                weights of the window's side
    unbiased            by what variances are multiplied: 1, or n / (n - 1) for samples' variances
    """
    similar, contrast = compared_at(images, references, line, unbiased)
    return similar.mean((2, 3)), contrast.mean((2, 3))


def compared_at(
    images: "Tensor", references: "Tensor", line: Sequence[float], unbiased: float = 1.0
) -> tuple["Tensor", "Tensor"]:
    """The same at every place of the window: [N, C, H - side + 1, W - side + 1] each."""
    mine, theirs = seen(images, line), seen(references, line)
    both = mine * theirs
    squares = mine.square() + theirs.square()
    spread = (seen(images.square() + references.square(), line) - squares) * unbiased
    shared = (seen(images * references, line) - both) * unbiased
    contrast = (2 * shared + C2) / (spread + C2)
    return (2 * both + C1) / (squares + C1) * contrast, contrast
