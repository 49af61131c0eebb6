"""Asking for an image makes its recipes and jobs once, however often and by whomever."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from generation import services
from generation.models import Job, Recipe
from generation.recipe import Step, artwork_step
from generation.services import RecipeError
from tests.generation.asking import NETWORK, artwork, ask_together, check_asked_once, cloak
from tests.workers import own_sqlite

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_store(tmp_path: Path, settings: Any) -> None:
    folder = {**settings.STORAGES["default"], "OPTIONS": {"location": str(tmp_path / "store")}}
    settings.STORAGES = {**settings.STORAGES, "default": folder}


def job_of(step: Step) -> Job:
    """The job that makes a step's image."""
    return Job.objects.get(recipe_id=step.key)


def test_a_request_makes_recipes_links_and_jobs_of_the_whole_graph() -> None:
    step = cloak(artwork())
    recipe = services.request(step=step)
    assert recipe.key == step.key
    assert recipe.document == step.document
    kinds = Recipe.objects.order_by("kind").values_list("kind", flat=True)
    assert list(kinds) == ["artwork", "preparation", "protection", "style_transfer"]
    links = recipe.input_links.order_by("role").values_list("role", "source__kind")
    assert list(links) == [("image", "preparation"), ("target", "style_transfer")]


def test_a_leaf_has_its_image_at_once_and_no_job() -> None:
    leaf = artwork()
    services.request(step=cloak(leaf))
    assert Recipe.objects.get(pk=leaf.key).image_id == leaf.settings["image"]
    assert not Job.objects.filter(recipe_id=leaf.key).exists()


def test_only_jobs_whose_inputs_are_there_are_ready() -> None:
    step = cloak(artwork())
    services.request(step=step)
    states = {job.recipe.kind: job.state for job in Job.objects.select_related("recipe")}
    assert states == {"preparation": "ready", "style_transfer": "waiting", "protection": "waiting"}


def test_asking_again_changes_nothing() -> None:
    step = cloak(artwork())
    services.request(step=step)
    before = list(Job.objects.order_by("pk").values())
    assert services.request(step=step).key == step.key
    assert list(Job.objects.order_by("pk").values()) == before


def test_a_recipe_that_has_its_image_gets_no_job() -> None:
    leaf = artwork()
    copy = cloak(leaf).inputs["image"]
    services.describe(steps=[copy])
    Recipe.objects.filter(pk=copy.key).update(image_id=leaf.settings["image"])
    services.request(step=cloak(leaf))
    assert not Job.objects.filter(recipe_id=copy.key).exists()
    assert job_of(cloak(leaf).inputs["target"]).state == Job.State.READY


def test_a_cancelled_job_is_wanted_again_and_a_failed_one_waits_for_retry() -> None:
    step = cloak(artwork())
    services.request(step=step)
    Job.objects.update(state=Job.State.CANCELLED, attempts=2, message="Cancelled.")
    Job.objects.filter(recipe_id=step.key).update(state=Job.State.FAILED)
    services.request(step=step)
    assert job_of(step).state == Job.State.FAILED
    again = job_of(step.inputs["target"])
    assert (again.state, again.attempts, again.message) == (Job.State.WAITING, 0, "")


def test_shared_steps_are_made_once() -> None:
    leaf = artwork()
    services.request_all(steps=[cloak(leaf, budget) for budget in (0.03, 0.05, 0.07)])
    assert Job.objects.count() == 5


def test_an_unknown_picture_is_refused_and_nothing_is_written() -> None:
    with pytest.raises(RecipeError, match="import its collection first"):
        services.request_all(steps=[cloak(artwork()), cloak(artwork_step("f" * 64))])
    assert not Recipe.objects.exists()
    assert not Job.objects.exists()


def test_a_description_asks_for_nothing() -> None:
    step = cloak(artwork())
    (recipe,) = services.describe(steps=[step])
    assert recipe.key == step.key
    assert not Job.objects.exists()
    assert services.request_described(keys=[step.key]) == [recipe]
    assert Job.objects.count() == 3


def groups(*steps: Step) -> int:
    """How many different groups the jobs of these steps are in."""
    services.request_all(steps=steps)
    return (
        Job.objects.filter(recipe__in=[step.key for step in steps])
        .values("group")
        .distinct()
        .count()
    )


def test_pictures_of_one_method_settings_and_size_share_a_batch_whatever_their_seeds() -> None:
    assert groups(cloak(artwork(1)), cloak(artwork(2), seed=9)) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"settings": {"budget": 0.05}},
        {"version": 2},
        {"method": "mist"},
        {"networks": {"autoencoder": NETWORK, "perceptual": {**NETWORK, "sha256": "1" * 64}}},
    ],
)
def test_what_cannot_share_a_batch_is_in_another_group(change: dict[str, Any]) -> None:
    step = cloak(artwork())
    assert groups(step, replace(cloak(artwork(1)), **change)) == 2


def test_pictures_of_other_sizes_are_in_another_group() -> None:
    assert groups(cloak(artwork(1), size=16), cloak(artwork(2), size=32)) == 2
    small, large = (cloak(artwork(3, size)).inputs["image"] for size in ((20, 20), (40, 20)))
    assert groups(small, large) == 2


@pytest.mark.skipif(connection.vendor != "sqlite", reason="tests/services does it on PostgreSQL")
def test_eight_who_ask_at_once_make_each_recipe_and_job_once(
    tmp_path: Path, django_db_blocker: Any
) -> None:
    own = partial(own_sqlite, tmp_path / "race.sqlite3")
    with django_db_blocker.unblock(), own():
        call_command("migrate", verbosity=0)
        results = ask_together(8, own)
        assert [type(result) for result in results] == [list] * 8
        check_asked_once()
