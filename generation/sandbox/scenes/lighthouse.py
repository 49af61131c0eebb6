"""A lighthouse: a banded tower on rocks above the sea."""

import numpy as np

from generation.sandbox.light import Light, Rgb, mix
from generation.sandbox.outlines import Outline, blob, box, curve, polygon
from generation.sandbox.scenes.elements import hills, house, ship, sky, water
from generation.sandbox.sheet import Sheet

_BANDS: tuple[Rgb, ...] = ((0.78, 0.20, 0.18), (0.16, 0.28, 0.46), (0.24, 0.24, 0.26))


def lighthouse(sheet: Sheet, light: Light, rng: np.random.Generator) -> None:
    """Lay it out."""
    horizon = rng.uniform(0.56, 0.63)
    sky(sheet, light, rng, horizon)
    hills(sheet, light, rng, horizon - 0.01, 0.025, 0.6, (0.42, 0.48, 0.50))
    water(sheet, light, rng, horizon)
    x = rng.uniform(0.26, 0.36) if light.side > 0.5 else rng.uniform(0.64, 0.74)
    other = 1 - x + rng.uniform(-0.08, 0.08)
    ship(
        sheet,
        light,
        other,
        horizon + 0.05,
        rng.uniform(0.07, 0.11),
        (0.4, 0.26, 0.2),
        (0.96, 0.93, 0.86),
    )
    foot = horizon - rng.uniform(0.0, 0.04)
    if light.night or light.height < 0.2:
        _beams(sheet, light, x, foot - 0.41)
    _cliff(sheet, light, rng, x, foot)
    house(sheet, light, rng, x + (0.09 if x < 0.5 else -0.19), foot + 0.03, 0.1, 0.06)
    _tower(sheet, light, rng, x, foot + 0.02)
    _rocks(sheet, light, rng, x, horizon)


def _beams(sheet: Sheet, light: Light, x: float, y: float) -> None:
    ray = mix(light.sky_top, (1.0, 0.88, 0.55), 0.34)
    for side in (-1, 1):
        beam = polygon((x, y), (x + side * 1.1, y - 0.06), (x + side * 1.1, y + 0.1))
        sheet.lay(beam, ray)


def _cliff(sheet: Sheet, light: Light, rng: np.random.Generator, x: float, foot: float) -> None:
    rock, grass = (0.56, 0.48, 0.44), (0.48, 0.56, 0.30)
    away = 1.0 if x < 0.5 else -1.0
    base = np.array(
        [
            [x - away * 0.5, 1.02],
            [x - away * 0.5, foot - 0.02],
            [x, foot],
            [x + away * 0.2, foot + 0.03],
            [x + away * 0.27, foot + 0.13],
            [x + away * 0.24, foot + 0.2],
            [x + away * 0.36, 1.02],
        ]
    )
    base[3:-1] += rng.uniform(-0.02, 0.02, (3, 2))
    sheet.lay(base, light.on(rock), light.under(rock), run=1.4)
    shadow = polygon(
        (x, foot + 0.1),
        (x + away * 0.12, foot + 0.16),
        (x + away * 0.16, 1.02),
        (x - away * 0.06, 1.02),
    )
    sheet.lay(shadow, light.under(rock), part=True, run=1.4)
    turf = curve(
        np.array(
            [
                [x - away * 0.5, foot - 0.03],
                [x, foot - 0.005],
                [x + away * 0.22, foot + 0.03],
                [x + away * 0.1, foot + 0.09],
                [x - away * 0.5, foot + 0.14],
            ]
        )
    )
    sheet.lay(turf, light.on(grass), light.under(grass), run=0.1)


def _tower(sheet: Sheet, light: Light, rng: np.random.Generator, x: float, foot: float) -> None:
    stripe, white = _BANDS[int(rng.integers(3))], (0.96, 0.94, 0.90)
    high, rows = 0.38, 5
    for row in range(rows):
        low, top = row / rows, (row + 1) / rows
        colour = stripe if row % 2 else white
        sheet.lay(_slice(x, foot, high, low, top, -1, 1), light.on(colour), run=1.57)
        away = (-1, -0.1) if light.side > x else (0.1, 1)
        sheet.lay(_slice(x, foot, high, low, top, *away), light.under(colour), part=True, run=1.57)
    top_y = foot - high
    sheet.lay(box(x - 0.055, top_y - 0.012, x + 0.055, top_y + 0.008), light.shade)
    sheet.lay(
        box(x - 0.027, top_y - 0.06, x + 0.027, top_y - 0.01),
        light.windows() if light.height < 0.2 or light.night else light.on((0.96, 0.92, 0.7)),
    )
    sheet.lay(
        polygon((x - 0.04, top_y - 0.058), (x, top_y - 0.105), (x + 0.04, top_y - 0.058)),
        light.on(stripe),
        light.under(stripe),
    )


def _slice(
    x: float, foot: float, high: float, low: float, top: float, left: float, right: float
) -> Outline:
    wide_low, wide_top = 0.06 - 0.024 * low, 0.06 - 0.024 * top
    return polygon(
        (x + left * wide_low, foot - high * low),
        (x + right * wide_low, foot - high * low),
        (x + right * wide_top, foot - high * top),
        (x + left * wide_top, foot - high * top),
    )


def _rocks(sheet: Sheet, light: Light, rng: np.random.Generator, x: float, horizon: float) -> None:
    rock, foam = (0.44, 0.40, 0.42), light.on((0.95, 0.97, 0.97))
    away = 1 if x < 0.5 else -1
    for _ in range(5):
        at = x + away * rng.uniform(0.28, 0.5)
        y, size = rng.uniform(horizon + 0.22, 0.98), rng.uniform(0.03, 0.06)
        sheet.lay(
            blob(rng, at, y + size * 0.5, size * 1.5, size * 0.35, 0.2),
            mix(foam, light.sky_low, 0.2),
        )
        sheet.lay(
            blob(rng, at, y, size, size * 0.7, 0.2), light.on(rock), light.under(rock), run=0.8
        )
