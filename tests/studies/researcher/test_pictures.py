"""The gallery, the page of an item, and the rows behind the numbers."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from tests.studies.researcher.pages import SLUG, page
from tests.studies.researcher_scene import Scene

pytestmark = pytest.mark.django_db


def test_the_gallery_shows_originals_beside_what_conditions_made(
    as_alice: Client, alice: User
) -> None:
    Scene(alice).generate()
    text = page(as_alice, "gallery", SLUG)
    assert text.count("picture-original") == 3
    assert text.count("<img") == 3 + 18
    assert "8.0/255" in text


def test_the_gallery_is_filtered_by_factor(as_alice: Client, alice: User) -> None:
    Scene(alice).generate()
    text = page(as_alice, "gallery", SLUG, protection="glaze", budget="0.07", artist="Claude Monet")
    assert text.count("<img") == 1 + 2
    assert "The Cradle" not in text


def test_a_factor_of_one_level_is_not_offered_as_a_filter(as_alice: Client, alice: User) -> None:
    Scene(alice).generate()
    text = page(as_alice, "gallery", SLUG)
    assert 'name="protection"' in text
    assert 'name="mimicry"' not in text


def test_a_level_that_does_not_exist_is_left_out(as_alice: Client, alice: User) -> None:
    Scene(alice).generate()
    assert page(as_alice, "gallery", SLUG, protection="mist'--").count("<img") == 21


def test_the_gallery_leads_from_a_number_to_its_items(as_alice: Client, alice: User) -> None:
    Scene(alice, items_each=5).generate().launch().take_part(1)
    assert (
        page(as_alice, "gallery", SLUG, ratings="1").count("studies/acceptability-demo/items/") == 5
    )
    assert (
        page(as_alice, "gallery", SLUG, ratings="7").count("studies/acceptability-demo/items/") == 0
    )


def test_a_picture_that_is_not_there_says_why(as_alice: Client, alice: User) -> None:
    Scene(alice).generate(upto=3, failed=2)
    text = page(as_alice, "gallery", SLUG)
    assert "ran out of memory" in text
    assert "step 24 of 60" in text


def test_a_page_of_an_item_has_its_answers(as_alice: Client, alice: User) -> None:
    scene = (
        Scene(alice, items_each=18).generate().launch().take_part(2).take_part(1, simulated=True)
    )
    text = page(as_alice, "item", SLUG, scene.items[2].position)
    assert text.count('class="spread"') == 4
    assert "glaze" in text
    assert scene.study.participants.first().code in text


def test_an_item_that_does_not_exist_is_not_found(as_alice: Client, alice: User) -> None:
    Scene(alice)
    assert as_alice.get(reverse("studies:item", args=[SLUG, 999])).status_code == 404


# Rows behind the numbers


def test_participants_are_filtered_by_sort_and_state(as_alice: Client, alice: User) -> None:
    scene = Scene(alice).generate().launch()
    scene.take_part(2).take_part(1, state="lapsed", answers=1).take_part(3, simulated=True)
    assert "6 in all" in page(as_alice, "participants", SLUG)
    assert "3 in all" in page(as_alice, "participants", SLUG, raters="simulated")
    left = page(as_alice, "participants", SLUG, raters="real", state="lapsed")
    assert "1 in all" in left
    assert "1 of 1" in left


def test_answers_are_filtered_by_pseudonym(as_alice: Client, alice: User) -> None:
    scene = Scene(alice).generate().launch().take_part(2)
    code = scene.study.participants.first().code
    assert "24 judged pictures" in page(as_alice, "answers", SLUG)
    assert "12 judged pictures" in page(as_alice, "answers", SLUG, participant=code)
    assert "No answers match" in page(as_alice, "answers", SLUG, participant="P-NONE")


def test_long_lists_are_cut_into_pages_that_keep_the_filter(as_alice: Client, alice: User) -> None:
    Scene(alice).generate().launch().take_part(5)
    text = page(as_alice, "answers", SLUG, raters="real")
    assert "1 of 2" in text
    assert "raters=real&amp;page=2" in text
    assert "judged" in page(as_alice, "answers", SLUG, raters="real", page="2")
    assert "judged" in page(as_alice, "answers", SLUG, page="nonsense")
