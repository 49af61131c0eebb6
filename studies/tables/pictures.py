"""The pictures of a study and its items, as tables: for researchers only."""

from typing import Any

from django.db.models.functions import Coalesce
from pandas import DataFrame

from generation.recipe import PAINTING
from studies.designs.factorial import FACTORS
from studies.models import Stimulus, Study
from studies.tables.codebook import STIMULI
from studies.tables.columns import RECORDED, factors, names, painters_records, typed


def stimuli(study: Study, *, practice: bool = False) -> DataFrame:
    """One row per picture of an item, with its condition; columns are those of `STIMULI`.

    For researchers only: prompts and seeds of paintings are here, and never on a rater's page.

    Practice items and those with known answers (whose conditions are empty: they never count) are
    there only where asked for.
    Before launch, `image` is what the recipe has given so far, empty where it is not made yet.
    """
    rows = Stimulus.objects.filter(item__study=study).order_by("item__position", "slot")
    if not practice:
        rows = rows.filter(item__practice=False, item__gold="")
    found = DataFrame.from_records(list(rows.values_list(*PICTURE.values())), columns=list(PICTURE))
    found = found.assign(
        item=names(found["item"]),
        image=found["image"].fillna(found["made"]),
        prompt=found["prompt"].where(found["kind"] == PAINTING),
        seed=found["seed"].where(found["kind"] == PAINTING),
        **factors(study, found["condition"]),
    )
    return typed(found[list(STIMULI)])


PICTURE: dict[str, Any] = {
    "item": "item__position",
    "practice": "item__practice",
    "condition": Coalesce("condition", "item__condition"),
    "artwork": "item__artwork__image",
    "title": "item__artwork__title",
    "slot": "slot",
    "image": "image",
    "made": "recipe__image",
    "recipe": "recipe",
    "kind": "recipe__kind",
    "prompt": "recipe__document__settings__prompt",
    "seed": "recipe__document__seed",
}


def items(study: Study) -> DataFrame:
    """One row per item that raters may judge, answered or not: item, artwork, `RECORDED`, factors.

    Texts as in the table of answers, for what is foretold of pictures that nobody has rated.
    """
    rows = study.items.filter(practice=False, gold="").order_by("position")
    kept = list(rows.values_list("position", "artwork__image", "condition"))
    found = DataFrame.from_records(kept, columns=["item", "artwork", "condition"])
    found = found.assign(
        item=names(found["item"]),
        artwork=found["artwork"].fillna("").astype("str").str[:12],
        **factors(study, found["condition"]),
    )
    found = found.assign(**painters_records(study, found["artist"]))
    return typed(found[["item", "artwork", *RECORDED, *FACTORS]])
