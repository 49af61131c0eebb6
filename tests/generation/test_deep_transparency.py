"""One colour of a 16-bit PNG may stand for transparency (tRNS): compared with all 16 bits."""

import struct

import numpy as np
import pytest

from generation.originals import decode
from tests.generation.pictures import chunk, raw_png

CLEAR = 0x1234
NEARLY = 0x1235
"""As dark in 8 bits, and opaque."""


@pytest.mark.parametrize(("colour", "channels"), [(0, 1), (2, 3)])
def test_the_transparent_colour_of_16_bits_is_flattened_on_white(
    colour: int, channels: int
) -> None:
    values = np.full((2, 3, channels), 0x8000)
    values[0, 0] = CLEAR
    values[1, 2] = CLEAR
    values[1, 2, -1] = NEARLY
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in values)
    clear = chunk(b"tRNS", struct.pack(f">{channels}H", *[CLEAR] * channels))
    original = decode(raw_png(3, 2, rows, depth=16, colour=colour, extra=clear), "a.png")
    assert "transparency flattened on white" in original.notes
    assert "16 bits a channel, rounded to 8" in original.notes
    expected = np.rint(values / 257).astype(np.uint8)
    expected[0, 0] = 255
    assert np.array_equal(np.asarray(original.image), np.broadcast_to(expected, (2, 3, 3)))
