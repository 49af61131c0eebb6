"""The list of studies, the page of one, and how it keeps itself up to date."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from generation.models import Job
from studies.models import Event
from tests.studies.researcher.pages import SLUG, address, page, plain
from tests.studies.researcher_scene import Scene

pytestmark = pytest.mark.django_db


def test_an_empty_list_says_how_to_begin(as_alice: Client) -> None:
    text = page(as_alice, "list")
    assert "manage.py experiment apply" in text
    assert reverse("studies:new") in text


STAGES: list[tuple[str, Callable[[Scene], object], str]] = [
    ("draft", lambda scene: scene, "18 pictures are to be made"),
    ("generating", lambda scene: scene.generate(upto=4), "Workers are making the pictures"),
    (
        "generating",
        lambda scene: scene.generate(upto=9, failed=99),
        "9 pictures could not be made",
    ),
    ("ready", lambda scene: scene.generate(), "then launch"),
    ("live", lambda scene: scene.generate().launch(), "The study is open: "),
    ("paused", lambda scene: scene.generate().launch("paused"), "The study is paused"),
    ("closed", lambda scene: scene.generate().launch("closed"), "its answers are final"),
]


@pytest.mark.parametrize(("stage", "arrange", "sentence"), STAGES)
@pytest.mark.parametrize("name", ["list", "study"])
def test_a_study_says_its_stage_and_next_step(
    name: str,
    stage: str,
    arrange: Callable[[Scene], object],
    sentence: str,
    as_alice: Client,
    alice: User,
) -> None:
    arrange(Scene(alice))
    text = page(as_alice, name, *([SLUG] if name == "study" else []))
    assert f'<span class="badge badge-{stage}">{stage}</span>' in text
    assert sentence in plain(text)


def test_simulated_raters_are_counted_apart_and_say_so(as_alice: Client, alice: User) -> None:
    scene = Scene(alice).generate().launch().take_part(3).take_part(4, simulated=True)
    for text in (page(as_alice, "list"), page(as_alice, "study", SLUG)):
        assert "badge-simulated" in text
    seen = plain(page(as_alice, "list"))
    assert "3 of 60 raters finished, 36 pictures judged" in seen
    assert "Simulated 4 finished, 48 judged" in seen
    assert scene.study.participants.count() == 7


# One study


def test_the_page_of_a_live_study_has_the_link_to_hand_out(as_alice: Client, alice: User) -> None:
    scene = Scene(alice).generate().launch()
    assert f"http://localhost/s/{scene.study.link_token}/" in page(as_alice, "study", SLUG)


def test_a_draft_shows_no_link(as_alice: Client, alice: User) -> None:
    scene = Scene(alice).generate()
    assert scene.study.link_token not in page(as_alice, "study", SLUG)


def test_counts_and_coverage_come_with_the_live_part(as_alice: Client, alice: User) -> None:
    scene = Scene(alice, per_item=2, items_each=18).generate().launch()
    scene.take_part(1, answers=18).take_part(1, state="active", answers=3)
    scene.take_part(1, state="lapsed", answers=0)
    text = page(as_alice, "live", SLUG)
    assert 'hx-trigger="every 10s"' in text
    assert 'aria-label="3 of 18 items have all 2 ratings"' in text
    assert "15 items with 1" in plain(text)
    seen = plain(text)
    assert "finished of 60 1" in seen
    assert "taking part 1" in seen
    assert "left 1" in seen


def test_a_study_that_is_not_live_does_not_ask_again(as_alice: Client, alice: User) -> None:
    Scene(alice).generate().launch("closed")
    assert "hx-trigger" not in page(as_alice, "live", SLUG)


def test_the_last_answers_carry_pseudonyms_only(as_alice: Client, alice: User) -> None:
    scene = Scene(alice).generate().launch().take_part(1)
    person = scene.study.participants.get()
    text = page(as_alice, "study", SLUG)
    assert person.code in text
    assert person.token not in text


def test_what_happened_is_told_with_who_did_it(as_alice: Client, alice: User) -> None:
    Scene(alice).generate().launch()
    as_alice.post(address("pause"))
    assert "paused by alice" in plain(page(as_alice, "study", SLUG))


# Making pictures


def test_one_press_asks_for_the_pictures(
    as_alice: Client, alice: User, django_capture_on_commit_callbacks: object
) -> None:
    scene = Scene(alice)
    response = as_alice.post(address("generate"), follow=True)
    assert "The pictures are asked for" in plain(response.content.decode())
    assert Job.objects.filter(recipe__in=scene.recipes).exists()
    assert Event.objects.get(kind="generated").actor == alice


def test_failed_pictures_are_tried_again(as_alice: Client, alice: User) -> None:
    scene = Scene(alice).generate(upto=9, failed=99)
    as_alice.post(address("generate"))
    assert not Job.objects.filter(recipe__in=scene.recipes, state=Job.State.FAILED).exists()


def test_progress_asks_again_while_pictures_are_made(as_alice: Client, alice: User) -> None:
    Scene(alice).generate(upto=5)
    text = page(as_alice, "progress", SLUG)
    assert 'hx-trigger="every 2s"' in text
    assert "5 of 18 pictures made, 2 in work" in plain(text)


def test_the_page_is_loaded_anew_when_the_last_picture_is_there(
    as_alice: Client, alice: User
) -> None:
    Scene(alice).generate()
    response = as_alice.get(address("progress"))
    assert response["HX-Refresh"] == "true"
    assert "hx-trigger" not in response.content.decode()


def test_why_pictures_failed_is_said_once(as_alice: Client, alice: User) -> None:
    Scene(alice).generate(upto=9, failed=5)
    assert page(as_alice, "progress", SLUG).count("ran out of memory") == 1
