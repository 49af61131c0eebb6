"""Pages of mimics, of what they paint, and of a training that is under way."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import pytest
from django.contrib.auth.models import User
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from config.plugins import plugin
from generation import jobs, queries, services, store
from generation.loss_chart import HEIGHT, WIDTH, draw
from generation.models import Artwork, Job, Mimic, Recipe
from generation.originals import encode_png
from generation.recipe import Step, mimic_step, painting_step
from tests.generation.asking import NETWORK, artwork, cloak, made, poppies
from tests.generation.pictures import picture

pytestmark = pytest.mark.django_db

DIFFUSION = {"diffusion": NETWORK}
LOSSES = [[step, 1.2 - step / 200, 1e-4] for step in range(10, 110, 10)]


@plugin
class Learns:
    """A mimicry's settings, for these tests."""

    version: ClassVar[int] = 1
    prompt: str = "{caption}"
    steps: int = 100


@plugin
class Paints:
    """A painting's settings, for these tests."""

    version: ClassVar[int] = 1
    prompt: str = "a harbour"
    steps: int = 2


@pytest.fixture(autouse=True)
def _own_store(tmp_path: Path, settings: Any) -> None:
    folder = {**settings.STORAGES["default"], "OPTIONS": {"location": str(tmp_path / "store")}}
    settings.STORAGES = {**settings.STORAGES, "default": folder}


@pytest.fixture
def browser() -> Client:
    client = Client()
    client.force_login(User.objects.create_user("ada"))
    return client


@pytest.fixture
def painting_of_monet(tmp_path: Path) -> Artwork:
    return poppies(tmp_path)


def learnt(pictures: Sequence[Step]) -> Step:
    captions = [f"picture {number}" for number in range(1, len(pictures) + 1)]
    return mimic_step(
        "dreambooth", Learns(), pictures, captions, seed=1, networks=DIFFUSION
    )  # fmt: skip


def twelve(first: Artwork | None = None) -> Step:
    """A mimic of twelve pictures, nine of them cloaked and purified."""
    from generation.recipe import artwork_step

    leaves = [artwork(shade, (16, 16)) for shade in range(12)]
    if first is not None:
        leaves[0] = artwork_step(first.image_id)
    cloaked = [cloak(leaf) for leaf in leaves[:9]]
    purified = [Step("purification", "jpeg", {"quality": 75}, {"image": one}) for one in cloaked]
    plain = [cloak(leaf).inputs["image"] for leaf in leaves[9:]]
    return learnt([*purified, *plain])


def kept(step: Step) -> Recipe:
    """The step's recipe, described, as if a worker had learnt the mimic."""
    recipe = made(step)
    recipe.image = None
    data = b"weights"
    recipe.mimic = store.put_mimic(data, {"losses": LOSSES, "seconds": 12.5})
    recipe.save()
    return recipe


def page(browser: Client, key: str, part: str = "") -> str:
    response = browser.get(f"/images/recipes/{key}/{part}")
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_a_mimics_page_tells_what_it_learnt_from_and_what_was_done_to_it(
    browser: Client, painting_of_monet: Artwork
) -> None:
    step = twelve(painting_of_monet)
    kept(step)
    shown = page(browser, step.key)
    assert "Mimic of 12 pictures by Claude Monet, 9 of them cloaked" in shown
    assert shown.count('badge-cloaked">cloaked') == 9
    assert shown.count('"badge">not cloaked') == 3
    assert shown.count("Glaze-style (re-implementation), budget 0.07 → JPEG") == 9
    assert all(f"“picture {number}”" in shown for number in range(1, 13))
    assert "1. Poppies" in shown
    assert "sha256 " + "0" * 64 in shown
    assert 'Training took</dt><dd class="numbers">12.5 s' in shown


def test_its_losses_are_drawn_and_told(browser: Client) -> None:
    step = twelve()
    kept(step)
    shown = page(browser, step.key)
    assert "Loss over 100 steps: 1.150 at step 10, 0.700 at the end" in shown
    assert '<polyline class="smooth"' in shown
    assert '<td class="number">100</td><td class="number">0.7000</td>' in shown
    assert "style=" not in shown


def test_a_mimics_page_shows_what_it_painted_by_prompt_and_seed(browser: Client) -> None:
    step = twelve()
    kept(step)
    asked = [("rain", 2), ("a harbour", 2), ("a harbour", 1)]
    paintings = [
        painting_step("prompt", Paints(prompt=prompt), seed=seed, mimic=step)
        for prompt, seed in asked
    ]
    for painting in paintings:
        made(painting)
    shown = page(browser, step.key)
    places = [shown.index(f"/images/recipes/{painting.key}/") for painting in paintings]
    assert places == sorted(places, reverse=True)
    assert "seed 1" in shown


