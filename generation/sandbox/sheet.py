"""The sheet a scene is laid out on: colour, which thing is where, and which way forms run."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from generation.sandbox.light import Rgb
from generation.sandbox.outlines import Outline

SIDE = 512
"""Pixels a side while a picture is made: twice what is usually shown, so edges come out smooth."""


class Sheet:
    """Things are laid one over another, far ones first.

    `colour` RGB, `things` L (a number for each thing) and `runs` L (direction of the form: an
    angle in [0, π) as 0..255), each SIDE × SIDE.
    """

    def __init__(self) -> None:
        self.colour = Image.new("RGB", (SIDE, SIDE))
        self.things = Image.new("L", (SIDE, SIDE))
        self.runs = Image.new("L", (SIDE, SIDE))
        self._pens = [ImageDraw.Draw(one) for one in (self.colour, self.things, self.runs)]
        self._thing = 0

    def lay(
        self,
        outline: Outline,
        colour: Rgb,
        low: Rgb | None = None,
        *,
        run: float = 0.0,
        part: bool = False,
    ) -> None:
        """Lay a shape of `colour`, shading to `low` at its foot.

        `run`: the direction of its form in radians. `part`: it belongs to the thing laid before.
        """
        if not part:
            self._thing = self._thing % 254 + 1
        corners = (outline * SIDE).reshape(-1).tolist()
        if low is None:
            self._pens[0].polygon(corners, fill=_levels(colour))
        else:
            self._shade(outline, corners, colour, low)
        self._pens[1].polygon(corners, fill=self._thing)
        self._pens[2].polygon(corners, fill=int(run % np.pi / np.pi * 255))

    def _shade(self, outline: Outline, corners: list[float], colour: Rgb, low: Rgb) -> None:
        """Fill with a vertical gradient, within the bounding box."""
        left, top = np.clip(np.floor(outline.min(axis=0) * SIDE), 0, SIDE - 1).astype(int).tolist()
        right, foot = np.clip(np.ceil(outline.max(axis=0) * SIDE) + 1, 1, SIDE).astype(int).tolist()
        if right <= left or foot <= top:
            return
        steps = np.linspace(0, 1, foot - top)[:, None]
        ramp = np.array(colour) * (1 - steps) + np.array(low) * steps
        strip = Image.fromarray(_eight_bits(ramp)[:, None, :]).resize((right - left, foot - top))
        mask = Image.new("L", strip.size)
        moved = (np.array(corners).reshape(-1, 2) - (left, top)).reshape(-1).tolist()
        ImageDraw.Draw(mask).polygon(moved, fill=255)
        self.colour.paste(strip, (left, top), mask)


def _levels(colour: Rgb) -> tuple[int, int, int]:
    red, green, blue = (round(255 * min(max(one, 0.0), 1.0)) for one in colour)
    return red, green, blue


def _eight_bits(
    values: NDArray[np.float64],
) -> NDArray[np.uint8]:
    return (np.clip(values, 0, 1) * 255 + 0.5).astype(np.uint8)
