"""The blind check as a button: asked for in the browser, carried out by a worker."""

import re
from collections.abc import Iterator
from datetime import timedelta
from unittest.mock import patch

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from config.celery import app
from studies import export
from studies.blindness import asking
from studies.blindness.check import as_it_is, latest
from studies.models import LeakTest, Participant, Study
from tests.studies.factories import live_study

pytestmark = pytest.mark.django_db
State = LeakTest.State


@pytest.fixture
def study() -> Study:
    more = {"practice": 0, "checks": [], "raters": {"items_each": 4}}
    return live_study(artworks=2, conditions=2, size=16, **more)


@pytest.fixture
def alice(client: Client) -> User:
    alice = User.objects.create(username="alice")
    client.force_login(alice)
    return alice


@pytest.fixture(autouse=True)
def sent() -> Iterator[list[int]]:
    """Tests decide themselves when a worker comes."""
    found: list[int] = []
    with patch.object(app, "send_task", lambda _name, args: found.append(*args)):
        yield found


def at(study: Study, name: str = "blindness") -> str:
    return reverse(f"studies:{name}", args=[study.slug])


def press(client: Client, study: Study, **more: str) -> str:
    sent = {"participants": "2", **more}
    return client.post(at(study, "check_blindness"), sent, follow=True).content.decode()


def page(client: Client, study: Study) -> str:
    return client.get(at(study)).content.decode()


def test_a_worker_carries_it_out_and_the_page_and_the_export_have_the_certificate(
    study: Study,
    client: Client,
    alice: User,
    sent: list[int],
    django_capture_on_commit_callbacks,
    tmp_path,
):
    with django_capture_on_commit_callbacks(execute=True):
        assert "Waiting for a worker since" in press(client, study)
    test = LeakTest.objects.get(actor=alice)
    assert sent == [test.pk]
    assert not study.participants.exists()  # nothing ran in the web process
    told = []
    with patch.object(asking, "_tell", lambda _, done: told.append(done)):
        asking.carry_out(test=test)
        asking.carry_out(test=test)  # the queue brought it twice
    assert told == [1, 2]
    test.refresh_from_db()
    assert (test.state, study.events.filter(kind="blindcheck").count()) == (State.DONE, 1)
    assert not Participant.objects.exists()
    shown = page(client, study)
    assert re.search(r"<dt>Checked</dt><dd>\d+ \w{3} \d{4}, \d\d:\d\d UTC</dd>", shown)
    made = latest(study)
    assert made is not None
    assert study.protocol.design_sha256 in shown
    assert "stale" not in shown
    assert "blindcheck.md" in export.write(study, tmp_path)
    assert client.get(at(study, "certificate"))["Content-Type"].startswith("text/markdown")


@pytest.mark.usefixtures("alice")
def test_a_certificate_of_another_design_or_information_says_that_it_is_stale(
    study: Study, client: Client
):
    press(client, study)
    asking.carry_out(test=LeakTest.objects.get())
    assert "stale" not in page(client, study)
    now = {**as_it_is(study), "design_sha256": "0" * 64, "information": 2}
    with patch.object(asking, "as_it_is", lambda _: now):
        assert "the design is another since; participants read another" in page(client, study)
        assert "and stale" in client.get(at(study, "study")).content.decode()


@pytest.mark.usefixtures("alice")
def test_one_at_a_time_in_a_live_study_by_a_few_raters(study: Study, client: Client):
    press(client, study)
    assert "A check is under way already" in press(client, study)
    LeakTest.objects.all().delete()
    for wrong in ("0", "1", "x", "²", "9" * 30):
        assert "Say how many raters go through" in press(client, study, participants=wrong)
    Study.objects.update(state=Study.State.PAUSED)
    assert "The check goes through a live study" in press(client, study)
    assert not LeakTest.objects.exists()


@pytest.mark.usefixtures("alice")
def test_where_no_worker_comes_the_page_says_how_to_start_one(study: Study, client: Client):
    press(client, study)
    assert "manage.py work" not in page(client, study)
    LeakTest.objects.update(created_at=timezone.now() - timedelta(minutes=1))
    assert "manage.py work" in page(client, study)


@pytest.mark.usefixtures("alice")
def test_what_a_dead_worker_held_is_taken_up_again_and_a_living_one_is_left_alone(
    study: Study, client: Client, sent: list[int]
):
    press(client, study)
    LeakTest.objects.update(state=State.WORKING, told_at=timezone.now())
    assert asking.take_up_again() == 0
    LeakTest.objects.update(told_at=timezone.now() - asking.LOST_AFTER - timedelta(seconds=1))
    assert "It seems to be gone" in page(client, study)
    sent.clear()
    assert asking.take_up_again() == 1
    assert sent == [LeakTest.objects.get(state=State.WAITING).pk]


@pytest.mark.usefixtures("alice")
def test_a_check_that_fails_says_why_and_another_can_be_started(study: Study, client: Client):
    press(client, study)
    Study.objects.update(state=Study.State.PAUSED)
    asking.carry_out(test=LeakTest.objects.get())
    assert LeakTest.objects.get().state == State.FAILED
    assert "came to no result" in page(client, study)
    Study.objects.update(state=Study.State.LIVE)
    with patch.object(asking, "blindcheck", side_effect=OSError("disk is full")):
        press(client, study)
        asking.carry_out(test=LeakTest.objects.get(state=State.WAITING))
    assert "OSError: disk is full" in page(client, study)
