"""Facets: the picture cut into flat angular pieces, large as in cubism or small as in mosaic."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from generation.sandbox.fields import at
from generation.sandbox.oklab import Floats
from generation.sandbox.sheet import SIDE
from generation.sandbox.style import Style

Places = NDArray[np.float64]


def cut(image: Image.Image, style: Style, rng: np.random.Generator) -> Image.Image:
    """`image` (RGB) cut into facets: large ones split, shifted and shaded, small ones flat."""
    size = (8 + 48 * style.facet_size) / 256
    cells = max(4, round(1 / size))
    large = size > 0.08
    corners = _corners(rng, cells, 0.36 if large else 0.16)
    shapes = _split(corners, rng) if large else _whole(corners)
    pieces = _shifted(image, shapes, style, rng) if large else _flat(image, shapes, style, rng)
    return _jointed(Image.blend(image, pieces, style.facets), shapes, style)


def _corners(rng: np.random.Generator, cells: int, jitter: float) -> Places:
    """Grid points [cells + 3, cells + 3, 2], shaken, reaching over the picture's edge."""
    lines = np.arange(-1, cells + 2) / cells
    grid = np.stack(np.meshgrid(lines, lines), axis=-1)
    shaken: Places = grid + rng.uniform(-jitter, jitter, grid.shape) / cells
    return shaken


def _whole(corners: Places) -> Places:
    rows = (corners[:-1, :-1], corners[:-1, 1:], corners[1:, 1:], corners[1:, :-1])
    return np.stack(rows, axis=2).reshape(-1, 4, 2)


def _split(corners: Places, rng: np.random.Generator) -> Places:
    """Each quadrangle in two triangles, along the one or the other diagonal."""
    whole = _whole(corners)
    turned = np.where(rng.random(len(whole))[:, None, None] < 0.5, whole, np.roll(whole, 1, axis=1))
    return np.concatenate([turned[:, [0, 1, 2, 2]], turned[:, [0, 2, 3, 3]]])


def _flat(
    image: Image.Image, shapes: Places, style: Style, rng: np.random.Generator
) -> Image.Image:
    """Each facet in the colour at its middle."""
    seen = at(
        np.asarray(image.filter(ImageFilter.BoxBlur(5)), dtype=np.float32), shapes.mean(axis=1)
    )
    tone = rng.normal(0, 1, (len(shapes), 1)) * 36 * style.broken
    colours = np.clip(seen + tone + rng.normal(0, 1, seen.shape) * 16 * style.broken, 0, 255)
    pieces = image.copy()
    pen = ImageDraw.Draw(pieces)
    for shape, fill in zip(_pixels(shapes), colours.astype(int).tolist(), strict=True):
        pen.polygon(shape, fill=tuple(fill))
    return pieces


def _shifted(
    image: Image.Image, shapes: Places, style: Style, rng: np.random.Generator
) -> Image.Image:
    """Each facet shows the motif from a little aside, and is lit as a plane of its own."""
    numbers = Image.new("I", (SIDE, SIDE))
    pen = ImageDraw.Draw(numbers)
    for number, shape in enumerate(_pixels(shapes)):
        pen.polygon(shape, fill=number)
    owner = np.asarray(numbers)
    down, across = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32)
    moves = rng.normal(0, 0.022 * SIDE, (2, len(shapes))).astype(np.float32)
    rows = np.clip(down + moves[0][owner], 0, SIDE - 1).astype(np.int32)
    columns = np.clip(across + moves[1][owner], 0, SIDE - 1).astype(np.int32)
    seen = np.asarray(image)[rows, columns].astype(np.float32)
    lit = _planes(owner, shapes, down, across, rng) * np.float32(style.broken)
    return Image.fromarray(np.clip(seen + lit[..., None], 0, 255).astype(np.uint8))


def _planes(
    owner: NDArray[np.int32],
    shapes: Places,
    down: Floats,
    across: Floats,
    rng: np.random.Generator,
) -> Floats:
    """Light on each facet [S, S] in levels: a tone of its own, and a slope over it."""
    middle = (shapes.mean(axis=1) * SIDE).astype(np.float32)
    tone = rng.normal(0, 24, len(shapes)).astype(np.float32)
    slope = rng.normal(0, 0.75, (2, len(shapes))).astype(np.float32)
    lit: Floats = (
        tone[owner]
        + slope[0][owner] * (down - middle[owner, 1])
        + slope[1][owner] * (across - middle[owner, 0])
    )
    return lit


def _jointed(image: Image.Image, shapes: Places, style: Style) -> Image.Image:
    if style.seams > 0:
        lines = ImageDraw.Draw(image, "RGBA")
        for shape in _pixels(shapes):
            lines.line([*shape, *shape[:2]], fill=(52, 46, 54, round(255 * style.seams)), width=4)
    return image


def _pixels(shapes: Places) -> list[list[float]]:
    flat: list[list[float]] = (shapes * SIDE).reshape(len(shapes), -1).tolist()
    return flat
