"""What paint, ink and paper add: contours, hatching, relief, wet edges, grain."""

import numpy as np
from PIL import Image, ImageFilter

from generation.sandbox.fields import grained_noise, smooth_noise
from generation.sandbox.oklab import Floats
from generation.sandbox.style import Style

_INK = np.array([0.13, 0.12, 0.17], dtype=np.float32)
_PAPER = np.array([0.965, 0.945, 0.90], dtype=np.float32)


def levels(image: Image.Image) -> Floats:
    """The values of a picture as float32 in [0, 1]."""
    return np.asarray(image, dtype=np.float32) / np.float32(255)


def lightness(picture: Floats) -> Floats:
    """Rec. 709 weights on sRGB [S, S, 3]: [S, S] in [0, 1]."""
    tone: Floats = picture @ np.array([0.2126, 0.7152, 0.0722], dtype=np.float32)
    return tone


def bare(picture: Floats, style: Style) -> Floats:
    """Thinned towards the paper."""
    return picture + (_PAPER - picture) * np.float32(style.paper)


def contours(things: Image.Image, style: Style) -> Floats:
    """Where ink lies, [S, S] in [0, 1]: lines between things, 3 to 5 pixels wide at 256."""
    ids = np.asarray(things)
    edge = np.zeros(ids.shape, dtype=bool)
    edge[:, 1:] |= ids[:, 1:] != ids[:, :-1]
    edge[1:] |= ids[1:] != ids[:-1]
    drawn = Image.fromarray(edge.astype(np.uint8) * 255).filter(ImageFilter.MaxFilter(3))
    small = drawn.filter(ImageFilter.GaussianBlur(1.2))
    ink = np.clip(np.asarray(small, dtype=np.float32) / 140, 0, 1) * np.float32(style.outline)
    return np.asarray(ink, dtype=np.float32)


def inked(picture: Floats, ink: Floats) -> Floats:
    """Ink laid over a picture."""
    return picture + (_INK - picture) * ink[..., None]


def hatched(tone: Floats, style: Style, rng: np.random.Generator) -> Floats:
    """Ink [S, S] in [0, 1] that gives `tone` by three layers of wandering parallel lines."""
    side = tone.shape[0]
    down, across = np.mgrid[0:side, 0:side].astype(np.float32) / side
    wander = 0.012 * smooth_noise(rng, 6, side)
    tone = 0.4 * tone + 0.6 * _stretched(tone)
    ink = np.zeros_like(tone)
    start = rng.uniform(0.7, 0.9)
    for layer, (turn, dark) in enumerate(((0.0, 0.78), (1.0, 0.46), (-0.75, 0.24))):
        angle = start + turn
        place = across * np.cos(angle) + down * np.sin(angle) + wander
        wave = 0.5 + 0.5 * np.cos(2 * np.pi * place * (40 - 2 * layer))
        share = np.clip((dark - tone) / 0.5, 0, 0.6)
        ink = np.maximum(ink, np.clip((wave - 1 + share) * 4.5, 0, 1))
    laid: Floats = (ink * style.hatching).astype(np.float32)
    return laid


def _stretched(tone: Floats) -> Floats:
    """The tones of a picture spread over the whole range, so that nights can be etched too."""
    low, high = np.percentile(tone[::4, ::4], (4, 96))
    spread: Floats = np.clip((tone - low) / max(high - low, 0.15), 0, 1).astype(np.float32)
    return spread


def raised(picture: Floats, heights: Image.Image, style: Style) -> Floats:
    """Lit from the upper left: thick paint casts small lights and shadows."""
    side = picture.shape[0]
    small = heights.resize((side, side), Image.Resampling.BOX).filter(ImageFilter.GaussianBlur(0.8))
    high = levels(small)
    slope = np.zeros_like(high)
    slope[1:-1, 1:-1] = (high[2:, 2:] - high[:-2, :-2]) * 0.5
    lit = np.clip(slope, -0.45, 0.45) * np.float32(0.75 * style.relief)
    return picture + lit[..., None].astype(np.float32)


def wet(picture: Floats, style: Style, rng: np.random.Generator) -> Floats:
    """Watercolour: edges wander, pigment pools along them and thins within."""
    side = picture.shape[0]
    reach = style.bleed * 0.02 * side
    down, across = np.mgrid[0:side, 0:side]
    moves = [
        smooth_noise(rng, 14, side) * reach + smooth_noise(rng, 40, side) * reach * 0.35
        for _ in range(2)
    ]
    rows = np.clip(down + moves[0], 0, side - 1).astype(int)
    columns = np.clip(across + moves[1], 0, side - 1).astype(int)
    moved = picture[rows, columns]
    soft = _blurred(moved, side / 170)
    wide = _blurred(moved, side / 42)
    pooled = np.clip(np.abs(soft - wide).max(axis=-1, keepdims=True), 0, 0.22)
    blooms = smooth_noise(rng, 7, side)[..., None] * 0.12
    washed: Floats = soft - np.float32(style.bleed) * (1.5 * pooled - 0.04 + blooms) * (1.15 - soft)
    return washed.astype(np.float32)


def grainy(picture: Floats, style: Style, rng: np.random.Generator) -> Floats:
    """The tooth of paper or canvas, grains about 4 pixels wide at 256."""
    side = picture.shape[0]
    grain = grained_noise(rng, side, 4 * side / 256)
    return picture + (grain * np.float32(0.05 * style.grain))[..., None]


def _blurred(picture: Floats, radius: float) -> Floats:
    rounded = Image.fromarray((np.clip(picture, 0, 1) * 255 + 0.5).astype(np.uint8))
    return levels(rounded.filter(ImageFilter.GaussianBlur(radius)))
