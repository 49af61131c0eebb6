"""Make a production again, in the same batch and order, and compare it with what is stored.

What has lost its stored file, or whose file is damaged, is put back where it comes out bit for bit
the same. A mimic is learnt again from its first step: no checkpoint is taken up.
"""

import hashlib
from collections.abc import Mapping

from generation import store
from generation.models import Production, Recipe
from generation.outputs import Output
from generation.producing import produce
from generation.progress import Progress


def replay(production: Production, progress: Progress) -> Mapping[str, str]:
    """Key of each recipe of the production → one sentence: identical, restored, or how it differs.

    Raises what `produce` raises.
    """
    recipes = Recipe.objects.in_bulk(production.recipe_keys)
    ordered = [recipes[key] for key in production.recipe_keys]
    again = produce(ordered, progress, threads=production.environment["threads"])
    change = _changes(production, again.production)
    return {
        recipe.pk: _finding(recipe, output, change)
        for recipe, output in zip(ordered, again.outputs, strict=True)
    }


def _finding(recipe: Recipe, output: Output, change: str) -> str:
    sha256 = recipe.image_id or recipe.mimic_id
    if sha256 is None:
        return "Nothing to compare with: its job did not keep what it made."
    try:
        stored = store.get(sha256)
    except store.StoreError as error:
        return _restored(sha256, output.to_bytes(), str(error), change)
    difference = output.difference(stored)
    if difference:
        return f"Differs: {difference}{change and f'; {change}'}."
    return f"Identical: made again, bit for bit{change and f', although {change}'}."


def _restored(sha256: str, data: bytes, lost: str, change: str) -> str:
    if hashlib.sha256(data).hexdigest() != sha256:
        return f"Differs: {lost} What was made now is another file{change and f'; {change}'}."
    store.restore(data)
    return (
        "Identical: made again, bit for bit, and restored, because its stored file was lost or"
        f" damaged{change and f', although {change}'}."
    )


def _changes(before: Production, now: Production) -> str:
    """What is not as it was, in words; empty where everything is."""
    old = {"device": before.device, **before.environment}
    new = {"device": now.device, **now.environment}
    return ", ".join(
        f"{name} was {old.get(name)} and is {new[name]}"
        for name in new
        if old.get(name) != new[name]
    )
