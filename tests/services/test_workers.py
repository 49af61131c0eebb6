"""Worker processes on PostgreSQL and Redis: killed, robbed of their queue, and out of touch."""

import pytest

from config.celery import app
from generation import claims, jobs
from generation.models import Job
from tests.services.conftest import flush_redis
from tests.studies.races import together
from tests.workers import Site, all_done, ask_for, keys_made, states

pytestmark = pytest.mark.services


def test_a_killed_worker_and_a_flushed_redis_lose_and_double_nothing(server_site: Site) -> None:
    server_site.keep(2)
    asked = [*ask_for(4, tag="killed", steps=60, seconds=0.05)]
    server_site.busy(asked)
    more = [ask_for(1, tag=f"more {number}", steps=2, seconds=0.2)[0] for number in range(6)]
    flush_redis()
    server_site.holder(asked[0]).kill()
    server_site.wait_for(lambda: all_done([*asked, *more]))
    assert sorted(keys_made([*asked, *more])) == sorted(job.recipe_id for job in [*asked, *more])


def test_a_running_job_is_cancelled_within_a_step(server_site: Site) -> None:
    server_site.keep(1)
    asked = ask_for(2, tag="cancelled", steps=1000, seconds=0.05)
    server_site.busy(asked)
    jobs.cancel([job.pk for job in asked])
    after = ask_for(1, tag="after")
    server_site.wait_for(lambda: all_done(after))
    assert states(asked) == ["cancelled", "cancelled"]


def test_twenty_claims_at_once_share_the_jobs_among_them(server_site: Site) -> None:
    asked = ask_for(40, tag="claimed")
    ids = [job.pk for job in asked]

    def claim(number: int) -> list[int]:
        batch = claims.claim(ids, f"worker {number}")
        return [job.pk for job in batch.jobs] if batch else []

    taken = [pk for batch in together(20, claim) for pk in batch]
    assert sorted(taken) == ids
    assert set(Job.objects.values_list("state", flat=True)) == {"running"}


def test_sweeps_of_many_workers_at_once_send_each_job_once(server_site: Site) -> None:
    asked = ask_for(8, tag="swept")
    flush_redis()
    Job.objects.update(queued_at=None)
    assert together(10, lambda _: jobs.sweep()) == [None] * 10
    with app.connection_for_read() as broker:
        assert broker.default_channel.queue_declare("cpu", passive=True).message_count == 1
    assert not Job.objects.filter(pk__in=[job.pk for job in asked], queued_at=None).exists()
