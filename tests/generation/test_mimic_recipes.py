"""Mimics, paintings and edits as recipes: made by the worker's own code on a tiny pipeline."""

import errno
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.files.storage import default_storage
from django.core.management import call_command

from generation import claims, jobs, on_the_way, runner, services, store
from generation.models import Image, Job, Mimic, Production, Recipe
from generation.progress import Progress, silent
from generation.recipe import RecipeError, Step
from generation.working import work_off
from tests.generation import tiny_pipeline
from tests.generation.learning import (
    ask,
    diffusion,
    edited,
    learnt,
    learnt_whole,
    mimic_of,
    painted,
    pixels_of,
)
from tests.generation.test_checkpoints import files_no_larger_than
from tests.workers import own_queue_and_store

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="session")
def pipelines(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A networks folder with a tiny Stable Diffusion."""
    return tiny_pipeline.write_pipeline(tmp_path_factory.mktemp("recipes"))


@pytest.fixture(autouse=True)
def _own_place(tmp_path: Path, settings: LazySettings, pipelines: Path) -> Iterator[None]:
    settings.VAR_DIR = tmp_path
    settings.NETWORKS_DIR = pipelines
    settings.TORCH_THREADS = 1
    settings.CHECKPOINT_EVERY = 2
    settings.SHEET_EVERY = 0
    with own_queue_and_store(tmp_path):
        yield


def carry_out(follow: Progress = silent) -> claims.Batch:
    batch = claims.claim_any("test")
    assert batch is not None
    runner.run(batch, follow=follow)
    return batch


def states(asked: list[Job]) -> list[str]:
    rows = Job.objects.in_bulk([job.pk for job in asked])
    return [rows[job.pk].state for job in asked]


def cancelled_at(step: int, job: Job) -> Progress:
    """Somebody cancels the job while the worker is at this step of it."""

    def progress(done: int, total: int, message: str = "") -> None:
        if done == step:
            jobs.cancel([job.pk])

    return progress


@pytest.fixture
def _told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("generation.lease.WRITE_SECONDS", 0.0)


def test_a_mimic_is_learnt_kept_and_paints_what_prompts_say(pipelines: Path) -> None:
    mimic = learnt(pipelines)
    paintings = [painted(mimic, "a harbour", 100), painted(mimic, "rain", 101)]
    plain = painted(None, "a harbour", 100, pipelines)
    edits = [edited(paintings[0], pipelines)]
    asked = ask(*paintings, plain, *edits)
    work_off(wait=False)
    assert states(asked) == ["done"] * 4
    row = Mimic.objects.get()
    assert row.record["captions"] == mimic.settings["captions"]
    assert [point[0] for point in row.record["losses"]] == [1, 2, 3, 4, 5, 6]
    assert row.record["seconds"] > 0
    assert mimic_of(mimic).record["network"] == mimic.networks["diffusion"]
    assert len({pixels_of(step) for step in [*paintings, plain, *edits]}) == 4
    assert Image.objects.get(recipes=paintings[0].key).width == tiny_pipeline.SIZE
    assert not any(on_the_way.folder(mimic.key).parent.iterdir())


def test_paintings_of_one_mimic_share_a_batch_though_their_prompts_differ(pipelines: Path) -> None:
    one, other = learnt(pipelines), learnt(pipelines, seed=8)
    shared = [painted(one, prompt, seed) for seed in (1, 2) for prompt in ("rain", "our harbour")]
    apart = [painted(other, "rain", 1), painted(one, "rain", 1, guidance=3.0)]
    ask(*shared, *apart)
    work_off(wait=False)
    batches = [set(keys) for keys in Production.objects.values_list("recipe_keys", flat=True)]
    assert {step.key for step in shared} in batches
    assert all({step.key} in batches for step in [*apart, one, other])


def test_a_full_batch_of_paintings_is_no_larger_than_the_limit(
    pipelines: Path, settings: LazySettings
) -> None:
    settings.BATCH_SIZE = 2
    ask(*(painted(None, "rain", seed, pipelines) for seed in range(5)))
    work_off(wait=False)
    sizes = [len(keys) for keys in Production.objects.values_list("recipe_keys", flat=True)]
    assert sorted(sizes) == [1, 2, 2]


def test_the_same_painting_comes_out_alone_and_in_company(pipelines: Path) -> None:
    mimic, other = learnt(pipelines), [painted(None, "rain", seed, pipelines) for seed in (1, 2)]
    ask(mimic, other[0])
    work_off(wait=False)
    alone = pixels_of(other[0])
    Recipe.objects.filter(pk=other[0].key).update(image=None)
    Job.objects.filter(recipe=other[0].key).delete()
    ask(*other)
    work_off(wait=False)
    assert pixels_of(other[0]) == alone


def test_the_same_recipe_never_trains_twice(pipelines: Path) -> None:
    mimic = learnt(pipelines)
    ask(mimic)
    work_off(wait=False)
    (again,) = services.request_all(steps=[learnt(pipelines)])
    work_off(wait=False)
    assert again.pk == mimic.key
    assert Job.objects.count() == Production.objects.count() == 1


def test_a_mimic_that_learnt_nothing_paints_what_its_network_paints(pipelines: Path) -> None:
    """So a seed begins from the same noise whoever paints: conditions are pairs."""
    mimic = learnt(pipelines, rate=1e-12)
    steps = [painted(mimic, "rain", 3), painted(None, "rain", 3, pipelines)]
    ask(*steps, painted(None, "rain", 4, pipelines))
    work_off(wait=False)
    assert pixels_of(steps[0]) == pixels_of(steps[1])


def test_mimics_and_paintings_are_made_again_bit_for_bit(pipelines: Path) -> None:
    mimic = learnt(pipelines)
    steps = [painted(mimic, "rain", 1), painted(mimic, "our harbour", 2)]
    ask(*steps)
    work_off(wait=False)
    for step in (mimic, steps[1]):
        jobs.verify(Recipe.objects.get(pk=step.key))
    work_off(wait=False)
    found = Job.objects.filter(purpose="verify").values_list("message", flat=True)
    assert list(found) == ["Identical: made again, bit for bit."] * 2


def test_a_lost_mimic_is_learnt_again_and_put_back(
    pipelines: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mimic = learnt(pipelines)
    ask(mimic)
    work_off(wait=False)
    sha256 = Mimic.objects.get().sha256
    Path(default_storage.path(f"{sha256[:2]}/{sha256[2:4]}/{sha256}")).unlink()
    call_command("remake", mimic.key[:12])
    assert "and restored" in capsys.readouterr().out
    assert store.is_whole(sha256)


def test_another_mimic_under_the_same_key_is_found_out(pipelines: Path) -> None:
    mimic, other = learnt(pipelines), learnt(pipelines, seed=8)
    ask(mimic, other)
    work_off(wait=False)
    Recipe.objects.filter(pk=mimic.key).update(mimic=Recipe.objects.get(pk=other.key).mimic)
    jobs.verify(Recipe.objects.get(pk=mimic.key))
    work_off(wait=False)
    assert "of the weights, by" in Job.objects.get(purpose="verify").message


@pytest.mark.usefixtures("_told_at_once")
def test_a_training_cancelled_in_the_middle_keeps_nothing_but_its_checkpoints(
    pipelines: Path,
) -> None:
    mimic = learnt(pipelines)
    (job,) = ask(mimic)
    ask(painted(mimic, "rain"))
    carry_out(cancelled_at(5, job))
    assert states([job]) == ["cancelled"]
    assert not Mimic.objects.exists()
    assert not Recipe.objects.get(pk=mimic.key).is_made
    kept = sorted(path.name for path in on_the_way.folder(mimic.key).iterdir())
    assert kept == ["step-0000002.safetensors", "step-0000004.safetensors"]
    steps: list[int] = []
    jobs.retry([job.pk])
    carry_out(lambda done, total, message="": steps.append(done))
    assert states([job]) == ["done"]
    assert 5 in steps
    assert not {3, 4} & set(steps)  # went on after step 4
    assert store.get(str(Mimic.objects.get().sha256)) == learnt_whole(mimic)
    assert not on_the_way.folder(mimic.key).exists()


@pytest.mark.usefixtures("_told_at_once")
def test_a_training_whose_worker_is_told_to_stop_is_left_to_another(pipelines: Path) -> None:
    mimic = learnt(pipelines)
    (job,) = ask(mimic)
    batch = claims.claim_any("test")
    assert batch is not None
    steps: list[int] = []
    runner.run(
        batch,
        stopping=lambda: 5 in steps,
        follow=lambda done, total, message="": steps.append(done),
    )
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("ready", 0)
    work_off(wait=False)
    assert Recipe.objects.get(pk=mimic.key).mimic_id
    assert store.get(str(Mimic.objects.get().sha256)) == learnt_whole(mimic)
    production = Production.objects.get()
    assert production.environment["resumed"] == "from a checkpoint"


def test_a_disk_that_fills_during_training_fails_at_once_and_keeps_nothing_half(
    pipelines: Path,
) -> None:
    mimic = learnt(pipelines, "dreambooth")
    (job,) = ask(mimic)
    with files_no_larger_than(20_000):
        carry_out()
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("failed", 1)
    assert "make room there for" in job.message
    assert not any(on_the_way.folder(mimic.key).iterdir())
    assert not Mimic.objects.exists()
    jobs.retry([job.pk])
    work_off(wait=False)
    assert states([job]) == ["done"]


def test_a_store_that_is_full_fails_the_job_and_says_so(
    pipelines: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mimic = learnt(pipelines)
    (job,) = ask(mimic)

    def full(path: Path, data: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr("generation.store.write_whole", full)
        carry_out()
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("failed", 1)
    assert "the disk is full" in job.message
    assert "then retry" in job.message
    assert not Mimic.objects.exists()
    assert any(on_the_way.folder(mimic.key).iterdir())


def test_a_prompt_over_the_limit_fails_its_own_painting_only(pipelines: Path) -> None:
    long = "a painting by our harbour " * 20
    asked = ask(*(painted(None, prompt, 1, pipelines) for prompt in ("rain", long, "our art")))
    work_off(wait=False)
    assert states(asked) == ["done", "failed", "done"]
    message = Job.objects.get(pk=asked[1].pk).message
    assert "tokens" in message
    assert "shorten it" in message


def test_a_caption_over_the_limit_fails_the_mimic_and_names_it_to_its_paintings(
    pipelines: Path,
) -> None:
    mimic = learnt(pipelines, prompt="{caption} " + "by our harbour " * 20)
    asked = ask(mimic, painted(mimic, "rain"))
    work_off(wait=False)
    assert states(asked) == ["failed", "failed"]
    messages = [Job.objects.get(pk=job.pk).message for job in asked]
    assert "shorten it" in messages[0]
    assert messages[1].startswith(f"Its input mimic lora ({mimic.key[:12]}) failed:")


def test_a_network_with_another_checksum_is_refused(pipelines: Path) -> None:
    named = diffusion(pipelines)
    other = {"diffusion": {**named["diffusion"], "sha256": "f" * 64}}
    step = learnt(pipelines)
    (job,) = ask(Step(step.kind, step.method, step.settings, step.inputs, 7, other))
    work_off(wait=False)
    job.refresh_from_db()
    assert job.state == "failed"
    assert "is not the one that the recipe names" in job.message


def test_training_pictures_of_two_sizes_are_refused_before_anything_is_asked(
    pipelines: Path,
) -> None:
    from tests.generation.asking import artwork

    step = learnt(pipelines)
    mixed = {**step.inputs, "001": artwork(3, (20, 10))}
    with pytest.raises(RecipeError, match=r"are of one size; these are 20x10, 32x32 pixels"):
        ask(Step(step.kind, step.method, step.settings, mixed, 7, step.networks))
    assert not Job.objects.exists()


def test_sample_sheets_on_the_way_are_kept_with_the_job(
    pipelines: Path, settings: LazySettings
) -> None:
    settings.SHEET_EVERY = 4
    (job,) = ask(learnt(pipelines))
    work_off(wait=False)
    job.refresh_from_db()
    assert [step for step, _ in job.sheets] == [4, 6]
    assert all(store.is_whole(sha256) for _, sha256 in job.sheets)
    assert all(Image.objects.get(pk=sha256).height == 32 for _, sha256 in job.sheets)


def test_a_training_that_is_soon_over_paints_no_sheets(
    pipelines: Path, settings: LazySettings
) -> None:
    settings.SHEET_EVERY = 7
    (job,) = ask(learnt(pipelines))
    work_off(wait=False)
    job.refresh_from_db()
    assert (job.state, job.sheets) == ("done", [])


def test_a_sheet_that_cannot_be_kept_stops_no_training(
    pipelines: Path, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SHEET_EVERY = 4

    def busy(data: bytes) -> Image:
        raise OSError("busy")

    (job,) = ask(learnt(pipelines))
    monkeypatch.setattr("generation.on_the_way.store.put_png", busy)
    carry_out()
    assert states([job]) == ["done"]


@pytest.mark.usefixtures("_told_at_once")
def test_the_jobs_page_is_told_steps_of_the_training_and_nothing_else_as_steps(
    pipelines: Path,
) -> None:
    (job,) = ask(learnt(pipelines))
    told: list[tuple[float, str]] = []

    def look(done: int, total: int, message: str = "") -> None:
        job.refresh_from_db()  # what was written of the call before
        told.append((job.progress * total, job.message))

    carry_out(look)
    (_, starting), encoded, *steps = told
    assert starting == "starting"
    assert encoded == (0, f"step 0 of {len(steps) + 1}, 4 of 4 pictures encoded")
    for number, (done, message) in enumerate(steps, 1):
        assert done == pytest.approx(number)
        assert message.startswith(f"step {number} of {len(steps) + 1}, loss ")
        assert re.search(r"learning rate \S+, \d+ s left$", message)


def test_each_mimic_trains_alone(pipelines: Path) -> None:
    asked = ask(learnt(pipelines, seed=1), learnt(pipelines, seed=2))
    assert len({job.group for job in asked}) == 2
