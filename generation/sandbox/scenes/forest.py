"""A forest: trunks in rows, a path into the light between them."""

import numpy as np

from generation.sandbox.light import Light, mix
from generation.sandbox.outlines import Outline, band, blob, box, curve, polygon
from generation.sandbox.scenes.elements import fir, orb
from generation.sandbox.sheet import Sheet


def forest(sheet: Sheet, light: Light, rng: np.random.Generator) -> None:
    """Lay it out."""
    ground = rng.uniform(0.6, 0.68)
    far = mix(light.on((0.62, 0.74, 0.50)), light.sky_low, 0.55)
    sheet.lay(box(-0.01, -0.01, 1.01, 1.01), mix(light.sky_top, far, 0.35), light.sky_low, run=1.57)
    orb(sheet, light, rng, ground * 0.8)
    for _ in range(11):
        fir(
            sheet,
            light,
            rng,
            rng.uniform(-0.02, 1.02),
            ground + 0.02,
            rng.uniform(0.24, 0.42),
            0.62,
        )
    moss = (0.42, 0.52, 0.24)
    sheet.lay(box(-0.01, ground, 1.01, 1.01), light.on(moss, 0.3), light.under(moss))
    _path(sheet, light, rng, ground)
    _trunks(sheet, light, rng, ground)


def _path(sheet: Sheet, light: Light, rng: np.random.Generator, ground: float) -> None:
    end, start = rng.uniform(0.4, 0.6), rng.uniform(0.35, 0.65)
    bend = rng.uniform(-0.14, 0.14)
    line = curve(np.array([[end, ground], [end + bend, ground + 0.12], [start, 1.02]]))
    earth = (0.80, 0.66, 0.46)
    sheet.lay(band(line, 0.03, 0.36), light.on(earth, 0.25), light.under(earth), run=1.57)


def _trunks(sheet: Sheet, light: Light, rng: np.random.Generator, ground: float) -> None:
    spots = [
        x for x in np.linspace(-0.02, 1.02, 9) + rng.uniform(-0.04, 0.04, 9) if abs(x - 0.5) > 0.1
    ]
    nearness = rng.uniform(0.1, 1, len(spots))
    for near, x in sorted(zip(nearness.tolist(), map(float, spots), strict=True)):
        bark, depth = (0.46, 0.33, 0.25), 0.42 * (1 - near)
        foot, wide = ground + 0.03 + 0.27 * near, 0.026 + 0.05 * near
        toward = wide * (0.18 if light.side > x else -0.18)
        sheet.lay(_trunk(x, foot, wide), light.under(bark, depth), run=1.57)
        sheet.lay(_trunk(x + toward, foot, wide * 0.5), light.on(bark, depth), run=1.57, part=True)
        _leaves(sheet, light, rng, x, near)


def _trunk(x: float, foot: float, wide: float) -> Outline:
    half = wide / 2
    return polygon(
        (x - half * 0.7, -0.01),
        (x + half * 0.7, -0.01),
        (x + half, foot - 0.05),
        (x + half * 1.6, foot),
        (x - half * 1.6, foot),
        (x - half, foot - 0.05),
    )


def _leaves(sheet: Sheet, light: Light, rng: np.random.Generator, x: float, near: float) -> None:
    leaf = (0.34 + rng.uniform(-0.06, 0.2), 0.52, 0.20)
    for step in range(4):
        shape = blob(rng, x + rng.uniform(-0.11, 0.11), rng.uniform(-0.02, 0.17), 0.1, 0.075, 0.22)
        colour = mix(
            light.under(leaf, 0.3 * (1 - near)), light.on(leaf, 0.3 * (1 - near)), rng.random()
        )
        sheet.lay(shape, colour, run=0.6, part=step > 0)
