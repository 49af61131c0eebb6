"""What a batch is made from, read from the store: images by role, and the mimic that paints."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from generation import pixels, store
from generation.models import Recipe
from generation.recipe import MIMIC

if TYPE_CHECKING:
    from generation.mimic import Mimic


@dataclass(frozen=True)
class Inputs:
    """What a batch is made from."""

    images: Mapping[str, Tensor]
    """Per role the images of all recipes, [N, 3, H, W]."""
    mimic: "Mimic | None"
    """Of all of them: those that share a batch share it."""


def read_inputs(recipes: Sequence[Recipe]) -> Inputs:
    """The inputs of recipes of one group, each file read once.

    Raises StoreError where one is lost or damaged, MimicryError for a file that is no mimic.
    """
    keys = {key for recipe in recipes for key in recipe.document["inputs"].values()}
    sources = Recipe.objects.in_bulk(list(keys))
    roles = recipes[0].document["inputs"]
    tensors = {
        key: pixels.read_png(store.get(str(source.image_id)))
        for key, source in sources.items()
        if source.kind != MIMIC
    }
    images = {
        role: torch.cat([tensors[recipe.document["inputs"][role]] for recipe in recipes])
        for role in roles
        if role != MIMIC
    }
    return Inputs(images, _mimic(sources[roles[MIMIC]]) if MIMIC in roles else None)


def _mimic(source: Recipe) -> "Mimic":
    # it needs diffusers, which takes seconds to import: workers without mimics start sooner
    from generation.mimic import Mimic  # noqa: PLC0415

    return Mimic.from_bytes(store.get(str(source.mimic_id)))
