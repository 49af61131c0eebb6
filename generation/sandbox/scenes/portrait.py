"""A portrait: head and shoulders before a window of sky."""

import numpy as np

from generation.sandbox.light import Light, Rgb, mix
from generation.sandbox.outlines import Outline, blob, box, curve, moved, oval, polygon
from generation.sandbox.scenes.elements import hills
from generation.sandbox.sheet import Sheet

_SKINS: tuple[Rgb, ...] = (
    (0.95, 0.78, 0.66),
    (0.88, 0.68, 0.52),
    (0.70, 0.48, 0.34),
    (0.50, 0.33, 0.24),
)
_HAIRS: tuple[Rgb, ...] = (
    (0.22, 0.15, 0.12),
    (0.45, 0.26, 0.14),
    (0.78, 0.58, 0.28),
    (0.60, 0.24, 0.14),
    (0.72, 0.70, 0.68),
)
_COATS: tuple[Rgb, ...] = (
    (0.62, 0.18, 0.20),
    (0.18, 0.36, 0.46),
    (0.30, 0.42, 0.26),
    (0.82, 0.62, 0.28),
    (0.44, 0.30, 0.50),
)


def portrait(sheet: Sheet, light: Light, rng: np.random.Generator) -> None:
    """Lay it out."""
    sheet.lay(box(-0.01, -0.01, 1.01, 1.01), light.sky_top, light.sky_low, run=1.2)
    hills(sheet, light, rng, rng.uniform(0.6, 0.7), 0.08, 0.45, (0.36, 0.44, 0.32))
    skin, hair = _SKINS[int(rng.integers(4))], _HAIRS[int(rng.integers(5))]
    x, y = rng.uniform(0.44, 0.56), rng.uniform(0.38, 0.43)
    size = rng.uniform(0.19, 0.22)
    face = Face(sheet, light, rng, x, y, size, skin)
    long = rng.random() < 0.5
    if long:
        sheet.lay(
            blob(rng, x, y + size * 0.35, size * 1.1, size * 1.7, 0.05), light.under(hair), run=1.57
        )
    _body(face)
    _head(face)
    _features(face)
    _hair(face, hair)
    if rng.random() < 0.4:
        _hat(face)


class Face:
    """Where the head is and what falls on it."""

    def __init__(
        self,
        sheet: Sheet,
        light: Light,
        rng: np.random.Generator,
        x: float,
        y: float,
        size: float,
        skin: Rgb,
    ) -> None:
        self.sheet, self.light, self.rng, self.skin = sheet, light, rng, skin
        self.x, self.y, self.size = x, y, size
        self.toward = 1.0 if light.side > x else -1.0

    def at(self, outline: Outline) -> Outline:
        """An outline in the head's own measure (half its width is 1), placed in the picture."""
        return moved(outline * self.size, self.x, self.y)


def _body(face: Face) -> None:
    light, lay = face.light, face.sheet.lay
    coat = _COATS[int(face.rng.integers(5))]
    shoulders = curve(
        np.array([[-2.3, 3.4], [-2.0, 2.3], [-0.7, 1.75], [0.7, 1.75], [2.0, 2.3], [2.3, 3.4]])
    )
    lay(face.at(shoulders), light.on(coat), light.under(coat), run=1.2)
    dark = curve(np.array([[0.2, 3.4], [0.4, 2.4], [0.9, 1.8], [2.0, 2.3], [2.3, 3.4]])) * (
        -face.toward,
        1,
    )
    lay(face.at(dark), light.under(coat), part=True, run=1.9)
    lay(
        face.at(polygon((-0.75, 1.74), (0.75, 1.74), (0.0, 2.75))),
        light.on((0.94, 0.92, 0.86)),
        run=1.57,
    )
    neck = polygon((-0.42, 0.8), (0.42, 0.8), (0.52, 1.8), (0.0, 2.15), (-0.52, 1.8))
    lay(face.at(neck), light.under(face.skin), light.on(face.skin), run=1.57)


