"""A study in a frame of another site, where browsers keep its cookies out: one way, to a window."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from playwright.sync_api import Page, expect

from studies.models import Participant, Study
from tests.browser.conftest import Open
from tests.studies.factories import live_study

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


class Portal(BaseHTTPRequestHandler):
    """Another site, with the study in a frame."""

    inside = ""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(f'<title>Portal</title><iframe src="{self.inside}"></iframe>'.encode())

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def portal() -> Iterator[str]:
    """Its origin; 127.0.0.1 is another site than localhost."""
    server = HTTPServer(("127.0.0.1", 0), Portal)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def framed(page: Page, study: Study, portal: str, live_server: object) -> None:
    Portal.inside = f"{live_server}/s/{study.link_token}/"
    page.goto(portal)


def test_a_frame_opens_the_study_in_a_window_and_sets_no_cookie(
    new_page: Open, portal, live_server
):
    study = live_study(framed_by=[portal])
    page = new_page("phone")
    framed(page, study, portal, live_server)
    way = page.frame_locator("iframe").get_by_role("link", name="Open the study")
    expect(way).to_be_visible()
    assert page.context.cookies() == []
    with page.context.expect_page() as opened:
        way.click()
    window = opened.value
    for box in window.get_by_role("checkbox").all():
        box.check()
    window.get_by_role("button", name="I agree, start").click()
    expect(window.locator("h1")).to_have_text("First, a little about you")
    assert Participant.objects.count() == 1


def test_a_browser_that_does_not_say_where_it_loads_the_page_gets_the_window_too(
    new_page: Open, portal, live_server
):
    study = live_study(framed_by=[portal])
    page = new_page()
    page.route("**/s/**", lambda route: route.fulfill(response=_untold(route)))
    framed(page, study, portal, live_server)
    inside = page.frame_locator("iframe")
    expect(inside.get_by_role("link", name="Open the study")).to_be_visible()
    expect(inside.get_by_role("button", name="I agree, start")).to_have_count(0)


def test_a_site_that_the_file_does_not_name_shows_nothing(
    new_page: Open, portal, live_server, complaints
):
    page = new_page()
    framed(page, live_study(), portal, live_server)
    expect(page.frame_locator("iframe").get_by_role("link", name="Open the study")).to_have_count(0)
    assert any("frame-ancestors" in said for said in complaints)


def _untold(route):
    told = {k: v for k, v in route.request.headers.items() if not k.startswith("sec-fetch")}
    return route.fetch(headers=told)
