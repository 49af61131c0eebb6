"""Reads of a study's pictures: by artwork and condition, with what was realised and what failed."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, Max, Min, OuterRef, Prefetch, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from generation.models import Artwork, Job, Recipe
from generation.recipe import PAINTING
from studies.designs.factorial import NO_MIMICRY, UNDEGRADED
from studies.live.plan import plan_of
from studies.models import Item, Stimulus, Study
from studies.protocol import CLEAN
from studies.reads.monitoring import ratings

BUDGETS: Sequence[tuple[str, str, Callable[[float], str]]] = (
    ("linf", "L∞", lambda value: f"{255 * value:.1f}/255"),
    ("l2", "L2", lambda value: f"{value:.2f}"),
    ("lpips", "LPIPS", lambda value: f"{value:.3f}"),
)
"""What is measured on a saved picture: key, name, how it is written (L∞ in steps of 8 bits)."""


@dataclass(frozen=True)
class Picture:
    """One picture of an item, or the reason why it is not there."""

    label: str
    recipe: Recipe
    job: Job | None

    @property
    def sha256(self) -> str:
        """Of the stored file; empty while it is not made."""
        return self.recipe.image_id or ""

    @property
    def realised(self) -> list[tuple[str, str]]:
        """What was measured on the saved file: (“L∞”, “8.0/255”), ..."""
        measured = self.recipe.realised
        return [(name, form(measured[key])) for key, name, form in BUDGETS if key in measured]

    @property
    def prompt(self) -> str:
        """What a painting was asked for; empty for all else."""
        painted = self.recipe.kind == PAINTING
        return str(self.recipe.document["settings"]["prompt"]) if painted else ""

    @property
    def seed(self) -> int | None:
        """The seed of a painting; it is the same in every condition."""
        return self.recipe.document["seed"] if self.recipe.kind == PAINTING else None

    @property
    def trouble(self) -> str:
        """Why there is no picture, in words."""
        if self.sha256:
            return ""
        if self.job is None:
            return "Not asked for yet."
        return self.job.message or f"{self.job.get_state_display().capitalize()}."


@dataclass(frozen=True)
class Shown:
    """One item: its condition and its altered pictures."""

    item: Item
    levels: Sequence[str]
    pictures: Sequence[Picture]


@dataclass(frozen=True)
class Row:
    """One artwork: the untouched picture, and what each condition made of it.

    Where mimics paint, the originals that stand beside the same sets of paintings.
    """

    artwork: Artwork | None
    originals: Sequence[Picture]
    shown: Sequence[Shown]

    @property
    def others(self) -> int:
        """How many originals there are beside the artwork."""
        return max(0, len(self.originals) - 1)


UNSAID = {"budget": CLEAN, "purification": "none", "mimicry": NO_MIMICRY, **UNDEGRADED}
"""Levels that mean that nothing was done; they go without saying below a picture."""


def levels_beside_artist(item: Item) -> list[str]:
    """What was done to an item's picture; the artist is named with the artwork, not here."""
    levels = item.condition.levels if item.condition else {}
    return [
        level
        for factor, level in levels.items()
        if level and factor != "artist" and UNSAID.get(factor) != level
    ]


def factors(study: Study) -> Mapping[str, Sequence[str]]:
    """Factor → its levels, in the order of the conditions; one query."""
    levels: dict[str, dict[str, None]] = {}
    for cell in study.conditions.order_by("position").values_list("levels", flat=True):
        for factor, level in cell.items():
            levels.setdefault(factor, {})[level] = None
    return {factor: list(found) for factor, found in levels.items()}


@dataclass(frozen=True)
class Choice:
    """Which items to show: by levels of their condition, by ratings they have from participants."""

    levels: Mapping[str, str] = field(default_factory=dict)
    ratings: int | None = None


def items(study: Study, choice: Choice) -> QuerySet[Item]:
    """The chosen items, practice left out, artwork by artwork."""
    where: dict[str, Any] = {f"condition__levels__{key}": to for key, to in choice.levels.items()}
    found = Item.objects.filter(study=study, practice=False, gold="", **where)
    if choice.ratings is not None:
        found = found.alias(rated=ratings(simulated=False)).filter(rated=choice.ratings)
    return (
        found.select_related("artwork", "condition")
        .prefetch_related(Prefetch("stimuli", Stimulus.objects.select_related("recipe")))
        .order_by("artwork__painter", "artwork__title", "artwork", "position")
    )


