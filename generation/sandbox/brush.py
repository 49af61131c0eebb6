"""Strokes and dots: places, shapes and colours of single touches of the brush."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from generation.sandbox.fields import at
from generation.sandbox.oklab import Floats
from generation.sandbox.sheet import SIDE
from generation.sandbox.style import Style

Places = NDArray[np.float64]

_SHOWN = 256
"""Lengths of strokes are meant at this side."""


@dataclass(frozen=True)
class Touches:
    """Shapes [N, corners, 2] in the unit square, their colours [N, 3] in 0..255 and heights [N]."""

    shapes: Places
    colours: NDArray[np.int64]
    heights: NDArray[np.int64]


def width_of(style: Style) -> float:
    """The brush's width in the unit square."""
    return (3 + 13 * style.stroke_width) / _SHOWN


def length_of(style: Style) -> float:
    """A stroke's length in the unit square."""
    return (6 + 50 * style.stroke_length) / _SHOWN


def strokes(
    image: Image.Image, angles: Floats, style: Style, rng: np.random.Generator, fine: float = 1.0
) -> Touches:
    """Strokes along `angles` that cover the picture about one and a half times.

    With `fine` below 1 they are smaller by that factor and lie only where the picture has detail.
    """
    wide = max(width_of(style) * fine, 3 / _SHOWN)
    long = max(length_of(style) * fine**2, wide * 1.3)
    places = _scattered(rng, wide * 0.95, long * 0.62)
    if fine < 1:
        places = places[at(_detail(image), places) > _BUSY]
    middle = at(angles, places) + rng.normal(0, 0.12, len(places))
    half = long / 2 * rng.uniform(0.75, 1.2, len(places))
    spine = _spines(places, middle, half, angles)
    shapes = _ribbons(spine, wide * rng.uniform(0.75, 1.2, len(places)) / 2)
    return Touches(shapes, _colours(image, places, style, rng), rng.integers(60, 256, len(places)))


def dots(image: Image.Image, style: Style, rng: np.random.Generator) -> Touches:
    """Round touches side by side."""
    wide = width_of(style)
    places = _scattered(rng, wide * 0.86, wide * 0.86)
    turn = np.linspace(0, 2 * np.pi, 10, endpoint=False)
    ring = np.stack([np.cos(turn), np.sin(turn)], axis=1)
    radius = wide / 2 * rng.uniform(0.8, 1.12, len(places))
    shapes = places[:, None, :] + ring[None] * radius[:, None, None]
    return Touches(shapes, _colours(image, places, style, rng), rng.integers(60, 256, len(places)))


def apply(image: Image.Image, touches: Touches, opacity: float, heights: Image.Image) -> None:
    """Paint the touches on `image` (RGB), and their thickness on `heights` (L)."""
    pen, thick = ImageDraw.Draw(image, "RGBA"), ImageDraw.Draw(heights)
    alpha = round(255 * min(1.0, 0.25 + 0.75 * opacity))
    corners = (touches.shapes * SIDE).reshape(len(touches.shapes), -1).tolist()
    fills = [(*colour, alpha) for colour in touches.colours.tolist()]
    for shape, fill, high in zip(corners, fills, touches.heights.tolist(), strict=True):
        pen.polygon(shape, fill=fill)
        thick.polygon(shape, fill=high)


_BUSY = 7.0


def _detail(image: Image.Image) -> Floats:
    """How much the picture changes within each cell of a 64 × 64 grid, in levels of 255."""
    small = np.asarray(image.convert("L").reduce(4), dtype=np.float32)
    step = np.abs(np.diff(small, axis=0, append=small[-1:]))
    step = np.maximum(step, np.abs(np.diff(small, axis=1, append=small[:, -1:])))
    return np.asarray(Image.fromarray(step).resize((64, 64), Image.Resampling.BOX))


def _scattered(rng: np.random.Generator, across: float, along: float) -> Places:
    """Places on a jittered grid, in random order, one for each across × along of the picture."""
    step = float(np.sqrt(across * along))
    lines = np.arange(-step / 2, 1 + step, step)
    grid = np.stack(np.meshgrid(lines, lines), axis=-1).reshape(-1, 2)
    places: Places = rng.permutation(grid + rng.uniform(-0.42, 0.42, grid.shape) * step)
    return places


def _spines(places: Places, middle: Places, half: Places, angles: Floats) -> Places:
    """Five points [N, 5, 2] of each stroke: it follows the field to both sides."""
    ahead = np.stack([np.cos(middle), np.sin(middle)], axis=1)
    points = [places]
    for way in (-1.0, 1.0):
        place, heading = places, ahead * way
        for _ in range(2):
            place = place + heading * (half / 2)[:, None]
            points.append(place)
            heading = _aligned(at(angles, place), heading)
    order = (2, 1, 0, 3, 4)
    return np.stack([points[one] for one in order], axis=1)


def _aligned(angle: Floats, heading: Places) -> Places:
    """The field's direction, signed so that a stroke goes on the way it went."""
    ahead = np.stack([np.cos(angle), np.sin(angle)], axis=1).astype(np.float64)
    sign = np.where((ahead * heading).sum(axis=1, keepdims=True) < 0, -1.0, 1.0)
    mixed = ahead * sign * 0.6 + heading * 0.4
    unit: Places = mixed / (np.linalg.norm(mixed, axis=1, keepdims=True) + 1e-9)
    return unit


_PROFILE = np.array([0.55, 0.95, 1.0, 0.95, 0.55])


def _ribbons(spine: Places, half: Places) -> Places:
    ahead = np.gradient(spine, axis=1)
    across = np.stack([-ahead[..., 1], ahead[..., 0]], axis=-1)
    across /= np.linalg.norm(across, axis=-1, keepdims=True) + 1e-9
    side = across * (half[:, None] * _PROFILE)[..., None]
    return np.concatenate([spine + side, (spine - side)[:, ::-1]], axis=1)


def _colours(
    image: Image.Image, places: Places, style: Style, rng: np.random.Generator
) -> NDArray[np.int64]:
    """The picture's colour below each touch, broken: lighter or darker, warmer or colder."""
    seen = at(np.asarray(image, dtype=np.float32), places)
    tone = rng.normal(0, 1, (len(places), 1)) * 20 * style.broken
    hue = rng.normal(0, 1, (len(places), 3)) * 19 * style.broken
    broken: NDArray[np.int64] = np.clip(seen + tone + hue + 0.5, 0, 255).astype(np.int64)
    return broken
