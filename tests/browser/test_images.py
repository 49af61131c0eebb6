"""Collections and image pages in a real browser: by keyboard, on a phone, in the dark."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from generation import services
from generation.models import Artwork, Job
from generation.recipe import Step, artwork_step, painting_step
from tests.browser.conftest import Open
from tests.generation.asking import cloak, made, poppies
from tests.generation.test_mimic_pages import Paints, kept, twelve

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _own_store(tmp_path: Path, settings: Any) -> None:
    folder = {**settings.STORAGES["default"], "OPTIONS": {"location": str(tmp_path / "store")}}
    settings.STORAGES = {**settings.STORAGES, "default": folder}


@pytest.fixture
def artwork(tmp_path: Path) -> Artwork:
    """One imported painting."""
    return poppies(tmp_path)


@pytest.fixture
def cloaked(artwork: Artwork) -> Step:
    """Its protection, made, with all that is below it."""
    step = cloak(artwork_step(artwork.image_id))
    made(step.inputs["image"])
    made(step.inputs["target"], 40)
    made(step, 91, {"linf": 8 / 255, "l2": 2.5, "lpips": 0.0688})
    return step


@pytest.mark.parametrize(("size", "theme"), [("phone", "dark"), ("desk", "light")])
def test_every_page_is_sound(
    size: str,
    theme: str,
    inside: Open,
    cloaked: Step,
    complaints: list[str],
    violations: Callable[[Page], list[str]],
) -> None:
    page = inside(size, theme)
    leaf = cloaked.inputs["image"].inputs["image"]
    for address in ("", "collections/demo/", f"recipes/{leaf.key}/", f"recipes/{cloaked.key}/"):
        response = page.goto(f"/images/{address}")
        assert response
        assert response.ok
        page.wait_for_load_state("networkidle")
        wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
        assert (violations(page), wide, complaints) == ([], False, []), address


def test_by_keyboard_from_the_collections_to_a_step_of_the_ancestry(
    inside: Open, cloaked: Step
) -> None:
    page = inside()
    page.goto("/images/")
    page.get_by_role("link", name="Monet and others").press("Enter")
    page.get_by_role("link", name="Poppies").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Poppies")
    page.goto(f"/images/recipes/{cloaked.key}/")
    drawing = page.get_by_role("group", name="Drawing of the steps")
    drawing.get_by_role("link", name="Style transfer").press("Enter")
    expect(page).to_have_url(page.url.replace(cloaked.key, cloaked.inputs["target"].key))
    page.locator("summary").first.press("Enter")
    expect(page.locator("details").first).to_have_attribute("open", "")


def test_cards_lie_in_columns_on_a_desk_and_in_rows_on_a_phone(inside: Open, cloaked: Step) -> None:
    places = {}
    for size in ("desk", "phone"):
        page = inside(size)
        page.goto(f"/images/recipes/{cloaked.key}/")
        boxes = [card.bounding_box() for card in page.locator(".graph-node").all()]
        places[size] = [(box["x"], box["y"]) for box in boxes if box]
    first, *_, last = places["desk"]
    assert last[0] > first[0]
    assert last[1] == first[1]
    first, *_, last = places["phone"]
    assert last[1] > first[1]
    assert last[0] == first[0]


def test_the_finding_of_a_comparison_appears_without_a_reload(inside: Open, cloaked: Step) -> None:
    page = inside()
    page.goto(f"/images/recipes/{cloaked.key}/")
    page.get_by_role("button", name="Make it again and compare").press("Enter")
    expect(page.get_by_text("waiting for a worker")).to_be_visible()
    Job.objects.filter(purpose=Job.Purpose.VERIFY).update(
        state=Job.State.DONE,
        message="Identical: made again, bit for bit.",
        finished_at=timezone.now(),
    )
    expect(page.get_by_text("Identical: made again, bit for bit.")).to_be_visible(timeout=10_000)
    expect(page.get_by_role("button", name="Make it again and compare")).to_be_visible()


@pytest.mark.parametrize(("size", "theme"), [("phone", "dark"), ("desk", "light")])
def test_the_pages_of_a_mimic_and_of_its_painting_are_sound(
    size: str,
    theme: str,
    inside: Open,
    artwork: Artwork,
    complaints: list[str],
    violations: Callable[[Page], list[str]],
) -> None:
    page = inside(size, theme)
    mimic = twelve(artwork)
    kept(mimic)
    painting = painting_step("prompt", Paints(), seed=107, mimic=mimic)
    made(painting)
    for step in (mimic, painting):
        response = page.goto(f"/images/recipes/{step.key}/")
        assert response
        assert response.ok
        page.wait_for_load_state("networkidle")
        wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
        assert (violations(page), wide, complaints) == ([], False, []), step.kind


def test_the_page_of_a_training_follows_it_to_its_end(inside: Open, artwork: Artwork) -> None:
    mimic = twelve(artwork)
    services.request(step=mimic)
    job = Job.objects.filter(recipe=mimic.key)
    job.update(state="running", message="step 40 of 100, loss 0.5", progress=0.4)
    page = inside("desk", "light")
    page.goto(f"/images/recipes/{mimic.key}/")
    expect(page.get_by_text("step 40 of 100")).to_be_visible()
    job.update(message="step 60 of 100, loss 0.4", progress=0.6)
    expect(page.get_by_text("step 60 of 100")).to_be_visible(timeout=10_000)
    kept(mimic)
    job.update(state="done")
    expect(page.get_by_role("heading", name="Loss")).to_be_visible(timeout=10_000)
