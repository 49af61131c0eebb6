"""Job rows: how they move, who may move them, and what is left when a worker dies at any line."""

import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import torch
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.db.models import F
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from config.celery import app
from generation import claims, jobs, runner, services, store
from generation.failures import JobFailure
from generation.models import Image, Job, Production, Recipe
from generation.networks import NetworkRecord, Networks
from generation.recipe import Step, artwork_step
from generation.working import work_off
from tests.workers import (
    REPOSITORY,
    TOY_PLUGIN,
    all_done,
    ask_for,
    original,
    own_queue_and_store,
    productions_of,
    states,
    toy_step,
)

pytestmark = pytest.mark.django_db

MADE = "purification slow"


@pytest.fixture(autouse=True)
def own_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: LazySettings
) -> Iterator[None]:
    """The toy methods are installed; queue, images and the toy's log are this test's own."""
    monkeypatch.syspath_prepend(str(TOY_PLUGIN))
    monkeypatch.setenv("TOY_LOG", str(tmp_path / "toy.log"))
    settings.TORCH_THREADS = 1
    with own_queue_and_store(tmp_path):
        yield


def begun(tmp_path: Path) -> int:
    """How many batches the toy method has begun."""
    log = tmp_path / "toy.log"
    return len(log.read_text().splitlines()) if log.exists() else 0


def request(step: Step) -> Job:
    recipe = services.request(step=step)
    return Job.objects.get(recipe=recipe)


def run_one(worker: str = "test") -> claims.Batch:
    batch = claims.claim_any(worker)
    assert batch is not None
    runner.run(batch)
    return batch


def silence(asked: list[Job]) -> None:
    """The worker of these jobs has been silent for longer than its lease."""
    past = timezone.now() - timedelta(minutes=5)
    Job.objects.filter(pk__in=[job.pk for job in asked]).update(lease_until=past)


def wait_is_over() -> None:
    Job.objects.exclude(not_before=None).update(not_before=timezone.now() - timedelta(seconds=1))


# Planning and claiming


def test_jobs_of_one_group_are_planned_into_batches(settings: LazySettings) -> None:
    settings.BATCH_SIZE = 4
    first = ask_for(6, tag="a")
    second = ask_for(2, tag="b", shade=100)
    assert [len(message.job_ids) for message in jobs.plan()] == [4, 2, 2]
    assert jobs.plan()[2].job_ids == tuple(job.pk for job in second)
    assert jobs.plan()[0].job_ids == tuple(job.pk for job in first[:4])


def test_a_planned_batch_is_sent_once(django_capture_on_commit_callbacks: Any) -> None:
    asked = ask_for(2)
    with django_capture_on_commit_callbacks(execute=True):
        jobs.dispatch()
        jobs.dispatch()
    assert messages_waiting() == 1
    assert all(job.queued_at for job in Job.objects.filter(pk__in=[job.pk for job in asked]))


def messages_waiting() -> int:
    with app.connection_for_read() as connection, connection.channel() as channel:
        return sum(channel.queue_declare(queue=name, passive=True)[1] for name in jobs.QUEUES)


def test_steps_with_networks_go_to_the_gpu_queue() -> None:
    network = {"id": "sd1_vaelight", "revision": "", "sha256": "0" * 64}
    plain, deep = (
        ask_for(2, tag="plain"),
        request(
            Step(
                "protection", "glaze", {}, {"image": original(9)}, networks={"autoencoder": network}
            )
        ),
    )
    assert {message.queue: message.job_ids for message in jobs.plan()} == {
        "cpu": tuple(job.pk for job in plain),
        "gpu": (deep.pk,),
    }


def test_a_claimed_job_cannot_be_claimed_again() -> None:
    asked = ask_for(3)
    ids = [job.pk for job in asked]
    batch = claims.claim(ids, "one")
    assert batch is not None
    assert [job.pk for job in batch.jobs] == ids
    assert claims.claim(ids, "two") is None
    assert set(Job.objects.values_list("worker", "state")) == {("one", "running")}


