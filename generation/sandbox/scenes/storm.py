"""A storm at sea: great waves, torn clouds, a ship in trouble."""

import numpy as np

from generation.sandbox.light import Light, Rgb, mix
from generation.sandbox.outlines import Outline, band, below, blob, box, moved, oval
from generation.sandbox.scenes.elements import ship
from generation.sandbox.sheet import Sheet


def storm(sheet: Sheet, light: Light, rng: np.random.Generator) -> None:
    """Lay it out."""
    gloom: Rgb = mix(light.sky_top, (0.26, 0.29, 0.34), 0.5 if not light.night else 0.2)
    horizon = rng.uniform(0.44, 0.52)
    sheet.lay(box(-0.01, -0.01, 1.01, 1.01), gloom, mix(light.sky_low, gloom, 0.25), run=0.3)
    _clouds(sheet, light, rng, gloom, horizon)
    veiled = mix(mix(gloom, light.sky_low, 0.5), light.glow, 0.5)
    sheet.lay(oval(light.side, horizon * rng.uniform(0.45, 0.7), 0.045, 0.045), veiled)
    sea = mix(light.on((0.14, 0.38, 0.44)), gloom, 0.25)
    places = np.linspace(0, 1, 5)
    vessel = int(rng.integers(2, 4))
    for row, near in enumerate(places.tolist()):
        crest = horizon + 0.03 + 0.44 * near
        tone = mix(mix(sea, light.sky_low, 0.45), mix(sea, light.shade, 0.25), near)
        if row == vessel:
            x = rng.uniform(0.28, 0.72)
            lean = float(rng.choice([-1, 1]) * rng.uniform(0.2, 0.4))
            ship(
                sheet,
                light,
                x,
                crest - 0.03,
                rng.uniform(0.2, 0.26),
                (0.42, 0.24, 0.18),
                (0.93, 0.88, 0.78),
                lean,
            )
        _wave(sheet, light, rng, crest, 0.035 + 0.065 * near, tone)


def _clouds(
    sheet: Sheet, light: Light, rng: np.random.Generator, gloom: Rgb, horizon: float
) -> None:
    for step in range(9):
        x, y = rng.uniform(-0.05, 1.05), rng.uniform(-0.02, 0.62) * horizon
        dark = mix(gloom, light.shade, rng.uniform(0.15, 0.6))
        shape = blob(rng, x, y, rng.uniform(0.16, 0.28), rng.uniform(0.05, 0.09), 0.16)
        sheet.lay(shape, dark, mix(dark, light.sky_low, 0.4), run=0.25, part=step % 3 > 0)


def _wave(
    sheet: Sheet, light: Light, rng: np.random.Generator, crest: float, high: float, tone: Rgb
) -> None:
    """One row of waves: peaked crests, a lit upper edge, foam."""
    across = np.linspace(-0.02, 1.02, 90)
    phase, waves = rng.uniform(0, 6.3), rng.uniform(1.6, 2.6)
    swing = np.abs(np.sin(np.pi * waves * across + phase)) ** 0.8
    line = np.stack(
        [across, crest + high * (swing * 1.7 - 0.9) + 0.008 * np.sin(25 * across + phase)], axis=1
    )
    sheet.lay(below(line), mix(tone, light.sky_low, 0.12), mix(tone, light.shade, 0.5), run=0.15)
    foam = mix(light.on((0.96, 0.97, 0.97)), tone, 0.12)
    for top in line[(swing < 0.16)][::4]:
        _foam(sheet, rng, top, high, foam)
    ribs: Outline = moved(line[10:-10], 0, high * 0.75)
    sheet.lay(
        band(ribs, high * 0.16, high * 0.1), mix(tone, light.sky_low, 0.25), part=True, run=0.15
    )


def _foam(sheet: Sheet, rng: np.random.Generator, top: Outline, high: float, foam: Rgb) -> None:
    x, y = float(top[0]), float(top[1])
    sheet.lay(blob(rng, x, y + high * 0.12, high * 0.7, high * 0.24, 0.3), foam)
    for _ in range(2):
        drop = (x + rng.normal(0, high * 0.6), y - rng.uniform(0, high * 0.5))
        sheet.lay(blob(rng, *drop, high * 0.16, high * 0.12, 0.2), foam, part=True)