def test_a_paintings_page_shows_prompt_seed_and_all_that_it_came_from(browser: Client) -> None:
    mimic = twelve()
    kept(mimic)
    step = painting_step("prompt", Paints(prompt="a <harbour>"), seed=107, mimic=mimic)
    made(step)
    shown = page(browser, step.key)
    assert "<dt>Prompt</dt><dd>a &lt;harbour&gt;</dd>" in shown
    assert '<dt>Seed</dt><dd class="numbers">107</dd>' in shown
    assert "a mimic of 12 pictures" in shown
    for picture_step in mimic.inputs.values():
        assert f"/images/recipes/{picture_step.key}/" in shown
    ancestry = queries.ancestry(Recipe.objects.get(pk=step.key))
    assert [node.recipe.kind for node in ancestry.nodes] == ["mimic", "painting"]
    assert len(ancestry.nodes[0].training) == 12


def test_the_saved_recipe_of_a_painting_holds_everything_down_to_the_artworks(
    browser: Client,
) -> None:
    mimic = twelve()
    kept(mimic)
    step = painting_step("prompt", Paints(), seed=1, mimic=mimic)
    made(step)
    saved = browser.get(f"/images/recipes/{step.key}.json").json()
    kinds = [recipe["document"]["kind"] for recipe in saved["recipes"]]
    assert kinds[-2:] == ["mimic", "painting"]
    assert kinds.count("artwork") == kinds.count("preparation") == 12
    assert kinds.count("protection") == 9
    assert saved["recipes"][-2]["mimic_sha256"] == Mimic.objects.get().sha256
    seen: set[str] = set()
    for recipe in saved["recipes"]:
        assert set(recipe["document"]["inputs"].values()) <= seen
        seen.add(recipe["key"])


def test_a_training_under_way_tells_where_it_stands_and_shows_its_sheets(browser: Client) -> None:
    step = twelve()
    services.request(step=step)
    sheet = store.put_png(encode_png(picture(40, 10)))
    earlier = store.put_png(encode_png(picture(40, 12)))
    Job.objects.filter(recipe=step.key).update(
        state="running", message="step 40 of 100, loss 0.5", progress=0.4,
        sheets=[[20, earlier.sha256], [40, sheet.sha256]],
    )  # fmt: skip
    for shown in (page(browser, step.key), page(browser, step.key, "training")):
        assert "step 40 of 100, loss 0.5" in shown
        assert 'hx-trigger="every 3s"' in shown
        assert shown.index(sheet.sha256) < shown.index(earlier.sha256)
        assert "After step 40" in shown
        assert "“picture 1”, “picture 2”, “picture 3”, “picture 4”" in shown


def test_the_page_loads_anew_when_the_training_has_ended(browser: Client) -> None:
    step = twelve()
    services.request(step=step)
    jobs.cancel(Job.objects.filter(recipe=step.key).values_list("pk", flat=True))
    response = browser.get(f"/images/recipes/{step.key}/training")
    assert response["HX-Refresh"] == "true"
    shown = page(browser, step.key)
    assert "Its checkpoints are kept" in shown
    assert "hx-trigger" not in shown


def test_only_mimics_have_a_training_and_only_for_who_is_logged_in(
    browser: Client, client: Client
) -> None:
    step = cloak(artwork())
    services.request(step=step)
    assert browser.get(f"/images/recipes/{step.key}/training").status_code == 404
    assert client.get(f"/images/recipes/{step.key}/training").status_code == 302


def test_the_jobs_page_counts_a_training_as_one_mimic(browser: Client) -> None:
    step = twelve()
    services.request(step=step)
    Job.objects.filter(recipe=step.key).update(
        state="running", claim="0" * 32, message="step 40 of 100, loss 0.5", worker="here"
    )
    shown = " ".join(browser.get("/images/jobs/live").content.decode().split())
    assert "Mimic, of 12 pictures · 1 mimic" in shown
    assert "step 40 of 100, loss 0.5" in shown


@given(st.lists(st.floats(1e-6, 1e4), min_size=1, max_size=60))
def test_every_loss_is_drawn_inside_the_chart(losses: list[float]) -> None:
    chart = draw([[step, loss, 1e-4] for step, loss in enumerate(losses, start=1)])
    assert chart is not None
    for line in (chart.raw, chart.smooth):
        for point in line.split():
            across, up = map(float, point.split(","))
            assert chart.left <= across <= WIDTH
            assert 0 <= up <= HEIGHT
    assert len(chart.raw.split()) == len(losses)
    assert chart.told[0][0] == 1
    assert chart.told[-1][0] == len(losses)
    assert len(chart.told) <= 14


def test_without_losses_there_is_no_chart() -> None:
    assert draw([]) is None