def artworks(study: Study, choice: Choice) -> QuerySet[Artwork]:
    """The artworks that such items show, painter by painter; a page of a gallery is cut from it."""
    shown = items(study, choice).order_by().values("artwork")
    return Artwork.objects.filter(pk__in=shown).order_by("painter", "title", "pk")


def rows(study: Study, choice: Choice, page: Iterable[Artwork]) -> list[Row]:
    """The gallery's rows for these artworks; three queries, however many there are."""
    by_artwork: dict[int, list[Item]] = {artwork.pk: [] for artwork in page}
    for item in items(study, choice).filter(artwork__in=list(by_artwork)):
        by_artwork[item.artwork_id or 0].append(item)
    found = [item for group in by_artwork.values() for item in group]
    read = _Reader(study, found)
    return [read.row(group) for group in by_artwork.values() if group]


def pair(study: Study, item: Item) -> Row:
    """One item as a row of its own."""
    return _Reader(study, [item]).row([item])


def neighbours(item: Item) -> tuple[int | None, int | None]:
    """Positions of the items before and after, practice left out."""
    judged = Item.objects.filter(study=item.study_id, practice=False, gold="")
    around = judged.aggregate(
        before=Max("position", filter=Q(position__lt=item.position)),
        after=Min("position", filter=Q(position__gt=item.position)),
    )
    return around["before"], around["after"]


def samples(studies: Iterable[int], number: int = 4) -> Mapping[int, list[str]]:
    """Primary key of each study → sha256 of a few altered pictures, each of another artwork."""
    turn = Window(RowNumber(), partition_by=["item__study", "item__artwork"], order_by=["-pk"])
    made = (
        Stimulus.objects.filter(item__study__in=list(studies), recipe__image__isnull=False)
        .exclude(recipe__kind="preparation")
        .annotate(turn=turn)
        .filter(turn=1)
        .order_by("item__position")
        .values_list("item__study", "recipe__image")
    )
    found: dict[int, list[str]] = {}
    for study, sha256 in made:
        found.setdefault(study, []).append(str(sha256))
    return {study: pictures[:number] for study, pictures in found.items()}


def sample_row(study: Study) -> Row | None:
    """The row of the first artwork that has a picture; None while there is none."""
    made = Stimulus.objects.filter(item=OuterRef("pk"), recipe__image__isnull=False)
    item = items(study, Choice()).filter(Exists(made)).prefetch_related(None).first()
    shown = item.artwork if item else None
    return rows(study, Choice(), [shown])[0] if shown else None


class _Reader:
    """Knows the slots of the study and the jobs behind the pictures that are missing."""

    def __init__(self, study: Study, found: Sequence[Item]) -> None:
        self.slots = plan_of(study).kind.slots
        missing = [
            stimulus.recipe_id
            for item in found
            for stimulus in item.stimuli.all()
            if stimulus.recipe.image_id is None
        ]
        jobs = Job.objects.filter(recipe__in=missing, purpose=Job.Purpose.MAKE)
        self.jobs = {job.recipe_id: job for job in jobs}

    def row(self, group: Sequence[Item]) -> Row:
        originals = self._pictures(group[0], "artwork")
        return Row(group[0].artwork, originals, [self._shown(item) for item in group])

    def _shown(self, item: Item) -> Shown:
        return Shown(item, levels_beside_artist(item), self._pictures(item, "condition"))

    def _pictures(self, item: Item, shows: str) -> list[Picture]:
        by_slot = {stimulus.slot: stimulus for stimulus in item.stimuli.all()}
        return [
            Picture(
                slot.label or slot.name,
                by_slot[slot.name].recipe,
                self.jobs.get(by_slot[slot.name].recipe_id),
            )
            for slot in self.slots
            if slot.shows == shows and slot.name in by_slot
        ]
