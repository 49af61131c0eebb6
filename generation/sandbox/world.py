"""The world: who paints what, in which light; the same words and seed give the same bytes."""

import numpy as np
from PIL import Image

from generation.sandbox.light import MOODS, light_of
from generation.sandbox.oklab import Floats
from generation.sandbox.painters import PAINTERS
from generation.sandbox.rendering import FINISH, render
from generation.sandbox.scenes import SCENES
from generation.sandbox.seeding import stream
from generation.sandbox.sheet import Sheet


class WorldError(ValueError):
    """A painter, scene, mood or size the world does not have; the message lists what it has."""


def paint(painter: str, scene: str, mood: str, seed: int, size: int = FINISH) -> Floats:
    """A painting, float32 [3, size, size] in [0, 1] on the 8-bit grid.

    `painter`: a key of `PAINTERS`; `scene`: of `SCENES`; `mood`: one of `MOODS`; `size`: 16 to 256.
    The composition depends on scene and seed alone, so painters can be compared on one motif, and
    hours of the day too. Raises WorldError for anything else.
    """
    _check(painter, scene, mood, size)
    motif = stream("motif", scene, seed)
    sheet, light = Sheet(), light_of(mood, motif)
    SCENES[scene](sheet, light, motif)
    image = render(sheet, PAINTERS[painter].style, stream("hand", painter, scene, mood, seed))
    if size != FINISH:
        image = image.resize((size, size), Image.Resampling.BOX)
    levels = np.asarray(image, dtype=np.float32).transpose(2, 0, 1)
    return np.ascontiguousarray(levels / np.float32(255))


def caption(painter: str, scene: str, mood: str) -> str:
    """The words of a painting: “a harbour at dusk, by Anselm Roux”."""
    _check(painter, scene, mood, FINISH)
    return f"{scene} {mood}, by {PAINTERS[painter].name}"


def _check(painter: str, scene: str, mood: str, size: int) -> None:
    for word, known, kind in (
        (painter, tuple(PAINTERS), "painter"),
        (scene, tuple(SCENES), "scene"),
        (mood, MOODS, "mood"),
    ):
        if word not in known:
            raise WorldError(
                f"There is no {kind} “{word}” in the sandbox; there are: {', '.join(known)}."
            )
    if not 16 <= size <= FINISH:
        raise WorldError(
            f"The sandbox paints from 16 to {FINISH} pixels a side (asked for: {size})."
        )
