"""The jobs page in a real browser: it moves by itself, and keyboards are not thrown out of it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from generation import claims
from generation.failures import JobFailure
from generation.models import Job
from tests.browser.conftest import Open
from tests.workers import ask_for, own_queue_and_store, states

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def own_place(tmp_path: Path) -> Iterator[None]:
    """Queue and images are this test's own."""
    with own_queue_and_store(tmp_path):
        yield


@pytest.fixture
def jobs_page(inside: Open) -> Open:
    """Opens the jobs page."""

    def open_page(*args: str) -> Page:
        page = inside(*args)
        page.goto("/images/jobs/")
        return page

    return open_page


def running(number: int, tag: str = "") -> tuple[list[Job], claims.Batch]:
    asked = ask_for(number, tag=tag)
    batch = claims.claim([asked[0].pk], "studio:1 (cpu)")
    assert batch is not None
    return asked, batch


def test_progress_moves_without_a_reload_and_ends_with_what_went_wrong(
    jobs_page: Open, complaints: list[str]
) -> None:
    _, batch = running(2)
    page = jobs_page()
    expect(page.get_by_text("starting")).to_be_visible()
    claims.hold(batch.claim, 0.25, "step 15 of 60, loss 0.61")
    expect(page.get_by_text("step 15 of 60, loss 0.61")).to_be_visible()
    bar = page.get_by_role("progressbar", name="Progress of slow")
    assert bar.evaluate("bar => bar.value") == 0.25
    claims.fail(
        batch.claim, [job.pk for job in batch.jobs], JobFailure("No network: put it there.")
    )
    expect(page.get_by_role("heading", name="Finished, with 2 failed")).to_be_visible()
    expect(page.get_by_text("No network: put it there.")).to_be_visible()
    assert complaints == []


def test_a_keyboard_cancels_though_the_page_is_renewed_under_it(jobs_page: Open) -> None:
    asked, batch = running(3)
    page = jobs_page()
    page.get_by_role("button", name="Cancel these 3 jobs").focus()
    claims.hold(batch.claim, 0.5, "step 30 of 60")
    expect(page.get_by_text("step 30 of 60")).to_be_visible()
    expect(page.get_by_role("button", name="Cancel these 3 jobs")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("3 cancelled. Retry brings them back.")).to_be_visible()
    assert states(asked) == ["cancelled"] * 3


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", ["phone", "desk"])
def test_the_page_has_no_barriers_and_fits(
    size: str, theme: str, jobs_page: Open, violations: Callable[[Page], list[str]]
) -> None:
    _, failing = running(2, tag="a")
    claims.fail(failing.claim, [job.pk for job in failing.jobs], JobFailure("A reason."))
    _, resting = running(1, tag="b")
    passing = JobFailure("The disk is full.", permanent=False)
    claims.fail(resting.claim, [job.pk for job in resting.jobs], passing)
    running(3, tag="c")
    page = jobs_page(size, theme)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
