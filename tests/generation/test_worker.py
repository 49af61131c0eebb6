"""Two real worker processes on SQLite and the folder queue: killed, stopped, robbed of messages."""

import shutil
import signal
from collections.abc import Iterator

import pytest
from django.core.management import call_command
from pytest_django import DjangoDbBlocker

from generation import jobs, services, store
from generation.models import Job, Recipe
from generation.recipe import Step
from tests.workers import (
    Site,
    all_done,
    ask_for,
    keys_made,
    original,
    own_sqlite,
    productions_of,
    sqlite_site,
    states,
    toy_step,
)


@pytest.fixture(scope="module")
def home(
    tmp_path_factory: pytest.TempPathFactory, django_db_blocker: DjangoDbBlocker
) -> Iterator[Site]:
    """A site with its own database file, for all tests of this file."""
    folder = tmp_path_factory.mktemp("site")
    empty = folder / "empty.sqlite3"
    with django_db_blocker.unblock():
        with own_sqlite(empty):
            call_command("migrate", verbosity=0)
        with sqlite_site(folder, empty) as home:
            yield home


@pytest.fixture
def site(home: Site) -> Site:
    """The site with two workers that wait for something to do."""
    home.keep(2)
    return home


def test_a_worker_killed_in_the_middle_of_a_batch_loses_and_doubles_nothing(site: Site) -> None:
    asked = ask_for(4, tag="killed", steps=60, seconds=0.05)
    site.busy(asked)
    killed = site.holder(asked[0])
    killed.kill()
    site.wait_for(lambda: all_done(asked))
    assert killed.pid not in {site.holder(job).pid for job in asked}
    assert sorted(keys_made(asked)) == sorted(job.recipe_id for job in asked)
    for recipe in Recipe.objects.filter(jobs__in=asked):
        assert recipe.image_id
        assert store.get(recipe.image_id)


def test_a_worker_that_is_told_to_stop_hands_its_batch_to_another(site: Site) -> None:
    asked = ask_for(2, tag="stopped", steps=400, seconds=0.05)
    site.busy(asked)
    stopped = site.holder(asked[0])
    stopped.send_signal(signal.SIGTERM)
    assert stopped.wait(timeout=10) == 0
    assert not all_done(asked)
    site.busy(asked)
    assert site.holder(asked[0]) != stopped
    assert Job.objects.get(pk=asked[0].pk).attempts == 1
    jobs.cancel([job.pk for job in asked])


def test_an_emptied_queue_loses_nothing(site: Site) -> None:
    busy = [job for name in "ab" for job in ask_for(1, tag=f"busy {name}", steps=80, seconds=0.05)]
    site.wait_for(lambda: states(busy) == ["running", "running"])
    asked = [job for name in "cde" for job in ask_for(1, tag=f"lost {name}")]
    assert len(list((site.folder / "queue" / "cpu").iterdir())) == 3
    shutil.rmtree(site.folder / "queue")
    site.wait_for(lambda: all_done([*busy, *asked]))
    assert len(productions_of(asked)) == 3


def test_two_workers_at_once_share_the_work_and_never_do_it_twice(site: Site) -> None:
    asked = [job for _ in range(2) for job in ask_for(12, tag="shared", shade=100, seconds=0.02)]
    more = [ask_for(1, tag=f"single {number}", seconds=0.3)[0] for number in range(12)]
    site.wait_for(lambda: all_done([*asked, *more]))
    made = keys_made([*asked, *more])
    assert len(made) == len(set(made)) == 24
    singles = [site.begun(f"single {number}") for number in range(12)]
    assert [len(pids) for pids in singles] == [1] * 12
    assert len({pids[0] for pids in singles}) == 2


def test_eight_jobs_of_one_group_run_as_one_tensor_batch(site: Site) -> None:
    asked = ask_for(8, tag="eight")
    site.wait_for(lambda: all_done(asked))
    assert productions_of(asked) == [[job.recipe_id for job in asked]]


def test_a_running_job_is_cancelled_within_a_step_and_leaves_nothing(site: Site) -> None:
    asked = ask_for(2, tag="cancelled", steps=1000, seconds=0.05)
    site.busy(asked)
    assert "step" in Job.objects.get(pk=asked[0].pk).message
    jobs.cancel([job.pk for job in asked])
    worker = site.holder(asked[0])
    following = [ask_for(1, tag=f"after {number}")[0] for number in range(4)]
    site.wait_for(lambda: all_done(following))
    site.wait_for(lambda: '"outcome": "cancelled"' in site.logs())
    assert worker.poll() is None
    assert states(asked) == ["cancelled", "cancelled"]
    assert not Recipe.objects.filter(jobs__in=asked).exclude(image=None).exists()


def test_a_passing_failure_is_tried_again_after_a_pause(site: Site) -> None:
    asked = ask_for(2, tag="flaky", trouble="first time")
    site.wait_for(lambda: all_done(asked))
    assert len(site.begun("flaky")) == 2
    assert Job.objects.get(pk=asked[0].pk).attempts == 2


def test_a_hopeless_job_fails_at_once_with_a_sentence_that_helps(site: Site) -> None:
    step = Step("purification", "slow", {"stepz": 3}, {"image": original(1)}, seed=1)
    after = services.request(step=toy_step(step))
    jobs.dispatch()
    failed = Job.objects.filter(recipe__in=[step.key, after.key], state=Job.State.FAILED)
    site.wait_for(lambda: failed.count() == 2)
    messages = dict(failed.values_list("recipe_id", "message"))
    assert messages[step.key].startswith("purification slow: there is no setting “stepz”;")
    assert messages[after.key] == (
        f"Its input purification slow ({step.key[:12]}) failed: {messages[step.key]}"
    )


def test_damaged_messages_do_not_stop_a_worker(site: Site) -> None:
    queue = site.folder / "queue" / "cpu"
    at_work = [worker for worker in site.workers if worker.poll() is None]
    for number, data in enumerate((b"", b"{", b"[]", b"{}", b'{"properties": {}}', b"\xff\xfe")):
        (queue / f"0{number}.json").write_bytes(data)
    asked = ask_for(1, tag="after damage")
    site.wait_for(lambda: all_done(asked))
    site.wait_for(lambda: not list(queue.iterdir()))
    assert at_work
    assert all(worker.poll() is None for worker in at_work)
