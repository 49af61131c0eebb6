"""Launching, pausing, closing, and what a researcher takes away."""

import re
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.contrib.auth.models import User
from django.test import Client

from studies.models import Event
from tests.studies.researcher.pages import SLUG, address, page, plain
from tests.studies.researcher_scene import Scene

pytestmark = pytest.mark.django_db


def test_before_launch_the_page_says_what_will_be_frozen(as_alice: Client, alice: User) -> None:
    Scene(alice).generate()
    seen = plain(page(as_alice, "launch", SLUG))
    assert "All checks passed" in seen
    assert "18 of 18 made" in seen
    assert "0 · 0.03 · 0.07" in seen


def test_launching_freezes_under_a_hash_that_is_shown(as_alice: Client, alice: User) -> None:
    scene = Scene(alice).generate()
    response = as_alice.post(address("launch"), follow=True)
    scene.study.refresh_from_db()
    sha256 = scene.study.protocol.design_sha256
    assert scene.study.state == "live"
    assert re.fullmatch("[0-9a-f]{64}", sha256)
    assert response.content.decode().count(sha256) >= 2
    assert Event.objects.get(kind="launched").actor == alice


def test_a_second_press_launches_nothing_twice(as_alice: Client, alice: User) -> None:
    Scene(alice).generate()
    as_alice.post(address("launch"))
    response = as_alice.post(address("launch"), follow=True)
    assert "launched already" in response.content.decode()
    assert Event.objects.filter(kind="launched").count() == 1


def test_a_study_without_its_pictures_cannot_be_launched(as_alice: Client, alice: User) -> None:
    scene = Scene(alice).generate(upto=5)
    text = page(as_alice, "launch", SLUG)
    assert "13 of 18 pictures are not made yet" in text
    assert re.search(r"<button[^>]* disabled>Freeze and launch", text)
    response = as_alice.post(address("launch"), follow=True)
    assert "pictures are not made yet" in response.content.decode()
    scene.study.refresh_from_db()
    assert scene.study.state == "draft"


@pytest.mark.parametrize(
    ("before", "action", "after"),
    [
        ("live", "pause", "paused"),
        ("paused", "resume", "live"),
        ("live", "close", "closed"),
        ("paused", "close", "closed"),
    ],
)
def test_a_study_moves_and_the_move_is_recorded(
    before: str, action: str, after: str, as_alice: Client, alice: User
) -> None:
    scene = Scene(alice).generate().launch(before)
    as_alice.post(address(action))
    scene.study.refresh_from_db()
    assert scene.study.state == after
    assert Event.objects.latest("pk").actor == alice


@pytest.mark.parametrize("action", ["pause", "resume", "close"])
def test_a_move_that_cannot_be_is_refused_in_words(
    action: str, as_alice: Client, alice: User
) -> None:
    scene = Scene(alice).generate()
    response = as_alice.post(address(action), follow=True)
    assert "is draft; it cannot be" in response.content.decode()
    scene.study.refresh_from_db()
    assert scene.study.state == "draft"


def test_before_closing_the_page_says_who_is_cut_short(as_alice: Client, alice: User) -> None:
    Scene(alice).generate().launch().take_part(1).take_part(2, state="active", answers=1)
    seen = plain(page(as_alice, "close", SLUG))
    assert "2 participants are in the middle of it" in seen
    assert "1 of 60 participants" in seen


# Downloads


def test_the_table_is_downloaded_as_csv(as_alice: Client, alice: User) -> None:
    Scene(alice).generate().launch().take_part(2)
    response = as_alice.get(address("table"))
    assert response["Content-Disposition"] == f'attachment; filename="{SLUG}-responses.csv"'
    assert response["Content-Type"].startswith("text/csv")
    assert len(response.content.decode().splitlines()) == 1 + 2 * 12 * 2


def test_the_export_is_the_same_bytes_each_time(as_alice: Client, alice: User) -> None:
    Scene(alice).generate().launch().take_part(2).take_part(1, simulated=True)
    first, second = (as_alice.get(address("export")).content for _ in range(2))
    assert first == second
    names = ZipFile(BytesIO(first)).namelist()
    assert f"{SLUG}/responses.csv" in names
    assert f"{SLUG}/responses_SIMULATED.csv" in names


def test_the_experiment_file_is_downloaded_as_it_was_given(as_alice: Client, alice: User) -> None:
    scene = Scene(alice)
    assert as_alice.get(address("file")).content.decode() == scene.study.protocol.source
