"""Smooth random fields and the directions brush strokes follow."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from generation.sandbox.oklab import Floats

GRID = 64
"""Cells a side of a field of directions."""


def smooth_noise(rng: np.random.Generator, cells: int, side: int) -> Floats:
    """A smooth field [side, side] in about [-1, 1] with `cells` bumps across."""
    coarse = rng.uniform(-1, 1, (cells + 2, cells + 2)).astype(np.float32)
    wide = Image.fromarray(coarse).resize((side, side), Image.Resampling.BICUBIC)
    return np.asarray(wide)


def grained_noise(rng: np.random.Generator, side: int, size: float) -> Floats:
    """Even noise [side, side] of deviation 1 whose grains are about `size` pixels wide."""
    cells = max(2, round(side / size))
    coarse = rng.standard_normal((cells, cells)).astype(np.float32)
    return np.asarray(Image.fromarray(coarse).resize((side, side), Image.Resampling.BICUBIC))


def directions(runs: Image.Image, turbulence: float, rng: np.random.Generator) -> Floats:
    """Angles [GRID, GRID] in radians: along the scene's forms, with `turbulence` in swirls."""
    small = runs.resize((GRID, GRID), Image.Resampling.NEAREST)
    angle = np.asarray(small, dtype=np.float32) / 255 * np.pi
    along = [np.cos(2 * angle), np.sin(2 * angle)]
    smoothed = [
        np.asarray(
            Image.fromarray(one)
            .resize((16, 16), Image.Resampling.BOX)
            .resize((GRID, GRID), Image.Resampling.BICUBIC)
        )
        for one in along
    ]
    formed = 0.5 * np.arctan2(smoothed[1], smoothed[0])
    swirl = _swirls(rng)
    share = np.float32(turbulence)
    blend_x = (1 - share) * np.cos(2 * formed) + share * np.cos(2 * swirl)
    blend_y = (1 - share) * np.sin(2 * formed) + share * np.sin(2 * swirl)
    field: Floats = (0.5 * np.arctan2(blend_y, blend_x)).astype(np.float32)
    return field


def _swirls(rng: np.random.Generator) -> Floats:
    """Directions along the level lines of a smooth field: closed eddies."""
    stream = smooth_noise(rng, 3, GRID)
    down, across = np.gradient(stream)
    angle: Floats = np.arctan2(-across, down).astype(np.float32)
    return angle


def at(field: NDArray[np.float32], places: NDArray[np.float64]) -> NDArray[np.float32]:
    """Values of a field [S, S, ...] at `places` [N, 2] of the unit square (nearest cell)."""
    side = field.shape[0]
    cell = np.clip((places * side).astype(int), 0, side - 1)
    values: NDArray[np.float32] = field[cell[:, 1], cell[:, 0]]
    return values
