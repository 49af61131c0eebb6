"""A real worker process is killed in the middle of a training, and another goes on."""

from collections.abc import Iterator

import pytest
from django.conf import LazySettings
from django.core.management import call_command
from pytest_django import DjangoDbBlocker

from generation import jobs
from generation.models import Job, Mimic, Recipe
from generation.recipe import Step
from tests.generation import tiny_pipeline
from tests.generation.learning import ask, learnt
from tests.workers import Site, environment, own_queue_and_store, own_sqlite

STEPS = 120
PATIENCE_SECONDS = 180.0
"""Importing diffusers alone takes seconds, on a busy machine many."""


@pytest.fixture(scope="module")
def home(
    tmp_path_factory: pytest.TempPathFactory, django_db_blocker: DjangoDbBlocker
) -> Iterator[Site]:
    """A site with its own database, a tiny Stable Diffusion, and checkpoints every ten steps."""
    folder = tmp_path_factory.mktemp("site")
    tiny_pipeline.write_pipeline(folder / "networks")
    told = environment(
        folder, DATABASE_URL="", BROKER_URL="", NETWORKS_DIR=str(folder / "networks"),
        CHECKPOINT_EVERY="10", SHEET_EVERY="0", LEASE_SECONDS="15",
    )  # fmt: skip
    site = Site(folder, told)
    database = folder / "connoisseur.sqlite3"
    with django_db_blocker.unblock(), own_sqlite(database), own_queue_and_store(folder):
        call_command("migrate", verbosity=0)
        try:
            yield site
        finally:
            site.stop()


@pytest.fixture
def site(home: Site, settings: LazySettings) -> Site:
    """The site; this process looks for networks where the workers do."""
    settings.NETWORKS_DIR = home.folder / "networks"
    return home


def checkpoints(site: Site, step: Step) -> list[str]:
    folder = site.folder / "checkpoints" / step.key
    return sorted(path.name for path in folder.glob("step-*")) if folder.is_dir() else []


def test_a_mimic_whose_worker_was_killed_is_what_it_would_have_been(site: Site) -> None:
    site.keep(1)
    step = learnt(site.folder / "networks", steps=STEPS)
    (job,) = ask(step)
    jobs.dispatch()
    site.wait_for(lambda: len(checkpoints(site, step)) == 2, PATIENCE_SECONDS)
    killed = site.holder(job)
    killed.kill()
    killed.wait()
    assert not Mimic.objects.exists()
    assert checkpoints(site, step)
    site.keep(1)
    site.wait_for(lambda: Recipe.objects.get(pk=step.key).is_made, PATIENCE_SECONDS)
    site.wait_for(lambda: not checkpoints(site, step))
    made = Recipe.objects.select_related("production").get(pk=step.key)
    assert made.production is not None
    assert made.production.environment["resumed"] == "from a checkpoint"
    assert Job.objects.get(pk=job.pk).attempts == 2
    again = jobs.verify(made)  # from the first step, without checkpoints
    site.wait_for(lambda: Job.objects.get(pk=again.pk).finished_at, PATIENCE_SECONDS)
    assert Job.objects.get(pk=again.pk).message == "Identical: made again, bit for bit."
