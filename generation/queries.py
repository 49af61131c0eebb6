"""Reads that are longer than a line."""

from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery

from generation.ancestry import Ancestry, lay_out
from generation.models import Artwork, Collection, Job, Production, Recipe
from generation.recipe import ARTWORK


def collections() -> QuerySet[Collection]:
    """All collections with `count` (artworks) and `painters` (how many)."""
    return Collection.objects.annotate(
        count=Count("artworks"), painters=Count("artworks__painter", distinct=True)
    )


def first_pictures(collection: Collection, number: int = 4) -> list[str]:
    """sha256 of a few pictures of a collection, by as many painters as can be."""
    artworks = list(collection.artworks.only("painter", "image_id"))
    by_painter = {artwork.painter: artwork.image_id for artwork in reversed(artworks)}
    pictures = [*reversed(by_painter.values()), *(artwork.image_id for artwork in artworks)]
    return list(dict.fromkeys(pictures))[:number]


def artworks_of(collection: Collection) -> QuerySet[Artwork]:
    """The artworks by painter and title, each with `recipe_key`, the key of its leaf."""
    leaf = Recipe.objects.filter(kind=ARTWORK, image=OuterRef("image")).values("key")[:1]
    return collection.artworks.select_related("image").annotate(recipe_key=Subquery(leaf))


def ancestry(recipe: Recipe) -> Ancestry:
    """The whole graph that ends in `recipe`, laid out for drawing."""
    graph: dict[str, Recipe] = {}
    wanted = {recipe.key}
    while wanted:
        found = Recipe.objects.select_related("image", "production").in_bulk(list(wanted))
        graph.update(found)
        wanted = {
            source
            for node in found.values()
            for source in node.document["inputs"].values()
            if source not in graph
        }
    images = [node.image_id for node in graph.values() if node.kind == ARTWORK]
    artworks = {artwork.image_id: artwork for artwork in Artwork.objects.filter(image__in=images)}
    return lay_out(graph, recipe.key, artworks)


def made_from(recipe: Recipe) -> QuerySet[Recipe]:
    """What was made, or is to be made, directly from this image."""
    return recipe.used_by.select_related("image").distinct().order_by("kind", "method", "key")


def job_of(recipe: Recipe) -> Job | None:
    """The job that makes, or made, the image."""
    return recipe.jobs.filter(purpose=Job.Purpose.MAKE).first()


def last_verification(recipe: Recipe) -> Job | None:
    """The newest job that made the image again to compare it."""
    return recipe.jobs.filter(purpose=Job.Purpose.VERIFY).order_by("-pk").first()


def portable(recipe: Recipe) -> dict[str, Any]:
    """All that is known of how an image was made, as plain JSON values, inputs before results."""
    return {
        "key": recipe.key,
        "recipes": [
            {
                "key": node.recipe.key,
                "document": node.recipe.document,
                "image_sha256": node.recipe.image_id,
                "realised": node.recipe.realised,
                "production": _production(node.recipe.production),
            }
            for node in ancestry(recipe).nodes
        ],
    }


def _production(production: Production | None) -> dict[str, Any] | None:
    if production is None:
        return None
    return {
        "id": str(production.pk),
        "recipe_keys": production.recipe_keys,
        "device": production.device,
        "environment": production.environment,
        "started_at": production.started_at.isoformat(),
        "seconds": production.seconds,
    }
