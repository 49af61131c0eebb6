"""How a painter paints a sheet: the same steps for each, as strong as the style says."""

import numpy as np
from PIL import Image, ImageFilter

from generation.sandbox import brush, facets, surface
from generation.sandbox.fields import directions
from generation.sandbox.grading import grade
from generation.sandbox.oklab import Floats
from generation.sandbox.sheet import SIDE, Sheet
from generation.sandbox.style import Style

FINISH = 256
"""Side at which surfaces are worked; the marks before are drawn at twice that and averaged."""


def render(sheet: Sheet, style: Style, rng: np.random.Generator) -> Image.Image:
    """The painting, RGB, FINISH × FINISH."""
    image = _simplified(grade(sheet.colour, style), sheet, style)
    if style.facets > 0:
        image = facets.cut(image, style, rng)
    heights = Image.new("L", (SIDE, SIDE), 128)
    image = _touched(image, heights, sheet, style, rng)
    picture = surface.levels(image.reduce(SIDE // FINISH))
    finished = _finished(picture, heights, sheet, style, rng)
    return Image.fromarray((np.clip(finished, 0, 1) * 255 + 0.5).astype(np.uint8))


def _simplified(image: Image.Image, sheet: Sheet, style: Style) -> Image.Image:
    """Fewer shapes, fewer colours, softer edges."""
    if style.flatness > 0:
        image = Image.blend(image, _flat(image, sheet.things), style.flatness)
    if style.simplicity > 0 or style.limited > 0:
        image = _reduced(image, round(6 + 26 * (1 - style.limited)), style.simplicity)
    if style.softness > 0:
        image = image.filter(ImageFilter.GaussianBlur(12 * style.softness))
    return image


def _flat(image: Image.Image, things: Image.Image) -> Image.Image:
    """Each thing in its mean colour."""
    ids = np.asarray(things).ravel()
    colours = np.asarray(image).reshape(-1, 3)
    count = np.maximum(np.bincount(ids, minlength=256), 1)
    mean = np.stack([np.bincount(ids, colours[:, one], 256) / count for one in range(3)], axis=1)
    return Image.fromarray(mean.round().astype(np.uint8)[ids].reshape(SIDE, SIDE, 3))


def _reduced(image: Image.Image, colours: int, simplicity: float) -> Image.Image:
    """`image` in few colours; with `simplicity`, each pixel takes what prevails around it."""
    palette = image.reduce(4).quantize(colours, Image.Quantize.MEDIANCUT)
    if simplicity == 0:
        return image.quantize(palette=palette, dither=Image.Dither.NONE).convert("RGB")
    numbers = np.asarray(image.reduce(2).quantize(palette=palette, dither=Image.Dither.NONE))
    around = ImageFilter.GaussianBlur(1 + 9 * simplicity)
    shares = [
        np.asarray(Image.fromarray((numbers == one).astype(np.uint8) * 255).filter(around))
        for one in range(colours)
    ]
    prevailing = Image.fromarray(np.argmax(shares, axis=0).astype(np.uint8), "P")
    prevailing.putpalette(palette.getpalette() or [])
    return prevailing.convert("RGB").resize((SIDE, SIDE), Image.Resampling.BICUBIC)


def _touched(
    image: Image.Image, heights: Image.Image, sheet: Sheet, style: Style, rng: np.random.Generator
) -> Image.Image:
    """Strokes and dots, each touch taking its colour from the picture below it."""
    painted = image.copy()
    if style.strokes > 0:
        angles = directions(sheet.runs, style.turbulence, rng)
        for fine in (1.0, 0.55):
            touches = brush.strokes(image, angles, style, rng, fine)
            brush.apply(painted, touches, style.strokes, heights)
    if style.dots > 0:
        brush.apply(painted, brush.dots(image, style, rng), style.dots, heights)
    return painted


def _finished(
    picture: Floats, heights: Image.Image, sheet: Sheet, style: Style, rng: np.random.Generator
) -> Floats:
    """Paper, ink, relief and grain, at the finished size."""
    tone = surface.lightness(picture)
    if style.bleed > 0:
        picture = surface.wet(picture, style, rng)
    picture = surface.bare(picture, style)
    if style.hatching > 0:
        picture = surface.inked(picture, surface.hatched(tone, style, rng))
    if style.outline > 0:
        things = sheet.things.resize((FINISH, FINISH), Image.Resampling.NEAREST)
        picture = surface.inked(picture, surface.contours(things, style))
    if style.relief > 0:
        picture = surface.raised(picture, heights, style)
    if style.grain > 0:
        picture = surface.grainy(picture, style, rng)
    return picture
