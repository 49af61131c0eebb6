"""A harbour: boats at anchor before a quay with houses."""

import numpy as np

from generation.sandbox.light import Light, Rgb, mix
from generation.sandbox.outlines import box, oval
from generation.sandbox.scenes.elements import hills, house, ship, sky, water
from generation.sandbox.sheet import Sheet

_HULLS: tuple[Rgb, ...] = (
    (0.70, 0.22, 0.18),
    (0.18, 0.34, 0.52),
    (0.22, 0.42, 0.36),
    (0.55, 0.36, 0.22),
)
_SAILS: tuple[Rgb, ...] = ((0.97, 0.94, 0.86), (0.88, 0.56, 0.32), (0.95, 0.84, 0.60))


def harbour(sheet: Sheet, light: Light, rng: np.random.Generator) -> None:
    """Lay it out."""
    horizon = rng.uniform(0.46, 0.54)
    sky(sheet, light, rng, horizon)
    hills(sheet, light, rng, horizon - 0.04, 0.07, 0.5, (0.36, 0.46, 0.40))
    water(sheet, light, rng, horizon)
    _quay(sheet, light, rng, horizon)
    count = int(rng.integers(2, 5))
    places = np.linspace(0.16, 0.84, count) + rng.uniform(-0.06, 0.06, count)
    sizes = np.sort(rng.uniform(0.13, 0.3, count))
    for x, size in zip(rng.permutation(places).tolist(), sizes.tolist(), strict=True):
        _boat(sheet, light, rng, x, horizon + 0.06 + size * 1.1, size)


def _quay(sheet: Sheet, light: Light, rng: np.random.Generator, horizon: float) -> None:
    left = bool(rng.random() < 0.5)
    count = int(rng.integers(3, 5))
    wide = rng.uniform(0.1, 0.13)
    start = -0.02 if left else 1.02 - count * wide
    stone = (0.62, 0.58, 0.54)
    for step in range(count):
        x = start + step * wide
        house(sheet, light, rng, x, horizon + 0.01, wide * 0.95, rng.uniform(0.1, 0.18), 0.12)
    end = start + count * wide
    sheet.lay(
        box(start - 0.02, horizon, end + 0.04, horizon + 0.035), light.on(stone), light.under(stone)
    )


def _boat(
    sheet: Sheet, light: Light, rng: np.random.Generator, x: float, y: float, size: float
) -> None:
    hull, sail = _HULLS[int(rng.integers(4))], _SAILS[int(rng.integers(3))]
    shade = mix(light.under(hull), light.sky_top, 0.25)
    for step in range(4):
        wide = size * (0.5 - 0.09 * step)
        sheet.lay(oval(x, y + size * (0.18 + 0.1 * step), wide, 0.012, 16), shade, part=step > 0)
    ship(sheet, light, x, y, size, hull, sail)
