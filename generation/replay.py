"""Make a production again, in the same batch and order, and compare it with what is stored.

An image whose stored file is lost or damaged is put back, where it comes out bit for bit the same.
"""

import hashlib
from collections.abc import Mapping

from torch import Tensor

from generation import pixels, store
from generation.models import Production, Recipe
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
        recipe.pk: _finding(recipe, image, change)
        for recipe, image in zip(ordered, again.images, strict=True)
    }


def _finding(recipe: Recipe, image: Tensor, change: str) -> str:
    if recipe.image_id is None:
        return "Nothing to compare with: its job did not keep an image."
    data = pixels.write_png(pixels.quantise(image))
    try:
        stored = pixels.read_png(store.get(recipe.image_id))
    except store.StoreError as error:
        return _restored(recipe.image_id, data, str(error), change)
    made = pixels.read_png(data)
    if made.shape == stored.shape and bool((made == stored).all()):
        return f"Identical: made again, bit for bit{change and f', although {change}'}."
    if made.shape != stored.shape:
        return f"Differs: made again it is {made.shape[-1]}×{made.shape[-2]} pixels. {change}"
    moved = (made - stored).abs()
    share = (moved.amax(dim=1) > 0).float().mean().item()
    return (
        f"Differs: {share:.2%} of the pixels, by {moved.max().item() * pixels.LEVELS:.0f}/255 at"
        f" most{change and f'; {change}'}."
    )


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
