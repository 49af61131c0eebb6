"""Writes: recipes and the jobs that carry them out."""

from collections.abc import Iterable, Mapping, Sequence

from django.db import transaction

from generation.models import Image, Job, Recipe, RecipeInput
from generation.recipe import (
    ARTWORK,
    MIMIC,
    PAINTING,
    Document,
    RecipeError,
    Step,
    digest,
    rebuild,
)
from generation.steps import KINDS


def request(*, step: Step) -> Recipe:
    """Ask for the image of `step`: its recipe, made with a job where it is new.

    The whole graph below it is asked for as well. Asking again changes nothing, except that a
    cancelled job is wanted again. Nothing is queued: call `generation.jobs.dispatch()` after.
    Raises RecipeError where a leaf names a picture that was never imported.
    """
    return request_all(steps=[step])[0]


@transaction.atomic
def request_all(*, steps: Sequence[Step]) -> list[Recipe]:
    """`request` for many steps in one transaction; their recipes in the same order."""
    asked = describe(steps=steps)
    nodes = _nodes(steps)
    sizes = _sizes(nodes)
    recipes = Recipe.objects.in_bulk([node.key for node in nodes])
    missing = {key for key, recipe in recipes.items() if not recipe.is_made}
    jobs = [_job(node, missing, sizes) for node in _in_order(nodes) if node.key in missing]
    Job.objects.bulk_create(jobs, ignore_conflicts=True)
    _want_again(missing)
    return asked


@transaction.atomic
def describe(*, steps: Sequence[Step]) -> list[Recipe]:
    """The recipes of `steps`, in the same order, and of all below them; no image is asked for.

    Raises RecipeError where a leaf names a picture that was never imported.
    """
    nodes = _nodes(steps)
    _sizes(nodes)  # refuses unknown pictures
    in_order = _in_order(nodes)
    Recipe.objects.bulk_create([_recipe(node) for node in in_order], ignore_conflicts=True)
    RecipeInput.objects.bulk_create(_links(in_order), ignore_conflicts=True)
    recipes = Recipe.objects.in_bulk([node.key for node in nodes])
    return [recipes[step.key] for step in steps]


def request_described(*, keys: Iterable[str]) -> list[Recipe]:
    """`request_all` for recipes that are described already, by their keys (sorted)."""
    wanted = sorted(set(keys))
    documents: dict[str, Document] = {}
    missing = set(wanted)
    while missing:
        found = Recipe.objects.in_bulk(list(missing))
        documents.update({key: recipe.document for key, recipe in found.items()})
        inputs = {key for recipe in found.values() for key in recipe.document["inputs"].values()}
        missing = inputs - documents.keys()
    steps = rebuild(documents)
    return request_all(steps=[steps[key] for key in wanted])


def _nodes(steps: Sequence[Step]) -> list[Step]:
    """Every node of the graphs once, inputs before what is made from them."""
    return list({node.key: node for step in steps for node in step.graph()}.values())


def _in_order(nodes: Sequence[Step]) -> list[Step]:
    """One order of writing for every process, so that two never wait for each other."""
    return sorted(nodes, key=lambda node: node.key)


def _recipe(node: Step) -> Recipe:
    image = str(node.settings["image"]) if node.kind == ARTWORK else None
    return Recipe(
        key=node.key, kind=node.kind, method=node.method, document=node.document, image_id=image
    )


def _links(nodes: Iterable[Step]) -> list[RecipeInput]:
    return [
        RecipeInput(recipe_id=node.key, source_id=source.key, role=role)
        for node in nodes
        for role, source in node.inputs.items()
    ]


def _job(node: Step, missing: set[str], sizes: Mapping[str, str]) -> Job:
    waits = any(source.key in missing for source in node.inputs.values())
    state = Job.State.WAITING if waits else Job.State.READY
    return Job(recipe_id=node.key, state=state, group=group(node, sizes))


def group(node: Step, sizes: Mapping[str, str]) -> str:
    """What jobs must have in common to share one tensor batch, as a hash.

    `sizes` says for each key how large its picture is or will be. The seed is no part of it: each
    image of a batch has its own generator; nor are settings that the method says may differ in a
    batch. A mimic shares with nothing; paintings share with those of the same mimic.
    """
    if node.kind == MIMIC:
        return digest({"alone": node.key})
    shared = {key: node.document[key] for key in ("kind", "method", "version", "networks")}
    varies = KINDS[node.kind].varies(node.method) if node.kind in KINDS else ()
    alike = {name: value for name, value in node.settings.items() if name not in varies}
    inputs = {role: sizes[source.key] for role, source in node.inputs.items()}
    return digest({**shared, "settings": alike, "sizes": inputs})


def _sizes(nodes: Iterable[Step]) -> dict[str, str]:
    """What pictures of one batch have in common, known before they are made (nodes: inputs first).

    Width and height; for a painting that leaves them to its network, the network; for a mimic, its
    key.
    """
    nodes = list(nodes)
    originals = _original_sizes([node for node in nodes if node.kind == ARTWORK])
    sizes: dict[str, str] = {}
    for node in nodes:
        sizes[node.key] = originals.get(node.key) or _made_size(node, sizes)
    return sizes


def _made_size(node: Step, sizes: Mapping[str, str]) -> str:
    """A preparation cuts squares of its `size`; most other steps keep the size of their image."""
    if node.kind == MIMIC:
        return _mimic_size(node, sizes)
    if node.settings.get("size") and node.kind in {"preparation", PAINTING}:
        return f"{node.settings['size']}x{node.settings['size']}"
    if node.kind == PAINTING:
        return f"as the network {node.networks['diffusion']['sha256']}"
    return sizes[node.inputs["image"].key]


def _mimic_size(node: Step, sizes: Mapping[str, str]) -> str:
    given = {sizes[picture.key] for picture in node.inputs.values()}
    if len(given) > 1:
        raise RecipeError(
            "The training pictures of a mimic are of one size; these are"
            f" {', '.join(sorted(given))} pixels: prepare them first."
        )
    return node.key


def _original_sizes(leaves: Sequence[Step]) -> dict[str, str]:
    images = Image.objects.in_bulk([str(leaf.settings["image"]) for leaf in leaves])
    unknown = [leaf for leaf in leaves if leaf.settings["image"] not in images]
    if unknown:
        raise RecipeError(
            f"No imported picture has the sha256 {unknown[0].settings['image']};"
            " import its collection first (manage.py collection import)."
        )
    found = {leaf.key: images[str(leaf.settings["image"])] for leaf in leaves}
    return {key: f"{image.width}x{image.height}" for key, image in found.items()}


def _want_again(missing: set[str]) -> None:
    cancelled = Job.objects.filter(
        recipe_id__in=missing, purpose=Job.Purpose.MAKE, state=Job.State.CANCELLED
    )
    cancelled.update(
        state=Job.State.WAITING,
        attempts=0,
        not_before=None,
        queued_at=None,
        started_at=None,
        finished_at=None,
        progress=0.0,
        message="",
    )
