"""Pictures as they come from outside, made safe: upright, 8-bit sRGB, on white, no metadata.

Files come from anywhere. Whatever is wrong with one (damaged, enormous, not a picture, animated)
ends in one exception with one sentence, and nothing else ever comes out of `decode`.
Pure: knows no Django and no torch.
"""

import io
import warnings
from dataclasses import dataclass
from pathlib import PurePath

from PIL import ExifTags, Image, ImageFile, UnidentifiedImageError

from generation.colour import ColourError, load_deep, to_srgb

MAX_PIXELS = 80_000_000
"""Default limit of width × height (Pillow itself gives up at 179 million)."""

SUFFIXES = {
    "PNG": (".png",),
    "JPEG": (".jpg", ".jpeg", ".jpe", ".jfif"),
    "MPO": (".jpg", ".jpeg", ".jpe", ".mpo"),
    "WEBP": (".webp",),
    "TIFF": (".tif", ".tiff"),
    "AVIF": (".avif",),
    "BMP": (".bmp", ".dib"),
    "GIF": (".gif",),
}
"""What is read, and how such files are named."""

READERS = [name for name in SUFFIXES if name != "MPO"]
"""Pillow's readers; MPO (several JPEG views in one file) comes through JPEG's."""

SIGNATURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"II*\0", b"MM\0*", b"BM")
"""How the files start that are read here."""

TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What undoes each EXIF orientation (EXIF 2.32, tag 0x0112)."""

NAMES = "PNG, JPEG, WebP, TIFF, AVIF, BMP or GIF"

OTHERS = {
    b"<svg": "an SVG drawing",
    b"%PDF": "a PDF document",
    b"8BPS": "a Photoshop document",
    b"ftyphei": "a HEIC photograph",
    b"ftypmif1": "a HEIC photograph",
    b"\xff\x4f\xff\x51": "a JPEG 2000 picture",
    b"\x00\x00\x00\x0cjP  ": "a JPEG 2000 picture",
}
"""What else is often found in folders of pictures, by what stands near the start of the file."""


class UnreadableImage(ValueError):
    """A file that cannot become a picture here; the message is one sentence that says why."""


@dataclass(frozen=True)
class Original:
    """A picture from outside, normalised: RGB, 8 bits, sRGB, upright, on white, no metadata."""

    image: Image.Image
    notes: list[str]
    """What was changed to get there, a short sentence each."""


def decode(data: bytes, name: str, max_pixels: int = MAX_PIXELS) -> Original:
    """The picture in a file's bytes; `name` is only compared with what the file really is.

    Raises UnreadableImage, and nothing else, for whatever the bytes may be.
    """
    notes: list[str] = []
    with warnings.catch_warnings(record=True) as spoken:
        warnings.simplefilter("always")
        try:
            image = _decode(data, name, max_pixels, notes)
        except (UnreadableImage, ColourError) as error:
            raise UnreadableImage(str(error)) from error
        except Exception as error:  # readers of damaged files raise nearly anything
            raise UnreadableImage(f"The file is damaged or cut short ({_words(error)}).") from error
    notes.extend(dict.fromkeys(f"reader's warning: {warning.message}" for warning in spoken))
    return Original(image, notes)


def encode_png(image: Image.Image) -> bytes:
    """An RGB picture as PNG: the same bytes for the same pixels, no metadata.

    Level 3 takes a third of the time of zlib's usual 6 and 4 % more bytes (paintings of 2 MB).
    """
    buffer = io.BytesIO()
    image.save(buffer, format="PNG", compress_level=3)
    return buffer.getvalue()


def _decode(data: bytes, name: str, max_pixels: int, notes: list[str]) -> Image.Image:
    if not data:
        raise UnreadableImage("The file is empty (0 bytes).")
    with _open(data) as image:
        _check_size(image, max_pixels)
        _check_frames(image, notes)
        _check_suffix(image, name, notes)
        upright = _upright(load_deep(data, image, notes), notes)
        return to_srgb(upright, notes)


def _open(data: bytes) -> ImageFile.ImageFile:
    try:
        return Image.open(io.BytesIO(data), formats=READERS)
    except UnidentifiedImageError:
        if data.startswith(SIGNATURES):
            raise UnreadableImage("The file is damaged: its header cannot be read.") from None
        found = next((what for mark, what in OTHERS.items() if mark in data[:512]), "")
        said = f"This is {found}" if found else "This is not a picture that can be read"
        raise UnreadableImage(f"{said}; save it as {NAMES}.") from None
    except Image.DecompressionBombError:
        raise UnreadableImage("It has more pixels than any painting; save it smaller.") from None


def _check_size(image: Image.Image, max_pixels: int) -> None:
    """Before anything is unpacked: the size stands in the file's header."""
    width, height = image.size
    if width * height > max_pixels:
        raise UnreadableImage(
            f"It has {width} × {height} pixels, more than the {max_pixels / 1e6:g} million"
            " allowed (MAX_MEGAPIXELS); save it smaller."
        )


def _check_frames(image: Image.Image, notes: list[str]) -> None:
    frames = getattr(image, "n_frames", 1)
    if image.format == "MPO":
        notes.append("holds further views: the first was taken")
    elif frames > 1:
        what = "pages" if image.format == "TIFF" else "frames: it is animated"
        raise UnreadableImage(f"It holds {frames} {what}; save the one you mean as a file.")


def _check_suffix(image: Image.Image, name: str, notes: list[str]) -> None:
    suffix = PurePath(name).suffix.lower()
    if suffix not in SUFFIXES[image.format or ""]:
        notes.append(f"named “{suffix or PurePath(name).name}”, but is a {image.format} file")


def _upright(image: Image.Image, notes: list[str]) -> Image.Image:
    """Turned as its EXIF orientation says (Pillow turns TIFF files itself)."""
    try:
        turn = TURNS.get(image.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:  # EXIF is a small file format of its own, and as often damaged
        notes.append("EXIF cannot be read: taken as upright")
        return image
    if turn is None:
        return image
    notes.append("turned upright")
    turned = image.transpose(turn)
    turned.info = dict(image.info)
    return turned


def _words(error: Exception) -> str:
    text = " ".join(str(error).split()).rstrip(".")
    return text[:120] or type(error).__name__
