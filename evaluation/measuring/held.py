"""What a study's judged pictures are held against, beside single pictures: galleries and prompts.

Reads; the tables of pictures come from `evaluation.queries`.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from pandas import DataFrame

from evaluation.measuring.galleries import Gallery
from generation.models import Recipe, RecipeInput
from generation.recipe import EDIT, PAINTING

if TYPE_CHECKING:
    from torch import Tensor


def galleries(originals: DataFrame, read: "Callable[[str], Tensor]") -> Mapping[str, Gallery]:
    """Painter → all their originals in the study, beside those of every other painter.

    `originals` has the columns artist and reference.
    """
    known = originals.drop_duplicates(["artist", "reference"]).sort_values(["artist", "reference"])
    of = {str(artist): tuple(rows["reference"]) for artist, rows in known.groupby("artist")}
    return {
        artist: Gallery(own, tuple(rest for other, rest in of.items() if other != artist), read)
        for artist, own in of.items()
    }


def prompts(recipes: Sequence[str]) -> Mapping[str, str]:
    """Recipe of a judged picture → the words that it was painted or edited from, where any were.

    What was done to the painting afterwards (a purification, a degradation) is looked through.
    """
    reached = {recipe: recipe for recipe in recipes}
    found: dict[str, str] = {}
    while True:
        here = Recipe.objects.filter(pk__in=set(reached.values()), kind__in=[PAINTING, EDIT])
        words = {row.pk: str(row.document["settings"].get("prompt", "")) for row in here}
        found |= {recipe: words[key] for recipe, key in reached.items() if words.get(key)}
        waiting = {recipe: key for recipe, key in reached.items() if key not in words}
        links = RecipeInput.objects.filter(recipe__in=set(waiting.values()), role="image")
        above = dict(links.values_list("recipe", "source"))
        reached = {recipe: above[key] for recipe, key in waiting.items() if key in above}
        if not reached:
            return found


def unread(name: str) -> "Tensor":
    """For galleries that are only told of."""
    raise LookupError(f"This gallery is told of, not looked at: {name}.")
