"""What a simulated eye sees: visibility of a change, graininess of a picture.

A plain model, made for simulated raters only. It is deliberately none of the metrics that studies
put to the test (no LPIPS, no SSIM, no PSNR): a change of lightness counts for less where the
original is busy. Published as data about people it would be wrong; it is marked SIMULATED.
"""

import numpy as np
from numpy import float64, uint8
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

JUST_VISIBLE = 0.35
"""Pooled masked difference, in units of L*, that the average simulated rater calls 1.5 of 5."""


def lightness(picture: NDArray[uint8]) -> NDArray[float64]:
    """CIE L* (0 to 100) of an sRGB picture [H, W, 3]: the scale on which equal steps look equal."""
    value = picture.astype(float64) / 255
    linear = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    y: NDArray[float64] = linear @ np.array([0.2126, 0.7152, 0.0722])
    return np.where(y > 216 / 24389, 116 * np.cbrt(y) - 16, y * 24389 / 27)


def visibility(original: NDArray[uint8], altered: NDArray[uint8]) -> float:
    """How visible the change is, on a latent scale where 1 is unseen and 5 very plain.

    RMS difference of L*, each pixel divided by 1 + local contrast of the original / 4 (contrast
    masking), after a blur of 0.7 pixels for the optics of the eye; then logarithmic, as
    Weber and Fechner have it: one point for each factor of 1.9 above `JUST_VISIBLE`.
    """
    before, after = (gaussian_filter(lightness(p), 0.7) for p in (original, altered))
    mean = gaussian_filter(before, 4)
    contrast = np.sqrt(np.maximum(gaussian_filter(before**2, 4) - mean**2, 0))
    masked = (after - before) / (1 + contrast / 4)
    pooled = float(np.sqrt(np.mean(masked**2)))
    return float(np.clip(1.5 + np.log(max(pooled, 1e-6) / JUST_VISIBLE) / np.log(1.9), 0.5, 6))


def graininess(picture: NDArray[uint8]) -> float:
    """How grainy a picture looks, 1 (smooth) to 5: median high-pass difference of L*."""
    light = lightness(picture)
    rough = float(np.median(np.abs(light - gaussian_filter(light, 1))))
    return float(np.clip(1 + 1.3 * np.log2(1 + rough), 1, 5))


def grade(latent: float, points: int) -> int:
    """The nearest point of a scale from 1 to `points`."""
    return int(np.clip(round(latent), 1, points))
