"""Pictures in one place in a real browser: turned, peeked at, and flickering only when asked to."""

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from studies import fieldwork
from studies.models import Participant, Response, Study, Trial
from studies.showing import flashes
from tests.browser.conftest import Open
from tests.studies.factories import enrolled, live_study

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = {"has_touch": True, "is_mobile": True, "device_scale_factor": 2}
TURN_MS = 200
"""Longer than the page waits between two turns."""
COUNTED = """
  let changes = 0;
  const watch = new MutationObserver(() => { changes += 1; });
  const shots = document.querySelectorAll("[data-shot]");
  for (const shot of shots) watch.observe(shot, { attributeFilter: ["data-under"] });
"""
"""Counts how often the picture on top changes."""


@pytest.fixture(autouse=True)
def _no_complaints(complaints: list[str]) -> Iterator[None]:
    """No page breaks a policy, misses a file or throws."""
    yield
    assert not complaints


def made(kind: str, **settings: object) -> Study:
    study = live_study(
        size=96,
        frozen=False,
        trial={"kind": kind, "settings": settings},
        checks=[],
        practice=0,
        raters={"participants": 20, "items_each": 2},
    )
    flashes.fix(study)
    return study


def open_trial(page: Page, participant: Participant) -> None:
    trial = fieldwork.next_trial(participant)
    assert trial is not None
    page.goto(f"/p/{participant.token}/t/{trial.token}/")
    ready(page)


def ready(page: Page) -> None:
    expect(page.locator("[data-stage]")).to_have_attribute("data-ready", "true")


def shown(page: Page) -> str:
    """The label of the picture on top."""
    page.wait_for_timeout(TURN_MS)
    figure = page.locator("[data-shot]:not([data-under])")
    expect(figure).to_have_count(1)
    return figure.locator("figcaption").inner_text().strip()


