"""Outlines of things: points [N, 2] in the picture's unit square, x to the right, y downwards."""

import numpy as np
from numpy.typing import NDArray

Outline = NDArray[np.float64]


def polygon(*corners: tuple[float, float]) -> Outline:
    """Straight sides between `corners`."""
    return np.array(corners, dtype=np.float64)


def box(left: float, top: float, right: float, bottom: float) -> Outline:
    """An upright rectangle."""
    return polygon((left, top), (right, top), (right, bottom), (left, bottom))


def oval(x: float, y: float, wide: float, high: float, points: int = 36) -> Outline:
    """An ellipse around (x, y) with half axes `wide` and `high`."""
    turn = np.linspace(0, 2 * np.pi, points, endpoint=False)
    return np.stack([x + wide * np.cos(turn), y + high * np.sin(turn)], axis=1)


def blob(
    rng: np.random.Generator, x: float, y: float, wide: float, high: float, rough: float = 0.15
) -> Outline:
    """An ellipse with a wavering edge: a bush, a cloud, a stone."""
    turn = np.linspace(0, 2 * np.pi, 32, endpoint=False)
    radius = np.ones(32)
    for wave in (2, 3, 5, 7):
        radius += (
            rough / np.sqrt(wave) * rng.uniform(0.3, 1) * np.cos(wave * turn + rng.uniform(0, 6.3))
        )
    return np.stack([x + wide * radius * np.cos(turn), y + high * radius * np.sin(turn)], axis=1)


def ridge(rng: np.random.Generator, base: float, height: float, rough: float) -> Outline:
    """Land below a wandering line near `base`, to the foot; `rough` 0 rolling, 1 craggy."""
    across = np.linspace(-0.02, 1.02, 65)
    line = np.zeros(65)
    for wave in (0.7, 1.3, 2.3, 4.1, 7.7, 13.0):
        line += (
            rng.uniform(0.5, 1)
            * np.sin(wave * 6.28 * across + rng.uniform(0, 6.3))
            * wave ** (rough - 1.7)
        )
    line = base - height * line / (np.abs(line).max() + 1e-9)
    return below(np.stack([across, line], axis=1))


def below(line: Outline) -> Outline:
    """The part of the picture below a line that runs from left to right."""
    return np.concatenate([line, [[1.02, 1.02], [-0.02, 1.02]]])


def moved(outline: Outline, right: float, down: float) -> Outline:
    """The same outline elsewhere."""
    elsewhere: Outline = outline + np.array([right, down])
    return elsewhere


def curve(corners: Outline, points: int = 40, *, closed: bool = False) -> Outline:
    """A smooth line through `corners` (Catmull-Rom)."""
    ends = (corners[-1:], corners[:2]) if closed else (corners[:1], corners[-1:])
    knots = np.concatenate([ends[0], corners, ends[1]])
    spans = len(knots) - 3
    place = np.linspace(0, spans, points, endpoint=not closed)
    at = np.minimum(place.astype(int), spans - 1)
    t = (place - at)[:, None]
    p0, p1, p2, p3 = (knots[at + step] for step in range(4))
    line: Outline = 0.5 * (
        2 * p1
        + (p2 - p0) * t
        + (2 * p0 - 5 * p1 + 4 * p2 - p3) * t**2
        + (3 * p1 - p0 - 3 * p2 + p3) * t**3
    )
    return line


def band(line: Outline, wide: float, wide_at_end: float | None = None) -> Outline:
    """A ribbon along `line`, `wide` across, tapering to `wide_at_end`."""
    last = wide if wide_at_end is None else wide_at_end
    ahead = np.gradient(line, axis=0)
    across = np.stack([-ahead[:, 1], ahead[:, 0]], axis=1)
    across /= np.linalg.norm(across, axis=1, keepdims=True) + 1e-9
    half = np.linspace(wide, last, len(line))[:, None] / 2
    return np.concatenate([line + across * half, (line - across * half)[::-1]])