def test_a_claim_leaves_out_what_somebody_else_has() -> None:
    asked = ask_for(3)
    jobs.cancel([asked[1].pk])
    batch = claims.claim([job.pk for job in asked], "one")
    assert batch is not None
    assert [job.pk for job in batch.jobs] == [asked[0].pk, asked[2].pk]


def test_jobs_that_became_ready_later_fill_up_the_batch(settings: LazySettings) -> None:
    settings.BATCH_SIZE = 4
    early, late = ask_for(2), ask_for(6, shade=50)
    other = ask_for(1, tag="another group")
    batch = claims.claim([early[1].pk], "one")
    assert batch is not None
    assert {job.pk for job in batch.jobs} == {job.pk for job in [*early, *late[:2]]}
    assert states(other) == ["ready"]


def test_a_job_waits_until_all_its_inputs_have_images() -> None:
    first = toy_step(original(1))
    second = request(toy_step(first, tag="second"))
    jobs.settle()
    assert states([second]) == ["waiting"]
    run_one()
    jobs.settle()
    assert states([second]) == ["ready"]
    run_one()
    assert states([second]) == ["done"]


# Carrying out


def test_a_batch_is_one_production_and_its_record_is_complete() -> None:
    asked = ask_for(8)
    run_one()
    assert all_done(asked)
    production = Production.objects.get()
    assert production.recipe_keys == [job.recipe_id for job in asked]
    assert production.device == "cpu"
    assert production.environment["threads"] == 1
    assert {"torch", "pillow", "processor"} <= set(production.environment)
    recipe = Recipe.objects.get(pk=asked[0].recipe_id)
    assert recipe.production == production
    assert 0 < recipe.realised["linf"] <= 1 / 8 + 1 / 255
    assert recipe.realised["l2"] > 0
    job = Job.objects.get(pk=asked[0].pk)
    assert (job.progress, job.claim is not None, job.lease_until) == (1.0, True, None)


def test_the_same_job_carried_out_by_two_workers_gives_one_image_and_one_production() -> None:
    asked = ask_for(2)
    slow = claims.claim_any("slow")
    assert slow is not None
    silence(asked)
    assert claims.recover() == 2
    run_one("quick")
    images = set(Image.objects.values_list("pk", flat=True))
    runner.run(slow)
    assert all_done(asked)
    assert set(Image.objects.values_list("pk", flat=True)) == images
    assert Production.objects.count() == 1
    assert set(Job.objects.values_list("worker", flat=True)) == {"quick"}


def test_a_worker_that_was_taken_for_dead_stops_and_writes_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked = ask_for(1, steps=1000)
    slow = claims.claim_any("slow")
    assert slow is not None
    silence(asked)
    claims.recover()
    taken_over = claims.claim_any("quick")
    monkeypatch.setattr("generation.lease.WRITE_SECONDS", 0.0)
    runner.run(slow)
    assert begun(tmp_path) == 0
    job = Job.objects.get()
    assert taken_over is not None
    assert (job.worker, job.claim, job.progress) == ("quick", taken_over.claim, 0.0)
    assert not Production.objects.exists()


def test_a_claim_that_was_lost_at_the_last_moment_finishes_nothing() -> None:
    asked = ask_for(1)
    late = claims.claim_any("late")
    assert late is not None
    silence(asked)
    claims.recover()
    image = Image.objects.get(recipes__kind="artwork")
    production = Production(
        recipe_keys=[asked[0].recipe_id], device="cpu", environment={}, started_at=timezone.now(),
        seconds=1.0,
    )  # fmt: skip
    assert claims.finish(late.claim, production, {asked[0].pk: claims.Made(image, {})}) == []
    assert states(asked) == ["ready"]
    assert not Production.objects.exists()


KILLING_POINTS = (
    "generation.inputs.store.get",
    "generation.producing.steps.run",
    "generation.outputs.store.put_image",
    "generation.runner.claims.finish",
    "generation.models.Production.save",
    "generation.claims._finish",
)


