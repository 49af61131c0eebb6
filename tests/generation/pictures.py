"""Picture files for tests: ordinary, unusual and hostile ones, made from nothing."""

import io
import struct
import zlib
from typing import Any

import numpy as np
from PIL import Image

GRADIENT = np.stack(np.meshgrid(np.arange(24) * 10, np.arange(16) * 16), axis=-1).astype(np.uint8)


def picture(width: int = 24, height: int = 16, seed: int = 0) -> Image.Image:
    """A small picture that no other seed gives."""
    rng = np.random.default_rng(seed)
    return Image.fromarray(rng.integers(0, 256, (height, width, 3), dtype=np.uint8))


def encoded(image: Image.Image, format_name: str = "PNG", **options: Any) -> bytes:
    """The picture as the bytes of a file."""
    buffer = io.BytesIO()
    image.save(buffer, format_name, **options)
    return buffer.getvalue()


def chunk(kind: bytes, data: bytes) -> bytes:
    """One chunk of a PNG file."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def raw_png(
    width: int, height: int, rows: bytes, *, depth: int = 8, colour: int = 2, extra: bytes = b""
) -> bytes:
    """A PNG file from its header's numbers and its filtered rows."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + extra
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def png_16(values: np.ndarray[Any, Any], colour: int) -> bytes:
    """A 16-bit PNG of an array [H, W, C]; `colour` as in the PNG header (0 grey, 2 RGB, 6 RGBA)."""
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in values)
    return raw_png(values.shape[1], values.shape[0], rows, depth=16, colour=colour)


def tiff_16(values: np.ndarray[Any, Any], order: str) -> bytes:
    """An uncompressed 16-bit RGB TIFF of an array [H, W, 3]; `order` is < (little) or > (big)."""
    height, width, _ = values.shape
    pixels = values.astype(f"{order}u2").tobytes()
    entries = [
        (256, 4, 1, width), (257, 4, 1, height), (258, 3, 3, 8 + len(pixels)), (259, 3, 1, 1),
        (262, 3, 1, 2), (273, 4, 1, 8), (277, 3, 1, 3), (278, 4, 1, height),
        (279, 4, 1, len(pixels)),
    ]  # fmt: skip
    start = 8 + len(pixels) + 6
    table = struct.pack(f"{order}H", len(entries))
    for tag, kind, count, value in entries:
        short = kind == 3 and count == 1
        packed = struct.pack(f"{order}HH", value, 0) if short else struct.pack(f"{order}I", value)
        table += struct.pack(f"{order}HHI", tag, kind, count) + packed
    mark = b"II*\0" if order == "<" else b"MM\0*"
    return (
        mark
        + struct.pack(f"{order}I", start)
        + pixels
        + struct.pack(f"{order}HHH", 16, 16, 16)
        + table
        + struct.pack(f"{order}I", 0)
    )


def _fixed(*values: float) -> bytes:
    return b"".join(struct.pack(">i", round(value * 65536)) for value in values)


def profile(space: bytes, pcs: bytes, tags: dict[bytes, bytes], kind: bytes = b"mntr") -> bytes:
    """An ICC profile, version 2.1 (ICC.1:1998-09), from its tags."""
    name = b"test profile\0"
    described = b"desc\0\0\0\0" + struct.pack(">I", len(name)) + name + bytes(78)
    white = b"XYZ \0\0\0\0" + _fixed(0.9642, 1.0, 0.8249)
    tags = {b"desc": described, b"wtpt": white, b"cprt": b"text\0\0\0\0none\0", **tags}
    offset, table, body = 128 + 4 + 12 * len(tags), struct.pack(">I", len(tags)), b""
    for tag, data in tags.items():
        padded = data + bytes(-len(data) % 4)
        table += tag + struct.pack(">II", offset + len(body), len(data))
        body += padded
    head = struct.pack(">I", offset + len(body)) + bytes(4) + b"\x02\x10\0\0" + kind + space + pcs
    head += struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp" + bytes(24) + bytes(4)
    head += _fixed(0.9642, 1.0, 0.8249) + bytes(48)
    return head + table + body


def swapped_profile(exponent: float = 2.2) -> bytes:
    """An RGB profile whose red is sRGB's green and whose green is sRGB's red."""
    red, green, blue = (0.4360, 0.2225, 0.0139), (0.3851, 0.7169, 0.0971), (0.1431, 0.0606, 0.7141)
    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(exponent * 256)) + b"\0\0"
    colours = zip((b"rXYZ", b"gXYZ", b"bXYZ"), (green, red, blue), strict=True)
    tags = {tag: b"XYZ \0\0\0\0" + _fixed(*colour) for tag, colour in colours}
    return profile(b"RGB ", b"XYZ ", {**tags, b"rTRC": curve, b"gTRC": curve, b"bTRC": curve})


def grey_profile(exponent: float = 1.0) -> bytes:
    """A grey profile with a gamma curve."""
    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(exponent * 256)) + b"\0\0"
    return profile(b"GRAY", b"XYZ ", {b"kTRC": curve})


def cmyk_profile() -> bytes:
    """A CMYK profile in which any cyan gives pure white and none gives black."""
    identity = bytes(range(256))
    corners = [(255 if c else 0, 128, 128) for c in (0, 1) for _ in range(8)]
    grid = b"".join(bytes(corner) for corner in corners)
    lut = b"mft1\0\0\0\0" + bytes([4, 3, 2, 0]) + _fixed(1, 0, 0, 0, 1, 0, 0, 0, 1)
    lut += identity * 4 + grid + identity * 3
    return profile(b"CMYK", b"Lab ", {b"A2B0": lut, b"A2B1": lut}, kind=b"prtr")


def bomb_png(width: int = 100_000, height: int = 100_000) -> bytes:
    """A few hundred bytes that claim to be a very large picture."""
    return raw_png(width, height, b"\0" * 100)


def text_bomb_png(megabytes: int = 64) -> bytes:
    """A small picture with a text chunk that unpacks to `megabytes`."""
    text = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(megabytes << 20)))
    return raw_png(1, 1, b"\0\1\2\3", extra=text)


def profile_bomb_png(megabytes: int = 64) -> bytes:
    """A small picture with a colour profile that unpacks to `megabytes`."""
    text = chunk(b"iCCP", b"profile\0\0" + zlib.compress(bytes(megabytes << 20)))
    return raw_png(1, 1, b"\0\1\2\3", extra=text)
