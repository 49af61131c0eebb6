"""Recipes of tiny mimics, of what they paint and of edits, to ask for and to carry out."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from generation import networks, services, store
from generation.edits import EDITS
from generation.mimic import Mimic
from generation.mimicry import MIMICRY
from generation.models import Job, Recipe
from generation.paintings import PAINTINGS
from generation.pixels import write_png
from generation.producing import produce
from generation.progress import silent
from generation.recipe import Step, artwork_step, edit_step, mimic_step, painting_step
from tests.generation import tiny_pipeline
from tests.generation.tiny import pictures

CAPTIONS = ("a painting by art", "our harbour", "a harbour by art", "rain")


def diffusion(folder: Path, name: str = tiny_pipeline.PIPELINE) -> dict[str, dict[str, Any]]:
    """The tiny pipeline as recipes name it."""
    return {"diffusion": asdict(networks.identify(name, folder, "diffusion"))}


def training_pictures(number: int = 4, seed: int = 0) -> list[Step]:
    """Imported pictures of 32 × 32."""
    images = pictures(number, seed=seed, height=32, width=32)
    return [artwork_step(store.put_png(write_png(image)).sha256) for image in images]


def learnt(folder: Path, method: str = "lora", *, seed: int = 7, **settings: Any) -> Step:
    """The step of a mimic: six steps of training, unless told otherwise."""
    plugin = MIMICRY.build(method, {"steps": 6, "batch": 2, "rate": 1e-3, **settings})
    images = training_pictures()
    return mimic_step(method, plugin, images, CAPTIONS, seed=seed, networks=diffusion(folder))


def painted(
    mimic: Step | None, prompt: str, seed: int = 100, folder: Path | None = None, **settings: Any
) -> Step:
    """The step of a painting, by a mimic or else by the network in `folder`."""
    plugin = PAINTINGS.build("prompt", {"prompt": prompt, "steps": 2, "guidance": 2, **settings})
    named = diffusion(folder) if folder else None
    return painting_step("prompt", plugin, seed=seed, mimic=mimic, networks=named)


def edited(image: Step, folder: Path, prompt: str = "rain", seed: int = 5) -> Step:
    """The step of an edit of `image`."""
    plugin = EDITS.build("image_to_image", {"prompt": prompt, "steps": 4, "strength": 0.5})
    return edit_step("image_to_image", plugin, image, seed=seed, networks=diffusion(folder))


def ask(*steps: Step) -> list[Job]:
    """Ask for all of them at once; their jobs in the same order."""
    recipes = services.request_all(steps=steps)
    made = {job.recipe_id: job for job in Job.objects.filter(recipe__in=recipes, purpose="make")}
    return [made[recipe.pk] for recipe in recipes]


def learnt_whole(step: Step) -> bytes:
    """The mimic of a step that is asked for, learnt here without interruption; not kept."""
    (output,) = produce([Recipe.objects.get(pk=step.key)], silent, threads=1).outputs
    return output.to_bytes()


def mimic_of(step: Step) -> Mimic:
    """What was learnt, from the store."""
    return Mimic.from_bytes(store.get(str(Recipe.objects.get(pk=step.key).mimic_id)))


def pixels_of(step: Step) -> bytes:
    """The stored picture of a step."""
    return store.get(str(Recipe.objects.get(pk=step.key).image_id))
