"""The sandbox's collection, small, and stand-ins for what methods would make of it.

Who sees what, in which order, and who is missing does not depend on what pictures show; so designs
can be played by hundreds of SIMULATED raters without hours of cloaks and mimics. Every stand-in is
a work of the item's own painter, with noise for whatever was done to it.
"""

import hashlib
from io import BytesIO

import numpy as np
import PIL.Image

from generation import store
from generation.models import Artwork, Collection, Image, Recipe, Rights, unmade
from generation.sandbox.light import MOODS
from generation.sandbox.scenes import SCENES
from generation.sandbox.world import paint
from studies.models import Stimulus, Study
from studies.queries import ancestry

PAINTERS = ("Ines Carrow", "Tove Brask", "Otto Vrabel", "Hisao Tanabu", "Marek Solan")
"""Those whom the published designs name."""
SIZE = 64
NOISE = {"0": 0.0, "0.05": 3.0, "0.1": 6.0, "0.2": 12.0}
"""Budget → standard deviation, of 255."""


def import_sandbox(each: int) -> None:
    """The collection “sandbox”: `each` works of `PAINTERS`, `SIZE` px, with genre and caption."""
    collection, _ = Collection.objects.get_or_create(slug="sandbox")
    scenes = sorted(SCENES)
    for painter in PAINTERS:
        slug = painter.lower().replace(" ", "-")
        for n in range(each):
            scene, mood = scenes[n % len(scenes)], MOODS[n % len(MOODS)]
            image = store.put_png(_png(255 * paint(slug, scene, mood, 9_000 + n, SIZE)))
            Artwork.objects.create(
                collection=collection,
                image=image,
                source_name=f"{slug}/{n}.png",
                source_sha256=image.sha256,
                painter=painter,
                title=f"{scene} {n}",
                rights=Rights.PUBLIC_DOMAIN,
                rights_statement="painted by the sandbox",
                notes={"columns": {"genre": "Cubism", "caption": f"a {scene}"}},
            )


def fill(study: Study) -> int:
    """Give every picture of the study that is not made a stand-in; returns how many."""
    rows = Stimulus.objects.filter(item__study=study, recipe__image=None)
    made: dict[str, Image] = {}
    for stimulus in rows.select_related("item__artwork", "item__condition", "condition"):
        made[stimulus.recipe_id] = made.get(stimulus.recipe_id) or _stand_in(stimulus)
    for key, image in made.items():
        Recipe.objects.filter(pk=key).update(image=image)
    for image in list(made.values())[:1]:  # of what they would be made from, any one does
        between = Recipe.objects.filter(unmade(), key__in=ancestry(made))
        between.update(image=image)
    return len(made)


def _stand_in(stimulus: Stimulus) -> Image:
    artwork, condition = stimulus.item.artwork, stimulus.condition or stimulus.item.condition
    assert artwork is not None, "only items of pictures have stimuli"
    levels = condition.levels if condition else {}
    strength = _noise(levels.get("budget", "0"))
    strength += 4.0 * (levels.get("purification", "none") != "none")
    strength *= 2.0 if stimulus.slot.endswith("boosted") else 1.0
    seed = int(hashlib.sha256(stimulus.recipe_id.encode()).hexdigest()[:8], 16)
    with PIL.Image.open(BytesIO(store.get(artwork.image_id))) as opened:
        pixels = np.asarray(opened.convert("RGB"), dtype=np.float64)
    rng = np.random.default_rng(seed)
    painted = levels.get("mimicry", "none") != "none"
    shifted = np.roll(pixels, rng.integers(SIZE) if painted else 0, axis=1)
    noisy = shifted + strength * rng.standard_normal(pixels.shape)
    return store.put_png(_png(noisy.transpose(2, 0, 1)))


def _noise(budget: str) -> float:
    """Standard deviation of what stands for a cloak, of 255; of `8/255` that of its extremes."""
    number, _, whole = budget.partition("/")
    return float(number) if whole else NOISE.get(budget, 6.0)


def _png(pixels: np.ndarray) -> bytes:
    """[3, H, W], 0 to 255, as a PNG."""
    file = BytesIO()
    rounded = np.clip(np.rint(pixels), 0, 255).astype(np.uint8).transpose(1, 2, 0)
    PIL.Image.fromarray(rounded).save(file, "PNG")
    return file.getvalue()
