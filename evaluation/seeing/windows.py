"""Sliding windows over pictures, in float64, and what pictures become before that. Pure.

A window that is a product of two lines goes over rows, then over columns. Sums of shifted pictures
are several times faster than torch's float64 convolutions on a CPU, and give the same bits whatever
else is in the batch.
"""

from collections.abc import Sequence
from math import exp
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

LUMA = (0.299, 0.587, 0.114)
"""Weights of red, green and blue in luma (ITU-R BT.601), as Matlab's rgb2gray has them."""


def gaussian(side: int, sigma: float) -> tuple[float, ...]:
    """Weights of a Gaussian line of `side` (odd) pixels; they add up to 1."""
    weights = [exp(-((place - side // 2) ** 2) / (2 * sigma**2)) for place in range(side)]
    return tuple(weight / sum(weights) for weight in weights)


def uniform(side: int) -> tuple[float, ...]:
    """Weights of a line of `side` pixels that all count alike."""
    return (1 / side,) * side


def seen(images: "Tensor", line: Sequence[float]) -> "Tensor":
    """Weighted means of [..., H, W] through the window line × line, only where it lies inside."""
    return along(along(images, line, -1), line, -2)


def along(images: "Tensor", line: Sequence[float], axis: int) -> "Tensor":
    """Weighted means through a line of pixels along one axis, only where it lies inside."""
    length = images.shape[axis] - len(line) + 1
    total = images.narrow(axis, 0, length) * line[0]
    for place, weight in enumerate(line[1:], 1):
        total.add_(images.narrow(axis, place, length), alpha=weight)
    return total


def mirrored(images: "Tensor", axis: int, count: int) -> "Tensor":
    """`count` pixels more at both ends of an axis, the outermost first, as in a mirror."""
    import torch  # noqa: PLC0415  # torch: only in workers

    length = images.shape[axis]
    first, last = images.narrow(axis, 0, count), images.narrow(axis, length - count, count)
    return torch.cat([first.flip(axis), images, last.flip(axis)], axis)


def doubled(images: "Tensor") -> "Tensor":
    """Saved pictures in float64, exactly k / 255; on the CPU where the device has none (MPS)."""
    images = images.cpu() if images.device.type == "mps" else images
    return (images.double() * 255).round() / 255


def luma(images: "Tensor") -> "Tensor":
    """[N, 3, H, W] → [N, 1, H, W], in the same units."""
    red, green, blue = LUMA
    return red * images[:, :1] + green * images[:, 1:2] + blue * images[:, 2:3]


def at_least(images: "Tensor", side: int, what: str, advice: str = "") -> None:
    """Raises ValueError with a sentence where a side of the pictures is shorter than `side`."""
    height, width = images.shape[-2:]
    if min(height, width) < side:
        told = f"; {advice}" if advice else ""
        smallest = f"{side} × {side} at least"
        raise ValueError(
            f"{what} needs pictures of {smallest}; this one is {width}×{height}{told}."
        )
