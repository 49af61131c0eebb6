"""What a draft holds, drawn up from the experiment file and its collection, recipes included."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from config.plugins import PluginFolder
from generation.models import Artwork, Collection
from generation.progress import Progress
from generation.recipe import Step
from studies import protocol, targets
from studies.designs.selection import Picture, SelectionError
from studies.layout import Layout, Placed, lay_out
from studies.protocol import Experiment
from studies.queries import item_record
from studies.stimuli import Recipes, Targets


@dataclass(frozen=True)
class Draft:
    """Conditions, items and the recipe of every picture; nothing of it is stored yet."""

    experiment: Experiment
    layout: Layout
    targets: Targets
    steps: Mapping[int, Mapping[str, Step]]
    """Position of the item → slot → recipe."""

    @property
    def drawn(self) -> dict[str, Any]:
        """What was drawn, as plain JSON values, to be kept with the protocol."""
        return {
            "targets": [
                {"protection": label, "artist": artist, "painter": to.painter, "image": to.image}
                for (label, artist), to in self.targets.items()
            ],
            "practice": [
                {"item": item.position, "artwork": item.artwork.sha256, **item.cell}
                for item in self.layout.items
                if item.practice
            ],
        }

    @property
    def design(self) -> dict[str, Any]:
        """The same as `queries.design` gives once the draft is stored."""
        return {
            "drawn": self.drawn,
            "conditions": list(self.layout.conditions),
            "items": [
                item_record(
                    item.position,
                    item.condition,
                    item.artwork.sha256,
                    {slot: step.key for slot, step in self.steps[item.position].items()},
                )
                for item in self.layout.items
            ],
        }


def read_checked(text: str) -> Experiment:
    """The experiment in `text`, checked against every catalogue; raises ProtocolError."""
    return protocol.read(text, PluginFolder(settings.ANALYSES))


class MissingCollection(SelectionError):
    """The collection is not imported (yet)."""


def collection_of(experiment: Experiment) -> Sequence[Picture]:
    """All artworks of the experiment's collection; raises MissingCollection where there is none."""
    slug = experiment.stimuli.collection
    artworks = Artwork.objects.filter(collection__slug=slug).order_by("pk")
    pictures = [Picture(*row) for row in artworks.values_list("pk", "painter", "image")]
    if not pictures:
        known = ", ".join(Collection.objects.values_list("slug", flat=True)) or "none"
        raise MissingCollection(
            f"There is no collection “{slug}” with artworks (there are: {known}):"
            " import it first with “manage.py collection import”."
        )
    return pictures


def draw_up(experiment: Experiment, progress: Progress) -> Draft:
    """The draft of a checked experiment.

    Loads the autoencoder (so: in commands and workers only) where target styles are drawn by
    distance. Raises SelectionError, TargetError or NetworkUnavailable, each with a sentence.
    """
    artworks = collection_of(experiment)
    layout = lay_out(experiment, artworks)
    styles = targets.choose(experiment, layout, artworks, progress)
    recipes = Recipes(experiment, styles, settings.NETWORKS_DIR)
    steps = {item.position: _steps(recipes, item) for item in layout.items}
    return Draft(experiment, layout, styles, steps)


def _steps(recipes: Recipes, item: Placed) -> Mapping[str, Step]:
    return recipes.item(item.artwork.sha256, item.artwork.painter, item.cell)
