"""A small graph of steps to ask for, made or not, and what must hold after many ask at once."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

from django.utils import timezone
from PIL import Image as Picture

from generation import services, store
from generation.importing import import_folder
from generation.manifest import RightsRecord
from generation.models import Artwork, Job, Production, Recipe, RecipeInput
from generation.originals import encode_png
from generation.recipe import Step, artwork_step
from tests.generation.pictures import encoded, picture
from tests.studies.races import together

NETWORK = {"id": "small", "revision": "", "sha256": "0" * 64}


def artwork(shade: int = 0, size: tuple[int, int] = (20, 10)) -> Step:
    """An imported picture of one grey."""
    picture = Picture.new("RGB", size, (shade, shade, shade))
    return artwork_step(store.put_png(encode_png(picture)).sha256)


def cloak(leaf: Step, budget: float = 0.07, size: int = 16, seed: int = 3) -> Step:
    """artwork → working copy → (style transfer → target) → protection."""
    copy = Step("preparation", "square", {"size": size, "crop": "centre"}, {"image": leaf})
    target = Step(
        "style_transfer", "gram", {"steps": 2}, {"image": copy, "style": copy}, seed,
        {"perceptual": NETWORK},
    )  # fmt: skip
    inputs = {"image": copy, "target": target}
    networks = {"autoencoder": NETWORK, "perceptual": NETWORK}
    return Step("protection", "glaze", {"budget": budget}, inputs, seed, networks)


def ask_together(
    count: int, around: Callable[[], AbstractContextManager[Any]] = nullcontext
) -> list[Any]:
    """`count` threads ask for overlapping graphs at the same instant."""
    leaves = [artwork(shade) for shade in range(4)]
    steps = [cloak(leaf, budget) for leaf in leaves for budget in (0.03, 0.05, 0.07)]
    orders = [steps if number % 2 else steps[::-1] for number in range(count)]
    return together(count, lambda number: services.request_all(steps=orders[number]), around)


def check_asked_once() -> None:
    """4 artworks, 4 copies, 4 targets and 12 cloaks; a job for each but the artworks."""
    assert Recipe.objects.count() == 24
    assert RecipeInput.objects.count() == 4 + 8 + 24
    assert Job.objects.count() == 20
    assert Job.objects.filter(state=Job.State.READY).count() == 4


def poppies(folder: Path) -> Artwork:
    """One painting, imported into the collection `demo` from a folder inside `folder`."""
    place = folder / "paintings" / "Claude Monet"
    place.mkdir(parents=True)
    (place / "Poppies.png").write_bytes(encoded(picture(60, 40)))
    rights = RightsRecord("public_domain", "painter died 1926")
    import_folder(folder=place.parent, slug="demo", title="Monet and others", rights=rights)
    return Artwork.objects.get()


def made(step: Step, shade: int = 90, realised: dict[str, float] | None = None) -> Recipe:
    """The step's recipe, described, as if a worker had made its image."""
    (recipe,) = services.describe(steps=[step])
    recipe.image = store.put_png(encode_png(Picture.new("RGB", (16, 16), (shade, 9, 9))))
    recipe.realised = realised or {}
    recipe.production = Production.objects.create(
        recipe_keys=[recipe.key],
        device="cpu",
        environment={"torch": "2.15.0", "threads": 2},
        started_at=timezone.now(),
        seconds=1.5,
    )
    recipe.save()
    return recipe
