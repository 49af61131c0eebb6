"""Pictures on their way: once each, ahead of their page, and whole, or the trial comes later."""

import re
from collections import Counter
from collections.abc import Callable
from io import BytesIO

import PIL.Image
import pytest
from playwright.sync_api import Page, Route, expect

from studies import fieldwork
from studies.models import Response, Study
from studies.showing import sending
from studies.views.participant import pictures, trials
from tests.browser.conftest import Open
from tests.browser.test_rater import answer, here, press_next, ready
from tests.studies.factories import enrolled, live_study

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PICTURE = re.compile(r"/i/[\w-]+\.png(\?\d+)?$")


@pytest.fixture
def study() -> Study:
    return live_study(size=64, practice=0, checks=[], raters={"items_each": 3})


def test_each_picture_is_sent_once_and_before_the_answer_of_the_trial_before_it(
    new_page: Open, study: Study, monkeypatch: pytest.MonkeyPatch
):
    """What the server sends and saves, in its order: what the browser keeps is not asked for."""
    log: list[str] = []
    find, record_at = pictures.renditions.find, trials.record_at

    def found(person, address):
        log.append(address)
        return find(person, address)

    def recorded(place, **given):
        log.append("answer")
        return record_at(place, **given)

    monkeypatch.setattr(pictures.renditions, "find", found)
    monkeypatch.setattr(trials, "record_at", recorded)
    participant, page = enrolled(study), new_page("desk")
    page.goto(here(participant))
    for number in range(1, 4):
        expect(page.get_by_role("heading", level=1)).to_have_text(f"{number} of 3")
        ready(page)
        expected = min(6, 2 * (number + 1))
        for _ in range(100):  # the next ones come while somebody looks
            if sum(each != "answer" for each in log) >= expected:
                break
            page.wait_for_timeout(50)
        answer(page)
        press_next(page)
    expect(page).to_have_url(re.compile("/done/"))
    sent = [each for each in log if each != "answer"]
    assert Counter(sent) == Counter(set(sent)), "nothing is sent twice"
    places = [place for place, each in enumerate(log) if each == "answer"]
    assert [sum(each != "answer" for each in log[:place]) for place in places] == [4, 6, 6]


def test_any_browser_may_keep_a_picture_until_its_page_comes(study: Study):
    assert re.search(r"private, max-age=\d{4,}", sending.KEPT)


def _error(route: Route) -> None:
    route.fulfill(status=500, body="no")


def _broken_line(route: Route) -> None:
    route.abort("connectionreset")


def _half(route: Route) -> None:
    whole = route.fetch().body()
    route.fulfill(status=200, content_type="image/png", body=whole[: len(whole) // 2])


def _a_page(route: Route) -> None:
    route.fulfill(status=200, content_type="image/png", body="<h1>Please log in</h1>")


def _another_picture(route: Route) -> None:
    with BytesIO() as file:
        PIL.Image.new("RGB", (1, 1)).save(file, "PNG")
        route.fulfill(status=200, content_type="image/png", body=file.getvalue())


FAULTS = {
    "an error": _error,
    "a broken line": _broken_line,
    "cut off halfway": _half,
    "a page instead": _a_page,
    "another picture": _another_picture,
}


def failing(page: Page, fault: Callable[[Route], None], times: int) -> list[str]:
    """The first so many requests for pictures go wrong; the addresses that were asked for."""
    asked: list[str] = []

    def handle(route: Route) -> None:
        asked.append(route.request.url)
        if len(asked) > times:
            route.continue_()
        else:
            fault(route)

    page.route(PICTURE, handle)
    return asked


@pytest.mark.parametrize("sort", FAULTS)
def test_a_picture_that_fails_once_is_asked_for_again_and_shown_whole(
    new_page: Open, study: Study, complaints: list[str], sort: str
):
    participant, page = enrolled(study), new_page("desk")
    failing(page, FAULTS[sort], 1)
    page.goto(here(participant))
    ready(page)
    whole = "() => [...document.querySelectorAll('[data-frame] img')].map((i) => i.naturalWidth)"
    assert page.evaluate(whole) == [64, 64]
    answer(page)
    press_next(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("2 of 3")
    assert participant.trials.earliest("position").viewing["load_failures"] == 1
    complaints.clear()


@pytest.mark.parametrize("sort", FAULTS)
def test_a_picture_that_keeps_failing_is_never_answered_blind(
    new_page: Open, study: Study, complaints: list[str], sort: str
):
    participant, page = enrolled(study), new_page("desk")
    failing(page, FAULTS[sort], 100)
    page.goto(here(participant))
    later = page.get_by_role("button", name="Show it later")
    expect(later).to_be_visible(timeout=20_000)
    answer(page)
    press_next(page)
    expect(page.get_by_text("Please wait until the pictures are here.")).to_be_visible()
    expect(page.locator("[data-stage]")).not_to_have_attribute("data-ready", "true")
    assert not Response.objects.exclude(trial=None).exists()
    first = fieldwork.next_trial(participant)
    page.unroute(PICTURE)
    later.click()
    expect(page.get_by_role("status").first).to_contain_text("comes again at the end")
    first.refresh_from_db()
    assert (first.undelivered, first.answered_at) == (1, None)
    complaints.clear()
