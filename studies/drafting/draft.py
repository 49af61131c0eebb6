"""What a draft holds, drawn up from the experiment file and its collection, recipes included."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings

from config.plugins import PluginFolder
from generation.models import Artwork, Collection
from generation.networks import NetworkUnavailable, identify
from generation.networks.prompt_lengths import refuse_long
from generation.progress import Progress
from generation.recipe import Step, digest
from generation.refusals import PromptError
from studies import protocol
from studies.designs.selection import Picture, SelectionError
from studies.drafting import targets
from studies.drafting.exhibitions import trial_kind
from studies.drafting.layout import Layout, Placed, lay_out
from studies.drafting.rehearsals import refuse_unmet
from studies.drafting.stimuli import Recipes, Target, Targets
from studies.models import Protocol
from studies.protocol import Experiment
from studies.queries import item_record


@dataclass(frozen=True)
class Draft:
    """Conditions, items and the recipe of every picture; nothing of it is stored yet."""

    experiment: Experiment
    layout: Layout
    targets: Targets
    steps: Mapping[int, Mapping[str, Step]]
    """Position of the item → slot → recipe."""
    sources_sha256: str
    """Hash over what targets are drawn from: pictures of the collection, and the autoencoder."""

    def conditions_of(self, item: Placed) -> dict[str, int]:
        """Slot → position of the condition that made it, where the item compares several."""
        positions = [position for position, _ in item.compared]
        slots = trial_kind(self.experiment).slots if any(positions) else ()
        return {
            slot.name: position
            for slot in slots
            if slot.shows == "condition" and (position := positions[slot.alternative])
        }

    @property
    def drawn(self) -> dict[str, Any]:
        """What was drawn, as plain JSON values, to be kept with the protocol."""
        return {
            "from": self.sources_sha256,
            "targets": [
                {"protection": label, "artist": artist, **asdict(to)}
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
                    item.artwork.sha256 or None,
                    {slot: step.key for slot, step in self.steps[item.position].items()},
                    self.conditions_of(item),
                    (item.gold, item.expected),
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
    if not experiment.stimuli.pictured:
        return []
    artworks = Artwork.objects.filter(collection__slug=slug).order_by("pk")
    pictures = [_picture(artwork) for artwork in artworks]
    if not pictures:
        known = ", ".join(Collection.objects.values_list("slug", flat=True)) or "none"
        raise MissingCollection(
            f"There is no collection “{slug}” with artworks (there are: {known}):"
            " import it first with “manage.py collection import”."
        )
    return pictures


def _picture(artwork: Artwork) -> Picture:
    said = {"title": artwork.title, "painter": artwork.painter, "year": artwork.year}
    record = {**artwork.notes.get("columns", {}), **said}
    return Picture(artwork.pk, artwork.painter, artwork.image_id, record)


def draw_up(experiment: Experiment, stored: Protocol | None, progress: Progress) -> Draft:
    """The draft of a checked experiment.

    Target styles that are `stored` already are taken over where nothing they depend on changed.
    Otherwise, where they are drawn by distance, the autoencoder is loaded (so: in commands and
    workers only). Raises SelectionError, TargetError or NetworkUnavailable, each with a sentence.
    """
    artworks = collection_of(experiment)
    layout = lay_out(experiment, artworks)
    refuse_unmet(experiment, layout)
    if not experiment.stimuli.pictured:
        return Draft(experiment, layout, {}, {item.position: {} for item in layout.items}, "")
    refuse_long_prompts(experiment, layout)
    sources = _sources(experiment, artworks)
    styles = _known_targets(experiment, stored, sources)
    if styles is None:
        styles = targets.choose(experiment, layout, artworks, progress)
    recipes = Recipes(experiment, styles, settings.NETWORKS_DIR, layout.studios)
    steps = {item.position: recipes.item(item) for item in layout.items}
    return Draft(experiment, layout, styles, steps, sources)


def refuse_long_prompts(experiment: Experiment, layout: Layout) -> None:
    """Raises SelectionError where a mimic would learn or paint what its network cannot read whole.

    Told here, and not by jobs that fail after hours of training. A mimicry whose network is not
    there is left out: nothing can be made by it, and whoever identifies the network says so.
    """
    for label, mimicry in experiment.stimuli.mimicries.items():
        network = mimicry.network or experiment.stimuli.networks.get("diffusion")
        if network is None:
            continue
        texts: list[str] = []
        for studio in layout.studios.values():
            commission = studio.commissions[label]
            texts += [*(lesson.caption for lesson in commission.lessons), *commission.prompts]
        try:
            refuse_long(network, settings.NETWORKS_DIR, texts)
        except PromptError as error:
            raise SelectionError(f"The mimicry “{label}” cannot be made. {error}") from error
        except NetworkUnavailable:
            continue


def _sources(experiment: Experiment, artworks: Sequence[Picture]) -> str:
    pictures = sorted([picture.painter, picture.sha256] for picture in artworks)
    protections = experiment.stimuli.protections.values()
    autoencoder = experiment.stimuli.networks.get("autoencoder")
    if autoencoder is None or not any(each and each.style for each in protections):
        return digest(pictures)
    return digest([pictures, asdict(identify(autoencoder, settings.NETWORKS_DIR, "autoencoder"))])


def _known_targets(experiment: Experiment, stored: Protocol | None, sources: str) -> Targets | None:
    if stored is None or stored.drawn.get("from") != sources:
        return None
    if stored.document["stimuli"] != protocol.document(experiment)["stimuli"]:
        return None
    return {
        (row["protection"], row["artist"]): Target(row["painter"], row["image"], row["genre"])
        for row in stored.drawn["targets"]
    }
