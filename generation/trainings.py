"""What a mimic learnt from, for its page: pictures in order, captions, what was done to them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from generation.loss_chart import LossChart, draw
from generation.models import Artwork, Recipe
from generation.recipe import ARTWORK, CAPTIONS, training_keys

CLOAKS = "protection"
"""The kind of step that makes a training picture a cloaked one."""


@dataclass(frozen=True)
class TrainingPicture:
    """One picture that a mimic learns from."""

    number: int
    """From 1."""
    recipe: Recipe
    caption: str
    artwork: Artwork | None
    """What it shows."""
    steps: Sequence[Recipe]
    """What was done to it since it was a working copy: protections, purifications, in order."""

    @property
    def cloaked(self) -> bool:
        """Whether its artist protected it."""
        return any(step.kind == CLOAKS for step in self.steps)


@dataclass(frozen=True)
class Training:
    """One mimic's training."""

    pictures: Sequence[TrainingPicture]
    settings: Mapping[str, Any]
    """Of the method, without the captions."""
    losses: LossChart | None
    """None before it is over."""

    @property
    def sheet_prompts(self) -> Sequence[str]:
        """What its sample sheets show, from left to right."""
        template = str(self.settings.get("prompt", "{caption}"))
        told = [template.replace("{caption}", picture.caption) for picture in self.pictures]
        return list(dict.fromkeys(told))[:4]

    @property
    def cloaked(self) -> int:
        """How many of the pictures are cloaked."""
        return sum(picture.cloaked for picture in self.pictures)

    @property
    def painters(self) -> Sequence[str]:
        """Whose pictures they are, each once."""
        known = [picture.artwork.painter for picture in self.pictures if picture.artwork]
        return list(dict.fromkeys(known))


def training(recipe: Recipe) -> Training:
    """The training of the mimic that `recipe` makes, made or not."""
    settings = recipe.document["settings"]
    keys = training_keys(recipe.document)
    recipes = _chains(keys)
    artworks = _artworks(recipes.values())
    pictures = [
        _picture(number, key, caption, recipes, artworks)
        for number, (key, caption) in enumerate(zip(keys, settings[CAPTIONS], strict=True), start=1)
    ]
    plain = {name: value for name, value in settings.items() if name != CAPTIONS}
    points = recipe.mimic.record.get("losses", []) if recipe.mimic else []
    return Training(pictures, plain, draw(points))


def _picture(
    number: int,
    key: str,
    caption: str,
    recipes: Mapping[str, Recipe],
    artworks: Mapping[str, Artwork],
) -> TrainingPicture:
    chain = [recipes[key]]
    while "image" in chain[-1].document["inputs"]:
        chain.append(recipes[chain[-1].document["inputs"]["image"]])
    done = [step for step in reversed(chain) if step.kind not in {ARTWORK, "preparation"}]
    return TrainingPicture(
        number=number,
        recipe=recipes[key],
        caption=caption,
        artwork=artworks.get(str(chain[-1].image_id)),
        steps=done,
    )


def _chains(keys: Sequence[str]) -> dict[str, Recipe]:
    """The recipes of `keys` and those at the end of their `image` inputs, down to the artworks."""
    found: dict[str, Recipe] = {}
    wanted = set(keys)
    while wanted:
        found.update(Recipe.objects.select_related("image").in_bulk(list(wanted)))
        inputs = [found[key].document["inputs"] for key in wanted]
        wanted = {given["image"] for given in inputs if "image" in given} - found.keys()
    return found


def _artworks(recipes: Iterable[Recipe]) -> dict[str, Artwork]:
    images = [recipe.image_id for recipe in recipes if recipe.kind == ARTWORK]
    return {artwork.image_id: artwork for artwork in Artwork.objects.filter(image__in=images)}
