"""Reads of a study's design, and of the work on its pictures."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet, Sum

from generation.models import Artwork, Job, Recipe, RecipeInput
from generation.models import unmade as not_made
from generation.recipe import ARTWORK
from studies.models import Item, Stimulus, Study


def design(study: Study) -> dict[str, Any]:
    """Conditions and items of a study as plain JSON values; what the design hash covers."""
    slots: dict[int, dict[str, str]] = {}
    compared: dict[int, dict[str, int]] = {}
    keys = ("item__position", "slot", "recipe", "condition__position")
    for position, slot, recipe, made_by in _stimuli(study).values_list(*keys):
        slots.setdefault(position, {})[slot] = recipe
        if made_by is not None:
            compared.setdefault(position, {})[slot] = made_by
    items = Item.objects.filter(study=study).order_by("position")
    return {
        "drawn": study.protocol.drawn,
        "conditions": list(study.conditions.order_by("position").values_list("levels", flat=True)),
        "items": [
            item_record(
                position,
                condition,
                artwork,
                slots.get(position, {}),
                compared.get(position, {}),
                (gold, expected),
            )
            for position, condition, artwork, gold, expected in items.values_list(
                "position", "condition__position", "artwork__image", "gold", "expected"
            )
        ],
    }


def recorded(study: Study, column: str) -> dict[str, str]:
    """Painter → what the collection's records say most often in a column: genre, era.

    Painters of the study for whom no record has it are not there; a tie goes by the alphabet.
    """
    return all_recorded(study, [column])[column]


def all_recorded(study: Study, columns: Sequence[str]) -> dict[str, dict[str, str]]:
    """The same of several columns, by column; one query."""
    used = Artwork.objects.filter(items__study=study)
    rows = Artwork.objects.filter(
        collection__in=used.values("collection"), painter__in=used.values("painter")
    )
    said: dict[str, dict[str, Counter[str]]] = {column: {} for column in columns}
    for painter, notes in rows.values_list("painter", "notes"):
        for column in columns:
            value = str(notes.get("columns", {}).get(column, "")).strip()
            if value:
                said[column].setdefault(painter, Counter())[value] += 1
    return {column: _most_often(counted) for column, counted in said.items()}


def _most_often(counted: Mapping[str, Counter[str]]) -> dict[str, str]:
    return {who: min(counts, key=lambda v: (-counts[v], v)) for who, counts in counted.items()}


def item_record(
    position: int,
    condition: int | None,
    artwork: str | None,
    slots: Mapping[str, str],
    compared: Mapping[str, int],
    known: tuple[str, Mapping[str, Any]] = ("", {}),
) -> dict[str, Any]:
    """One item of a design; `slots` names the recipe of each picture, `compared` the position of
    the condition that made it, where there are several; `known` the check that wants the item,
    and which answers are right."""
    gold, expected = known
    return {
        "position": position,
        "condition": condition,
        "artwork": artwork,
        "slots": dict(sorted(slots.items())),
        **({"compared": dict(sorted(compared.items()))} if compared else {}),
        **({"gold": gold, "expected": _plain(expected)} if gold else {}),
    }


def _plain(expected: Mapping[str, Any]) -> dict[str, list[Any]]:
    return {question: list(answers) for question, answers in sorted(expected.items())}


def images(study: Study) -> list[list[Any]]:
    """[position, slot, sha256 of the picture] of every stimulus, in order; null where missing."""
    rows = _stimuli(study).values_list("item__position", "slot", "image")
    return [list(row) for row in rows.order_by("item__position", "slot")]


def unmade(study: Study) -> list[str]:
    """Keys of the recipes whose picture is still missing."""
    missing = _stimuli(study).filter(recipe__image=None)
    return list(missing.order_by("recipe").values_list("recipe", flat=True).distinct())


@dataclass(frozen=True)
class Making:
    """How far the work on a study's pictures is, with everything they are made from."""

    total: int
    made: int
    states: Counter[str]
    """Jobs of the pictures that are missing, by state; those never asked for are `described`."""
    under_way: float
    """Pictures' worth of work done in running jobs."""
    messages: tuple[str, ...]
    """Why work failed, each reason once."""

    @property
    def complete(self) -> bool:
        """Whether every picture is there."""
        return self.made == self.total

    @property
    def moving(self) -> bool:
        """Whether more pictures can come without anybody doing anything."""
        return any(self.states[s] for s in (Job.State.RUNNING, Job.State.READY, Job.State.WAITING))

    @property
    def done(self) -> float:
        """Pictures made, running ones counted in part; never above `total`."""
        return min(self.made + self.under_way, self.total)


def making(study: Study) -> Making:
    """How far the work on a study's pictures is."""
    keys = ancestry(_stimuli(study).values_list("recipe", flat=True))
    missing = Recipe.objects.filter(not_made(), key__in=keys)
    jobs = Job.objects.filter(recipe__in=missing, purpose=Job.Purpose.MAKE)
    states = Counter(jobs.values_list("state", flat=True))
    count = missing.count()
    states["described"] = count - sum(states.values())
    running = jobs.filter(state=Job.State.RUNNING).aggregate(done=Sum("progress"))
    failed = jobs.filter(state=Job.State.FAILED).order_by("pk")
    return Making(
        total=len(keys),
        made=len(keys) - count,
        states=states,
        under_way=running["done"] or 0.0,
        messages=tuple(dict.fromkeys(failed.values_list("message", flat=True))),
    )


def ancestry(keys: Iterable[str]) -> Collection[str]:
    """The recipes `keys` and all that they are made from, artworks left out."""
    found = set(keys)
    frontier = found
    while frontier:
        links = RecipeInput.objects.filter(recipe__in=frontier).exclude(source__kind=ARTWORK)
        frontier = set(links.values_list("source", flat=True)) - found
        found = found | frontier
    return found


def _stimuli(study: Study) -> QuerySet[Stimulus]:
    return Stimulus.objects.filter(item__study=study)
