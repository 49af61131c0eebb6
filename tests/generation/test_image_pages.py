"""Collections and image pages as a researcher's browser meets them."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from PIL import Image as Picture

from generation import services, store
from generation.ancestry import lay_out
from generation.models import Artwork, Collection, Image, Job, Recipe
from generation.originals import encode_png
from generation.recipe import Step, artwork_step, digest
from tests.generation.asking import cloak, made, poppies
from tests.generation.pictures import picture

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_store(tmp_path: Path, settings: Any) -> None:
    folder = {**settings.STORAGES["default"], "OPTIONS": {"location": str(tmp_path / "store")}}
    settings.STORAGES = {**settings.STORAGES, "default": folder}


@pytest.fixture
def artwork(tmp_path: Path) -> Artwork:
    """One imported painting."""
    return poppies(tmp_path)


@pytest.fixture
def browser() -> Client:
    """A logged-in researcher's browser."""
    client = Client()
    client.force_login(User.objects.create_user("ada"))
    return client


def page(browser: Client, address: str) -> str:
    """The page at an address, which must be there."""
    response = browser.get(address)
    assert response.status_code == 200
    return response.content.decode()


def cloaked(artwork: Artwork) -> Step:
    """The protection of the painting, with its whole ancestry."""
    return cloak(artwork_step(artwork.image_id), budget=0.07)


