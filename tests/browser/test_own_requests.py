"""A whole participation asks no other server for anything: every request of it is recorded."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from studies.models import Participant
from studies.rights.consent import amend
from tests.browser.conftest import Open
from tests.studies.factories import live_study

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def agree(page: Page, button: str) -> None:
    for box in page.get_by_role("checkbox").all():
        box.check()
    page.get_by_role("button", name=button).click()


def answer(page: Page) -> None:
    expect(page.locator("[data-stage]")).to_have_attribute("data-ready", "true")
    for question in page.locator(".question").all():
        question.locator("input").first.check(force=True)
    address = page.url
    page.get_by_role("button", name="Next").click()
    expect(page).not_to_have_url(address, timeout=30_000)


def test_from_the_first_page_to_the_receipt_only_our_own_server_is_asked(
    new_page: Open, live_server, complaints
):
    checks = [
        {"check": "expertise"},
        {"check": "practice", "settings": {"trials": 1}},
    ]
    study = live_study(size=64, practice=1, raters={"items_each": 2}, checks=checks)
    page = new_page()
    asked: list[str] = []
    page.context.on("request", lambda request: asked.append(request.url))
    page.on("websocket", lambda socket: asked.append(socket.url))
    page.goto(f"/s/{study.link_token}/no/")
    page.goto(f"/s/{study.link_token}/")
    agree(page, "I agree, start")
    for question in page.locator(".question").all():
        question.locator("input").first.check(force=True)
    page.get_by_role("button", name="Next").click()
    page.get_by_role("link", name="Begin with practice").click()
    answer(page)
    page.wait_for_load_state("networkidle")  # else a picture is asked for after the amendment
    person = Participant.objects.get()
    amend(study=study, changes={"contact": "Lee, lee@example.org"}, reason="Kim left.")
    page.goto(f"/p/{person.token}/")
    agree(page, "I agree, go on")
    for _ in range(2):
        expect(page.locator("[data-stage]")).to_be_visible()
        answer(page)
    expect(page.locator("h1")).to_have_text("Thank you!")
    page.goto(f"/p/{person.token}/stored/")
    page.get_by_role("link", name="Withdraw").click()
    page.goto(f"/p/{person.token}/withdraw/?choice=erase")
    page.get_by_role("button", name="Erase").click()
    expect(page.locator("h1")).to_have_text("You have withdrawn")
    ours = urlsplit(str(live_server)).netloc
    assert {urlsplit(each).netloc for each in asked} == {ours}
    paths = [urlsplit(each).path for each in asked]
    assert len(paths) > 20
    assert not complaints  # what the policy stops before it is asked would be named here
    assert any(path.endswith(".png") for path in paths)