def finished(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you!")


def report(person: Participant) -> dict[str, Any]:
    """What the browser told of the trial that was answered."""
    return Trial.objects.get(participant=person, answered_at__isnull=False).viewing


def go_on(page: Page) -> None:
    page.get_by_role("button", name="Next", exact=True).click()


def test_in_place_the_whole_way_by_mouse(new_page: Open):
    page, person = new_page("desk"), enrolled(made("in_place"))
    open_trial(page, person)
    assert not page.locator(".point input:checked").count()
    assert shown(page) == "Original"
    page.locator(".point").nth(2).click()
    go_on(page)  # the other picture was never looked at
    expect(page.locator("[data-saving]")).to_contain_text("look at the other picture")
    page.get_by_role("button", name="Version", exact=True).click()
    assert shown(page) == "Version"
    page.locator("[data-shot]:not([data-under]) [data-frame]").click()  # a tap turns
    assert shown(page) == "Original"
    page.locator("[data-shot]:not([data-under]) [data-frame]").hover()
    page.mouse.down()  # holding peeks
    page.wait_for_timeout(450)
    assert shown(page) == "Version"
    page.mouse.up()
    assert shown(page) == "Original"
    go_on(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("2 of 2")
    told = report(person)
    assert told["mode"] == "in_place"
    assert told["flips"] == 4
    assert Response.objects.get(participant=person).value == 3


def test_both_pictures_are_enlarged_to_the_same_pixels(new_page: Open):
    page, person = new_page("desk"), enrolled(made("in_place"))
    open_trial(page, person)
    page.get_by_role("button", name="Larger").click()
    places = page.locator("[data-shot] img").evaluate_all(
        "images => images.map((image) => image.style.cssText)"
    )
    assert len(set(places)) == 1


def test_which_was_altered_the_whole_way_by_keyboard_alone(new_page: Open):
    page, person = new_page("desk"), enrolled(made("in_place", asks="which_altered"))
    open_trial(page, person)
    assert shown(page) == "A"
    page.keyboard.press("Space")
    assert shown(page) == "B"
    page.keyboard.press("a")
    assert shown(page) == "A"
    page.keyboard.down("Space")  # held: a peek
    page.wait_for_timeout(450)
    assert shown(page) == "B"
    page.keyboard.up("Space")
    assert shown(page) == "A"
    page.keyboard.press("2")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("2 of 2")
    ready(page)
    page.keyboard.press("b")
    page.wait_for_timeout(TURN_MS)
    page.keyboard.press("0")
    page.keyboard.press("Enter")
    finished(page)
    first, second = Response.objects.filter(participant=person).order_by("trial__position")
    order = first.trial.layout["order"]
    assert first.details == {"chosen": order[1]}
    assert second.details == {"not_sure": True}


def test_in_place_the_whole_way_by_touch_at_360_px(new_page: Open):
    page, person = new_page("phone", **PHONE), enrolled(made("in_place"))
    page.set_viewport_size({"width": 360, "height": 740})
    open_trial(page, person)
    page.locator("[data-shot]:not([data-under]) [data-frame]").tap()
    assert shown(page) == "Version"
    page.get_by_role("button", name="Original", exact=True).tap()
    assert shown(page) == "Original"
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    for button in page.locator(".tools button:visible").all():
        box = button.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 43.9
    page.locator(".point").nth(0).tap()
    page.get_by_role("button", name="Next", exact=True).tap()
    expect(page.get_by_role("heading", level=1)).to_have_text("2 of 2")


def test_quick_presses_never_turn_more_than_three_times_there_and_back_in_a_second(new_page: Open):
    page = new_page("desk")
    open_trial(page, enrolled(made("in_place")))
    turns = page.evaluate(
        f"""async () => {{ {COUNTED}"""
        """
          const end = performance.now() + 1000;
          while (performance.now() < end) {
            document.body.dispatchEvent(new KeyboardEvent("keydown", { key: " ", bubbles: true }));
            await new Promise((done) => setTimeout(done, 20));
          }
          return changes;
        }"""
    )
    assert 0 < turns <= 6


def flickering(new_page: Open, size: str = "desk", **options: object) -> Page:
    """A page of somebody who does not ask for less motion."""
    return new_page(size, **{"reduced_motion": "no-preference", **options})


def changes(page: Page, ms: int) -> int:
    """How often the picture on top changes within a time."""
    return page.evaluate(
        f"""async (ms) => {{ {COUNTED}"""
        """
          await new Promise((done) => setTimeout(done, ms));
          return changes;
        }""",
        ms,
    )


def agree(page: Page) -> None:
    page.get_by_role("button", name="I understand").click()


def test_nothing_flickers_before_the_warning_was_read_and_the_rater_acts(new_page: Open):
    page = flickering(new_page)
    open_trial(page, enrolled(made("flicker")))
    expect(page.locator("[data-flicker-warning]")).to_be_visible()
    expect(page.locator("[data-flicker-button]")).to_be_hidden()
    page.keyboard.press("f")
    assert changes(page, 600) == 0
    agree(page)
    expect(page.locator("[data-flicker-button]")).to_be_visible()
    assert changes(page, 600) == 0
    page.reload()  # agreed to for this visit
    ready(page)
    expect(page.locator("[data-flicker-warning]")).to_be_hidden()


def test_it_flickers_while_the_button_is_held_and_stops_at_once(new_page: Open):
    page, person = flickering(new_page), enrolled(made("flicker", rate=3))
    open_trial(page, person)
    agree(page)
    page.locator("[data-flicker-button]").hover()
    page.mouse.down()
    assert 4 <= changes(page, 1000) <= 6  # three rounds a second at most
    page.mouse.up()
    assert changes(page, 500) <= 1  # the way back
    assert shown(page) == "Original"
    page.keyboard.press("Space")
    assert shown(page) == "Version"  # by hand, always
    page.locator(".point").nth(1).click()
    go_on(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("2 of 2")
    told = report(person)["flicker"]
    assert (told["rate"], told["starts"]) == (3, 1)
    assert 4 <= told["changes"] <= 8
    assert 900 <= told["ms"] <= 2500


def test_quick_holds_and_turns_between_them_change_six_times_a_second_at_most(new_page: Open):
    page = flickering(new_page)
    open_trial(page, enrolled(made("flicker", rate=3)))
    agree(page)
    times = page.evaluate(
        """async () => {
          const times = [];
          const watch = new MutationObserver(() => times.push(performance.now()));
          for (const shot of document.querySelectorAll("[data-shot]")) {
            watch.observe(shot, { attributeFilter: ["data-under"] });
          }
          const send = (type, key) => {
            document.body.dispatchEvent(new KeyboardEvent(type, { key, bubbles: true }));
          };
          const pause = (ms) => new Promise((done) => setTimeout(done, ms));
          for (let round = 0; round < 12; round += 1) {
            send("keydown", "f");
            await pause(178);
            send("keyup", "f");
            if (round % 3 === 2) send("keydown", " ");
            await pause(15);
          }
          const until = performance.now() + 500; // whatever was late is not caught up with
          send("keydown", "f");
          await pause(180);
          while (performance.now() < until);
          await pause(600);
          send("keyup", "f");
          return times;
        }"""
    )
    assert len(times) > 6
    assert min(after - before for before, after in pairwise(times)) > 160


def test_whoever_pinches_a_fast_flicker_larger_than_the_guard_reckoned_with_stops_it(
    new_page: Open,
):
    page = flickering(new_page, "phone", **PHONE)
    open_trial(page, enrolled(made("flicker", start="button", rate=8)))
    expect(page.locator("[data-flicker]")).to_have_attribute("data-rate", "8.0")
    agree(page)
    page.locator("[data-flicker-button]").tap()
    assert changes(page, 500) >= 4
    zoom = page.context.new_cdp_session(page)
    zoom.send("Emulation.setPageScaleFactor", {"pageScaleFactor": 4})
    page.wait_for_timeout(400)
    assert changes(page, 500) == 0
    expect(page.locator("[data-flicker-said]")).to_contain_text("Too large to flicker")


@pytest.mark.parametrize("how", ["Escape", "blur", "hidden", "calm", "turn"])
def test_a_flicker_that_was_started_by_a_button_stops_by_whatever_ends_it(new_page: Open, how: str):
    page = flickering(new_page)
    open_trial(page, enrolled(made("flicker", start="button", rate=3)))
    agree(page)
    page.locator("[data-flicker-button]").click()
    assert changes(page, 600) > 0
    if how == "Escape":
        page.keyboard.press("Escape")
    elif how == "blur":
        page.evaluate("dispatchEvent(new Event('blur'))")
    elif how == "hidden":
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    elif how == "calm":
        page.emulate_media(reduced_motion="reduce")
    else:
        page.get_by_role("button", name="Version", exact=True).click()
        page.wait_for_timeout(TURN_MS)
    page.wait_for_timeout(100)
    assert changes(page, 600) == 0
    if how == "calm":
        expect(page.locator("[data-flicker-button]")).to_be_hidden()
        expect(page.locator("[data-flicker-said]")).to_contain_text("asks for less motion")


def test_where_less_motion_is_asked_for_nothing_flickers_and_turning_by_hand_is_there(
    new_page: Open,
):
    page, person = new_page("desk"), enrolled(made("flicker"))
    open_trial(page, person)
    expect(page.locator("[data-flicker-warning]")).to_be_hidden()
    expect(page.locator("[data-flicker-button]")).to_be_hidden()
    expect(page.locator("[data-flicker-said]")).to_contain_text("asks for less motion")
    page.keyboard.press("f")
    assert changes(page, 500) == 0
    page.keyboard.press("Space")
    assert shown(page) == "Version"


def test_flicker_the_whole_way_by_keyboard_alone(new_page: Open):
    page, person = flickering(new_page), enrolled(made("flicker", rate=3))
    open_trial(page, person)
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("'flickerAgree' in document.activeElement.dataset"):
            break
    page.keyboard.press("Enter")
    expect(page.locator("[data-flicker-button]")).to_be_focused()
    page.keyboard.down("Space")
    assert changes(page, 600) > 1
    page.keyboard.up("Space")
    assert changes(page, 400) <= 1  # the way back
    page.keyboard.press("Tab")
    page.keyboard.down("f")
    assert changes(page, 600) > 1
    page.keyboard.up("f")
    assert changes(page, 400) <= 1  # the way back
    for _ in range(2):
        page.keyboard.press("v")
        page.wait_for_timeout(TURN_MS)
        page.keyboard.press("2")
        page.keyboard.press("Enter")
        page.wait_for_load_state()
        page.wait_for_timeout(300)
    finished(page)


def test_flicker_by_touch_at_360_px(new_page: Open):
    page, person = flickering(new_page, "phone", **PHONE), enrolled(made("flicker", start="button"))
    page.set_viewport_size({"width": 360, "height": 740})
    open_trial(page, person)
    page.get_by_role("button", name="I understand").tap()
    page.locator("[data-flicker-button]").tap()
    assert changes(page, 800) > 1
    page.locator("[data-flicker-button]").tap()
    assert changes(page, 400) <= 1  # the way back
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.get_by_role("button", name="Version", exact=True).tap()
    page.wait_for_timeout(TURN_MS)
    page.locator(".point").nth(2).tap()
    page.get_by_role("button", name="Next", exact=True).tap()
    expect(page.get_by_role("heading", level=1)).to_have_text("2 of 2")


def test_a_plain_and_a_boosted_triplet_by_mouse_and_keys(new_page: Open):
    study = made("aic3_triplet", presentation="both")
    page, person = flickering(new_page), enrolled(study)
    open_trial(page, person)
    assert shown(page) == "Original"
    expect(page.locator("[data-flicker]")).to_have_count(0)  # plain
    page.get_by_role("button", name="A", exact=True).click()
    assert shown(page) == "A"
    page.keyboard.press("b")
    assert shown(page) == "B"
    page.keyboard.press("Space")  # the original and back
    assert shown(page) == "Original"
    page.keyboard.press("Space")
    assert shown(page) == "B"
    page.locator(".point").nth(0).click()
    go_on(page)
    page.wait_for_load_state()
    ready(page)
    expect(page.locator("[data-zoom-level]")).not_to_have_text("100 %")  # opens enlarged
    expect(page.locator("[data-flicker-warning]")).to_be_visible()
    agree(page)
    page.keyboard.press("a")
    page.wait_for_timeout(TURN_MS)
    page.keyboard.press("b")
    page.wait_for_timeout(TURN_MS)
    page.keyboard.press("f")
    assert changes(page, 700) > 1
    page.keyboard.press("f")
    assert shown(page) == "B"
    page.keyboard.press("2")
    page.keyboard.press("Enter")
    page.wait_for_timeout(500)
    plain, boosted = Response.objects.filter(participant=person).order_by("trial__position")
    assert (plain.question, boosted.question) == ("more_distorted", "more_distorted_boosted")
    assert plain.details == {"chosen": plain.trial.layout["order"][1]}
    assert boosted.details["chosen"].endswith("-boosted")


def test_a_triplet_by_touch_at_360_px(new_page: Open):
    page, person = new_page("phone", **PHONE), enrolled(made("aic3_triplet"))
    page.set_viewport_size({"width": 360, "height": 740})
    open_trial(page, person)
    for name in ("A", "B", "Original"):
        page.get_by_role("button", name=name, exact=True).tap()
        assert shown(page) == name
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.locator(".point").nth(2).tap()  # not sure
    page.get_by_role("button", name="Next", exact=True).tap()
    expect(page.get_by_role("heading", level=1)).to_have_text("2 of 2")
    assert Response.objects.get(participant=person).details == {"not_sure": True}


@pytest.mark.parametrize("kind", ["in_place", "flicker", "aic3_triplet"])
@pytest.mark.parametrize("size", ["phone", "desk"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_wrong(
    new_page: Open,
    violations: Callable[[Page], list[str]],
    kind: str,
    size: str,
    theme: str,
):
    page = flickering(new_page, size, theme=theme)
    open_trial(page, enrolled(made(kind)))
    assert not violations(page)


@pytest.mark.parametrize("kind", ["in_place", "flicker", "aic3_triplet"])
def test_without_scripts_the_question_can_be_answered(new_page: Open, kind: str):
    page, person = new_page("desk", java_script_enabled=False), enrolled(made(kind))
    trial = fieldwork.next_trial(person)
    assert trial is not None
    page.goto(f"/p/{person.token}/t/{trial.token}/")
    page.locator(".point").nth(1).click()
    go_on(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("2 of 2")
