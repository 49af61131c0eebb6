"""Texts and the blind check in a real browser: by keyboard, narrow and wide, light and dark."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import Page, expect

from studies import export, fieldwork
from studies.blindness import asking
from studies.models import LeakTest, Study, TextDecision
from tests.browser.conftest import Open
from tests.studies.factories import enrolled, live_study

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TEXTS = (
    "Blurred. Ask zo@example.com, as Anna Smith did.",
    "<b>bold</b> \u202eturned " + "w" * 300,
    "مرحبا Anna، السماء ضبابية",
)


def written() -> Study:
    study = live_study(trial={"kind": "free_text"}, checks=[], practice=0)
    for text in TEXTS:
        trial = fieldwork.next_trial(enrolled(study))
        assert trial is not None
        fieldwork.record(trial=trial, answers={"text": text})
    return study


@pytest.mark.parametrize(("size", "theme"), [("phone", "dark"), ("desk", "light")])
def test_both_pages_are_sound(
    size: str,
    theme: str,
    inside: Open,
    alice: User,
    complaints: list[str],
    violations: Callable[[Page], list[str]],
) -> None:
    study, page = written(), inside(size, theme)
    page.goto(reverse("studies:texts", args=[study.slug]))
    assert violations(page) == []
    page.get_by_role("button", name="as written").click()
    expect(page.get_by_text("zo@example.com").first).to_be_visible()
    assert violations(page) == []
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
    page.goto(reverse("studies:blindness", args=[study.slug]))
    assert violations(page) == []
    LeakTest.objects.create(study=study, actor=alice, participants=2)
    page.reload()
    expect(page.get_by_text("Waiting for a worker since")).to_be_visible()
    assert violations(page) == []
    asking.carry_out(test=LeakTest.objects.get())
    expect(page.get_by_role("heading", name="Certificate")).to_be_visible()
    assert violations(page) == []
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert complaints == []


def test_a_passage_is_released_by_keyboard_alone(inside: Open, alice: User) -> None:
    study = live_study(trial={"kind": "free_text"}, checks=[], practice=0)
    trial = fieldwork.next_trial(enrolled(study))
    assert trial is not None
    fieldwork.record(trial=trial, answers={"text": "As Anna did."})
    page = inside()
    page.goto(reverse("studies:texts", args=[study.slug]))
    page.get_by_role("button", name="as written").focus()
    page.keyboard.press("Enter")
    page.get_by_role("radio", name="keep masked").focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", name="release")).to_be_checked()
    page.get_by_label("Why").focus()
    page.keyboard.type("Anna is the painter.")
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 decision on record.")).to_be_visible()
    assert TextDecision.objects.get().actor == alice
    assert export.responses(study)["answer"].tolist() == ["As Anna did."]
