"""Make a production again, in the same batch and order, and compare it with what is stored."""

from collections.abc import Mapping

from torch import Tensor

from generation import pixels, store
from generation.models import Production, Recipe
from generation.producing import produce
from generation.progress import Progress


def replay(production: Production, progress: Progress) -> Mapping[str, str]:
    """Key of each recipe of the production → one sentence: identical, or how it differs.

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
    made = pixels.read_png(pixels.write_png(pixels.quantise(image)))
    stored = pixels.read_png(store.get(recipe.image_id))
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


def _changes(before: Production, now: Production) -> str:
    """What is not as it was, in words; empty where everything is."""
    old = {"device": before.device, **before.environment}
    new = {"device": now.device, **now.environment}
    return ", ".join(
        f"{name} was {old.get(name)} and is {new[name]}"
        for name in new
        if old.get(name) != new[name]
    )