class Killed(BaseException):
    """The process is gone: nothing after this line runs."""


@pytest.mark.parametrize("point", KILLING_POINTS)
@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_at_any_line_nothing_is_lost_or_doubled(
    point: str, when: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = ask_for(2)
    with monkeypatch.context() as patch:
        _kill_at(point, when, patch)
        with pytest.raises(Killed):
            run_one("killed")
    silence(asked)
    work_off(wait=True)
    assert all_done(asked)
    assert productions_of(asked)[0] == [job.recipe_id for job in asked]
    assert Production.objects.count() == 1
    for recipe in Recipe.objects.filter(jobs__in=asked):
        assert recipe.image_id
        assert store.get(recipe.image_id)


def _kill_at(point: str, when: str, patch: pytest.MonkeyPatch) -> None:
    owner, _, name = point.rpartition(".")
    true = pytest.importorskip(owner) if owner.count(".") == 1 else _resolve(owner)
    original_function = getattr(true, name)

    def die(*args: Any, **kwargs: Any) -> Any:
        if when == "after":
            original_function(*args, **kwargs)
        raise Killed

    patch.setattr(true, name, die)


def _resolve(path: str) -> Any:
    module, _, attribute = path.rpartition(".")
    return getattr(__import__(module, fromlist=[attribute]), attribute)


def test_a_worker_that_is_asked_to_stop_hands_its_batch_back() -> None:
    asked = ask_for(2, steps=3)
    batch = claims.claim_any("stopping")
    assert batch is not None
    runner.run(batch, stopping=lambda: True)
    assert states(asked) == ["ready", "ready"]
    assert set(Job.objects.values_list("attempts", "claim", "queued_at")) == {(0, None, None)}


def test_the_lease_is_kept_and_progress_written_at_most_once_a_second(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("generation.lease.WRITE_SECONDS", 0.0)
    ask_for(1, steps=4)
    seen: list[tuple[float, str]] = []

    def look(done: int, total: int, message: str = "") -> None:
        job = Job.objects.get()
        assert job.lease_until is not None
        assert job.lease_until > timezone.now()
        seen.append((job.progress, job.message))

    batch = claims.claim_any("test")
    assert batch is not None
    runner.run(batch, follow=look)
    assert seen == [(0.0, "starting"), *((n / 4, f"step {n} of 4") for n in (1, 2, 3))]


# Failing


def test_a_passing_failure_is_tried_again_later() -> None:
    asked = ask_for(2, trouble="first time")
    run_one()
    job = Job.objects.get(pk=asked[0].pk)
    assert (job.state, job.attempts, job.queued_at) == ("ready", 1, None)
    assert "the disk is full" in job.message
    assert "Attempt 1 of 5" in job.message
    assert job.not_before is not None
    assert job.not_before > timezone.now() + timedelta(seconds=claims.BACKOFF_SECONDS / 3)
    assert claims.claim_any("test") is None
    assert jobs.plan() == []
    wait_is_over()
    run_one()
    assert all_done(asked)


def test_a_failure_that_does_not_pass_is_given_up() -> None:
    asked = ask_for(1, trouble="always")
    for _ in range(claims.MAX_ATTEMPTS):
        run_one()
        wait_is_over()
    job = Job.objects.get(pk=asked[0].pk)
    assert job.state == "failed"
    assert "Given up after 5 attempts" in job.message


@given(st.integers(1, 30), st.floats(0, 1, exclude_max=True))
def test_the_wait_doubles_up_to_a_limit_and_is_never_the_same(attempts: int, chance: float) -> None:
    wait = claims.backoff(attempts, lambda: chance).total_seconds()
    longest = min(claims.BACKOFF_SECONDS * 2 ** (attempts - 1), claims.BACKOFF_LIMIT_SECONDS)
    assert longest / 2 <= wait <= longest


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"settings": {"quality": 1000}}, "quality"),
        ({"method": "nonsense"}, "There is no purification called “nonsense”"),
        ({"version": 99}, "version 99 of purification jpeg; this worker has version 1"),
        (
            {"networks": {"autoencoder": {"id": "nowhere", "revision": "", "sha256": "0"}}},
            "There is no autoencoder “nowhere”",
        ),
    ],
)
def test_what_can_never_work_fails_at_once_and_says_why(
    change: dict[str, Any], sentence: str
) -> None:
    step = {"kind": "purification", "method": "jpeg", "settings": {}, "version": 1}
    job = request(Step(**{**step, **change, "inputs": {"image": original(3)}}))
    run_one()
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("failed", 1)
    assert sentence in job.message


