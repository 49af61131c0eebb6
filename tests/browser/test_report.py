"""The report in a real browser: on a phone in the dark, on a desk, by keyboard, and as one file."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import Page, expect

from evaluation import ratings
from evaluation.models import ReportRequest
from evaluation.reporting import pages
from evaluation.reporting.behind import table
from evaluation.reporting.computing import carry_out
from studies.export import as_csv
from studies.models import Study
from tests.browser.conftest import Open
from tests.evaluation.scenes import answered_study, reported, small_document
from tests.evaluation.tables import ratings_table

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


STILL = "document.querySelectorAll('.is-live').forEach(f => f.classList.remove('is-live'))"
"""Charts as they are where no script runs."""


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
    shown = page.locator(".chart-wide:visible, .chart-narrow:visible, .chart-live:visible")
    expect(shown).to_have_count(page.locator("figure.chart").count())
    page.locator("figure.chart").first.scroll_into_view_if_needed()
    expect(page.locator("figure.chart.is-live").first).to_be_visible(timeout=60_000)
    page.evaluate(STILL)
    expect(page.locator(f".chart-{drawing} svg").first).to_be_visible()
    assert violations(page) == []
    assert sideways(page) == 0
    assert complaints == []


def test_a_report_is_computed_and_its_tables_opened_by_keyboard(
    inside: Open, study: Study, complaints: list[str]
) -> None:
    """Enter asks a worker, and the report opens by itself; Enter opens a table, which scrolls."""
    page = inside("phone")
    page.goto(reverse("evaluation:report", args=[study.slug]))
    page.get_by_role("button", name="Compute the report").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Waiting for a worker")).to_be_visible()
    carry_out(ReportRequest.objects.get().pk)
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


def test_charts_of_the_file_tell_their_numbers_and_its_rows_are_at_hand(
    new_page: Open, tmp_path: Path, complaints: list[str]
) -> None:
    """Pointing shows numbers; a legend entry singles out its series; rows open from the file."""
    rows = as_csv(table(ratings.checked(ratings_table(raters=8, artworks=4))))
    path = tmp_path / "report.html"
    path.write_text(pages.standalone(small_document(), rows), encoding="utf-8")
    page = new_page("desk")
    page.goto(path.as_uri())
    page.locator("figure.chart").first.scroll_into_view_if_needed()
    figure = page.locator("figure.chart.is-live").first
    expect(figure).to_be_visible(timeout=60_000)
    box = figure.locator(".chart-live .mark-symbol.role-mark path").first.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(figure.locator(".chart-tip")).to_contain_text("condition")
    holder = page.locator("details[data-rows]").first
    holder.locator("summary").click()
    expect(holder.get_by_role("link", name="rows as CSV")).to_be_visible()
    expect(holder.locator("tbody tr")).to_have_count(50)
    assert complaints == []


def test_without_scripts_the_file_shows_its_drawings(new_page: Open, tmp_path: Path) -> None:
    """The drawing of each chart stands where no script runs."""
    path = tmp_path / "report.html"
    path.write_text(pages.standalone(small_document()), encoding="utf-8")
    page = new_page("desk", java_script_enabled=False)
    page.goto(path.as_uri())
    expect(page.locator(".chart-wide svg").first).to_be_visible()
