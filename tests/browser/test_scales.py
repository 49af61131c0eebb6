"""Scales in a real browser, each by mouse, by keys alone, and by touch at 360 px."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from studies import fieldwork
from studies.models import Participant, Response
from tests.browser.conftest import WIDTHS, Open
from tests.studies.factories import enrolled, live_study

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TOUCH = {"has_touch": True, "is_mobile": True, "device_scale_factor": 2}


@pytest.fixture(autouse=True)
def _no_complaints(complaints: list[str]) -> Iterator[None]:
    yield  # a reminder by the server is a 422, which Chromium calls an error
    assert not [complaint for complaint in complaints if "422" not in complaint]


@pytest.fixture(autouse=True)
def _narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(WIDTHS, "phone", (360, 740))


def opened(page: Page, kind: str, **settings: Any) -> Participant:
    """One trial of a kind, its pictures on screen."""
    raters = {"participants": 9, "items_each": 1}
    trial = {"kind": kind, "settings": settings}
    person = enrolled(live_study(trial=trial, size=64, practice=0, checks=[], raters=raters))
    row = fieldwork.next_trial(person)
    page.goto(f"/p/{person.token}/")
    if page.get_by_role("link", name="Begin").count():
        page.get_by_role("link", name="Begin").click()
    expect(page.locator("[data-stage]")).to_have_attribute("data-ready", "true")
    assert row is not None
    return person


def saved(page: Page) -> tuple[str, int | None, int | None]:
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you!")
    return Response.objects.values_list("answer", "value", "scale").get()


def line(page: Page) -> Any:
    return page.get_by_role("slider")


def at(page: Page, share: float, press: Callable[[float, float], None]) -> None:
    """Press the line at a share of its way between the two ends of the thumb."""
    line(page).scroll_into_view_if_needed()
    box = line(page).bounding_box()
    thumb = 28
    press(box["x"] + thumb / 2 + share * (box["width"] - thumb), box["y"] + box["height"] / 2)


def test_a_slider_has_no_thumb_and_no_value_before_it_is_touched(new_page: Open):
    page = new_page("desk")
    opened(page, "slider")
    expect(line(page)).to_have_attribute("data-untouched", "")
    expect(line(page)).to_have_attribute("aria-valuetext", "no answer yet")
    assert page.locator("[name=slider][type=number]").input_value() == ""
    page.get_by_role("button", name="Next").click()
    expect(page.locator("[data-lacking]")).to_be_visible()
    assert not Response.objects.exists()


def test_a_slider_by_mouse_even_where_a_browser_would_have_put_its_thumb(new_page: Open):
    page = new_page("desk")
    opened(page, "slider")
    at(page, 0.5, page.mouse.click)
    expect(line(page)).not_to_have_attribute("data-untouched", "")
    page.get_by_role("button", name="Next").click()
    assert saved(page) == ("50", 50, 100)


def test_a_slider_by_touch_right_where_its_hidden_thumb_stands(new_page: Open):
    page = new_page("phone", **TOUCH)
    opened(page, "slider")
    at(page, 0.5, page.touchscreen.tap)
    page.get_by_role("button", name="Next").tap()
    assert saved(page) == ("50", 50, 100)


def test_a_slider_by_touch_on_a_small_phone(new_page: Open):
    page = new_page("phone", **TOUCH)
    opened(page, "slider")
    at(page, 0.8, page.touchscreen.tap)
    page.get_by_role("button", name="Next").tap()
    answer, value, scale = saved(page)
    assert (answer, scale) == (str(value), 100)
    assert 78 <= value <= 82


@pytest.mark.parametrize(
    ("keys", "value"),
    [
        (["ArrowRight"], 0),
        (["ArrowLeft"], 100),
        (["Home"], 0),
        (["End"], 100),
        (["7", "ArrowRight", "ArrowRight"], 72),
        (["ArrowRight", "ArrowRight"], 1),
    ],
)
def test_a_slider_by_keys_alone_reaches_what_a_mouse_reaches(
    new_page: Open, keys: list[str], value: int
):
    page = new_page("desk")
    opened(page, "slider")
    line(page).focus()
    for key in [*keys, "Enter"]:
        page.keyboard.press(key)
    assert saved(page) == (str(value), value, 100)


def test_a_slider_keeps_its_place_over_a_reload(new_page: Open):
    page = new_page("desk")
    opened(page, "slider")
    line(page).focus()
    page.keyboard.press("3")
    page.reload()
    expect(page.locator("[data-stage]")).to_have_attribute("data-ready", "true")
    expect(line(page)).to_have_value("30")
    expect(line(page)).not_to_have_attribute("data-untouched", "")


def test_a_slider_without_scripts_is_a_number(new_page: Open):
    page = new_page("phone", java_script_enabled=False)
    person = enrolled(
        live_study(
            trial={"kind": "slider"},
            practice=0,
            checks=[],
            raters={"participants": 9, "items_each": 1},
        )
    )
    page.goto(f"/p/{person.token}/")
    page.get_by_role("link", name="Begin").click()
    page.locator("[name=slider][type=number]").fill("101")
    page.get_by_role("button", name="Next").click()
    expect(page.locator("[data-lacking]")).to_be_visible()
    page.locator("[name=slider][type=number]").fill("64")
    page.get_by_role("button", name="Next").click()
    assert saved(page) == ("64", 64, 100)


def test_who_cannot_tell_may_say_so_after_one_reminder(new_page: Open):
    page = new_page("phone", **TOUCH)
    opened(page, "slider")
    expect(page.locator("[data-leave]")).to_be_hidden()
    page.get_by_role("button", name="Next").tap()
    page.locator("[data-leave]").tap()
    page.get_by_role("button", name="Next").tap()
    assert saved(page)[1] is None
    assert Response.objects.get().details == {"cannot_tell": True}


@pytest.mark.parametrize("way", ["mouse", "keys", "touch"])
def test_free_text_every_way(new_page: Open, way: str):
    page = new_page("phone", **TOUCH) if way == "touch" else new_page("desk")
    opened(page, "free_text", at_most=40)
    box = page.get_by_role("textbox")
    if way == "touch":
        box.tap()
    elif way == "mouse":
        box.click()
    else:
        for _ in range(30):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.matches('textarea')"):
                break
    page.keyboard.type("The sky is 5 times too grainy, a\nbit soft.......")
    if way == "keys":
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
    else:
        page.get_by_role("button", name="Next").click()
    assert saved(page)[0] == "The sky is 5 times too grainy, a\nbit soft"[:40]


@pytest.mark.parametrize(
    ("settings", "words", "scale"),
    [
        ({}, "Good", 5),
        ({"method": "degradation"}, "Perceptible, but not annoying", 5),
        ({"grades": 11}, "7: Good", 11),
    ],
)
@pytest.mark.parametrize("way", ["mouse", "keys", "touch"])
def test_quality_rating_every_way(
    new_page: Open, way: str, settings: dict[str, Any], words: str, scale: int
):
    page = new_page("phone", **TOUCH) if way == "touch" else new_page("desk")
    opened(page, "quality_rating", **settings)
    point = page.locator(".point", has=page.get_by_text(words, exact=True))
    if way == "touch":
        if settings.get("method"):
            page.locator("[data-flip]").tap()
        point.tap()
        page.get_by_role("button", name="Next").tap()
    elif way == "mouse":
        point.click()
        page.get_by_role("button", name="Next").click()
    elif scale == 5:
        page.keyboard.press("4")
        page.keyboard.press("Enter")
    else:  # no digits for eleven grades: arrows, as in any group of radio buttons
        page.locator(".point input").first.focus()
        for key in ["Space", *["ArrowDown"] * 7, "Enter"]:
            page.keyboard.press(key)
    assert saved(page) == (words, 4 if scale == 5 else 8, scale)


@pytest.mark.parametrize("kind", ["slider", "free_text", "quality_rating"])
@pytest.mark.parametrize("size", ["phone", "desk"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_on_the_pages_of_scales(
    new_page: Open, violations: Callable[[Page], list[str]], kind: str, size: str, theme: str
):
    page = new_page(size, theme)
    opened(page, kind, **({"grades": 11} if kind == "quality_rating" else {}))
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