def test_other_weights_than_the_recipe_names_fail_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = {"id": "sd1_vaelight", "revision": "", "sha256": "a" * 64}
    here = Networks(
        device=torch.device("cpu"),
        records={"autoencoder": NetworkRecord("sd1_vaelight", "", "b" * 64)},
        members={},
    )
    monkeypatch.setattr("generation.producing.networks.load", lambda *_: here)
    image = {"image": original(3)}
    job = request(Step("purification", "jpeg", {}, image, networks={"autoencoder": wanted}))
    run_one()
    job.refresh_from_db()
    assert job.state == "failed"
    assert "is not the one that the recipe names (sha256 bbbbbbbbbbbb…" in job.message


def test_one_bad_picture_does_not_take_the_others_with_it() -> None:
    asked = [*ask_for(3, trouble="white"), *ask_for(1, shade=255, trouble="white")]
    run_one()
    assert states(asked) == ["done", "done", "done", "failed"]
    bad = Job.objects.get(state="failed")
    assert bad.pk == asked[3].pk
    assert "ValueError: white pictures are beyond me" in bad.message
    assert sorted(len(keys) for keys in productions_of(asked)) == [1, 2]


def test_an_image_of_no_numbers_fails_alone() -> None:
    trouble = "white gives nan"
    asked = [*ask_for(2, trouble=trouble), *ask_for(1, shade=255, trouble=trouble)]
    run_one()
    assert states(asked) == ["done", "done", "failed"]
    assert "not numbers" in Job.objects.get(state="failed").message
    assert [len(keys) for keys in productions_of(asked)] == [3]


def test_out_of_memory_halves_the_batch() -> None:
    asked = ask_for(8, trouble="more than two")
    run_one()
    assert all_done(asked)
    assert sorted(len(keys) for keys in productions_of(asked)) == [2, 2, 2, 2]


def test_jobs_of_a_lost_worker_come_back_in_smaller_batches(settings: LazySettings) -> None:
    settings.BATCH_SIZE = 8
    asked = ask_for(8)
    assert claims.claim_any("killed") is not None
    silence(asked)
    claims.recover()
    assert [len(message.job_ids) for message in jobs.plan()] == [4, 4]


def test_a_job_that_loses_every_worker_fails_in_the_end() -> None:
    asked = ask_for(1)
    for _ in range(claims.MAX_ATTEMPTS):
        assert claims.claim_any("killed") is not None
        silence(asked)
        claims.recover()
    job = Job.objects.get(pk=asked[0].pk)
    assert job.state == "failed"
    assert "Its worker was lost 5 times" in job.message


