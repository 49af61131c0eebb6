"""Health, errors that say what to do, logging in and out, and static files under hashed names."""

import io
import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.urls import path

from config import views
from config.logs import logging_config

PASSWORD = "a long walk through the Prado"


def break_down(_request: HttpRequest) -> HttpResponse:
    raise RuntimeError("a fault of ours")


urlpatterns = [
    path("breaks", break_down),
    path("studies/", break_down, name="list"),
]
handler500 = views.server_error


@pytest.fixture(autouse=True)
def _quick_passwords() -> Iterator[None]:
    """A million rounds of hashing are right for people and slow for eight guesses a test."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture
def alice(django_user_model: type[User]) -> User:
    return django_user_model.objects.create_user("alice", password=PASSWORD)


# Health


@pytest.mark.django_db
def test_health_is_200_while_the_database_answers(client: Client) -> None:
    response = client.get("/healthz")
    assert response.status_code == 200
    assert response.json() == {"status": "ok"}
    assert "no-store" in response["Cache-Control"]


def test_health_is_503_without_the_database(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> None:
        raise OperationalError("password=hunter2 refused")

    monkeypatch.setattr(connection, "cursor", refuse)
    response = client.get("/healthz")
    assert response.status_code == 503
    assert b"hunter2" not in response.content


# Errors


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["a rater", "a researcher"])
def test_a_page_that_does_not_exist_says_what_to_do(who: str, client: Client, alice: User) -> None:
    if who == "a researcher":
        client.force_login(alice)
    response = client.get("/p/no-such-token/")
    page = response.content.decode()
    assert response.status_code == 404
    assert "Open the whole link once more" in page
    assert "site-nav" not in page
    assert "alice" not in page


def test_a_fault_of_ours_says_so_without_details() -> None:
    with override_settings(ROOT_URLCONF=__name__):
        response = Client(raise_request_exception=False).get("/breaks")
    page = response.content.decode()
    assert response.status_code == 500
    assert "stays saved" in page
    assert "a fault of ours" not in page


def test_the_error_page_needs_no_database() -> None:
    """pytest-django forbids the database here: a query would fail this test."""
    request = RequestFactory().get("/")
    assert views.server_error(request).status_code == 500


def test_a_forged_host_is_refused_in_words(client: Client) -> None:
    response = client.get("/login/", headers={"host": "evil.example.org"})
    assert response.status_code == 400
    assert "could not be read" in response.content.decode()


def test_forbidden_says_whom_to_ask() -> None:
    response = views.forbidden(RequestFactory().get("/"), PermissionError())
    assert response.status_code == 403
    assert "Ask the person who sent you the address" in response.content.decode()


def test_a_form_without_its_token_is_refused_in_words() -> None:
    response = Client(enforce_csrf_checks=True).post("/login/", {"username": "alice"})
    assert response.status_code == 403
    assert "reload the page" in response.content.decode()


# Log in, log out, password


@pytest.mark.django_db
def test_the_bare_address_leads_to_the_log_in(client: Client) -> None:
    response = client.get("/", follow=True)
    assert response.redirect_chain == [("/studies/", 302), ("/login/?next=/studies/", 302)]
    assert 'autocomplete="current-password"' in response.content.decode()


@pytest.mark.django_db
def test_logging_in_leads_where_one_was_going(client: Client, alice: User) -> None:
    response = client.post(
        "/login/?next=/studies/", {"username": "alice", "password": PASSWORD}, follow=True
    )
    assert response.redirect_chain == [("/studies/", 302)]


@pytest.mark.django_db
def test_logging_in_never_leads_to_another_site(client: Client, alice: User) -> None:
    response = client.post(
        "/login/?next=//evil.example.org/", {"username": "alice", "password": PASSWORD}
    )
    assert response["Location"] == "/studies/"


@pytest.mark.django_db
def test_a_wrong_password_says_so_and_keeps_the_name(client: Client, alice: User) -> None:
    page = client.post("/login/", {"username": "alice", "password": "wrong"}).content.decode()
    assert "Please enter a correct username and password" in page
    assert 'value="alice"' in page


@pytest.mark.django_db
def test_guessing_passwords_is_slowed_down(client: Client, alice: User) -> None:
    for _ in range(settings.AXES_FAILURE_LIMIT):
        response = client.post("/login/", {"username": "alice", "password": "guess"})
    assert response.status_code == 429
    assert "Wait a quarter of an hour" in response.content.decode()
    right = client.post("/login/", {"username": "alice", "password": PASSWORD})
    assert right.status_code == 429


@pytest.mark.django_db
def test_somebody_elses_guesses_do_not_lock_the_owner_out(client: Client, alice: User) -> None:
    for _ in range(settings.AXES_FAILURE_LIMIT):
        client.post(
            "/login/", {"username": "alice", "password": "guess"}, REMOTE_ADDR="203.0.113.9"
        )
    response = client.post("/login/", {"username": "alice", "password": PASSWORD})
    assert response.status_code == 302


@pytest.mark.django_db
def test_a_forged_forwarding_header_does_not_escape_the_throttle(
    client: Client, alice: User
) -> None:
    for attempt in range(settings.AXES_FAILURE_LIMIT):
        response = client.post(
            "/login/",
            {"username": "alice", "password": "guess"},
            headers={"x-forwarded-for": f"203.0.113.{attempt}"},
        )
    assert response.status_code == 429


@pytest.mark.django_db
def test_logging_out_needs_a_post(client: Client, alice: User) -> None:
    client.force_login(alice)
    assert client.get("/logout/").status_code == 405
    assert client.post("/logout/")["Location"] == "/login/"
    assert client.get("/studies/").status_code == 302


@pytest.mark.django_db
def test_a_researcher_changes_the_password(client: Client, alice: User) -> None:
    client.force_login(alice)
    new = "an even longer walk, 1892"
    response = client.post(
        "/password/",
        {"old_password": PASSWORD, "new_password1": new, "new_password2": new},
        follow=True,
    )
    assert "Your password is changed." in response.content.decode()
    alice.refresh_from_db()
    assert alice.check_password(new)


@pytest.mark.django_db
def test_a_short_password_is_refused(client: Client, alice: User) -> None:
    client.force_login(alice)
    response = client.post(
        "/password/",
        {"old_password": PASSWORD, "new_password1": "short", "new_password2": "short"},
    )
    assert "at least 12 characters" in response.content.decode()


# Static files


@pytest.fixture
def hashed(tmp_path: Path) -> Iterator[Path]:
    """The storage of a real server, with a folder that is still empty."""
    storages = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "config.static_files.HashedFiles"},
    }
    with override_settings(STORAGES=storages, STATIC_ROOT=tmp_path):
        yield tmp_path


def named_files() -> list[str]:
    """The static files that the log-in page names."""
    page = Client().get("/login/").content.decode()
    return re.findall(r'(?:href|src)="/static/([^"]+)"', page)


def served(name: str) -> HttpResponse:
    """A static file as a new process serves it."""
    return Client().get(f"/static/{name}")


def test_static_files_carry_the_hash_of_their_bytes(hashed: Path) -> None:
    call_command("collectstatic", "--noinput", "-v0")
    names = named_files()
    assert len(names) >= 3
    for name in names:
        assert re.search(r"\.[0-9a-f]{12}\.(css|js|svg)$", name)
        assert served(name).status_code == 200
        assert "immutable" in served(name)["Cache-Control"]


def test_modules_name_one_another_by_their_hash(hashed: Path) -> None:
    call_command("collectstatic", "--noinput", "-v0")
    manifest = json.loads((hashed / "staticfiles.json").read_text())["paths"]
    trial = (hashed / manifest["rater/trial.js"]).read_text()
    names = re.findall(r'from "\./([^"]+)"', trial)
    assert names
    for name in names:
        assert f"rater/{name}" in manifest.values()


def test_pages_stand_where_nothing_was_collected(hashed: Path) -> None:
    names = named_files()
    assert "connoisseur.css" in names
    assert served("connoisseur.css").status_code == 200


# Logs


@pytest.mark.parametrize("style", ["console", "json"])
def test_logs_never_hold_the_token_that_speaks_for_a_rater(style: str) -> None:
    token = "kJ3vX0a9mQ2rT5uW8yZ1bc"
    stream = io.StringIO()
    config = logging_config("INFO", style)["formatters"]["structured"]
    formatter = config.pop("()")(**config)
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    logger = logging.getLogger("connoisseur.test")
    logger.addHandler(handler)
    try:
        raise RuntimeError(f"no trial at /p/{token}/trials/")
    except RuntimeError:
        logger.exception("Internal Server Error: %s", f"/p/{token}/trials/")
    finally:
        logger.removeHandler(handler)
    assert token not in stream.getvalue()
    assert stream.getvalue().count("/p/…/trials/") == 2
    if style == "json":
        assert "RuntimeError" in json.loads(stream.getvalue())["exception"]
