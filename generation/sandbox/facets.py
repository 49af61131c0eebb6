"""Facets: the picture cut into flat angular pieces, large as in cubism or small as in mosaic."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from generation.sandbox.fields import at
from generation.sandbox.sheet import SIDE
from generation.sandbox.style import Style


def cut(image: Image.Image, style: Style, rng: np.random.Generator) -> Image.Image:
    """`image` (RGB) cut into facets: large ones are split and shaded, small ones stay whole."""
    size = (8 + 48 * style.facet_size) / 256
    cells = max(4, round(1 / size))
    corners = _corners(rng, cells, 0.30 + 0.12 * style.facet_size)
    large = size > 0.08
    shapes = _split(corners, rng) if large else _whole(corners)
    centres = shapes.mean(axis=1)
    radius = SIDE / cells / (3.5 if large else 3)
    seen = at(np.asarray(image.filter(ImageFilter.BoxBlur(radius)), dtype=np.float32), centres)
    tone = rng.normal(0, 1, (len(shapes), 1)) * 40 * style.broken
    colours = np.clip(seen + tone + rng.normal(0, 1, seen.shape) * 14 * style.broken, 0, 255)
    return _drawn(image, shapes, colours, style)


def _corners(rng: np.random.Generator, cells: int, jitter: float) -> NDArray[np.float64]:
    """Grid points [cells + 3, cells + 3, 2], shaken, reaching over the picture's edge."""
    lines = np.arange(-1, cells + 2) / cells
    grid = np.stack(np.meshgrid(lines, lines), axis=-1)
    shaken: NDArray[np.float64] = grid + rng.uniform(-jitter, jitter, grid.shape) / cells
    return shaken


def _whole(corners: NDArray[np.float64]) -> NDArray[np.float64]:
    rows = (corners[:-1, :-1], corners[:-1, 1:], corners[1:, 1:], corners[1:, :-1])
    return np.stack(rows, axis=2).reshape(-1, 4, 2)


def _split(corners: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """Each quadrangle in two triangles, along the one or the other diagonal."""
    whole = _whole(corners)
    turned = np.where(rng.random(len(whole))[:, None, None] < 0.5, whole, np.roll(whole, 1, axis=1))
    return np.concatenate([turned[:, [0, 1, 2, 2]], turned[:, [0, 2, 3, 3]]])


def _drawn(
    image: Image.Image, shapes: NDArray[np.float64], colours: NDArray[np.float32], style: Style
) -> Image.Image:
    pieces = image.copy()
    pen = ImageDraw.Draw(pieces)
    corners = (shapes * SIDE).reshape(len(shapes), -1).tolist()
    fills = [tuple(one) for one in colours.astype(int).tolist()]
    for shape, fill in zip(corners, fills, strict=True):
        pen.polygon(shape, fill=fill)
    cut_up = Image.blend(image, pieces, 0.35 + 0.6 * style.facets)
    if style.seams > 0:
        lines = ImageDraw.Draw(cut_up, "RGBA")
        for shape in corners:
            lines.line([*shape, *shape[:2]], fill=(40, 36, 44, round(230 * style.seams)), width=5)
    return cut_up
