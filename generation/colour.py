"""Any picture Pillow reads, as 8-bit sRGB on white: depth, profile and transparency, said once.

Each function takes a loaded picture and a list of notes, to which it adds a sentence for whatever
it changed. Pure: knows no Django and no torch.
"""

import io
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageFile

ROUNDED = "16 bits a channel, rounded to 8"
GREY_16 = ("I;16", "I;16L", "I;16B", "I;16N")
SWAPPED = {"B": "L", "L": "B", "N": "L" if sys.byteorder == "big" else "B"}
"""The other byte order, as Pillow's raw modes name them (big, little, native)."""
BAND = 256
PROFILE_LIMIT = 4 * 1024 * 1024
COLOUR_SPACES = {"RGB": "RGB", "L": "GRAY", "CMYK": "CMYK"}
TRANSPARENT = ("RGBA", "LA", "PA", "La", "RGBa")


class ColourError(ValueError):
    """Pixels whose meaning cannot be known; the message says what to do."""


def to_srgb(image: Image.Image, notes: list[str]) -> Image.Image:
    """RGB, 8 bits, sRGB, on white, without metadata; raises ColourError."""
    profile = _profile(image)
    plain, alpha = _split(_eight_bits(image, notes), notes)
    colours = _through_profile(plain, profile, notes)
    if colours.mode == "CMYK":
        notes.append("CMYK without a profile, converted by formula: colours are approximate")
    return _bare(_on_white(colours.convert("RGB"), alpha, notes))


def _eight_bits(image: Image.Image, notes: list[str]) -> Image.Image:
    if image.mode in GREY_16:
        notes.append(ROUNDED)
        return _rounded_grey(np.asarray(image.convert("I")), image.info.get("transparency"))
    if image.mode in ("I", "F"):
        raise ColourError(
            "Its pixels are 32-bit numbers without a stated range; save it with 8 or 16 bits."
        )
    if image.mode in ("LAB", "HSV"):
        raise ColourError(f"Its colours are {image.mode}; save it as RGB.")
    return image


def _rounded_grey(values: NDArray[Any], clear: int | None) -> Image.Image:
    """L, or LA where one of the 16-bit values, `clear`, stands for transparency (PNG's tRNS)."""
    grey = Image.fromarray(_rounded(values))
    if clear is None:
        return grey
    return Image.merge("LA", (grey, Image.fromarray(_opaque(values != clear))))


def _split(image: Image.Image, notes: list[str]) -> tuple[Image.Image, Image.Image | None]:
    """Colours in RGB, L or CMYK, and the alpha channel where there is one."""
    if image.mode in TRANSPARENT or "transparency" in image.info:
        whole = image.convert("RGBA")
        return whole.convert("RGB"), whole.getchannel("A")
    if image.mode in COLOUR_SPACES:
        return image, None
    if image.mode == "P":
        notes.append("palette, converted to RGB")
    return image.convert("L" if image.mode == "1" else "RGB"), None


def _profile(image: Image.Image) -> bytes:
    profile = image.info.get("icc_profile") or b""
    if len(profile) > PROFILE_LIMIT:
        raise ColourError(
            f"Its colour profile has {len(profile) / 1e6:.0f} MB; save it with an sRGB profile."
        )
    return bytes(profile)


def _through_profile(image: Image.Image, profile: bytes, notes: list[str]) -> Image.Image:
    if not profile:
        return image
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        name = ImageCms.getProfileDescription(source).strip()
        space = source.profile.xcolor_space.strip()
        if space != COLOUR_SPACES[image.mode]:
            notes.append(f"colour profile “{name}” is for {space}: ignored")
            return image
        if name.startswith("sRGB"):
            return image
        converted = _convert(image, source)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError) as error:
        notes.append(f"colour profile cannot be read ({error}): taken as sRGB")
        return image
    notes.append(f"colour profile “{name}” converted to sRGB")
    return converted


def _convert(image: Image.Image, source: ImageCms.ImageCmsProfile) -> Image.Image:
    converted = ImageCms.profileToProfile(
        image,
        source,
        ImageCms.createProfile("sRGB"),
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
        outputMode="RGB",
        flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )
    assert converted is not None  # None only for inPlace
    return converted


def _on_white(image: Image.Image, alpha: Image.Image | None, notes: list[str]) -> Image.Image:
    if alpha is None or alpha.getextrema() == (255, 255):
        return image
    notes.append("transparency flattened on white")
    return Image.composite(image, Image.new("RGB", image.size, "white"), alpha)


def _bare(image: Image.Image) -> Image.Image:
    """The pixels alone: a new picture knows nothing of the old one's metadata."""
    return Image.frombytes("RGB", image.size, image.tobytes())


def load_deep(data: bytes, image: ImageFile.ImageFile, notes: list[str]) -> Image.Image:
    """An open picture, loaded; where it has 16 bits a colour, rounded to 8.

    Pillow keeps the upper byte of each 16-bit value, which darkens by half a level. Read a second
    time with the byte order swapped it keeps the lower byte; both together are the value.
    """
    modes = [_raw_mode(tile) for tile in image.tile]
    if image.mode in GREY_16 or not any(";16" in mode for mode in modes):
        image.load()
        return image
    if not all(mode[:-1] == f"{image.mode};16" for mode in modes):
        notes.append("16 bits a channel, of which the upper 8 are kept")
        image.load()
        return image
    with Image.open(io.BytesIO(data), formats=[image.format or ""]) as again:
        again.tile = [_swapped(tile) for tile in again.tile]
        lower = np.asarray(again)
    notes.append(ROUNDED)
    upper, info = np.asarray(image), dict(image.info)
    whole = Image.fromarray(_joined(upper, lower))
    clear = info.pop("transparency", None)  # of 16 bits, which Pillow would compare with 8
    if clear is not None:
        whole.putalpha(Image.fromarray(_opaque(_differs(upper, lower, clear))))
    whole.info = info
    return whole


def _raw_mode(tile: Any) -> str:
    args = tile.args if isinstance(tile.args, tuple) else (tile.args,)
    return str(args[0]) if args else ""


def _swapped(tile: Any) -> Any:
    mode = _raw_mode(tile)
    swapped = mode[:-1] + SWAPPED[mode[-1]]
    return tile._replace(
        args=(swapped, *tile.args[1:]) if isinstance(tile.args, tuple) else swapped
    )


def _joined(upper: NDArray[np.uint8], lower: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Two bytes a value, rounded to one; in bands of rows, since whole values take eight times."""
    made = np.empty_like(upper)
    for top in range(0, len(upper), BAND):
        rows = slice(top, top + BAND)
        made[rows] = _rounded(upper[rows].astype(np.uint32) * 256 + lower[rows])
    return made


def _differs(
    upper: NDArray[np.uint8], lower: NDArray[np.uint8], clear: Sequence[int]
) -> NDArray[np.bool_]:
    """Where any of the 16-bit values is not the one of the transparent colour."""
    high, low = (np.array(clear) // 256).astype(np.uint8), (np.array(clear) % 256).astype(np.uint8)
    differs: NDArray[np.bool_] = ((upper != high) | (lower != low)).any(axis=-1)
    return differs


def _opaque(there: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """An alpha channel."""
    return there.astype(np.uint8) * np.uint8(255)


def _rounded(values: NDArray[Any]) -> NDArray[np.uint8]:
    """0 … 65535 to 0 … 255, to the nearest."""
    return ((values.astype(np.uint32) * 255 + 32767) // 65535).astype(np.uint8)
