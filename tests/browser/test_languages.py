"""A study in Arabic, on a small phone: written from the right, pictures where all have them."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from studies.models import Participant, Response, Study
from tests.browser.conftest import Open
from tests.studies.factories import live_study
from tests.studies.test_languages import ARABIC, LANGUAGES

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SMALL = {"width": 360, "height": 740}
NEXT = "التالي"


@pytest.fixture
def study() -> Study:
    return live_study(size=64, raters={"items_each": 2}, **LANGUAGES)


@pytest.fixture(autouse=True)
def _no_complaints(complaints: list[str]) -> Iterator[None]:
    yield
    assert not complaints


def ready(page: Page) -> None:
    expect(page.locator("[data-stage]")).to_have_attribute("data-ready", "true")


def places(page: Page, selector: str) -> list[float]:
    """Left edges of what matches, in the order of the document."""
    return [box["x"] for each in page.locator(selector).all() if (box := each.bounding_box())]


def fits(page: Page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_study_is_finished_in_arabic_on_a_small_phone(study: Study, new_page: Open, violations):
    page = new_page("phone", locale="de-DE", has_touch=True, is_mobile=True)
    page.set_viewport_size(SMALL)
    page.goto(f"/s/{study.link_token}/")
    expect(page.get_by_role("button", name="Ich stimme zu, los geht es")).to_be_visible()
    page.get_by_role("link", name="العربيّة").tap()
    expect(page.locator("h1")).to_have_text(ARABIC["title"])
    assert page.evaluate("document.documentElement.dir") == "rtl"
    assert fits(page)
    assert not violations(page)
    for box in page.get_by_role("checkbox").all():
        box.tap()
    page.get_by_role("button", name="أوافق، لنبدأ").tap()
    expect(page.locator("h1")).to_have_text("أولًا، نبذة قصيرة عنك")
    for question in page.locator(".question").all():
        question.locator("label").first.tap()
    assert fits(page)
    page.get_by_role("button", name=NEXT).tap()
    page.get_by_role("link", name="ابدأ بالتدريب").tap()
    for number in range(4):
        ready(page)
        assert fits(page)
        if number == 0:
            assert not violations(page)
            page.get_by_role("button", name=NEXT).tap()
            expect(page.locator("[data-saving]")).to_contain_text("يُرجى النظر إلى الصورة الأخرى")
        page.locator("[data-flip]").tap()
        for question in page.locator(".question").all():
            question.locator(".point").nth(1).tap()
        address = page.url
        page.get_by_role("button", name=NEXT).tap()
        expect(page).not_to_have_url(address)
    expect(page.locator("h1")).to_have_text("شكرًا جزيلًا!")
    person = Participant.objects.get()
    assert (person.language, person.state) == ("ar", "finished")
    said = Response.objects.filter(trial__practice=False, question="acceptability")
    assert {(row.answer, row.value) for row in said} == {("Unwilling", 2)}
    reports = [trial.viewing for trial in person.trials.all()]
    assert {report["direction"] for report in reports} == {"rtl"}


def test_pictures_stand_from_the_left_and_scales_run_as_the_language_does(
    study: Study, new_page: Open
):
    page = new_page("desk", locale="ar-EG")
    page.goto(f"/s/{study.link_token}/")
    for box in page.get_by_role("checkbox").all():
        box.check()
    page.get_by_role("button", name="أوافق، لنبدأ").click()
    expect(page.locator("h1")).to_have_text("أولًا، نبذة قصيرة عنك")
    for question in page.locator(".question").all():
        question.locator("label").first.click()
    page.get_by_role("button", name=NEXT).click()
    page.get_by_role("link", name="ابدأ بالتدريب").click()
    ready(page)
    left, right = places(page, "[data-shot] .frame")
    assert left < right
    assert page.locator("figcaption").all_inner_texts() == ["الأصل", "المعدّلة"]
    points = places(page, "[data-question=acceptability] .point")
    assert points == sorted(points, reverse=True)
    first = page.locator("[data-question=acceptability] input[type=radio]").first
    first.check(force=True)
    chosen = page.locator("[data-question=acceptability] input:checked")
    page.keyboard.press("ArrowLeft")  # to the next one, as radio buttons of the browser do
    expect(chosen).to_have_value("2")
    key = "{key: '٤', bubbles: true}"
    press = f"document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {key}))"
    page.evaluate(press)  # the digit of an Arabic keyboard, which Playwright does not have
    expect(chosen).to_have_value("4")


def test_choices_among_pictures_stand_as_the_pictures_do(new_page: Open):
    study = live_study(
        slug="pairs",
        size=64,
        trial={"kind": "visibility"},
        checks=[],
        raters={"items_each": 1},
        practice=0,
        **LANGUAGES,
    )
    page = new_page("desk", locale="ar")
    page.goto(f"/s/{study.link_token}/")
    for box in page.get_by_role("checkbox").all():
        box.check()
    page.get_by_role("button", name="أوافق، لنبدأ").click()
    page.get_by_role("link", name="ابدأ", exact=True).click()
    ready(page)
    assert page.locator("figcaption").all_inner_texts() == ["A", "B"]
    assert page.locator(".point .words").all_inner_texts()[:2] == ["A", "B"]
    for selector in ("[data-shot] .frame", "[data-question] .point"):
        assert places(page, selector)[:2] == sorted(places(page, selector)[:2])


def test_a_line_runs_as_the_language_does(new_page: Open):
    study = live_study(
        slug="line",
        size=64,
        trial={"kind": "slider"},
        checks=[],
        raters={"items_each": 1},
        practice=0,
        **LANGUAGES,
    )
    page = new_page("desk", locale="ar")
    page.goto(f"/s/{study.link_token}/")
    for box in page.get_by_role("checkbox").all():
        box.check()
    page.get_by_role("button", name="أوافق، لنبدأ").click()
    page.get_by_role("link", name="ابدأ", exact=True).click()
    ready(page)
    low, high = places(page, ".slider-ends span")
    assert low > high
    line = page.locator(".slider-line")
    box = line.bounding_box()
    assert box is not None
    line.click(position={"x": 20, "y": box["height"] / 2})  # near the left end: the high one
    assert int(page.locator("input[type=number]").input_value()) > 90
    page.keyboard.press("ArrowRight")  # to the right is downwards here
    assert int(page.locator("input[type=number]").input_value()) < 100
