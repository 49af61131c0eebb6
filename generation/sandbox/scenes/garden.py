"""A garden: flower beds along a path, a hedge, trees, a pond."""

import numpy as np

from generation.sandbox.light import Light, Rgb, mix
from generation.sandbox.outlines import band, blob, box, curve, oval
from generation.sandbox.scenes.elements import house, sky, tree
from generation.sandbox.sheet import Sheet

_FLOWERS: tuple[Rgb, ...] = (
    (0.92, 0.36, 0.40),
    (0.97, 0.80, 0.32),
    (0.95, 0.93, 0.92),
    (0.66, 0.48, 0.82),
    (0.96, 0.60, 0.66),
    (0.94, 0.52, 0.20),
)


def garden(sheet: Sheet, light: Light, rng: np.random.Generator) -> None:
    """Lay it out."""
    lawn = rng.uniform(0.46, 0.52)
    sky(sheet, light, rng, lawn)
    side = rng.random() < 0.5
    house(sheet, light, rng, 0.62 if side else 0.16, lawn + 0.02, 0.22, 0.17, 0.12)
    for x in np.linspace(0.02, 0.98, 5).tolist():
        tree(
            sheet,
            light,
            rng,
            x + rng.uniform(-0.06, 0.06),
            lawn + 0.02,
            rng.uniform(0.2, 0.36),
            0.22,
        )
    hedge, grass = (0.24, 0.42, 0.22), (0.50, 0.64, 0.28)
    sheet.lay(box(-0.01, lawn - 0.05, 1.01, lawn + 0.03), light.on(hedge), light.under(hedge))
    sheet.lay(
        box(-0.01, lawn + 0.02, 1.01, 1.01),
        light.on(grass),
        mix(light.on(grass), light.under(grass), 0.7),
    )
    _path(sheet, light, rng, lawn)
    _pond(sheet, light, rng, lawn)
    _beds(sheet, light, rng, lawn)


def _path(sheet: Sheet, light: Light, rng: np.random.Generator, lawn: float) -> None:
    gravel = (0.90, 0.82, 0.68)
    end = rng.uniform(0.42, 0.58)
    bend = float(rng.choice([-1, 1]) * rng.uniform(0.05, 0.14))
    line = curve(np.array([[end, lawn + 0.02], [end + bend, lawn + 0.2], [end - bend * 0.3, 1.03]]))
    sheet.lay(band(line, 0.04, 0.26), light.on(gravel), light.under(gravel), run=1.57)


def _pond(sheet: Sheet, light: Light, rng: np.random.Generator, lawn: float) -> None:
    x = float(rng.choice([0.2, 0.8])) + rng.uniform(-0.03, 0.03)
    y = lawn + rng.uniform(0.13, 0.17)
    sheet.lay(oval(x, y, 0.17, 0.062), light.on((0.76, 0.72, 0.66)))
    sheet.lay(
        oval(x, y, 0.15, 0.05), mix(light.on((0.3, 0.5, 0.56)), light.sky_low, 0.4), light.sky_top
    )
    for _ in range(4):
        at = (x + rng.uniform(-0.1, 0.1), y + rng.uniform(-0.025, 0.03))
        sheet.lay(oval(*at, 0.024, 0.009, 16), light.on((0.40, 0.58, 0.30)))
        sheet.lay(oval(at[0], at[1] - 0.006, 0.009, 0.008, 10), light.on((0.96, 0.75, 0.82)))


def _beds(sheet: Sheet, light: Light, rng: np.random.Generator, lawn: float) -> None:
    leaf = (0.28, 0.44, 0.22)
    spots = [(x, near) for near in (0.25, 0.52, 0.85) for x in (0.06, 0.24, 0.76, 0.94)]
    for place, near in spots:
        x = 0.5 + (place - 0.5) * (0.75 + 0.35 * near) + rng.uniform(-0.03, 0.03)
        y, size = lawn + 0.1 + 0.4 * near, 0.05 + 0.08 * near
        if near < 0.5 and rng.random() < 0.5:
            continue
        sheet.lay(
            blob(rng, x, y, size * 1.25, size * 0.62, 0.18),
            light.on(leaf),
            light.under(leaf),
            run=0.6,
        )
        hue = _FLOWERS[int(rng.integers(6))]
        for _ in range(9):
            at = (x + rng.uniform(-1, 1) * size, y + rng.uniform(-0.55, 0.25) * size)
            petal = size * rng.uniform(0.15, 0.22)
            tone = mix(light.on(hue), light.under(hue), rng.uniform(0, 0.5))
            sheet.lay(blob(rng, *at, petal, petal * 0.9, 0.15), tone, part=True)
