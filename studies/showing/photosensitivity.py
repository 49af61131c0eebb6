"""Photosensitivity: how fast two pictures may alternate in one place and endanger nobody.

WCAG 2.2, criterion 2.3.1, “Three Flashes or Below Threshold”. Pure: pixels in, a verdict out.

A flash is a pair of opposing changes, so that one round of an alternation (A, B, A) is one flash.
A general flash changes relative luminance by a tenth of that of white or more, its darker picture
being below 0.80. A red flash goes to or from a saturated red, R / (R + G + B) of at least 0.8 of
linear values, with a change of more than 0.2 in the CIE 1976 chromaticity diagram (WCAG 2.2), or
of more than 20 in 320 · max(0, R - G - B) (WCAG 2.0): either makes it one. Up to three flashes a
second are allowed whatever they are; more only where those that come at once fill less than a
quarter of any ten degrees of the visual field.

Ten degrees are 341 x 256 CSS pixels, as WCAG has it (a screen of 15 to 17 inches with 1024 x 768
pixels, seen from 56 to 66 cm: coarser than today's, and so on the safe side). The picture is taken
at the largest size at which the page lets it flicker, because enlarging makes flashes larger. A
fine balanced pattern, which WCAG excepts, is not excepted here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy import bool_, float64, uint8
from numpy.typing import NDArray

MOST = 3.0
"""Rounds a second that are allowed for any pair: one round is one flash."""
FIELD = (341, 256)
"""Width and height of ten degrees of the visual field, in CSS pixels."""
SHARE = 0.25
"""Of that field: flashes that fill less are below the threshold."""
CHANGE = 0.10
"""Of relative luminance, white being 1."""
DARKER_BELOW = 0.80
SATURATED = 0.8
"""R / (R + G + B) of linear values."""
CHROMATICITY = 0.2
"""Distance in the CIE 1976 UCS diagram."""
REDNESS = 20.0

Picture = NDArray[uint8]
Mask = NDArray[bool_]
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
"""From linear sRGB (IEC 61966-2-1); the second row is relative luminance."""


@dataclass(frozen=True)
class Flash:
    """What one pair of pictures does when they alternate: shares of the worst ten degrees."""

    general: float
    red: float

    @property
    def below(self) -> bool:
        """Whether it is below both thresholds, at whatever rate."""
        return max(self.general, self.red) < SHARE

    def allowed(self, rate: float) -> float:
        """Rounds a second that may be shown where `rate` is asked for."""
        return rate if self.below else min(rate, MOST)

    @property
    def reason(self) -> str:
        """Why no more than three rounds a second are allowed; empty where more are."""
        if self.below:
            return ""
        said = [
            f"{name} changes in {share:.0%} of ten degrees of the visual field"
            for name, share in (("luminance", self.general), ("saturated red", self.red))
            if share >= SHARE
        ]
        return " and ".join(said)


NO_FLASH = Flash(0.0, 0.0)


def flash(before: Picture, after: Picture, largest_scale: float = 1.0) -> Flash:
    """What two pictures [H, W, 3] uint8 of one size do when they alternate.

    `largest_scale`: CSS pixels per pixel of the picture, at most, while they do. Raises ValueError
    for pictures of two sizes, or a scale that is not above 0.
    """
    if before.shape != after.shape:
        raise ValueError(f"Pictures of one size alternate; given: {before.shape}, {after.shape}.")
    if not largest_scale > 0:
        raise ValueError(f"A scale is above 0; given: {largest_scale}.")
    one, other = _linear(before), _linear(after)
    return Flash(
        _worst(_brightens(one, other), largest_scale), _worst(_reddens(one, other), largest_scale)
    )


def worst(flashes: Iterable[Flash]) -> Flash:
    """The largest shares among several pairs, each for itself."""
    found = list(flashes)
    return Flash(
        max((each.general for each in found), default=0.0),
        max((each.red for each in found), default=0.0),
    )


def _linear(picture: Picture) -> NDArray[float64]:
    value = picture.astype(float64) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def _brightens(one: NDArray[float64], other: NDArray[float64]) -> Mask:
    """[H, W]: pixels of a general flash."""
    first, second = one @ TO_XYZ[1], other @ TO_XYZ[1]
    dark = np.minimum(first, second) < DARKER_BELOW
    return np.asarray((np.abs(first - second) >= CHANGE) & dark)


def _reddens(one: NDArray[float64], other: NDArray[float64]) -> Mask:
    """[H, W]: pixels of a red flash."""
    saturated = _saturated(one) | _saturated(other)
    apart = np.linalg.norm(_chromaticity(one) - _chromaticity(other), axis=-1)
    redder = np.abs(_redness(one) - _redness(other))
    return np.asarray(saturated & ((apart > CHROMATICITY) | (redder > REDNESS)))


def _saturated(linear: NDArray[float64]) -> Mask:
    total = linear.sum(-1)
    return np.asarray((total > 0) & (linear[..., 0] >= SATURATED * total))


def _redness(linear: NDArray[float64]) -> NDArray[float64]:
    return np.asarray(np.maximum(0, linear[..., 0] - linear[..., 1] - linear[..., 2]) * 320)


def _chromaticity(linear: NDArray[float64]) -> NDArray[float64]:
    """[H, W, 2]: u', v'; black, which has none, is taken for white's."""
    x, y, z = np.moveaxis(linear @ TO_XYZ.T, -1, 0)
    total = x + 15 * y + 3 * z
    white = (0.1978, 0.4683)
    lit = total > 1e-9
    safe = np.where(lit, total, 1.0)
    u, v = np.where(lit, 4 * x / safe, white[0]), np.where(lit, 9 * y / safe, white[1])
    return np.stack([u, v], -1)


def _worst(mask: Mask, scale: float) -> float:
    """The largest share of any field of ten degrees that the mask fills.

    The field lies anywhere on the screen; where it is larger than the picture, what surrounds the
    picture does not flash.
    """
    width, height = (max(1, ceil(side / scale)) for side in FIELD)
    wide, high = min(width, mask.shape[1]), min(height, mask.shape[0])
    sums = np.zeros((mask.shape[0] + 1, mask.shape[1] + 1))
    sums[1:, 1:] = mask.cumsum(0).cumsum(1)
    inside = sums[high:, wide:] - sums[:-high, wide:] - sums[high:, :-wide] + sums[:-high, :-wide]
    return float(inside.max() / (width * height))
