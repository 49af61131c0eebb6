"""Paintings of known style, to fit the ruler on: painters' own, styles between, worn copies."""

import io
from collections.abc import Iterator

import numpy as np
from PIL import Image, ImageFilter

from generation.sandbox.light import MOODS, light_of
from generation.sandbox.oklab import Floats
from generation.sandbox.painters import PAINTERS
from generation.sandbox.rendering import render
from generation.sandbox.ruler import Ruler, Vectors, fit_traits
from generation.sandbox.scenes import SCENES
from generation.sandbox.seeding import stream
from generation.sandbox.sheet import Sheet
from generation.sandbox.style import PARAMETERS, Style
from generation.sandbox.traits import traits


def known_styles(count: int, seed: int, size: int = 256) -> Iterator[tuple[Floats, Vectors]]:
    """`count` pairs of a picture [3, size, size] in [0, 1] and its style vector [P].

    Two in three are by a painter, the others in a style between two painters; half of all are worn.
    """
    rng = stream("ruler", seed)
    keys, scenes = list(PAINTERS), list(SCENES)
    for number in range(count):
        own = PAINTERS[keys[number % len(keys)]].style
        other = PAINTERS[keys[int(rng.integers(len(keys)))]].style
        style = own if number // len(keys) % 3 else between(own, other, rng)
        scene, mood = scenes[int(rng.integers(len(scenes)))], MOODS[int(rng.integers(len(MOODS)))]
        image = _painted(style, scene, mood, rng).resize((size, size), Image.Resampling.BOX)
        worn = wear(image, rng) if rng.random() < 0.5 else image
        yield (
            np.asarray(worn, dtype=np.float32).transpose(2, 0, 1) / np.float32(255),
            style.vector(),
        )


def fit_ruler(count: int = 3000, seed: int = 1, size: int = 256) -> Ruler:
    """The ruler fitted on `count` of them: with these defaults, the one that is shipped.

    One picture is held at a time; about a tenth of a second each.
    """
    found, vectors = [], []
    for image, vector in known_styles(count, seed, size):
        found.append(traits(image[None])[0])
        vectors.append(vector)
    return fit_traits(np.stack(found), np.stack(vectors), size)


def between(left: Style, right: Style, rng: np.random.Generator) -> Style:
    """A style on the way from `left` to `right`, each parameter somewhere else on it."""
    share = np.clip(rng.uniform() + rng.normal(0, 0.15, len(PARAMETERS)), 0, 1)
    mixed = left.vector() * (1 - share) + right.vector() * share
    return Style(**dict(zip(PARAMETERS, mixed.tolist(), strict=True)))


def wear(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """What networks, files and cloaks do to pictures: blur, JPEG, noise or lost resolution."""
    kind = int(rng.integers(4))
    if kind == 0:
        return image.filter(ImageFilter.GaussianBlur(float(rng.uniform(0.4, 1.3))))
    if kind == 1:
        held = io.BytesIO()
        image.save(held, "JPEG", quality=int(rng.integers(30, 90)))
        return Image.open(held).convert("RGB")
    if kind == 2:
        levels = np.asarray(image, dtype=np.float32)
        noise = rng.standard_normal(levels.shape, dtype=np.float32) * float(rng.uniform(2, 9))
        return Image.fromarray(np.clip(levels + noise + 0.5, 0, 255).astype(np.uint8))
    small = image.reduce(2)
    return small.resize(image.size, Image.Resampling.BICUBIC)


def _painted(style: Style, scene: str, mood: str, rng: np.random.Generator) -> Image.Image:
    sheet = Sheet()
    SCENES[scene](sheet, light_of(mood, rng), rng)
    return render(sheet, style, rng)
