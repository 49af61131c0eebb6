"""The kinds of scene: one file each, a function that lays it out on a sheet."""

from collections.abc import Callable, Mapping

import numpy as np

from generation.sandbox.light import Light
from generation.sandbox.scenes.bridge import bridge
from generation.sandbox.scenes.castle import castle
from generation.sandbox.scenes.field import field
from generation.sandbox.scenes.forest import forest
from generation.sandbox.scenes.garden import garden
from generation.sandbox.scenes.harbour import harbour
from generation.sandbox.scenes.lighthouse import lighthouse
from generation.sandbox.scenes.mountain import mountain
from generation.sandbox.scenes.portrait import portrait
from generation.sandbox.scenes.still_life import still_life
from generation.sandbox.scenes.storm import storm
from generation.sandbox.scenes.street import street
from generation.sandbox.sheet import Sheet

Scene = Callable[[Sheet, Light, np.random.Generator], None]

SCENES: Mapping[str, Scene] = {
    "a harbour": harbour,
    "a forest": forest,
    "a mountain": mountain,
    "a still life": still_life,
    "a portrait": portrait,
    "a street": street,
    "a storm at sea": storm,
    "a field": field,
    "a bridge": bridge,
    "a castle": castle,
    "a garden": garden,
    "a lighthouse": lighthouse,
}
"""By the phrase that names them in captions."""
