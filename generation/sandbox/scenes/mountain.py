"""A mountain: a snowy peak above a lake with firs."""

import numpy as np

from generation.sandbox.light import Light, mix
from generation.sandbox.outlines import Outline, polygon
from generation.sandbox.scenes.elements import fir, hills, sky, water
from generation.sandbox.sheet import Sheet


def mountain(sheet: Sheet, light: Light, rng: np.random.Generator) -> None:
    """Lay it out."""
    shore = rng.uniform(0.64, 0.72)
    sky(sheet, light, rng, shore - 0.05)
    hills(sheet, light, rng, shore - 0.16, 0.1, 0.62, (0.48, 0.52, 0.62), 0.5)
    x = rng.uniform(0.36, 0.64)
    second = x + (0.3 if x < 0.5 else -0.3) + rng.uniform(-0.05, 0.05)
    _peak(sheet, light, rng, second, rng.uniform(0.32, 0.4), shore, 0.3, 0.3)
    _peak(sheet, light, rng, x, rng.uniform(0.13, 0.22), shore, 0.44, 0.15)
    hills(sheet, light, rng, shore - 0.04, 0.04, 0.15, (0.28, 0.40, 0.26))
    water(sheet, light, rng, shore)
    side = rng.choice([0.0, 1.0])
    for _ in range(int(rng.integers(5, 9))):
        at = abs(side - rng.uniform(-0.02, 0.3))
        fir(sheet, light, rng, at, rng.uniform(shore + 0.02, 0.97), rng.uniform(0.2, 0.36))


def _peak(
    sheet: Sheet,
    light: Light,
    rng: np.random.Generator,
    x: float,
    top: float,
    foot: float,
    wide: float,
    depth: float,
) -> None:
    """A mountain with a lit side, a shaded side, and snow on both."""
    rock, snow = (0.52, 0.47, 0.50), (0.97, 0.97, 0.98)
    left, right = _edge(rng, x, top, x - wide, foot), _edge(rng, x, top, x + wide, foot)
    spine = _edge(rng, x, top, x + rng.uniform(-0.08, 0.08), foot)
    lit, dark = (right, left) if light.side > x else (left, right)
    run = 1.0 if light.side > x else 2.1
    sheet.lay(
        _between(dark, spine),
        light.under(rock, depth),
        light.under(rock, depth + 0.2),
        run=np.pi - run,
    )
    sheet.lay(_between(lit, spine), light.on(rock, depth), light.on(rock, depth + 0.2), run=run)
    cap = int(rng.integers(5, 8))
    for side, colour in (
        (dark, mix(light.under(snow), light.on(snow, depth), 0.4)),
        (lit, light.on(snow, depth * 0.4)),
    ):
        sheet.lay(_snow(rng, side[:cap], spine[:cap]), colour, run=run)


def _edge(rng: np.random.Generator, x: float, top: float, end: float, foot: float) -> Outline:
    down = np.linspace(0, 1, 13)
    across = x + (end - x) * down**1.1 + rng.uniform(-0.018, 0.018, 13) * (down > 0)
    return np.stack([across, top + (foot - top) * down], axis=1)


def _between(side: Outline, spine: Outline) -> Outline:
    return np.concatenate([side, spine[::-1]])


def _snow(rng: np.random.Generator, side: Outline, spine: Outline) -> Outline:
    """The upper part of a flank, with a ragged lower edge."""
    shares = np.linspace(0, 1, 7)[:, None]
    low = side[-1] * (1 - shares) + spine[-1] * shares
    low[1:-1:2, 1] += rng.uniform(0.03, 0.07, 3)
    return np.concatenate([side, low, spine[::-1]]) if len(side) > 1 else polygon((0, 0))
