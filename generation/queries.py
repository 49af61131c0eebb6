"""Reads that are longer than a line."""

from collections.abc import Callable
from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery

from generation.ancestry import Ancestry, lay_out
from generation.models import Artwork, Collection, Job, Production, Recipe
from generation.recipe import ARTWORK, MIMIC, PAINTING, training_keys


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
    """The graph that ends in `recipe`, laid out for drawing; what mimics learnt from is its end."""
    graph = _graph(recipe, lambda node: node.kind != MIMIC)
    learnt = [node for node in graph.values() if node.kind == MIMIC]
    pictures = {key for node in learnt for key in training_keys(node.document)} - graph.keys()
    graph |= Recipe.objects.select_related("image", "production").in_bulk(list(pictures))
    images = [node.image_id for node in graph.values() if node.kind == ARTWORK]
    artworks = {artwork.image_id: artwork for artwork in Artwork.objects.filter(image__in=images)}
    return lay_out(graph, recipe.key, artworks)


def whole_graph(recipe: Recipe) -> list[Recipe]:
    """`recipe` and everything below it, inputs before what is made from them."""
    graph = _graph(recipe, lambda _: True)
    ordered: dict[str, Recipe] = {}

    def visit(key: str) -> None:
        if key not in ordered:
            for _, source in sorted(graph[key].document["inputs"].items()):
                visit(source)
            ordered[key] = graph[key]

    visit(recipe.key)
    return list(ordered.values())


def _graph(recipe: Recipe, descends: Callable[[Recipe], bool]) -> dict[str, Recipe]:
    """`recipe` and what is below it by key, not looking below those that `descends` refuses."""
    graph: dict[str, Recipe] = {}
    wanted = {recipe.key}
    while wanted:
        found = Recipe.objects.select_related("image", "mimic", "production").in_bulk(list(wanted))
        graph.update(found)
        deeper = [node for node in found.values() if descends(node)]
        wanted = {
            source for node in deeper for source in node.document["inputs"].values()
        } - graph.keys()
    return graph


def made_from(recipe: Recipe) -> QuerySet[Recipe]:
    """What was made, or is to be made, directly from this image or mimic."""
    return recipe.used_by.select_related("image").distinct().order_by("kind", "method", "key")


def painted_by(recipe: Recipe) -> list[Recipe]:
    """The paintings of a mimic, by their prompts and seeds."""
    paintings = recipe.used_by.filter(kind=PAINTING).select_related("image")

    def order(painting: Recipe) -> tuple[str, int]:
        return str(painting.document["settings"].get("prompt")), painting.document["seed"]

    return sorted(paintings, key=order)


def job_of(recipe: Recipe) -> Job | None:
    """The job that makes, or made, the image or mimic."""
    return recipe.jobs.filter(purpose=Job.Purpose.MAKE).first()


def last_verification(recipe: Recipe) -> Job | None:
    """The newest job that made it again to compare it."""
    return recipe.jobs.filter(purpose=Job.Purpose.VERIFY).order_by("-pk").first()


def portable(recipe: Recipe) -> dict[str, Any]:
    """All that is known of how it was made, as plain JSON values, inputs before results."""
    return {
        "key": recipe.key,
        "recipes": [
            {
                "key": node.key,
                "document": node.document,
                "image_sha256": node.image_id,
                "mimic_sha256": node.mimic_id,
                "realised": node.realised,
                "production": _production(node.production),
            }
            for node in whole_graph(recipe)
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
