"""A still life: a vase, a bowl of fruit and fruits on a cloth."""

import numpy as np

from generation.sandbox.light import Light, Rgb, mix
from generation.sandbox.outlines import Outline, blob, box, curve, moved, oval, polygon
from generation.sandbox.sheet import Sheet

_FRUITS: tuple[Rgb, ...] = (
    (0.92, 0.52, 0.16),
    (0.80, 0.20, 0.16),
    (0.90, 0.78, 0.26),
    (0.56, 0.66, 0.24),
    (0.46, 0.20, 0.36),
)
_VASES: tuple[Rgb, ...] = (
    (0.22, 0.40, 0.58),
    (0.36, 0.56, 0.50),
    (0.86, 0.82, 0.74),
    (0.62, 0.30, 0.24),
)
_WALLS: tuple[Rgb, ...] = (
    (0.62, 0.60, 0.48),
    (0.50, 0.60, 0.66),
    (0.70, 0.52, 0.46),
    (0.46, 0.50, 0.42),
)


def still_life(sheet: Sheet, light: Light, rng: np.random.Generator) -> None:
    """Lay it out."""
    table = rng.uniform(0.58, 0.66)
    wall = _WALLS[int(rng.integers(4))]
    sheet.lay(
        box(-0.01, -0.01, 1.01, 1.01),
        mix(light.on(wall), light.sky_top, 0.3),
        light.on(wall),
        run=1.57,
    )
    _window(sheet, light, rng)
    wood = (0.60, 0.40, 0.26)
    sheet.lay(box(-0.01, table, 1.01, 1.01), light.on(wood), light.under(wood))
    _cloth(sheet, light, rng, table)
    left = rng.random() < 0.5
    _vase(
        sheet, light, rng, rng.uniform(0.28, 0.36) if left else rng.uniform(0.64, 0.72), table + 0.1
    )
    _bowl(
        sheet,
        light,
        rng,
        rng.uniform(0.62, 0.68) if left else rng.uniform(0.32, 0.38),
        table + 0.14,
    )
    for _ in range(int(rng.integers(2, 5))):
        _fruit(
            sheet,
            light,
            rng,
            rng.uniform(0.15, 0.85),
            rng.uniform(table + 0.2, 0.9),
            rng.uniform(0.05, 0.07),
        )


def _window(sheet: Sheet, light: Light, rng: np.random.Generator) -> None:
    """A window in the wall shows the hour."""
    left = 0.02 if light.side < 0.5 else 0.68
    top, wide = rng.uniform(0.04, 0.1), 0.3
    frame = light.under((0.5, 0.4, 0.32))
    sheet.lay(box(left, top, left + wide, top + 0.34), frame)
    sheet.lay(
        box(left + 0.025, top + 0.025, left + wide - 0.025, top + 0.315),
        light.sky_top,
        light.sky_low,
    )
    sheet.lay(
        oval(left + wide * 0.62, top + 0.12 + 0.1 * (1 - light.height), 0.03, 0.03), light.glow
    )
    sheet.lay(box(left + wide / 2 - 0.008, top, left + wide / 2 + 0.008, top + 0.34), frame)


def _cloth(sheet: Sheet, light: Light, rng: np.random.Generator, table: float) -> None:
    linen = (0.95, 0.92, 0.86)
    left, right = rng.uniform(0.02, 0.12), rng.uniform(0.84, 0.96)
    front = np.linspace(right, left - 0.02, 9)
    line = np.stack([front, 0.94 + rng.uniform(-0.05, 0.03, 9)], axis=1)
    shape = np.concatenate([[[left, table + 0.05], [right - 0.05, table + 0.03]], curve(line)])
    sheet.lay(shape, light.on(linen), light.under(linen), run=0.2)
    for x in rng.uniform(left + 0.05, right - 0.05, 3).tolist():
        fold = polygon((x, 0.78), (x + 0.03, 0.93), (x - 0.03, 0.93))
        sheet.lay(fold, mix(light.on(linen), light.under(linen), 0.45), run=1.57, part=True)


