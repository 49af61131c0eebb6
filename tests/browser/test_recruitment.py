"""The page Recruitment in a real browser: what is to be pressed is in sight, also on a phone."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from studies.channels import Exit
from studies.models import PanelStudy
from studies.recruitment import ledger
from studies.recruitment.ledger import Line
from studies.recruitment.money import Money
from studies.recruitment.prolific import Prolific
from studies.recruitment.receipts import exit_code
from studies.recruitment.reconcile import reconcile
from studies.recruitment.stand_in import Fault, StandIn
from tests.browser.conftest import Open
from tests.studies.factories import enrolled, finish, live_study
from tests.studies.recruitment.conftest import api, panel, row, study, submission_of  # noqa: F401
from tests.studies.recruitment.test_once import ADA, begun

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CUT = """() => [...document.querySelectorAll('main button, main .badge, main td, main summary')]
  .filter(one => one.offsetParent && one.getBoundingClientRect().right > innerWidth + 0.5)
  .map(one => one.textContent.trim())"""


@pytest.fixture(autouse=True)
def _no_complaints(complaints: list[str]) -> Iterator[None]:
    yield
    assert not complaints


@pytest.fixture
def full(panel: StandIn, row: PanelStudy, api: Prolific) -> PanelStudy:  # noqa: F811
    """Somebody who came twice, somebody who is at it, nobody, and a bonus that waits."""
    code = exit_code(row.study, Exit.COMPLETED)
    first, person = begun(panel, row, ADA)
    finish(person)
    panel.world.complete(first, code)
    second, _ = panel.launch(row.reference, ADA)
    panel.world.complete(second, code)
    begun(panel, row)
    unknown, _ = panel.launch(row.reference)
    panel.world.complete(unknown, "")
    reconcile(row, api)
    line = Line(submission_of(first), Money(100, "GBP"), "thanks")
    ledger.set_up(ledger.intend(panel_study=row, lines=[line]), api)
    line = Line(submission_of(first), Money(200, "GBP"), "lost")
    panel.world.faults.append(Fault("/pay/", after=True))
    ledger.pay(ledger.set_up(ledger.intend(panel_study=row, lines=[line]), api), api)
    return row


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 700, 1100, 1440])
def test_nothing_of_the_tables_is_cut_off_and_everything_can_be_pressed(
    inside: Open,
    full: PanelStudy,
    violations: Callable[[Page], list[str]],
    width: int,
    theme: str,
) -> None:
    page = inside(theme=theme)
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"/studies/{full.study.slug}/recruitment/")
    page.locator("summary", has_text="Decide").first.click()
    expect(page.get_by_label("I looked at Prolific")).to_be_visible()
    for name in (
        "Approve",
        "Ask to return it",
        "Pay",
        "Drop, unpaid",
        "It was paid",
        "It was not paid",
    ):
        expect(page.get_by_role("button", name=name, exact=True)).to_be_visible()
    tabs = page.get_by_role("navigation", name="Study").get_by_role("link").all()
    assert all(tab.bounding_box()["x"] + tab.bounding_box()["width"] <= width for tab in tabs)
    assert page.evaluate(CUT) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    expect(page.get_by_text("one of 2 of this person")).to_have_count(2)
    assert violations(page) == []
    shoot(page, f"recruitment-{width}-{theme}")


def test_the_receipt_leads_to_erasing_by_keyboard(new_page: Open) -> None:
    person = enrolled(live_study())
    page = new_page()
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto(f"/p/{person.token}/withdraw/?choice=keep")
    page.get_by_role("button", name="Stop taking part").press("Enter")
    button = page.get_by_role("button", name="Erase everything")
    expect(button).to_be_visible()
    shoot(page, "receipt-360")
    button.press("Enter")
    expect(page.get_by_role("heading", name="Erase everything?")).to_be_visible()
    page.get_by_role("button", name="Erase everything").press("Enter")
    expect(page.get_by_text("was erased")).to_be_visible()


def shoot(page: Page, name: str) -> None:
    """A picture for eyes, where a folder for them is named."""
    folder = os.environ.get("SCREENS")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
