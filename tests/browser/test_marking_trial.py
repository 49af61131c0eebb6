"""Marking faults in a real browser: by mouse, by keys alone, by touch; what is kept and sent."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from studies import fieldwork
from studies.models import Participant, Response, Study
from tests.browser.conftest import Open
from tests.studies.factories import enrolled, live_study

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = {"has_touch": True, "is_mobile": True, "device_scale_factor": 2}


@pytest.fixture
def study() -> Study:
    return live_study(
        size=96,
        trial={"kind": "artifact_marking", "settings": {"most": 3}},
        checks=[],
        practice=0,
        raters={"participants": 20, "items_each": 2},
    )


@pytest.fixture(autouse=True)
def _no_complaints(complaints: list[str]) -> Iterator[None]:
    """No page breaks a policy, misses a file or throws."""
    yield
    assert not complaints


def open_trial(page: Page, participant: Participant) -> None:
    trial = fieldwork.next_trial(participant)
    assert trial is not None
    page.goto(f"/p/{participant.token}/t/{trial.token}/")
    ready(page)


def ready(page: Page) -> None:
    expect(page.locator("[data-stage]")).to_have_attribute("data-ready", "true")


def marks(person: Participant) -> list[list[list[float]]]:
    """What was saved, trial by trial."""
    rows = Response.objects.filter(participant=person).order_by("trial__position")
    return [row.details["marks"] for row in rows]


def at(page: Page, x: float, y: float) -> tuple[float, float]:
    """A place of the picture to mark, on the page."""
    box = page.locator("[data-marked] img").bounding_box()
    assert box is not None
    return box["x"] + x * box["width"], box["y"] + y * box["height"]


def near(found: list[list[float]], wanted: list[list[float]]) -> bool:
    flat = [
        abs(a - b) for f, w in zip(found, wanted, strict=True) for a, b in zip(f, w, strict=True)
    ]
    return max(flat, default=0.0) < 0.02


def answer(page: Page, point: int) -> None:
    page.locator(".point").nth(point - 1).click()
    page.get_by_role("button", name="Next", exact=True).click()


def test_the_whole_way_by_mouse(new_page: Open, study: Study):
    page, person = new_page("desk"), enrolled(study)
    open_trial(page, person)
    expect(page.locator("[data-mark]")).to_have_count(0)
    assert not page.locator(".point input:checked").count()
    for place in ((0.2, 0.3), (0.7, 0.6), (0.5, 0.9)):
        page.mouse.click(*at(page, *place))
    expect(page.locator("[data-mark]")).to_have_count(3)
    page.mouse.click(*at(page, 0.9, 0.1))  # one too many
    expect(page.locator("[data-count-said]")).to_have_text(
        "That is the largest number of marks (3): remove one first."
    )
    page.mouse.click(*at(page, 0.7, 0.6))  # once more: gone
    expect(page.locator("[data-mark]")).to_have_count(2)
    page.mouse.move(*at(page, 0.5, 0.9))
    page.mouse.down()
    page.mouse.move(*at(page, 0.4, 0.5), steps=4)
    page.mouse.up()
    expect(page.locator("[data-count-said]")).to_have_text("Mark 2 moved.")
    page.reload()  # what is not sent yet is kept
    ready(page)
    expect(page.locator("[data-mark]")).to_have_count(2)
    page.locator("[data-shot]").first.locator("img").click()  # the original takes no marks
    expect(page.locator("[data-mark]")).to_have_count(2)
    answer(page, 4)
    expect(page.get_by_role("heading", level=1)).to_have_text("2 of 2")
    ready(page)
    answer(page, 1)
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you!")
    first, second = marks(person)
    assert near(first, [[0.2, 0.3], [0.4, 0.5]])
    assert second == []


def test_the_whole_way_by_keyboard_alone(new_page: Open, study: Study):
    page, person = new_page("desk"), enrolled(study)
    open_trial(page, person)
    for _ in range(40):
        if page.evaluate("'marked' in document.activeElement.dataset"):
            break
        page.keyboard.press("Tab")
    for key in ("Shift+ArrowLeft", "Shift+ArrowLeft", "ArrowUp", "Enter"):
        page.keyboard.press(key)
    expect(page.locator("[data-count-said]")).to_have_text("Marks: 1 of at most 3")
    for key in ("Shift+ArrowRight", "Shift+ArrowRight", "Enter", "Shift+ArrowDown", "Enter"):
        page.keyboard.press(key)
    page.keyboard.press("Delete")
    expect(page.locator("[data-mark]")).to_have_count(2)
    page.keyboard.press("Shift+ArrowUp")
    page.keyboard.press("Enter")  # picks the second one up
    page.keyboard.press("Shift+ArrowUp")
    page.keyboard.press("Enter")
    page.keyboard.press("3")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("2 of 2")
    ready(page)
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you!")
    first, second = marks(person)
    assert near(first, [[0.3, 0.48], [0.5, 0.38]])
    assert second == []


def test_the_whole_way_by_touch_at_360_px(new_page: Open, study: Study):
    page, person = new_page("phone", **PHONE), enrolled(study)
    page.set_viewport_size({"width": 360, "height": 740})
    open_trial(page, person)
    page.touchscreen.tap(*at(page, 0.25, 0.25))
    page.touchscreen.tap(*at(page, 0.75, 0.5))
    expect(page.locator("[data-mark]")).to_have_count(2)
    page.locator("[data-flip]").tap()
    page.touchscreen.tap(*at(page, 0.5, 0.5))  # on the original: turns back, marks nothing
    page.get_by_role("button", name="Remove mark 1").tap()
    expect(page.locator("[data-mark]")).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    for box in (page.locator("[data-list] button").bounding_box(),):
        assert box is not None
        assert min(box["width"], box["height"]) >= 43.9
    page.locator(".point").nth(2).tap()
    page.get_by_role("button", name="Next", exact=True).tap()
    expect(page.get_by_role("heading", level=1)).to_have_text("2 of 2")
    assert near(marks(person)[0], [[0.75, 0.5]])


def test_whoever_marks_nothing_is_reminded_once(new_page: Open, study: Study):
    page, person = new_page("desk"), enrolled(study)
    open_trial(page, person)
    answer(page, 3)
    expect(page.locator("[data-saving]")).to_contain_text("You have marked no place.")
    page.get_by_role("button", name="Next", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("2 of 2")
    assert marks(person) == [[]]


def test_marks_stay_on_their_place_when_the_picture_is_enlarged(new_page: Open, study: Study):
    page, person = new_page("desk"), enrolled(study)
    open_trial(page, person)
    page.mouse.click(*at(page, 0.5, 0.5))
    page.get_by_role("button", name="Larger").click()
    box = page.locator("[data-mark]").bounding_box()
    assert box is not None
    x, y = at(page, 0.5, 0.5)
    assert abs(box["x"] + box["width"] / 2 - x) < 2
    assert abs(box["y"] + box["height"] / 2 - y) < 2


@pytest.mark.parametrize("size", ["phone", "desk"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_wrong(
    new_page: Open, study: Study, violations: Callable[[Page], list[str]], size: str, theme: str
):
    page = new_page(size, theme)
    open_trial(page, enrolled(study))
    page.mouse.click(*at(page, 0.3, 0.3))
    page.mouse.click(*at(page, 0.6, 0.6))
    expect(page.locator("[data-mark]")).to_have_count(2)
    assert not violations(page)


def test_without_scripts_the_question_can_be_answered(new_page: Open, study: Study):
    page, person = new_page("desk", java_script_enabled=False), enrolled(study)
    trial = fieldwork.next_trial(person)
    assert trial is not None
    page.goto(f"/p/{person.token}/t/{trial.token}/")
    answer(page, 3)
    expect(page.get_by_role("heading", level=1)).to_have_text("2 of 2")
    assert Response.objects.get(participant=person).details == {}