def _vase(sheet: Sheet, light: Light, rng: np.random.Generator, x: float, foot: float) -> None:
    colour = _VASES[int(rng.integers(4))]
    high, wide = rng.uniform(0.28, 0.36), rng.uniform(0.09, 0.12)
    _flowers(sheet, light, rng, x, foot - high)
    side = np.array([[0.45, -1], [0.38, -0.86], [0.95, -0.5], [0.9, -0.2], [0.5, 0]]) * (wide, high)
    line = curve(side)
    shape = moved(np.concatenate([line, (line * (-1, 1))[::-1]]), x, foot)
    _shadow(sheet, light, x, foot, wide)
    sheet.lay(shape, light.on(colour), light.under(colour), run=1.57)
    away = -1 if light.side > x else 1
    dark = moved(np.concatenate([line * (away, 1), (line * (away * 0.35, 1))[::-1]]), x, foot)
    sheet.lay(dark, light.under(colour), part=True, run=1.57)
    sheet.lay(
        oval(x - away * wide * 0.45, foot - high * 0.52, wide * 0.12, high * 0.14, 16),
        mix(light.on(colour), light.glow, 0.65),
        part=True,
    )


def _flowers(sheet: Sheet, light: Light, rng: np.random.Generator, x: float, y: float) -> None:
    hue: Rgb = ((0.93, 0.45, 0.45), (0.96, 0.80, 0.34), (0.95, 0.90, 0.88), (0.66, 0.50, 0.80))[
        int(rng.integers(4))
    ]
    leaf = (0.30, 0.46, 0.24)
    for angle in np.linspace(-0.9, 0.9, 7).tolist():
        reach = rng.uniform(0.1, 0.2)
        at = (x + np.sin(angle) * reach, y - np.cos(angle) * reach)
        sheet.lay(
            polygon((x - 0.008, y + 0.03), (x + 0.008, y + 0.03), at), light.under(leaf), run=1.57
        )
        sheet.lay(blob(rng, at[0] - 0.03, at[1] + 0.05, 0.045, 0.025), light.on(leaf), run=0.8)
        sheet.lay(blob(rng, *at, 0.05, 0.046, 0.2), light.on(hue), light.under(hue), run=0.4)
        sheet.lay(oval(*at, 0.016, 0.016, 12), light.on((0.96, 0.72, 0.3)), part=True)


def _bowl(sheet: Sheet, light: Light, rng: np.random.Generator, x: float, foot: float) -> None:
    wide = rng.uniform(0.15, 0.19)
    for across in np.linspace(-0.6, 0.6, 4).tolist():
        _fruit(
            sheet, light, rng, x + across * wide, foot - 0.13 - rng.uniform(0, 0.035), wide * 0.34
        )
    _shadow(sheet, light, x, foot, wide)
    half = oval(0, 0, 1, 1, 40)
    shape: Outline = moved(half[half[:, 1] >= -1e-9] * (wide, 0.12), x, foot - 0.12)
    clay = (0.84, 0.80, 0.74)
    sheet.lay(shape, light.on(clay), light.under(clay))


def _fruit(
    sheet: Sheet, light: Light, rng: np.random.Generator, x: float, y: float, size: float
) -> None:
    colour = _FRUITS[int(rng.integers(5))]
    toward = size * (0.3 if light.side > x else -0.3)
    _shadow(sheet, light, x, y + size * 0.8, size)
    sheet.lay(oval(x, y, size, size * 0.94), light.under(colour), run=0.8)
    sheet.lay(
        oval(x + toward * 0.45, y - size * 0.14, size * 0.76, size * 0.72),
        light.on(colour),
        part=True,
        run=0.8,
    )
    sheet.lay(
        oval(x + toward, y - size * 0.36, size * 0.24, size * 0.2, 16),
        mix(light.on(colour), light.glow, 0.6),
        part=True,
    )


def _shadow(sheet: Sheet, light: Light, x: float, foot: float, wide: float) -> None:
    away = -0.4 if light.side > x else 0.4
    sheet.lay(
        oval(x + away * wide, foot, wide * 1.15, wide * 0.26),
        mix(light.under((0.6, 0.5, 0.45)), light.shade, 0.4),
    )
