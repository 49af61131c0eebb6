"""What a browser tells of the viewing, against what is measured on its page at each moment."""

from typing import Any

import pytest
from playwright.sync_api import CDPSession, Page, expect

from studies import export
from studies.models import Participant, Study
from tests.browser.conftest import Open
from tests.browser.test_rater import answer, open_trial, press_next
from tests.studies.factories import enrolled, live_study

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SIZE = 600
ON_SCREEN = """() => Math.max(...[...document.querySelectorAll("[data-frame] img")].map(
  (image) => image.getBoundingClientRect().width * devicePixelRatio / image.naturalWidth))"""
TURNED = """(hidden) => {
  Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


def study_with(**viewing: Any) -> Study:
    made = {"size": SIZE, "artworks": 1, "conditions": 2, "practice": 0}
    return live_study(checks=[], raters={"items_each": 2}, viewing=viewing, **made)


def told(study: Study) -> dict[str, Any]:
    return export.viewing(study).to_dict("records")[0]


def next_one(page: Page, *, flip: bool = False) -> None:
    if flip:
        page.locator("[data-flip]").click()
    answer(page)
    press_next(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("2 of 2")


@pytest.mark.parametrize(("ratio", "valid"), [(1, False), (2, True), (3, True)])
def test_a_phone_shows_enough_pixels_or_not_by_its_own_ratio(
    new_page: Open, ratio: int, valid: bool
) -> None:
    study = study_with(min_scale=1, consequence="exclude")
    page = new_page("phone", device_scale_factor=ratio, has_touch=True, is_mobile=True)
    open_trial(page, enrolled(study))
    true = page.evaluate(ON_SCREEN)
    next_one(page, flip=True)
    seen = told(study)
    assert seen["screen_pixels"] == pytest.approx(true, rel=0.01)
    assert (seen["pixel_ratio"], seen["valid"], true >= 0.99) == (ratio, valid, valid)


def zoomed(session: CDPSession, page: Page, zoom: float) -> float:
    """The browser's own zoom: fewer CSS pixels in the window, more screen pixels for each."""
    width, height = round(1440 / zoom), round(900 / zoom)
    metrics = {"width": width, "height": height, "deviceScaleFactor": zoom, "mobile": False}
    session.send("Emulation.setDeviceMetricsOverride", metrics)
    page.wait_for_timeout(150)
    return float(page.evaluate(ON_SCREEN))


@pytest.mark.parametrize("steps", [(1, 2), (2, 1), (0.5, 1.1), (1.5, 0.67, 1)])
def test_zooming_the_page_is_counted_as_it_was_at_each_moment(
    new_page: Open, steps: tuple[float, ...]
) -> None:
    study, page = study_with(min_scale=1), new_page("desk")
    session = page.context.new_cdp_session(page)
    first, *later = steps
    zoomed(session, page, first)
    open_trial(page, enrolled(study))
    true = [page.evaluate(ON_SCREEN), *(zoomed(session, page, each) for each in later)]
    next_one(page, flip=page.locator("[data-flip]").is_visible())
    assert told(study)["screen_pixels"] == pytest.approx(max(true), rel=0.01)


def test_a_phone_that_is_turned_and_a_window_that_is_made_smaller_are_on_record(
    new_page: Open,
) -> None:
    study = study_with(min_viewport=(300, 500))
    page = new_page("phone", has_touch=True, is_mobile=True, device_scale_factor=2)
    open_trial(page, enrolled(study))
    true = [page.evaluate(ON_SCREEN)]
    page.set_viewport_size({"width": 800, "height": 390})
    page.wait_for_timeout(150)
    true.append(page.evaluate(ON_SCREEN))
    page.set_viewport_size({"width": 390, "height": 800})
    page.wait_for_timeout(150)
    next_one(page, flip=True)
    seen = told(study)
    assert (seen["viewport_width"], seen["viewport_height"]) == (390, 800)
    assert (seen["narrowest_viewport"], seen["lowest_viewport"]) == (390, 390)
    assert seen["broken"] == "min_viewport"
    assert seen["screen_pixels"] == pytest.approx(max(true), rel=0.01)


def test_time_in_the_background_counts_as_hidden_and_not_as_shown(new_page: Open) -> None:
    study, page = study_with(max_hidden_ms=300, consequence="exclude"), new_page("desk")
    open_trial(page, enrolled(study))
    page.evaluate(TURNED, True)
    page.wait_for_timeout(900)
    page.evaluate(TURNED, False)
    next_one(page)
    seen = told(study)
    assert 850 <= seen["hidden_ms"] <= 1_500
    rt_ms = Participant.objects.get().trials.order_by("position")[0].rt_ms
    assert seen["shown_ms"] + seen["hidden_ms"] == pytest.approx(rt_ms, abs=150)
    assert seen["broken"] == "max_hidden_ms"


def test_a_page_thrown_away_in_the_background_and_loaded_anew_loses_no_time(new_page: Open) -> None:
    study, page = study_with(max_hidden_ms=300, consequence="exclude"), new_page("desk")
    open_trial(page, enrolled(study))
    page.wait_for_timeout(600)
    page.evaluate(TURNED, True)
    page.wait_for_timeout(900)
    open_trial(page, Participant.objects.get())
    next_one(page)
    seen = told(study)
    rt_ms = Participant.objects.get().trials.order_by("position")[0].rt_ms
    assert seen["hidden_ms"] >= 850
    assert seen["shown_ms"] >= 600
    assert seen["shown_ms"] + seen["hidden_ms"] == pytest.approx(rt_ms, abs=400)
    assert seen["broken"] == "max_hidden_ms"
    drafts = "Object.keys(sessionStorage).filter((key) => key.startsWith('draft-')).length"
    assert page.evaluate(drafts) == 1, "of the trial that is on the page, none of one that is over"


def test_an_answer_that_is_sent_again_tells_of_the_moment_of_the_first_try(
    new_page: Open, complaints: list[str]
) -> None:
    study, page = study_with(), new_page("desk")
    open_trial(page, enrolled(study))
    answer(page)
    lost = []
    page.route("**/t/*/", lambda route: route.abort() if not lost else route.continue_())
    press_next(page)
    expect(page.get_by_text("Not saved yet")).to_be_visible()
    until = page.evaluate("performance.now()")
    page.wait_for_timeout(1_200)
    lost.append(1)
    expect(page.get_by_role("heading", level=1)).to_have_text("2 of 2", timeout=20_000)
    seen = told(study)
    assert seen["save_attempts"] >= 2
    assert seen["shown_ms"] < until, "waiting for the line is no looking"
    complaints.clear()


def test_what_was_done_before_a_reload_is_counted_with_what_is_done_after(new_page: Open) -> None:
    study = study_with()
    page = new_page("phone", has_touch=True)
    open_trial(page, enrolled(study))
    for _ in range(3):
        page.locator("[data-flip]").click()
        page.wait_for_timeout(250)
    page.locator("[data-zoom=in]").click()
    page.keyboard.press("4")
    open_trial(page, Participant.objects.get())
    page.locator("[data-flip]").click()
    page.reload()
    next_one(page, flip=True)
    seen = told(study)
    assert seen["flips"] == 5
    assert seen["zooms"] == 1
    assert seen["keys"] >= 1
    assert seen["largest_zoom"] > 0.8
