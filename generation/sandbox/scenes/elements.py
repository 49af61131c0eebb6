"""What many scenes share: sky, water, hills, trees, houses."""

import numpy as np

from generation.sandbox.light import Light, Rgb, mix
from generation.sandbox.outlines import Outline, band, blob, box, curve, moved, oval, polygon, ridge
from generation.sandbox.sheet import Sheet


def sky(sheet: Sheet, light: Light, rng: np.random.Generator, horizon: float) -> None:
    """A sky down to `horizon`, with sun or moon, clouds by day and stars by night."""
    sheet.lay(box(-0.01, -0.01, 1.01, 1.01), light.sky_top, light.sky_low)
    sheet.lay(box(-0.01, -0.01, 1.01, horizon + 0.03), light.sky_top, light.sky_low, part=True)
    orb(sheet, light, rng, horizon)
    if light.night:
        stars = rng.spawn(1)[0]  # of their own, so that night and day share one composition
        for _ in range(int(stars.integers(9, 16))):
            x, y = stars.uniform(0, 1), stars.uniform(0.02, horizon * 0.8)
            sheet.lay(oval(x, y, 0.006, 0.006, 8), (0.86, 0.88, 0.9), part=True)
    for _ in range(int(rng.integers(2, 4))):
        cloud(sheet, light, rng, rng.uniform(0.05, 0.95), rng.uniform(0.12, 0.72) * horizon)


def orb(sheet: Sheet, light: Light, rng: np.random.Generator, horizon: float) -> None:
    """The sun or the moon within its halo."""
    y = horizon * (1 - light.height)
    size = rng.uniform(0.045, 0.06)
    back = mix(light.sky_top, light.sky_low, 1 - light.height)
    for step in range(5):
        halo, reach = mix(back, light.glow, 0.08 + 0.09 * step), size * (2.6 - 0.35 * step)
        sheet.lay(oval(light.side, y, reach, reach), halo, part=True)
    sheet.lay(oval(light.side, y, size, size), light.glow)


def cloud(
    sheet: Sheet, light: Light, rng: np.random.Generator, x: float, y: float, size: float = 1.0
) -> None:
    """A bank of soft lobes on a level foot."""
    top = mix(mix(light.sky_low, light.glow, 0.55), light.sky_top, 0.5 if light.night else 0.0)
    low = mix(light.sky_top, light.sky_low, 0.45)
    wide = size * rng.uniform(0.12, 0.2)
    for step in range(5):
        at = x + wide * (step - 2) / 2
        high = wide * rng.uniform(0.22, 0.42) * (1.3 - abs(step - 2) * 0.4)
        shape = blob(rng, at, y - high * 0.5, wide * 0.42, high, 0.08)
        sheet.lay(shape, top, mix(low, top, 0.3), part=step > 0)
    sheet.lay(oval(x, y, wide * 1.25, wide * 0.14), low, part=True)


def water(
    sheet: Sheet, light: Light, rng: np.random.Generator, top: float, foot: float = 1.01
) -> None:
    """Water that mirrors the sky, with ripples and the glitter of sun or moon."""
    far = mix(light.on((0.50, 0.66, 0.74)), light.sky_low, 0.62)
    near = mix(light.on((0.12, 0.34, 0.46)), light.sky_top, 0.3)
    sheet.lay(box(-0.01, top, 1.01, foot), far, near)
    for _ in range(26):
        near_by = rng.uniform(0.03, 1) ** 1.3
        y = top + (foot - top) * near_by
        wide, x = rng.uniform(0.05, 0.15) * (0.4 + near_by), rng.uniform(0, 1)
        tone = mix(far, near, near_by * rng.uniform(0.2, 1.5) if rng.random() < 0.6 else 0.1)
        sheet.lay(oval(x, y, wide, 0.004 + 0.008 * near_by, 14), tone, part=True)
    glitter(sheet, light, rng, top, foot)


def glitter(sheet: Sheet, light: Light, rng: np.random.Generator, top: float, foot: float) -> None:
    """The broken path of light below sun or moon."""
    for step in range(12):
        down = (step + 0.5) / 12
        y = top + (foot - top) * down * 0.85
        x = light.side + rng.normal(0, 0.02)
        wide = rng.uniform(0.02, 0.045) * (0.6 + down)
        back = mix(light.sky_low, light.glow, 0.75 - 0.25 * down)
        sheet.lay(oval(x, y, wide, 0.005 + 0.005 * down, 14), back, part=True)


def hills(
    sheet: Sheet,
    light: Light,
    rng: np.random.Generator,
    base: float,
    height: float,
    depth: float,
    colour: Rgb,
    rough: float = 0.1,
) -> None:
    """A range of hills or mountains at `depth`."""
    top, low = light.on(colour, depth), light.under(colour, min(1.0, depth + 0.12))
    sheet.lay(ridge(rng, base, height, rough), top, mix(top, low, 0.7), run=0.1)


def tree(
    sheet: Sheet,
    light: Light,
    rng: np.random.Generator,
    x: float,
    foot: float,
    high: float,
    depth: float = 0.0,
    leaf: Rgb = (0.30, 0.48, 0.22),
) -> None:
    """A broad-leaved tree: trunk and a crown of lit and shaded masses."""
    bark = light.under((0.42, 0.30, 0.22), depth)
    lean = rng.uniform(-0.1, 0.1) * high
    line = curve(
        np.array([[x, foot], [x + lean * 0.3, foot - high * 0.3], [x + lean, foot - high * 0.62]])
    )
    sheet.lay(band(line, high * 0.1, high * 0.05), bark, run=np.pi / 2)
    toward = 1 if light.side > x else -1
    for step, (across, up, size, lit) in enumerate(_CROWN):
        shape = blob(
            rng,
            x + lean + across * toward * high,
            foot - up * high,
            size * high,
            size * high * 0.82,
        )
        colour = mix(light.under(leaf, depth), light.on(leaf, depth), lit)
        sheet.lay(shape, mix(colour, light.glow, 0.1 * lit), colour, run=0.9, part=step > 0)


