"""A street: two rows of houses drawing together, a lamp, a walker."""

from dataclasses import dataclass

import numpy as np

from generation.sandbox.light import Light, Rgb, mix
from generation.sandbox.outlines import Outline, box, oval, polygon
from generation.sandbox.scenes.elements import sky
from generation.sandbox.sheet import Sheet

_WALLS: tuple[Rgb, ...] = (
    (0.92, 0.82, 0.66),
    (0.86, 0.62, 0.48),
    (0.78, 0.44, 0.36),
    (0.70, 0.74, 0.72),
    (0.94, 0.78, 0.46),
    (0.84, 0.80, 0.76),
)


def street(sheet: Sheet, light: Light, rng: np.random.Generator) -> None:
    """Lay it out."""
    eye = np.array([rng.uniform(0.4, 0.6), rng.uniform(0.5, 0.58)])
    sky(sheet, light, rng, float(eye[1]))
    cobble = (0.66, 0.60, 0.56)
    sheet.lay(box(-0.01, float(eye[1]), 1.01, 1.01), light.on(cobble, 0.3), light.under(cobble))
    _paving(sheet, light, rng, eye)
    for way in (-1.0, 1.0):
        _row(sheet, light, rng, _Side(eye, way))
    lamp_side = float(rng.choice([-1, 1]))
    _lamp(sheet, light, eye, lamp_side)
    for _ in range(int(rng.integers(1, 4))):
        _walker(sheet, light, rng, eye)


def _paving(sheet: Sheet, light: Light, rng: np.random.Generator, eye: Outline) -> None:
    stone = (0.66, 0.60, 0.56)
    for near in np.linspace(0.15, 1, 9).tolist():
        y = float(eye[1]) + (1 - float(eye[1])) * near
        x = float(eye[0]) + rng.uniform(-0.4, 0.4) * near
        wide = rng.uniform(0.08, 0.16) * (0.3 + near)
        sheet.lay(
            oval(x, y, wide, 0.012 * near, 14),
            mix(light.on(stone), light.under(stone), rng.uniform(0, 0.8)),
            part=True,
        )


@dataclass(frozen=True)
class _Side:
    """The plane of one side's fronts: it runs to the eye, where all is far."""

    eye: Outline
    way: float

    def part(self, far: float, near: float, low: float, high: float) -> Outline:
        """From `far` to `near` (0 at the eye, 1 at the picture's edge), from `low` to `high`."""
        corners = ((far, low), (far, high), (near, high), (near, low))
        return polygon(*(self._at(*one) for one in corners))

    def _at(self, near: float, up: float) -> tuple[float, float]:
        reach = (self.eye[0] + 0.02) if self.way < 0 else (1.02 - self.eye[0])
        return (
            float(self.eye[0] + self.way * reach * near),
            float(self.eye[1] + (0.38 - up) * near + 0.01),
        )


def _row(sheet: Sheet, light: Light, rng: np.random.Generator, side: _Side) -> None:
    """Houses along one side, far ones first."""
    lit = (light.side - 0.5) * side.way < 0
    marks = np.array([0.12, 0.24, 0.4, 0.64, 1.1])
    for far, near in zip(marks[:-1].tolist(), marks[1:].tolist(), strict=True):
        wall, eaves = _WALLS[int(rng.integers(6))], rng.uniform(0.5, 0.68) + 0.35
        depth = 0.35 * (1 - near)
        face = light.on(wall, depth) if lit else light.under(wall, depth)
        sheet.lay(side.part(far, near, 0, eaves), face, mix(face, light.shade, 0.25), run=1.57)
        roof = light.under((0.62, 0.30, 0.24), depth)
        sheet.lay(side.part(far, near, eaves, eaves + 0.15), roof, run=0.4 * side.way)
        for floor in (0.28, 0.58):
            for share in (0.18, 0.6):
                start, end = (far + (near - far) * one for one in (share, share + 0.24))
                sheet.lay(side.part(start, end, floor, floor + 0.16), light.windows())


def _lamp(sheet: Sheet, light: Light, eye: Outline, side: float) -> None:
    x, foot, top = float(eye[0]) + side * 0.27, 0.86, 0.42
    iron = mix(light.shade, (0.1, 0.12, 0.12), 0.4)
    sheet.lay(box(x - 0.008, top, x + 0.008, foot), iron, run=1.57)
    sheet.lay(box(x - 0.02, foot - 0.03, x + 0.02, foot), iron, part=True)
    glowing = light.windows() if light.night or light.height < 0.2 else light.on((0.9, 0.9, 0.82))
    sheet.lay(
        polygon(
            (x - 0.025, top - 0.06), (x + 0.025, top - 0.06), (x + 0.016, top), (x - 0.016, top)
        ),
        glowing,
    )
    sheet.lay(polygon((x - 0.034, top - 0.06), (x, top - 0.085), (x + 0.034, top - 0.06)), iron)


def _walker(sheet: Sheet, light: Light, rng: np.random.Generator, eye: Outline) -> None:
    near = rng.uniform(0.35, 0.8)
    x, foot = float(eye[0]) + rng.uniform(-0.22, 0.22) * near, float(eye[1]) + 0.4 * near
    high = 0.34 * near
    coat: Rgb = ((0.7, 0.2, 0.2), (0.2, 0.28, 0.42), (0.26, 0.24, 0.24), (0.85, 0.7, 0.4))[
        int(rng.integers(4))
    ]
    sheet.lay(
        oval(x + high * 0.1, foot, high * 0.22, high * 0.05, 16), light.under((0.4, 0.36, 0.36))
    )
    sheet.lay(
        polygon(
            (x - high * 0.07, foot - high * 0.76),
            (x + high * 0.07, foot - high * 0.76),
            (x + high * 0.17, foot - high * 0.14),
            (x - high * 0.17, foot - high * 0.14),
        ),
        light.on(coat),
        light.under(coat),
        run=1.57,
    )
    sheet.lay(
        box(x - high * 0.07, foot - high * 0.15, x + high * 0.06, foot), light.shade, run=1.57
    )
    sheet.lay(
        oval(x, foot - high * 0.86, high * 0.085, high * 0.1, 16), light.on((0.88, 0.68, 0.54))
    )
    sheet.lay(
        box(x - high * 0.11, foot - high * 0.97, x + high * 0.11, foot - high * 0.91),
        light.under(coat),
    )