def _head(face: Face) -> None:
    light, lay, skin = face.light, face.sheet.lay, face.skin
    jaw = np.array([[0, -1.2], [0.7, -0.98], [0.93, -0.2], [0.8, 0.55], [0.36, 1.12], [0, 1.22]])
    line = curve(np.concatenate([jaw, (jaw * (-1, 1))[-2:0:-1]]), 60, closed=True)
    lay(face.at(line), light.on(skin), mix(light.on(skin), light.under(skin), 0.35), run=1.57)
    dark = line.copy()
    dark[:, 0] = np.where(dark[:, 0] * face.toward > 0, -0.42 * face.toward, dark[:, 0])
    dark = dark[np.argsort(np.arctan2(dark[:, 1], dark[:, 0] + 0.6 * face.toward))]
    lay(face.at(dark), mix(light.on(skin), light.under(skin), 0.75), part=True, run=1.57)
    blush = mix(light.on(skin), light.on((0.86, 0.36, 0.30)), 0.28)
    lay(face.at(oval(face.toward * 0.52, 0.36, 0.22, 0.17, 20)), blush, part=True)


def _features(face: Face) -> None:
    light, lay, turn = face.light, face.sheet.lay, 0.07 * face.toward
    brow = mix(light.shade, light.under((0.3, 0.2, 0.15)), 0.5)
    for side in (-0.42, 0.42):
        lay(face.at(oval(side + turn, -0.08, 0.2, 0.105, 20)), light.on((0.95, 0.93, 0.90)))
        lay(face.at(oval(side + turn * 1.5, -0.08, 0.1, 0.105, 16)), brow)
        arch = polygon((side - 0.25, -0.3), (side, -0.4), (side + 0.25, -0.3), (side, -0.31))
        lay(face.at(moved(arch, turn, 0)), brow)
    nose = polygon(
        (turn - 0.03, -0.1), (turn - 0.19 * face.toward, 0.42), (turn + 0.1 * face.toward, 0.46)
    )
    lay(face.at(nose), mix(light.on(face.skin), light.under(face.skin), 0.8), part=True, run=1.57)
    mouth = curve(
        np.array([[-0.3, 0.72], [-0.1, 0.65], [0.0, 0.68], [0.1, 0.65], [0.3, 0.72], [0.0, 0.84]]),
        closed=True,
    )
    lay(face.at(moved(mouth, turn, 0)), light.on((0.74, 0.28, 0.26)))


def _hair(face: Face, hair: Rgb) -> None:
    side = float(face.rng.choice([-1, 1]))
    cap = np.array(
        [
            [-0.96, 0.15],
            [-1.08, -0.5],
            [-0.72, -1.25],
            [0, -1.48],
            [0.72, -1.25],
            [1.08, -0.5],
            [0.96, 0.15],
            [0.84, -0.45],
            [0.45, -0.82],
            [-0.1, -0.72],
            [-0.62, -0.62],
            [-0.84, -0.3],
        ]
    )
    light = face.light
    face.sheet.lay(
        face.at(curve(cap * (side, 1), 60, closed=True)), light.on(hair), light.under(hair), run=0.9
    )
    lock = np.array([[0.1, -1.3], [0.6, -1.15], [0.9, -0.75], [0.6, -0.95]]) * (face.toward, 1)
    face.sheet.lay(
        face.at(curve(lock, 24, closed=True)),
        mix(light.on(hair), light.glow, 0.25),
        part=True,
        run=0.9,
    )


def _hat(face: Face) -> None:
    felt = _COATS[int(face.rng.integers(5))]
    light, lay = face.light, face.sheet.lay
    crown = np.array([[-0.95, -0.85], [-0.85, -1.6], [0, -1.85], [0.85, -1.6], [0.95, -0.85]])
    lay(face.at(curve(crown)), light.on(felt), light.under(felt), run=0.0)
    lay(face.at(oval(0, -0.85, 1.55, 0.24)), light.on(felt), light.under(felt))
    lay(face.at(box(-0.93, -1.18, 0.93, -1.0)), light.under((0.2, 0.18, 0.2)), part=True)