ADDRESSES = [
    "/images/",
    "/images/collections/demo/",
    f"/images/recipes/{'0' * 64}/",
    f"/images/recipes/{'0' * 64}.json",
    f"/images/recipes/{'0' * 64}/verification",
    f"/images/files/{'0' * 64}.png",
    f"/images/thumbnails/{'0' * 64}.webp",
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_nobody_sees_anything_without_logging_in(client: Client, address: str) -> None:
    response = client.get(address)
    assert (response.status_code, response.url.partition("?")[0]) == (302, "/login/")


@pytest.mark.parametrize("address", ADDRESSES[1:])
def test_what_is_not_there_is_404(browser: Client, address: str) -> None:
    assert browser.get(address).status_code == 404


def test_without_collections_the_page_says_how_to_import(browser: Client) -> None:
    assert "manage.py collection import" in page(browser, "/images/")


def test_collections_are_listed_with_counts_and_pictures(browser: Client, artwork: Artwork) -> None:
    shown = page(browser, "/images/")
    assert "Monet and others" in shown
    assert "1 artwork by 1 painter" in shown
    assert f"/images/thumbnails/{artwork.image_id}.webp" in shown


def test_a_collection_shows_painter_title_and_rights(browser: Client, artwork: Artwork) -> None:
    shown = page(browser, "/images/collections/demo/")
    for text in ("Claude Monet", "Poppies", "public domain", "painter died 1926"):
        assert text in shown
    assert f"/images/recipes/{artwork_step(artwork.image_id).key}/" in shown


def test_a_long_collection_is_shown_in_pages(browser: Client) -> None:
    collection = Collection.objects.create(slug="many")
    for number in range(61):
        image = Image.objects.create(sha256=f"{number:064x}", width=1, height=1, size=1)
        Artwork.objects.create(
            collection=collection, image=image, source_name=f"{number}", painter=f"P{number:02}",
            title="T", rights="licence", rights_statement="CC0", source_sha256="",
        )  # fmt: skip
        services.describe(steps=[artwork_step(image.sha256)])
    assert "1 of 2" in page(browser, "/images/collections/many/")
    assert "P60" in page(browser, "/images/collections/many/?page=2")


def test_an_artworks_page_shows_its_rights_and_what_was_made_from_it(
    browser: Client, artwork: Artwork
) -> None:
    copy = cloaked(artwork).inputs["image"]
    services.request(step=copy)
    shown = page(browser, f"/images/recipes/{artwork_step(artwork.image_id).key}/")
    assert "Public domain: painter died 1926" in shown
    assert f"/images/recipes/{copy.key}/" in shown
    assert "Make it again" not in shown


def test_an_image_page_shows_the_picture_its_numbers_and_its_whole_ancestry(
    browser: Client, artwork: Artwork
) -> None:
    step = cloaked(artwork)
    made(step.inputs["image"])
    made(step.inputs["target"], 40)
    recipe = made(step, 91, {"linf": 8 / 255, "l2": 2.5, "lpips": 0.0688})
    shown = page(browser, f"/images/recipes/{step.key}/")
    assert f'<img src="/images/files/{recipe.image_id}.png"' in shown
    for text in ("8/255", "2.50", "0.0688", "Glaze-style (re-implementation)", "budget 0.07"):
        assert text in shown
    for node in step.graph():
        assert f"/images/recipes/{node.key}/" in shown
    for text in ("<dt>Seed</dt>", "0" * 64, "torch 2.15.0", "in a batch of 1"):
        assert text in shown
    assert shown.index("graph-nodes") < shown.index("<dt>Seed</dt>"), "pictures before text"


def test_a_recipe_without_its_image_says_why(browser: Client, artwork: Artwork) -> None:
    step = cloaked(artwork)
    services.describe(steps=[step])
    assert "Described, but not asked for yet" in page(browser, f"/images/recipes/{step.key}/")
    services.request(step=step)
    assert "waiting for its inputs" in page(browser, f"/images/recipes/{step.key}/")
    Job.objects.update(state=Job.State.FAILED, message="The network is missing.")
    assert "The network is missing." in page(browser, f"/images/recipes/{step.key}/")


def test_make_it_again_asks_for_a_comparison_and_shows_what_it_found(
    browser: Client, artwork: Artwork
) -> None:
    step = cloaked(artwork)
    made(step)
    address = f"/images/recipes/{step.key}/"
    assert "Not made again yet" in page(browser, address)
    assert browser.post(address + "verify").url == address
    job = Job.objects.get(purpose=Job.Purpose.VERIFY)
    waiting = page(browser, address)
    assert "waiting for a worker" in waiting
    assert f'hx-get="{address}verification"' in waiting
    Job.objects.filter(pk=job.pk).update(
        state=Job.State.DONE, message="Identical: made again, bit for bit.",
        finished_at=timezone.now(),
    )  # fmt: skip
    found = page(browser, address + "verification")
    assert "Identical: made again, bit for bit." in found
    assert "hx-get" not in found


def test_an_image_that_was_not_made_here_cannot_be_made_again(
    browser: Client, artwork: Artwork
) -> None:
    key = artwork_step(artwork.image_id).key
    response = browser.post(f"/images/recipes/{key}/verify", follow=True)
    assert "Only what was made here" in response.content.decode()
    assert not Job.objects.exists()


def test_making_again_takes_a_post_from_the_sites_own_form(artwork: Artwork) -> None:
    step = cloaked(artwork)
    made(step)
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(User.objects.create_user("bob"))
    assert strict.get(f"/images/recipes/{step.key}/verify").status_code == 405
    assert strict.post(f"/images/recipes/{step.key}/verify").status_code == 403
    assert not Job.objects.exists()


def test_the_recipe_can_be_saved_with_all_that_is_below_it(
    browser: Client, artwork: Artwork
) -> None:
    step = cloaked(artwork)
    made(step)
    response = browser.get(f"/images/recipes/{step.key}.json")
    assert "attachment" in response["Content-Disposition"]
    saved = json.loads(response.content)
    assert saved["key"] == step.key
    assert [part["key"] for part in saved["recipes"]] == [node.key for node in step.graph()]
    assert all(digest(part["document"]) == part["key"] for part in saved["recipes"])
    assert saved["recipes"][-1]["production"]["environment"]["torch"] == "2.15.0"


def test_the_stored_png_is_served_as_it_is_and_may_be_kept(
    browser: Client, artwork: Artwork
) -> None:
    response = browser.get(f"/images/files/{artwork.image_id}.png")
    assert response.content == store.get(artwork.image_id)
    assert response["Content-Type"] == "image/png"
    assert "private" in response["Cache-Control"]
    assert "immutable" in response["Cache-Control"]
    again = browser.get(
        f"/images/files/{artwork.image_id}.png", HTTP_IF_NONE_MATCH=response["ETag"]
    )
    assert (again.status_code, again.content) == (304, b"")
    saved = browser.get(f"/images/files/{artwork.image_id}.png?download")
    assert "attachment" in saved["Content-Disposition"]


def test_a_thumbnail_is_small_and_may_be_kept(browser: Client, tmp_path: Path) -> None:
    large = store.put_png(encode_png(picture(1200, 600)))
    response = browser.get(f"/images/thumbnails/{large.sha256}.webp")
    assert Picture.open(BytesIO(response.content)).size == (480, 240)
    assert "immutable" in response["Cache-Control"]
    assert response["ETag"]


def test_a_picture_that_the_store_lost_is_404(browser: Client) -> None:
    Image.objects.create(sha256="0" * 64, width=1, height=1, size=1)
    assert browser.get(f"/images/files/{'0' * 64}.png").status_code == 404


def test_pages_load_no_torch() -> None:
    # addresses, views and all they import, in a process of its own
    code = (
        "import django, sys; django.setup();"
        "import generation.urls, generation.templatetags.recipes;"
        "from generation.labels import method_label;"
        "assert method_label('protection', 'glaze') == 'Glaze-style (re-implementation)';"
        "assert 'torch' not in sys.modules"
    )
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings"}
    subprocess.run([sys.executable, "-c", code], check=True, env=environment)


# the drawing


def drawn(step: Step) -> dict[str, tuple[int, int]]:
    """Layer and lane of each step."""
    recipes = {node.key: Recipe(key=node.key, document=node.document) for node in step.graph()}
    ancestry = lay_out(recipes, step.key, {})
    assert ancestry.result.recipe.key == step.key
    return {node.recipe.key: (node.layer, node.lane) for node in ancestry.nodes}


def test_the_chain_of_images_is_one_lane_and_the_target_branches_off() -> None:
    step = cloak(artwork_step("a" * 64))
    copy, target = step.inputs["image"], step.inputs["target"]
    assert drawn(step) == {
        copy.inputs["image"].key: (0, 0),
        copy.key: (1, 0),
        target.key: (2, 1),
        step.key: (3, 0),
    }


def test_the_painting_that_gives_the_style_shares_the_targets_lane() -> None:
    step = cloak(artwork_step("a" * 64))
    style = replace(step.inputs["image"], inputs={"image": artwork_step("b" * 64)})
    target = replace(step.inputs["target"], inputs={**step.inputs["target"].inputs, "style": style})
    places = drawn(replace(step, inputs={**step.inputs, "target": target}))
    assert places[style.key] == (1, 1)
    assert places[target.key] == (2, 1)
    assert len(set(places.values())) == len(places) == 6


def test_every_arrow_is_drawn_once() -> None:
    step = cloak(artwork_step("a" * 64))
    recipes = {node.key: Recipe(key=node.key, document=node.document) for node in step.graph()}
    ancestry = lay_out(recipes, step.key, {})
    assert len(ancestry.across.paths) == len(ancestry.down.paths) == 4
    assert (ancestry.across.width, ancestry.across.height) == (4 * 200, 2 * 240)
