"""A painter's palette: how the colours a scene has become the colours a painter would use."""

from functools import cache

import numpy as np
from PIL import Image, ImageFilter

from generation.sandbox.oklab import Floats, from_oklab, to_oklab
from generation.sandbox.style import Style

_CORNERS = 17
"""Points on each side of the colour table; between them it is interpolated."""


def grade(image: Image.Image, style: Style) -> Image.Image:
    """`image` (RGB) in the colours of `style`."""
    return image.filter(_table(style))


def regrade(rgb: Floats, style: Style) -> Floats:
    """Colours sRGB [..., 3] after warmth, tint, saturation, contrast, key, turn and fauve."""
    lab = to_oklab(rgb)
    tone = 0.58 + (lab[..., 0] - 0.58) * (0.35 + 1.3 * style.contrast) + 0.5 * (style.key - 0.5)
    tone = np.clip(tone, 0.04, 0.98)
    a, b = _turned(lab[..., 1], lab[..., 2], np.pi * (style.turn - 0.5))
    strength = 2 * style.saturation
    a, b = a * strength, b * strength
    angle = np.deg2rad(-105 + 240 * np.clip((tone - 0.1) / 0.8, 0, 1))
    a = a + style.fauve * 0.15 * np.cos(angle) + 0.18 * (style.tint - 0.5)
    b = b + style.fauve * 0.15 * np.sin(angle) + 0.22 * (style.warmth - 0.5)
    return from_oklab(np.stack([tone, a, b], axis=-1).astype(np.float32))


def _turned(a: Floats, b: Floats, angle: float) -> tuple[Floats, Floats]:
    cosine, sine = np.float32(np.cos(angle)), np.float32(np.sin(angle))
    return a * cosine - b * sine, a * sine + b * cosine


@cache
def _table(style: Style) -> ImageFilter.Color3DLUT:
    steps = np.linspace(0, 1, _CORNERS, dtype=np.float32)
    blue, green, red = np.meshgrid(steps, steps, steps, indexing="ij")
    graded = regrade(np.stack([red, green, blue], axis=-1), style)
    return ImageFilter.Color3DLUT(_CORNERS, graded.reshape(-1).tolist())
