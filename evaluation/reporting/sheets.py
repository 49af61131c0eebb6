"""Contact sheets: labelled grids of pictures, as JPEG, from the bytes of stored images. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

PAPER, INK, SOFT = "#ffffff", "#1d1b18", "#5d5850"
MARGIN, GAP, CAPTION, HEADING = 24, 12, 40, 56
TEXT, LARGE = 13, 20
QUALITY = 90


@dataclass(frozen=True)
class Picture:
    """One cell: the image file, and two lines below it."""

    data: bytes
    label: str
    credit: str


@dataclass(frozen=True)
class Sheet:
    """A page of pictures."""

    name: str
    """File name without ending."""
    said: str
    """What it shows, in a sentence: caption and text alternative."""
    jpeg: bytes


def sheet(
    name: str, heading: str, said: str, pictures: Sequence[Picture], *, columns: int, side: int
) -> Sheet:
    """A grid, row by row; each picture fitted into a square of `side` pixels."""
    rows, above = -(-len(pictures) // columns), HEADING if heading else 0
    width = 2 * MARGIN + columns * side + (columns - 1) * GAP
    height = 2 * MARGIN + above + rows * (side + CAPTION + GAP)
    page = Image.new("RGB", (width, height), PAPER)
    pen = ImageDraw.Draw(page)
    pen.text((MARGIN, MARGIN), _fitted(pen, heading, width - 2 * MARGIN, LARGE), INK, _font(LARGE))
    for number, picture in enumerate(pictures):
        left = MARGIN + number % columns * (side + GAP)
        top = MARGIN + above + number // columns * (side + CAPTION + GAP)
        _place(page, pen, picture, (left, top), side)
    file = BytesIO()
    page.save(file, "JPEG", quality=QUALITY, optimize=True)
    return Sheet(name, said, file.getvalue())


def _place(
    page: Image.Image, pen: ImageDraw.ImageDraw, picture: Picture, at: tuple[int, int], side: int
) -> None:
    with Image.open(BytesIO(picture.data)) as opened:
        image = opened.convert("RGB")
    image.thumbnail((side, side), Image.Resampling.LANCZOS)
    page.paste(image, (at[0], at[1] + side - image.height))
    for line, (said, colour) in enumerate(((picture.label, INK), (picture.credit, SOFT))):
        place = (at[0], at[1] + side + 4 + line * (TEXT + 3))
        pen.text(place, _fitted(pen, said, side, TEXT), colour, _font(TEXT))


def _fitted(pen: ImageDraw.ImageDraw, said: str, width: int, size: int) -> str:
    """The text, cut with an ellipsis where it is wider than `width` pixels."""
    if pen.textlength(said, _font(size)) <= width:
        return said
    while said and pen.textlength(said + "…", _font(size)) > width:
        said = said[:-1]
    return said.rstrip() + "…"


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Pillow's own typeface, so that no machine's fonts are needed."""
    return ImageFont.load_default(size)
