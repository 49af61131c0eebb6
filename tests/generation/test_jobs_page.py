"""The jobs page as a browser meets it: what is told, who may see it, and its two buttons."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from generation import claims, jobs
from generation.failures import JobFailure
from generation.models import Job
from tests.workers import ask_for, own_queue_and_store, states

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_place(tmp_path: Path) -> Iterator[None]:
    """Queue and images are this test's own."""
    with own_queue_and_store(tmp_path):
        yield


@pytest.fixture
def researcher(client: Client) -> Client:
    client.force_login(User.objects.create_user("researcher"))
    return client


def page(client: Client) -> str:
    response = client.get(reverse("generation:jobs"))
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


ADDRESSES = [
    ("jobs", []),
    ("jobs_live", []),
    ("jobs_cancel_all", []),
    ("jobs_cancel_batch", ["00000000-0000-0000-0000-000000000000"]),
    ("jobs_retry_all", []),
    ("jobs_retry", [1]),
]


@pytest.mark.parametrize(("name", "arguments"), ADDRESSES)
def test_only_researchers_see_or_touch_jobs(
    client: Client, name: str, arguments: list[object]
) -> None:
    address = reverse(f"generation:{name}", args=arguments)
    for answer in (client.get(address), client.post(address)):
        assert answer.status_code in {302, 405}
        if answer.status_code == 302:
            assert answer["Location"].startswith("/login/")


@pytest.mark.parametrize(("name", "arguments"), ADDRESSES[2:])
def test_following_a_link_changes_nothing(
    researcher: Client, name: str, arguments: list[object]
) -> None:
    ask_for(1)
    assert researcher.get(reverse(f"generation:{name}", args=arguments)).status_code == 405
    assert set(Job.objects.values_list("state", flat=True)) == {"ready"}


def test_a_batch_at_work_shows_where_it_stands(researcher: Client) -> None:
    ask_for(3)
    batch = claims.claim_any("studio:1234 (cpu)")
    assert batch is not None
    claims.hold(batch.claim, 0.5, "step 30 of 60, loss 0.61")
    text = page(researcher)
    assert "step 30 of 60, loss 0.61" in text
    assert 'value="0.500"' in text
    assert "3 images" in text
    assert "studio:1234 (cpu)" in text
    assert 'hx-trigger="every 2s"' in text


def test_a_batch_can_be_cancelled(researcher: Client) -> None:
    asked, other = ask_for(3, tag="a"), ask_for(1, tag="b")
    batch = claims.claim([asked[0].pk], "worker")
    assert batch is not None
    answer = researcher.post(reverse("generation:jobs_cancel_batch", args=[batch.claim]))
    assert answer["Location"] == reverse("generation:jobs")
    assert states(asked) == ["cancelled"] * 3
    assert states(other) == ["ready"]
    assert "3 cancelled" in page(researcher)


def test_failures_are_told_once_for_each_reason_and_retried_together(researcher: Client) -> None:
    asked, other = ask_for(5, tag="a"), ask_for(1, tag="b")
    for tag in (asked, other):
        batch = claims.claim([tag[0].pk], "worker")
        assert batch is not None
        sentence = f"The network is missing for {len(tag)}: put it <there>."
        claims.fail(batch.claim, [job.pk for job in batch.jobs], JobFailure(sentence))
    text = page(researcher)
    assert text.count("The network is missing for 5: put it &lt;there&gt;.") == 1
    assert "5 × slow" in text
    assert 'hx-trigger="every 15s"' in text
    researcher.post(reverse("generation:jobs_retry", args=[asked[2].pk]))
    assert states(asked) == ["ready"] * 5
    assert states(other) == ["failed"]


def test_all_can_be_cancelled_and_taken_up_again(researcher: Client) -> None:
    asked = ask_for(2)
    researcher.post(reverse("generation:jobs_cancel_all"))
    assert states(asked) == ["cancelled", "cancelled"]
    researcher.post(reverse("generation:jobs_retry_all"))
    assert states(asked) == ["ready", "ready"]


def test_jobs_that_no_worker_takes_up_say_how_to_start_one(researcher: Client) -> None:
    ask_for(1)
    assert "manage.py work" not in page(researcher)
    past = timezone.now() - timedelta(minutes=2)
    Job.objects.update(created_at=past, queued_at=past)
    assert "manage.py work" in page(researcher)


def test_without_jobs_the_page_says_where_they_come_from(researcher: Client) -> None:
    assert "Nothing to make yet" in page(researcher)


def test_the_number_of_queries_does_not_grow_with_the_jobs(
    researcher: Client, django_assert_max_num_queries: object
) -> None:
    for tag in "abcdef":
        ask_for(4, tag=tag)
        claims.claim_any(tag)
    jobs.cancel(Job.objects.filter(worker="a").values_list("pk", flat=True))
    with django_assert_max_num_queries(20):  # type: ignore[operator]
        page(researcher)
