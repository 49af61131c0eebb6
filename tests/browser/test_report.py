"""The report in a real browser: on a phone in the dark, on a desk, by keyboard, and as one file."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import Page, expect

from evaluation import pages
from studies.models import Study
from tests.browser.conftest import Open
from tests.evaluation.scenes import answered_study, reported, small_document

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def study(alice: User) -> Study:
    return answered_study(owner=alice)


def sideways(page: Page) -> int:
    width = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    return int(page.evaluate(width))


@pytest.mark.parametrize(
    ("size", "theme", "drawing"), [("phone", "dark", "narrow"), ("desk", "light", "wide")]
)
def test_the_report_is_sound(
    size: str,
    theme: str,
    drawing: str,
    inside: Open,
    study: Study,
    complaints: list[str],
    violations: Callable[[Page], list[str]],
) -> None:
    """One drawing of two is shown, nothing scrolls sideways, axe and the policy are content."""
    reported(study)
    page = inside(size, theme)
    page.goto(reverse("evaluation:report", args=[study.slug]))
    expect(page.locator(f".chart-{drawing} svg").first).to_be_visible()
    expect(page.locator(".chart-wide:visible, .chart-narrow:visible")).to_have_count(
        page.locator("figure.chart").count()
    )
    assert violations(page) == []
    assert sideways(page) == 0
    assert complaints == []


def test_a_report_is_computed_and_its_tables_opened_by_keyboard(
    inside: Open, study: Study, complaints: list[str]
) -> None:
    """Enter computes; Enter opens a table; the table takes the focus and scrolls."""
    page = inside("phone")
    page.goto(reverse("evaluation:report", args=[study.slug]))
    page.get_by_role("button", name="Compute the report").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="What was found")).to_be_visible(timeout=60_000)
    table = page.locator("details", has=page.get_by_text("How the answers fall")).first
    table.locator("summary").focus()
    page.keyboard.press("Enter")
    region = table.get_by_role("region")
    expect(region).to_be_visible()
    page.keyboard.press("Tab")
    expect(region).to_be_focused()
    assert complaints == []


def test_the_file_opens_from_a_disk_and_follows_the_theme(
    new_page: Open, tmp_path: Path, complaints: list[str], violations: Callable[[Page], list[str]]
) -> None:
    """No network, no server: the same report, and its ink turns light in the dark."""
    path = tmp_path / "report.html"
    path.write_text(pages.standalone(small_document()), encoding="utf-8")
    inks = set()
    for theme in ("light", "dark"):
        page = new_page("desk", theme)
        page.goto(path.as_uri())
        label = page.locator(".chart-wide svg text").first
        inks.add(label.evaluate("label => getComputedStyle(label).fill"))
        assert violations(page) == []
    assert len(inks) == 2
    assert complaints == []
