"""A field: rows of corn or flowers, haystacks, a farm among trees."""

import numpy as np

from generation.sandbox.light import Light, Rgb, mix
from generation.sandbox.outlines import Outline, box, curve, moved, oval, polygon
from generation.sandbox.scenes.elements import hills, house, sky, tree
from generation.sandbox.sheet import Sheet

_CROPS: tuple[tuple[Rgb, Rgb], ...] = (
    ((0.93, 0.76, 0.34), (0.80, 0.58, 0.22)),
    ((0.62, 0.48, 0.74), (0.40, 0.50, 0.30)),
    ((0.52, 0.66, 0.28), (0.36, 0.50, 0.22)),
    ((0.86, 0.34, 0.24), (0.46, 0.52, 0.26)),
)


def field(sheet: Sheet, light: Light, rng: np.random.Generator) -> None:
    """Lay it out."""
    horizon = rng.uniform(0.4, 0.5)
    sky(sheet, light, rng, horizon)
    hills(sheet, light, rng, horizon - 0.01, 0.06, 0.55, (0.42, 0.50, 0.52))
    hills(sheet, light, rng, horizon + 0.02, 0.03, 0.25, (0.46, 0.56, 0.30))
    side = rng.uniform(0.1, 0.3) if rng.random() < 0.5 else rng.uniform(0.66, 0.82)
    tree(sheet, light, rng, side - 0.07, horizon + 0.05, 0.2, 0.2)
    house(sheet, light, rng, side, horizon + 0.05, 0.11, 0.07, 0.15)
    tree(sheet, light, rng, side + 0.17, horizon + 0.05, 0.16, 0.2)
    _rows(sheet, light, rng, horizon + 0.04)
    if rng.random() < 0.75:
        for _ in range(int(rng.integers(2, 4))):
            near = rng.uniform(0.15, 0.7)
            _stack(
                sheet,
                light,
                rng.uniform(0.12, 0.88),
                horizon + 0.08 + 0.45 * near,
                0.07 + 0.1 * near,
            )


def _rows(sheet: Sheet, light: Light, rng: np.random.Generator, top: float) -> None:
    crop, earth = _CROPS[int(rng.integers(4))]
    sheet.lay(box(-0.01, top, 1.01, 1.01), light.on(crop, 0.3), light.on(crop))
    eye, bend = rng.uniform(0.2, 0.8), rng.uniform(-0.08, 0.08)
    edges = np.linspace(-2.2, 3.2, 34)
    for step, (left, right) in enumerate(
        zip(edges[:-2:2].tolist(), edges[1:-1:2].tolist(), strict=True)
    ):
        shape = np.concatenate(
            [_furrow(eye, left, top, bend), _furrow(eye, right, top, bend)[::-1]]
        )
        lean = np.arctan2(1 - top, (left - eye))
        sheet.lay(
            shape,
            light.on(earth, 0.3),
            mix(light.on(earth), light.under(earth), 0.5),
            run=float(lean),
            part=step > 0,
        )


def _furrow(eye: float, end: float, top: float, bend: float) -> Outline:
    start = eye + (end - eye) * 0.06
    middle = (start * 0.6 + end * 0.4 + bend, top + (1.02 - top) * 0.36)
    return curve(np.array([[start, top], middle, [end, 1.02]]), 14)


def _stack(sheet: Sheet, light: Light, x: float, foot: float, size: float) -> None:
    straw = (0.94, 0.78, 0.42)
    away = -1 if light.side > x else 1
    sheet.lay(
        oval(x + away * size * 0.6, foot, size * 1.0, size * 0.2),
        mix(light.under((0.5, 0.4, 0.3)), light.shade, 0.3),
    )
    body = np.array(
        [
            [-0.62, 0.06],
            [-0.7, -0.45],
            [-0.4, -0.82],
            [0, -1.2],
            [0.4, -0.82],
            [0.7, -0.45],
            [0.62, 0.06],
        ]
    )
    sheet.lay(moved(curve(body) * size, x, foot), light.on(straw), light.on(straw), run=1.57)
    dark = polygon(
        (0, -1.2), (0.4, -0.82), (0.7, -0.45), (0.62, 0.06), (0.12, 0.06), (0.2, -0.5)
    ) * (away, 1)
    sheet.lay(moved(dark * size, x, foot), light.under(straw), part=True, run=1.57)
