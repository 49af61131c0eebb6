"""Kinds of trials in which one chooses: by mouse, by keyboard alone, and by touch at 360 px."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from studies import fieldwork
from studies.models import Participant, Response, Study
from tests.browser.conftest import Open
from tests.studies.comparing_scene import comparing_text, live
from tests.studies.factories import enrolled
from tests.studies.paintings import text

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = {"has_touch": True, "is_mobile": True}
ALONE = {"study__checks": [], "study__raters": {"participants": 9, "items_each": 1, "per_item": 4}}
PAIR = {"shows": "pictures", "originals": 1}


@dataclass(frozen=True)
class Case:
    """A kind, what is chosen on each screen (row, button), the keys for it, what is stored."""

    kind: str
    choices: tuple[tuple[tuple[int, int], ...], ...]
    keys: tuple[str, ...]
    settings: dict[str, Any]
    stored: tuple[str, ...]
    """What the details of the answers hold."""
    compares: bool = True


CASES = (
    Case("forced_choice", (((0, 0),), ((0, 2),)), ("1", "0"),
         {**PAIR, "not_sure": "Not sure"}, ("chosen", "not_sure")),
    Case("triplet", (((0, 1),),), ("2",), PAIR, ("chosen",)),
    Case("ranking", (((0, 2), (1, 0), (2, 1)),), ("312",), PAIR, ("order",)),
    Case("best_worst", (((0, 1), (1, 3)),), ("24",), PAIR, ("best",)),
    Case("visibility", (((0, 0),),), ("1",), {}, ("chosen",), False),
    Case("attribution", (((0, 1), (1, 2)),), ("23",), {}, ("chosen", ""), False),
)  # fmt: skip


@pytest.fixture(autouse=True)
def _no_complaints(complaints: list[str]) -> Iterator[None]:
    yield
    assert not complaints


def study_of(case: Case) -> Study:
    if case.compares:
        return live(comparing_text(case.kind, settings=case.settings, **ALONE))
    trial = {"kind": case.kind, "settings": case.settings}
    return live(text(study__trial=trial, **ALONE))


def narrow(new_page: Open) -> Page:
    page = new_page("phone", **PHONE)
    page.set_viewport_size({"width": 360, "height": 740})
    return page


def open_trial(page: Page, person: Participant) -> None:
    trial = fieldwork.next_trial(person)
    page.goto(f"/p/{person.token}/t/{trial.token}/")
    ready(page)


def ready(page: Page) -> None:
    expect(page.locator("[data-stage]")).to_have_attribute("data-ready", "true")


def seen(page: Page, tap: Callable[[Locator], None]) -> None:
    """Look at every picture: scroll over a wall, turn to the other one of two."""
    for picture in page.locator(".tile").all():
        picture.scroll_into_view_if_needed()
        page.wait_for_timeout(60)
    flip = page.locator("[data-flip]")
    if flip.count() and flip.is_visible():
        tap(flip)


def choose(page: Page, case: Case, press: Callable[[Locator], None]) -> None:
    for number, choices in enumerate(case.choices, start=1):
        expect(page.locator("h1")).to_have_text(f"{number} of {len(case.choices)}")
        ready(page)
        seen(page, press)
        rows = page.locator(".scale, .rank")
        for row, place in choices:
            press(rows.nth(row).locator(".point").nth(place))
        press(page.get_by_role("button", name="Next"))
    expect(page.locator("h1")).to_have_text("Thank you!")


def check_stored(case: Case) -> None:
    details = list(Response.objects.order_by("pk").values_list("details", flat=True))
    assert len(details) == len(case.stored)
    for found, name in zip(details, case.stored, strict=True):
        assert name in found if name else found == {}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.kind)
def test_by_mouse_and_without_a_barrier(new_page: Open, violations, case: Case):
    person = enrolled(study_of(case))
    page = new_page("desk")
    open_trial(page, person)
    assert violations(page) == []
    assert page.locator("form#trial input:checked").count() == 0
    choose(page, case, lambda locator: locator.click())
    check_stored(case)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.kind)
def test_by_keyboard_alone(new_page: Open, case: Case):
    person = enrolled(study_of(case))
    page = new_page("desk")
    open_trial(page, person)
    for number, keys in enumerate(case.keys, start=1):
        expect(page.locator("h1")).to_have_text(f"{number} of {len(case.keys)}")
        ready(page)
        for key in keys:
            page.keyboard.press(key)
        page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Thank you!")
    check_stored(case)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.kind)
def test_by_touch_on_a_narrow_phone(new_page: Open, violations, case: Case):
    person = enrolled(study_of(case))
    page = narrow(new_page)
    open_trial(page, person)
    assert violations(page) == []
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 360
    small = page.evaluate(
        """() => [...document.querySelectorAll('.point, .tile, [data-next]')].map((e) =>
        e.getBoundingClientRect()).filter((r) => r.width < 44 || r.height < 44).length"""
    )
    assert small == 0
    choose(page, case, lambda locator: locator.tap())
    check_stored(case)


def genres(page: Page) -> Participant:
    trial = {"kind": "genre_choice"}
    person = enrolled(live(text(study__trial=trial, **ALONE)))
    open_trial(page, person)
    return person


def test_genres_by_keyboard_alone_and_none_twice(new_page: Open, violations):
    page = new_page("desk")
    genres(page)
    assert violations(page) == []
    for name in ("Fauvism", "Cubism", "Rococo"):
        for _ in range(30):
            page.keyboard.press("Tab")
            if page.evaluate(
                "document.activeElement.matches('select') && !document.activeElement.value"
            ):
                break
        page.keyboard.type(name[:4])
    page.get_by_label("Third").select_option(label="Cubism")
    expect(page.get_by_label("Second")).to_have_value("")
    page.get_by_label("Second").select_option(label="Rococo")
    page.get_by_role("button", name="Next").focus()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Thank you!")
    assert Response.objects.get().details == {"order": ["Fauvism", "Rococo", "Cubism"]}


def test_genres_by_touch(new_page: Open, violations):
    page = narrow(new_page)
    genres(page)
    assert violations(page) == []
    for place, name in (("First", "Fauvism"), ("Second", "Cubism"), ("Third", "Rococo")):
        page.get_by_label(place).select_option(label=name)
    page.get_by_role("button", name="Next").tap()
    expect(page.locator("h1")).to_have_text("Thank you!")
    assert Response.objects.get().details == {"order": ["Fauvism", "Cubism", "Rococo"]}


def test_reminded_once_then_one_may_leave_it_open(new_page: Open):
    person = enrolled(study_of(CASES[2]))
    page = new_page("desk")
    open_trial(page, person)
    leave = page.get_by_text("I cannot tell, or would rather not answer")
    expect(leave).to_be_hidden()
    page.keyboard.press("Enter")
    expect(page.locator("[data-saving]")).to_contain_text("Still open")
    expect(leave).to_be_visible()
    leave.click()
    page.keyboard.press("1")  # an answer takes it back, and this one is not whole yet
    page.get_by_role("button", name="Next").click()
    expect(page.locator("[data-saving]")).to_contain_text("Still open")
    leave.click()
    page.get_by_role("button", name="Next").click()
    expect(page.locator("h1")).to_have_text("Thank you!")
    assert Response.objects.get().details == {"cannot_tell": True}


def test_without_javascript_the_reminder_and_the_way_out_are_on_the_page(
    new_page: Open, complaints: list[str]
):
    person = enrolled(study_of(CASES[0]))
    page = new_page("desk", java_script_enabled=False)
    trial = fieldwork.next_trial(person)
    page.goto(f"/p/{person.token}/t/{trial.token}/")
    leave = page.get_by_text("I cannot tell, or would rather not answer")
    expect(leave).to_be_hidden()
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_text("Please choose one of these.")).to_be_visible()
    leave.click()
    page.get_by_role("button", name="Next").click()
    page.locator(".point").nth(1).click()
    page.get_by_role("button", name="Next").click()
    expect(page.locator("h1")).to_have_text("Thank you!")
    kept = list(Response.objects.order_by("pk").values_list("details", flat=True))
    assert kept[0] == {"cannot_tell": True}
    assert "chosen" in kept[1]
    complaints[:] = [said for said in complaints if "422" not in said]  # the reminder itself
