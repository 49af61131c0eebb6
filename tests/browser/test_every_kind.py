"""Every kind of trial on a small phone: nothing is cut, unlabelled, preselected or covered; it
reminds once, and then “I cannot tell” is an answer. New kinds are tried as soon as they exist."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from studies import services
from studies.models import Response, Study
from studies.showing import flashes
from studies.trials import TRIALS
from tests.browser.conftest import WIDTHS, Open
from tests.studies.factories import enrolled, live_study
from tests.studies.test_questionnaires import survey

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WRONG = """() => {
  const seen = (e) => e.checkVisibility() && e.getBoundingClientRect().width > 1;
  const aims = ".point, .statement, .button, .tile, summary, select, textarea, [type=range]";
  const size = (e) => Math.min(e.getBoundingClientRect().width, e.getBoundingClientRect().height);
  const all = (what) => [...document.querySelectorAll(what)].filter(seen);
  return {
    scrolls: document.documentElement.scrollWidth > innerWidth,
    small: all(aims).filter((e) => size(e) < 44).map((e) => e.outerHTML.slice(0, 80)),
    unlabelled: all(".point").filter((e) => !e.innerText.trim()).length,
    preselected: document.querySelectorAll("#trial input:checked").length,
  };
}"""
SOUND = {"scrolls": False, "small": [], "unlabelled": 0, "preselected": 0}
COVERED = """(e) => { const at = e.getBoundingClientRect();
  return !e.contains(document.elementFromPoint(at.left + 5, at.top + at.height / 2)); }"""


@pytest.fixture(autouse=True)
def _phone(monkeypatch: pytest.MonkeyPatch, complaints: list[str]) -> Iterator[None]:
    monkeypatch.setitem(WIDTHS, "phone", (360, 740))
    yield
    assert not complaints


def of_kind(kind: str) -> Study:
    if kind == "questionnaire":
        return services.launch(study=survey())
    raters = {"participants": 9, "items_each": 1}
    study = live_study(
        trial={"kind": kind}, size=96, practice=0, checks=[], frozen=False, raters=raters
    )
    flashes.fix(study)
    return study


def ready(page: Page) -> None:
    expect(page.locator("html")).to_have_attribute("data-ready", "true")
    if page.locator("[data-stage]:not([hidden])").count():
        expect(page.locator("[data-stage]")).to_have_attribute("data-ready", "true")


def look(page: Page) -> None:
    """At every picture: turn to the others, scroll over a wall."""
    page.wait_for_timeout(200)
    for button in page.locator("[data-show], [data-flip]:visible").all():
        button.tap()
        page.wait_for_timeout(200)
    for tile in page.locator(".tile").all():
        tile.scroll_into_view_if_needed()
        page.wait_for_timeout(60)


@pytest.mark.parametrize("kind", TRIALS.names())
def test_a_small_phone_shows_it_whole_reminds_once_and_takes_cannot_tell(
    new_page: Open, violations: Callable[[Page], list[str]], kind: str
):
    page, person = new_page("phone", "dark", has_touch=True), enrolled(of_kind(kind))
    page.goto(f"/p/{person.token}/guide/")
    page.get_by_role("link", name="Begin").tap()
    ready(page)
    assert page.evaluate(WRONG) == SOUND
    look(page)
    page.get_by_role("button", name="Next", exact=True).tap()
    expect(page.locator("[data-saving]")).to_contain_text("Still open")
    assert not page.locator("[data-lacking]:visible").first.evaluate(COVERED)
    assert page.evaluate(WRONG) == SOUND
    assert not violations(page)
    left = page.locator("[data-leave]:visible").all()
    for way_out in left:
        way_out.tap()
    page.get_by_role("button", name="Next", exact=True).tap()
    expect(page).not_to_have_url(page.url)
    kept = Response.objects.values_list("value", "details")
    assert [(value, details["cannot_tell"]) for value, details in kept] == [(None, True)] * len(
        left
    )


@pytest.mark.parametrize("kind", ["ranking", "genre_choice"])
def test_arrow_keys_pass_over_a_taken_choice_and_leave_it_where_it_was(new_page: Open, kind: str):
    page, person = new_page("phone"), enrolled(of_kind(kind))
    page.goto(f"/p/{person.token}/guide/")
    page.get_by_role("link", name="Begin").click()
    ready(page)
    for row in (1, 2, 3):
        field = page.locator(f"[name='{kind}.{row}'], [name='genre.{row}']").first
        field.focus()
        if kind == "ranking":
            page.keyboard.press("Space")
        for _ in range(row - (kind == "ranking")):
            page.keyboard.press("ArrowDown")
    page.get_by_role("button", name="Next", exact=True).press("Enter")
    expect(page.locator("h1")).to_have_text("Thank you!")
    assert len(Response.objects.get().details["order"]) >= 3
