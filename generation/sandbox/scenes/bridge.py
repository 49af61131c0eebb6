"""A bridge: stone arches over a river."""

import numpy as np

from generation.sandbox.light import Light, mix
from generation.sandbox.outlines import Outline, blob, box, curve, moved, oval
from generation.sandbox.scenes.elements import hills, house, sky, tree, water
from generation.sandbox.sheet import Sheet


def bridge(sheet: Sheet, light: Light, rng: np.random.Generator) -> None:
    """Lay it out."""
    level = rng.uniform(0.56, 0.62)
    sky(sheet, light, rng, level - 0.06)
    hills(sheet, light, rng, level - 0.12, 0.09, 0.5, (0.40, 0.48, 0.44))
    hills(sheet, light, rng, level - 0.02, 0.04, 0.2, (0.40, 0.52, 0.28))
    x = rng.uniform(0.06, 0.7)
    for step in range(int(rng.integers(1, 4))):
        house(sheet, light, rng, x + 0.1 * step, level - 0.06, 0.085, 0.08, 0.25)
    water(sheet, light, rng, level)
    arches, rise = int(rng.integers(2, 5)), rng.uniform(0.05, 0.14)
    _mirror(sheet, light, level)
    _arches(sheet, light, arches, level, rise)
    _banks(sheet, light, rng, level)


def _road(level: float, rise: float) -> Outline:
    across = np.linspace(-0.02, 1.02, 40)
    return np.stack([across, level - 0.13 - rise * np.sin(np.pi * np.clip(across, 0, 1))], axis=1)


def _arches(sheet: Sheet, light: Light, arches: int, level: float, rise: float) -> None:
    stone = (0.80, 0.70, 0.58)
    top = _road(level, rise)
    wall = np.concatenate([top, [[1.02, level + 0.05], [-0.02, level + 0.05]]])
    sheet.lay(wall, light.on(stone), light.under(stone))
    rail = np.concatenate([top, moved(top, 0, 0.03)[::-1]])
    sheet.lay(rail, mix(light.on(stone), light.glow, 0.25), run=0.0)
    wide = 0.92 / arches
    beyond = mix(light.on((0.50, 0.66, 0.74)), light.sky_low, 0.6)
    for step in range(arches):
        x = 0.04 + wide * (step + 0.5)
        high = 0.06 + rise * np.sin(np.pi * x) + 0.02
        _opening(sheet, x + 0.012, level, wide * 0.41, high + 0.012, light.under((0.5, 0.42, 0.38)))
        _opening(sheet, x - 0.006, level, wide * 0.38, high, beyond)


def _opening(
    sheet: Sheet,
    x: float,
    level: float,
    wide: float,
    high: float,
    colour: tuple[float, float, float],
) -> None:
    turn = np.linspace(np.pi, 2 * np.pi, 24)
    arch = np.stack([x + wide * np.cos(turn), level + high * np.sin(turn)], axis=1)
    sheet.lay(
        np.concatenate([arch, [[x + wide, level + 0.052], [x - wide, level + 0.052]]]), colour
    )


def _mirror(sheet: Sheet, light: Light, level: float) -> None:
    """The bridge in the water, broken by ripples."""
    stone = mix(light.under((0.80, 0.70, 0.58)), light.on((0.12, 0.34, 0.46)), 0.45)
    for step in range(9):
        y = level + 0.06 + 0.022 * step
        for x in np.linspace(0.06, 0.94, 6).tolist():
            sheet.lay(
                oval(x + 0.03 * (step % 3), y, 0.085 - 0.005 * step, 0.006, 14), stone, part=True
            )


def _banks(sheet: Sheet, light: Light, rng: np.random.Generator, level: float) -> None:
    grass = (0.40, 0.52, 0.24)
    for side in (0.0, 1.0):
        edge = np.array(
            [
                [-0.05, level - 0.06],
                [0.12, level - 0.02],
                [0.17, level + 0.1],
                [0.1, level + 0.22],
                [-0.05, level + 0.36],
            ]
        )
        bank = curve(edge)
        bank[:, 0] = np.abs(side - bank[:, 0]) if side else bank[:, 0]
        sheet.lay(bank, light.on(grass), light.under(grass), run=0.5)
        for _ in range(3):
            at = rng.uniform(0.0, 0.1)
            shape = blob(rng, abs(side - at), level + rng.uniform(0.0, 0.16), 0.055, 0.04, 0.2)
            sheet.lay(shape, light.on((0.5, 0.6, 0.3)), light.under(grass), run=0.5)
    tree(sheet, light, rng, float(rng.choice([0.07, 0.93])), level + 0.05, rng.uniform(0.42, 0.52))
    sheet.lay(box(-0.01, 1.0, 1.01, 1.01), light.under(grass), part=True)
