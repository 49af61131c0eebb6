"""Oklab, a perceptual colour space (B. Ottosson 2020), from and to sRGB in [0, 1]."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_TO_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    dtype=np.float32,
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ],
    dtype=np.float32,
)
_FROM_LAB = np.linalg.inv(_TO_LAB.astype(np.float64)).astype(np.float32)
_FROM_CONES = np.linalg.inv(_TO_CONES.astype(np.float64)).astype(np.float32)


def to_oklab(rgb: Floats) -> Floats:
    """sRGB [..., 3] as Oklab [..., 3]: lightness in [0, 1], a and b about in [-0.35, 0.35]."""
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((np.maximum(rgb, 0) + 0.055) / 1.055) ** 2.4)
    cones = np.cbrt(linear.astype(np.float32) @ _TO_CONES.T)
    lab: Floats = cones @ _TO_LAB.T
    return lab


def from_oklab(lab: Floats) -> Floats:
    """Oklab [..., 3] as sRGB [..., 3], clipped to [0, 1]."""
    linear = np.clip((lab @ _FROM_LAB.T) ** 3 @ _FROM_CONES.T, 0, 1)
    rgb = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    clipped: Floats = np.clip(rgb, 0, 1).astype(np.float32)
    return clipped
