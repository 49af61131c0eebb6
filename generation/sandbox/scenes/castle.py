"""A castle: towers on a hill, a road that winds up to them."""

import numpy as np

from generation.sandbox.light import Light, Rgb
from generation.sandbox.outlines import band, box, curve, polygon
from generation.sandbox.scenes.elements import fir, hills, sky
from generation.sandbox.sheet import Sheet

_STONE: Rgb = (0.78, 0.72, 0.66)


def castle(sheet: Sheet, light: Light, rng: np.random.Generator) -> None:
    """Lay it out."""
    sky(sheet, light, rng, 0.62)
    hills(sheet, light, rng, 0.58, 0.12, 0.58, (0.44, 0.46, 0.56), 0.4)
    hills(sheet, light, rng, 0.66, 0.06, 0.35, (0.38, 0.48, 0.34))
    x, top = rng.uniform(0.38, 0.62), rng.uniform(0.5, 0.56)
    _hill(sheet, light, x, top)
    _keep(sheet, light, rng, x, top)
    _road(sheet, light, rng, x, top)
    hills(sheet, light, rng, 0.9, 0.04, 0.0, (0.34, 0.46, 0.22))
    for _ in range(int(rng.integers(4, 8))):
        at = rng.uniform(0, 0.26) if rng.random() < 0.5 else rng.uniform(0.74, 1)
        fir(sheet, light, rng, at, rng.uniform(0.86, 0.98), rng.uniform(0.14, 0.24))


def _hill(sheet: Sheet, light: Light, x: float, top: float) -> None:
    grass = (0.44, 0.54, 0.28)
    line = curve(
        np.array(
            [
                [-0.1, 0.86],
                [x - 0.33, top + 0.16],
                [x - 0.22, top],
                [x + 0.22, top],
                [x + 0.33, top + 0.16],
                [1.1, 0.86],
            ]
        )
    )
    sheet.lay(
        np.concatenate([line, [[1.1, 1.05], [-0.1, 1.05]]]),
        light.on(grass, 0.1),
        light.under(grass),
        run=0.4,
    )


def _road(sheet: Sheet, light: Light, rng: np.random.Generator, x: float, top: float) -> None:
    way = float(rng.choice([-1, 1]))
    line = curve(
        np.array(
            [
                [x, top + 0.01],
                [x + way * 0.1, top + 0.1],
                [x - way * 0.12, top + 0.2],
                [x + way * 0.16, 0.95],
            ]
        )
    )
    sheet.lay(
        band(line, 0.025, 0.13),
        light.on((0.86, 0.76, 0.58)),
        light.under((0.86, 0.76, 0.58)),
        run=1.2,
    )


def _keep(sheet: Sheet, light: Light, rng: np.random.Generator, x: float, top: float) -> None:
    roof: Rgb = ((0.62, 0.26, 0.22), (0.26, 0.36, 0.50), (0.40, 0.34, 0.44))[int(rng.integers(3))]
    _tower(sheet, light, x + 0.06, top - 0.05, 0.1, rng.uniform(0.24, 0.3), roof)
    sheet.lay(
        box(x - 0.19, top - 0.14, x + 0.19, top + 0.03),
        light.on(_STONE),
        light.under(_STONE),
        run=1.57,
    )
    for notch in np.linspace(-0.18, 0.16, 8).tolist():
        sheet.lay(
            box(x + notch, top - 0.165, x + notch + 0.024, top - 0.138), light.on(_STONE), part=True
        )
    _tower(sheet, light, x - 0.18, top + 0.03, 0.085, rng.uniform(0.24, 0.3), roof)
    _tower(sheet, light, x + 0.19, top + 0.03, 0.095, rng.uniform(0.26, 0.34), roof)
    _tower(sheet, light, x - 0.07, top + 0.03, 0.075, rng.uniform(0.3, 0.38), roof)
    gate = polygon(
        (x + 0.01, top + 0.03),
        (x + 0.01, top - 0.05),
        (x + 0.045, top - 0.085),
        (x + 0.08, top - 0.05),
        (x + 0.08, top + 0.03),
    )
    sheet.lay(gate, light.under((0.3, 0.22, 0.18)), run=1.57)


def _tower(
    sheet: Sheet, light: Light, x: float, foot: float, wide: float, high: float, roof: Rgb
) -> None:
    half, top = wide / 2, foot - high
    away = -1 if light.side > x else 1
    sheet.lay(box(x - half, top, x + half, foot), light.on(_STONE), run=1.57)
    edges = sorted((x + away * half, x + away * half * 0.15))
    sheet.lay(box(edges[0], top, edges[1], foot), light.under(_STONE), part=True, run=1.57)
    cone = polygon((x - half * 1.3, top), (x, top - wide * 1.3), (x + half * 1.3, top))
    sheet.lay(cone, light.on(roof), light.under(roof), run=1.57)
    for down in (0.2, 0.5):
        sheet.lay(
            box(x - 0.012, top + high * down, x + 0.012, top + high * down + 0.04), light.windows()
        )
