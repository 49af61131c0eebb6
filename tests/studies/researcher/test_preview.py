"""The preview: every page of the rater's way, and nothing written."""

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from studies.models import Participant
from tests.studies.researcher.pages import SLUG
from tests.studies.researcher_scene import Scene

pytestmark = pytest.mark.django_db


def test_the_preview_shows_each_page_of_the_raters_way(as_alice: Client, alice: User) -> None:
    Scene(alice).generate()
    seen = []
    where = reverse("studies:rehearsal", args=[SLUG])
    while where != reverse("studies:study", args=[SLUG]):
        text = as_alice.get(where).content.decode()
        assert "PREVIEW" in text
        seen.append(re.search(r"<h1[^>]*>(.*?)</h1>", text, re.DOTALL).group(1))  # type: ignore[union-attr]
        where = as_alice.post(where)["Location"]
    assert seen[0] == "Which perturbations do people accept?"
    assert seen[3:6] == ["1 of 3", "2 of 3", "3 of 3"]
    assert seen[-1] == "Thank you!"
    assert not Participant.objects.exists()


def test_the_preview_asks_for_each_answer_and_keeps_none(as_alice: Client, alice: User) -> None:
    Scene(alice).generate()
    where = reverse("studies:preview", args=[SLUG, "trial-1"])
    accept = {"accept": "application/json"}
    half = as_alice.post(where, {"acceptability": "3"}, headers=accept)
    assert half.status_code == 422
    assert half.json() == {"missing": ["noticeability"]}
    full = as_alice.post(where, {"acceptability": "3", "noticeability": "1"}, headers=accept)
    assert full.json() == {"next": reverse("studies:preview", args=[SLUG, "trial-2"]), "kept": True}


def test_a_draft_without_pictures_previews_all_but_the_trials(
    as_alice: Client, alice: User
) -> None:
    Scene(alice)
    assert as_alice.get(reverse("studies:preview", args=[SLUG, "guide"])).status_code == 200
    assert as_alice.get(reverse("studies:preview", args=[SLUG, "trial-1"])).status_code == 404


def test_raters_never_see_the_preview_mark(client: Client, alice: User) -> None:
    scene = Scene(alice).generate().launch()
    page_ = client.get(reverse("studies:landing", args=[scene.study.link_token]))
    assert "PREVIEW" not in page_.content.decode()
    assert "site-nav" not in page_.content.decode()
