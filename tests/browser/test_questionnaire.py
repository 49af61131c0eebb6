"""A questionnaire in a real browser: by mouse, by keys, by touch at 360 px, without scripts."""

import json
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from studies import services
from studies.models import Participant, Response, Study
from tests.browser.conftest import WIDTHS, Open
from tests.studies.factories import enrolled
from tests.studies.test_questionnaires import survey

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TOUCH = {"has_touch": True, "is_mobile": True, "device_scale_factor": 2}


@pytest.fixture(autouse=True)
def _no_complaints(complaints: list[str]) -> Iterator[None]:
    yield  # a reminder by the server is a 422, which Chromium calls an error
    assert not [complaint for complaint in complaints if "422" not in complaint]


@pytest.fixture(autouse=True)
def _narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(WIDTHS, "phone", (360, 740))


@pytest.fixture
def study() -> Study:
    return services.launch(study=survey())


def begin(page: Page, study: Study, scripts: bool = True) -> Participant:
    person = enrolled(study)
    page.goto(f"/p/{person.token}/")
    page.get_by_role("link", name="Begin").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("1 of 3")
    if scripts:
        expect(page.locator("html")).to_have_attribute("data-ready", "true")
    return person


def words(page: Page, text: str) -> object:
    return page.locator(".point", has=page.get_by_text(text, exact=True)).first


def answers() -> dict[str, str]:
    return dict(Response.objects.values_list("question", "answer"))


def test_all_pages_by_mouse_with_ticks_an_other_and_a_matrix(new_page: Open, study: Study):
    page = new_page("desk")
    begin(page, study)
    assert page.locator(".questions input:checked").count() == 0, "nothing is preselected"
    words(page, "Yes").click()
    words(page, "Nothing").click()
    words(page, "Oil").click()
    expect(page.locator("[data-alone]")).not_to_be_checked()
    words(page, "Else").click()
    page.keyboard.type("my 10 fingers")
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("2 of 3")
    page.get_by_role("textbox").fill("Why not?")
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("heading", level=2)).to_have_text("At last")
    for row, point in (("agree_a", 3), ("agree_b", 2)):
        page.locator(f"[data-question={row}] .point").nth(point - 1).click()
    page.get_by_role("slider").click()
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you!")
    assert json.loads(answers().pop("tools")) == ["Oil", "Else: my 10 fingers"]
    assert (answers()["agree_a"], answers()["agree_b"]) == ("Yes", "Partly")
    assert answers()["why"] == "Why not?"


def test_all_pages_by_keys_alone_and_past_a_page_that_does_not_apply(new_page: Open, study: Study):
    page = new_page("desk")
    begin(page, study)
    page.keyboard.press("2")
    for _ in range(3):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.type") == "checkbox":
            break
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=2)).to_have_text("At last")
    page.keyboard.press("1")
    page.keyboard.press("3")
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.type") == "range":
            break
    page.keyboard.press("5")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you!")
    kept = answers()
    assert (kept["paints"], kept["agree_a"], kept["agree_b"], kept["mood"]) == (
        "No",
        "No",
        "Yes",
        "50",
    )
    assert "why" not in kept


def test_all_pages_by_touch_on_a_small_phone_one_row_after_the_other(new_page: Open, study: Study):
    page = new_page("phone", **TOUCH)
    begin(page, study)
    words(page, "No").tap()
    words(page, "Ink").tap()
    page.get_by_role("button", name="Next").tap()
    expect(page.get_by_role("heading", level=2)).to_have_text("At last")
    tops = [
        page.locator("[data-question=agree_a] .point").nth(n).bounding_box()["y"] for n in range(3)
    ]
    assert tops == sorted(set(tops)), "points stand below one another: no grid on a phone"
    page.get_by_role("button", name="Next").tap()
    expect(page.locator("[data-lacking]:visible")).to_have_count(3)
    for row in ("agree_a", "agree_b"):
        page.locator(f"[data-question={row}] .point").first.tap()
    page.get_by_role("slider").tap()
    page.get_by_role("button", name="Next").tap()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you!")
    assert json.loads(answers()["tools"]) == ["Ink"]


def test_back_leads_forward_and_an_answered_page_stays_as_it_is(new_page: Open, study: Study):
    page = new_page("desk")
    begin(page, study)
    words(page, "Yes").click()
    words(page, "Ink").click()
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("2 of 3")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("2 of 3")
    expect(page.get_by_role("status").first).to_contain_text("earlier answers are saved")
    assert answers()["paints"] == "Yes"


def test_ticks_and_words_outlive_a_reload(new_page: Open, study: Study):
    page = new_page("desk")
    begin(page, study)
    words(page, "Ink").click()
    words(page, "Else").click()
    page.keyboard.type("chalk")
    words(page, "Yes").click()
    page.reload()
    expect(page.get_by_label("Else: which?")).to_have_value("chalk")
    assert page.locator(".questions input[type=checkbox]:checked").count() == 2


def test_without_scripts_what_was_ticked_and_written_comes_back_with_the_reminder(
    new_page: Open, study: Study
):
    page = new_page("phone", java_script_enabled=False)
    begin(page, study, scripts=False)
    words(page, "Ink").click()
    words(page, "Oil").click()
    page.get_by_role("button", name="Next").click()
    expect(page.locator("[data-question=paints] [data-lacking]")).to_be_visible()
    assert page.locator(".questions input[type=checkbox]:checked").count() == 2
    words(page, "No").click()
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("heading", level=2)).to_have_text("At last")
    assert json.loads(answers()["tools"]) == ["Oil", "Ink"]


@pytest.mark.parametrize("size", ["phone", "desk"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_on_the_pages_of_a_questionnaire(
    new_page: Open, study: Study, violations: Callable[[Page], list[str]], size: str, theme: str
):
    page = new_page(size, theme)
    begin(page, study)
    words(page, "No").click()
    words(page, "Else").click()
    assert violations(page) == []
    page.get_by_role("button", name="Next").click()
    expect(page.locator("[data-question=tools] [data-lacking]")).to_be_visible()
    page.get_by_label("Else: which?").fill("chalk")
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("heading", level=2)).to_have_text("At last")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