def test_a_store_that_is_busy_for_a_moment_costs_no_work(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked = ask_for(2)
    true, answers = store.put_image, iter([OSError("busy"), OSError("busy")])

    def busy(tensor: Any) -> Image:
        if (error := next(answers, None)) is not None:
            raise error
        return true(tensor)

    monkeypatch.setattr("generation.outputs.store.put_image", busy)
    monkeypatch.setattr("generation.runner.SAVE_AGAIN_SECONDS", (0.0, 0.0))
    run_one()
    assert all_done(asked)
    assert begun(tmp_path) == 1


def test_what_is_made_from_a_failed_image_says_so_and_follows_its_retry() -> None:
    first = toy_step(original(1), trouble="always")
    second = toy_step(first, tag="second")
    last = request(toy_step(second, tag="last"))
    for _ in range(claims.MAX_ATTEMPTS):
        run_one()
        wait_is_over()
    jobs.settle()
    last.refresh_from_db()
    assert last.state == "failed"
    assert last.message.startswith(f"Its input {MADE} ({first.key[:12]}) failed: The database, ")
    assert jobs.retry([last.pk]) == 3
    assert Job.objects.get(recipe=first.key).state == "ready"
    assert Job.objects.get(recipe=second.key).state == "waiting"
    assert states([last]) == ["waiting"]


def test_retry_of_the_cause_is_enough() -> None:
    first, other = toy_step(original(1)), toy_step(original(2))
    last = request(toy_step(toy_step(first, tag="second"), tag="last"))
    request(other)
    cause = Job.objects.get(recipe=first.key)
    assert jobs.cancel([cause.pk]) == 1
    last.refresh_from_db()
    assert last.state == "failed"
    assert "was cancelled" in last.message
    assert jobs.retry([cause.pk]) == 1
    work_off(wait=True)
    assert set(Job.objects.values_list("state", flat=True)) == {"done"}


def test_retry_moves_nothing_that_is_done_or_under_way() -> None:
    asked = ask_for(1)
    assert jobs.retry([asked[0].pk]) == 0
    run_one()
    assert jobs.retry([asked[0].pk]) == 0


# Cancelling


def test_a_ready_job_is_cancelled_at_once() -> None:
    asked = ask_for(2)
    assert jobs.cancel([asked[0].pk]) == 1
    assert jobs.cancel([asked[0].pk]) == 0
    run_one()
    assert states(asked) == ["cancelled", "done"]


def test_cancelling_one_job_of_a_running_batch_keeps_the_others_work(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("generation.lease.WRITE_SECONDS", 0.0)
    asked = ask_for(3, steps=5)

    def meanwhile(done: int, total: int, message: str = "") -> None:
        jobs.cancel([asked[1].pk])

    batch = claims.claim_any("test")
    assert batch is not None
    runner.run(batch, follow=meanwhile)
    assert states(asked) == ["cancelled", "done", "done"]
    cancelled = Recipe.objects.get(pk=asked[1].recipe_id)
    assert cancelled.image is None
    assert Image.objects.filter(recipes__kind="purification").count() == 2
    assert Image.objects.count() == 3 + 2
    assert productions_of(asked) == [[job.recipe_id for job in asked]]


def test_cancelling_a_running_batch_stops_it_within_a_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("generation.lease.WRITE_SECONDS", 0.0)
    asked = ask_for(2, steps=5)
    steps: list[int] = []

    def meanwhile(done: int, total: int, message: str = "") -> None:
        steps.append(done)
        jobs.cancel([job.pk for job in asked])

    batch = claims.claim_any("test")
    assert batch is not None
    runner.run(batch, follow=meanwhile)
    assert states(asked) == ["cancelled", "cancelled"]
    assert steps == [1]
    assert not Production.objects.exists()


def test_a_cancelled_job_that_is_retried_is_not_finished_by_its_former_worker() -> None:
    asked = ask_for(1)
    former = claims.claim_any("former")
    assert former is not None
    jobs.cancel([asked[0].pk])
    jobs.retry([asked[0].pk])
    runner.run(former)
    assert states(asked) == ["ready"]
    assert not Production.objects.exists()


# Verifying


def test_an_image_can_be_made_again_bit_for_bit() -> None:
    asked = ask_for(3)
    run_one()
    recipe = Recipe.objects.get(pk=asked[1].recipe_id)
    job = jobs.verify(recipe)
    assert jobs.verify(recipe) == job
    run_one()
    job.refresh_from_db()
    assert (job.state, job.message) == ("done", "Identical: made again, bit for bit.")
    assert Production.objects.count() == 1


def test_an_image_that_comes_out_otherwise_is_said_to_differ() -> None:
    asked = ask_for(2)
    run_one()
    recipe = Recipe.objects.get(pk=asked[0].recipe_id)
    recipe.image = Recipe.objects.get(pk=asked[1].recipe_id).image
    recipe.save()
    Production.objects.update(environment={**Production.objects.get().environment, "torch": "1.0"})
    job = jobs.verify(recipe)
    run_one()
    job.refresh_from_db()
    assert job.state == "done"
    assert re.match(r"Differs: \d+\.\d\d% of the pixels, by \d+/255 at most; ", job.message)
    assert "torch was 1.0 and is " in job.message


def test_an_imported_picture_cannot_be_made_again() -> None:
    recipe = services.request(step=original(5))
    with pytest.raises(JobFailure, match="Only what was made here"):
        jobs.verify(recipe)


# What was lost


def old_message(asked: list[Job]) -> None:
    Job.objects.filter(pk__in=[job.pk for job in asked]).update(
        queued_at=timezone.now() - timedelta(minutes=5)
    )


def test_a_job_whose_message_was_lost_is_sent_again(
    django_capture_on_commit_callbacks: Any,
) -> None:
    asked = ask_for(1)
    old_message(asked)
    with django_capture_on_commit_callbacks(execute=True):
        jobs.sweep()
    assert messages_waiting() == 1


def test_a_long_queue_does_not_grow_by_copies(django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        asked = ask_for(1)
    old_message(asked)
    with django_capture_on_commit_callbacks(execute=True):
        jobs.sweep()
        jobs.sweep()
    assert messages_waiting() == 1


def test_a_queue_out_of_reach_delays_but_loses_nothing(
    django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: Any, **kwargs: Any) -> None:
        raise OSError("no space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(app, "send_task", refuse)
        with django_capture_on_commit_callbacks(execute=True):
            ask_for(1)
    assert messages_waiting() == 0
    with django_capture_on_commit_callbacks(execute=True):
        jobs.sweep()
    assert messages_waiting() == 1


# Doors


def test_work_once_prints_what_it_did(capsys: pytest.CaptureFixture[str]) -> None:
    ask_for(3)
    call_command("work", "--once", "--json")
    assert capsys.readouterr().out == '{"done": 3, "failed": 0}\n'


def test_work_until_done_ends_with_the_reason_of_a_failure() -> None:
    request(Step("purification", "nonsense", {}, {"image": original(3)}))
    with pytest.raises(CommandError, match="There is no purification called “nonsense”"):
        call_command("work", "--until-done")


def test_jobs_can_be_seen_cancelled_retried_and_verified_from_a_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    asked = ask_for(2)
    call_command("jobs", "cancel", str(asked[0].pk))
    call_command("jobs", "--json")
    call_command("jobs", "retry")
    run_one()
    call_command("jobs", "verify", asked[0].recipe_id[:20])
    counts = '{"waiting": 0, "ready": 1, "running": 0, "done": 0, "failed": 0, "cancelled": 1}'
    assert capsys.readouterr().out.splitlines()[:3] == ["cancelled 1", counts, "retried 1"]
    assert Job.objects.get(purpose="verify").recipe_id == asked[0].recipe_id
    with pytest.raises(CommandError, match="There is no recipe with a key that begins with ffff"):
        call_command("jobs", "verify", "ffff")


def test_sending_jobs_loads_no_torch() -> None:
    """The web process requests, dispatches and cancels; it must stay small."""
    code = (
        "import django; django.setup()\n"
        "import sys, config.urls, generation.jobs, generation.services\n"
        "assert 'torch' not in sys.modules, 'torch was imported'"
    )
    subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, check=True)


def test_jobs_of_an_artwork_alone_do_not_exist() -> None:
    image = original(7)
    services.request(step=image)
    assert artwork_step(str(image.settings["image"])).key == image.key
    assert not Job.objects.filter(attempts=F("attempts")).exists()
