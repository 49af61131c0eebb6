"""A real Chromium against a live server on a database file of its own."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDTHS = {"phone": (390, 800), "desk": (1440, 900)}

Open = Callable[..., Page]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A file, so that the requests of one page may run side by side, each on its connection."""
    database = settings.DATABASES["default"]
    if "sqlite" in database["ENGINE"]:
        folder = tmp_path_factory.mktemp("database")
        database.setdefault("TEST", {})["NAME"] = str(folder / "browser.sqlite3")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The Chromium that CHROMIUM names, or the one on PATH."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if not path:
        pytest.skip("there is no Chromium: install Debian's, or name one with CHROMIUM")
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright runs an event loop in this thread, where Django refuses its ORM
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def complaints() -> list[str]:
    """What browsers complained about: broken policies, failed scripts, missing files."""
    return []


@pytest.fixture
def new_page(
    chromium: Browser, live_server: object, complaints: list[str], tmp_path: Path
) -> Iterator[Open]:
    """Opens pages in browsers of their own; `size` is phone or desk, `theme` light or dark."""
    contexts: list[BrowserContext] = []

    def open_page(size: str = "desk", theme: str = "light", **options: object) -> Page:
        width, height = WIDTHS[size]
        context = chromium.new_context(
            base_url=str(live_server),
            viewport={"width": width, "height": height},
            color_scheme=theme,  # type: ignore[arg-type]
            # axe must not measure colours half-way through a fade
            **{"reduced_motion": "reduce", **options},  # type: ignore[arg-type]
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: said.type == "error" and complaints.append(said.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield open_page
    for context in contexts:
        context.close()


PASSWORD = "a long walk through the Prado"


@pytest.fixture
def alice() -> User:
    """A researcher."""
    return User.objects.create_user("alice", password=PASSWORD)


@pytest.fixture
def inside(new_page: Open, live_server: object, alice: User) -> Open:
    """Opens pages for Alice, who is logged in."""
    client = Client()
    client.force_login(alice)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value

    def open_page(*args: str, **options: object) -> Page:
        page = new_page(*args, **options)
        cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session, "url": str(live_server)}
        page.context.add_cookies([cookie])  # type: ignore[list-item]
        return page

    return open_page


@pytest.fixture(scope="session")
def violations() -> Callable[[Page], list[str]]:
    """What axe finds wrong on a page: “rule: what, where”."""
    axe = Axe()

    def find(page: Page) -> list[str]:
        found = axe.run(page).response["violations"]
        return [
            f"{rule['id']}: {node['failureSummary']} {node['html'][:200]}"
            for rule in found
            for node in rule["nodes"]
        ]

    return find