_CROWN = (
    (-0.16, 0.62, 0.24, 0.0),
    (0.14, 0.60, 0.24, 0.25),
    (-0.02, 0.78, 0.27, 0.35),
    (0.10, 0.80, 0.19, 0.8),
    (0.20, 0.66, 0.13, 1.0),
    (-0.12, 0.70, 0.12, 0.55),
)


def fir(
    sheet: Sheet,
    light: Light,
    rng: np.random.Generator,
    x: float,
    foot: float,
    high: float,
    depth: float = 0.0,
) -> None:
    """A fir: three tiers, one side lit."""
    leaf = (0.16 + rng.uniform(0, 0.05), 0.36 + rng.uniform(-0.04, 0.06), 0.28)
    sheet.lay(
        box(x - high * 0.03, foot - high * 0.2, x + high * 0.03, foot),
        light.under((0.4, 0.28, 0.2), depth),
        run=np.pi / 2,
    )
    for step in range(3):
        top, base = foot - high * (0.52 + 0.24 * step), foot - high * (0.1 + 0.24 * step)
        wide = high * (0.25 - 0.055 * step)
        tier = polygon((x, top), (x + wide, base), (x, base + high * 0.03), (x - wide, base))
        sheet.lay(
            tier, light.on(leaf, depth), light.under(leaf, depth), run=np.pi / 2, part=step > 0
        )


def house(
    sheet: Sheet,
    light: Light,
    rng: np.random.Generator,
    x: float,
    foot: float,
    wide: float,
    high: float,
    depth: float = 0.0,
) -> None:
    """A house with a gabled roof, a door and windows."""
    wall = _WALLS[int(rng.integers(len(_WALLS)))]
    roof = _ROOFS[int(rng.integers(len(_ROOFS)))]
    sheet.lay(
        box(x, foot - high, x + wide, foot),
        light.on(wall, depth),
        light.under(wall, depth * 0.9),
        run=np.pi / 2,
    )
    sheet.lay(
        box(x + wide * 0.72, foot - high, x + wide, foot), light.under(wall, depth), part=True
    )
    peak = foot - high - wide * rng.uniform(0.4, 0.55)
    gable = polygon(
        (x - wide * 0.1, foot - high), (x + wide * 0.5, peak), (x + wide * 1.1, foot - high)
    )
    sheet.lay(gable, light.on(roof, depth), light.under(roof, depth))
    _openings(sheet, light, x, foot, wide, high)


def _openings(sheet: Sheet, light: Light, x: float, foot: float, wide: float, high: float) -> None:
    pane = light.windows()
    for row in range(1 if high < 1.4 * wide else 2):
        top = foot - high * (0.82 - 0.42 * row)
        for across in (0.16, 0.58):
            left = x + wide * across
            sheet.lay(box(left, top, left + wide * 0.24, top + high * 0.24), pane)
    door = light.under((0.35, 0.22, 0.18))
    sheet.lay(box(x + wide * 0.4, foot - high * 0.34, x + wide * 0.6, foot), door)


_WALLS: tuple[Rgb, ...] = (
    (0.93, 0.87, 0.76),
    (0.88, 0.68, 0.54),
    (0.80, 0.42, 0.34),
    (0.95, 0.82, 0.52),
    (0.70, 0.78, 0.80),
    (0.90, 0.90, 0.86),
)
_ROOFS: tuple[Rgb, ...] = (
    (0.68, 0.30, 0.22),
    (0.55, 0.25, 0.25),
    (0.38, 0.38, 0.46),
    (0.72, 0.42, 0.24),
)


def ship(
    sheet: Sheet,
    light: Light,
    x: float,
    y: float,
    size: float,
    hull: Rgb,
    sail: Rgb,
    lean: float = 0.0,
) -> None:
    """A sailing boat; `lean` in radians."""
    cosine, sine = np.cos(lean), np.sin(lean)
    turn = np.array([[cosine, sine], [-sine, cosine]]) * size

    def placed(*corners: tuple[float, float]) -> Outline:
        return moved(polygon(*corners) @ turn, x, y)

    body = light.on(hull)
    sheet.lay(
        placed((-0.02, -1.15), (0.03, -1.15), (0.03, 0.0), (-0.02, 0.0)),
        light.under((0.4, 0.28, 0.2)),
        run=1.57,
    )
    sheet.lay(
        placed((0.06, -1.1), (0.62, -0.22), (0.06, -0.16)),
        light.on(sail),
        light.under(sail),
        run=1.2,
    )
    sheet.lay(placed((-0.05, -0.98), (-0.42, -0.2), (-0.05, -0.16)), light.under(sail), run=1.9)
    sheet.lay(
        placed((-0.62, -0.1), (0.66, -0.1), (0.46, 0.16), (-0.44, 0.16)), body, light.under(hull)
    )
    sheet.lay(
        placed((-0.62, -0.1), (0.66, -0.1), (0.64, -0.04), (-0.58, -0.04)),
        light.on((0.95, 0.9, 0.8)),
        part=True,
    )
