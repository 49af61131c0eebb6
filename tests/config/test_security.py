"""What browsers are told on every response, on a public server and on a laptop."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import get_resolver

from config.environment import ROOT
from tests.studies.researcher.pages import about_a_study
from tests.studies.researcher_scene import Scene

PUBLIC = {"SITE_URL": "https://study.example.org", "PLAIN_HTTP": "0", "DEBUG": "0"}
ASK = """
import json, django
django.setup()
from django.conf import settings
from django.core.management import call_command
from django.http import HttpResponse
from django.test import Client
settings.STORAGES["staticfiles"]["BACKEND"] = (
    "django.contrib.staticfiles.storage.StaticFilesStorage")
call_command("migrate", verbosity=0)
from django.contrib.auth.models import User
client = Client(SERVER_NAME=settings.ALLOWED_HOSTS[0])
secure = {secure}
page = client.get("/login/", secure=secure)
User.objects.create_user("alice", password="a long walk")
entry = client.post("/login/", {{"username": "alice", "password": "a long walk"}}, secure=secure)
inside = client.get("/studies/", secure=secure)
plain = client.get("/login/", secure=False)
cookies = {{name: {{key: value for key, value in cookie.items()}}
           for name, cookie in {{**page.cookies, **entry.cookies}}.items()}}
print(json.dumps({{
    "headers": dict(page.headers), "inside": inside.status_code, "cookies": cookies,
    "plain": [plain.status_code, plain.headers.get("Location")],
    "health": client.get("/healthz", secure=False).status_code,
}}))
"""


def serve(tmp_path: Path, environment: dict[str, str], secure: bool) -> dict[str, Any]:
    """Start the project's settings afresh under `environment` and ask for a few pages."""
    done = subprocess.run(
        [sys.executable, "-c", ASK.format(secure=secure)],
        cwd=ROOT,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "VAR_DIR": str(tmp_path),
            **environment,
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return serve(tmp_path_factory.mktemp("public"), PUBLIC, secure=True)


def test_a_public_server_sends_hsts(public: dict[str, Any]) -> None:
    assert public["headers"]["Strict-Transport-Security"] == (
        "max-age=31536000; includeSubDomains; preload"
    )


def test_a_public_server_sets_cookies_for_tls_only(public: dict[str, Any]) -> None:
    assert set(public["cookies"]) == {"sessionid", "csrftoken"}
    for cookie in public["cookies"].values():
        assert cookie["secure"] is True
        assert cookie["httponly"] is True
        assert cookie["samesite"] == "Lax"


def test_a_public_server_leads_to_tls_but_answers_health_checks(public: dict[str, Any]) -> None:
    assert public["plain"] == [301, "https://study.example.org/login/"]
    assert public["health"] == 200


def test_a_laptop_can_log_in_without_tls(tmp_path: Path) -> None:
    laptop = {"PLAIN_HTTP": "1", "SITE_URL": "http://localhost:8000"}
    answer = serve(tmp_path, laptop, secure=False)
    assert answer["inside"] == 200
    assert "Strict-Transport-Security" not in answer["headers"]
    assert not any(cookie["secure"] for cookie in answer["cookies"].values())


def test_behind_a_trusted_proxy_its_word_on_tls_counts(tmp_path: Path) -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "from config import settings as s;"
            "print(s.SECURE_PROXY_SSL_HEADER, s.AXES_IPWARE_META_PRECEDENCE_ORDER)",
        ],
        cwd=ROOT,
        env={**os.environ, **PUBLIC, "VAR_DIR": str(tmp_path), "TRUST_PROXY": "1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.strip() == (
        "('HTTP_X_FORWARDED_PROTO', 'https') ['HTTP_X_FORWARDED_FOR', 'REMOTE_ADDR']"
    )


def test_djangos_own_deployment_check_finds_nothing(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env={**os.environ, **PUBLIC, "VAR_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr


# Every page


def directives(policy: str) -> dict[str, set[str]]:
    """`a b; c d` → {a: {b}, c: {d}}"""
    parts = (part.split() for part in policy.split(";") if part.strip())
    return {name: set(values) for name, *values in parts}


def assert_strict(response: HttpResponse) -> None:
    """The policy lets nothing run that this server did not send in a file, or mark by nonce."""
    policy = directives(response["Content-Security-Policy"])
    assert policy["default-src"] == {"'none'"}
    assert policy["frame-ancestors"] == {"'none'"}
    assert policy["base-uri"] == {"'none'"}
    assert policy["form-action"] == {"'self'"}
    for sources in policy.values():
        assert not sources & {"'unsafe-inline'", "'unsafe-eval'", "*", "https:", "http:"}


ANYBODYS = ["/", "/login/", "/healthz", "/no/such/page"]


@pytest.mark.django_db
@pytest.mark.parametrize("address", ANYBODYS)
def test_every_page_is_under_a_strict_policy(address: str, client: Client) -> None:
    response = client.get(address)
    assert_strict(response)
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in response["Permissions-Policy"]
    assert "microphone=()" in response["Permissions-Policy"]
    assert "geolocation=()" in response["Permissions-Policy"]


@pytest.mark.django_db
def test_pages_about_a_study_are_under_the_same_policy(client: Client) -> None:
    alice = User.objects.create(username="alice")
    scene = Scene(alice).generate().launch().take_part(1)
    client.force_login(alice)
    raters = f"/s/{scene.study.link_token}/"
    for address in (*about_a_study().values(), raters, "/images/", "/images/jobs/", "/password/"):
        response = client.get(address)
        assert_strict(response)
        assert b' style="' not in response.content


@pytest.mark.django_db
def test_a_nonce_is_new_each_time_and_only_where_a_page_uses_it(client: Client) -> None:
    assert "nonce" not in client.get("/login/")["Content-Security-Policy"]
    client.force_login(User.objects.create(username="alice"))
    first, second = (client.get("/studies/")["Content-Security-Policy"] for _ in range(2))
    assert "'nonce-" in first
    assert first != second


def test_no_template_holds_inline_style_or_script() -> None:
    for path in (ROOT / "templates").rglob("*.html"):
        text = path.read_text()
        assert " style=" not in text, path
        assert " onclick=" not in text, path
        assert "javascript:" not in text, path
        assert "hx-on" not in text, path


def test_no_page_names_another_host() -> None:
    files = [
        *(ROOT / "templates").rglob("*.html"),
        *(ROOT / "static").rglob("*.js"),
        *(ROOT / "static").rglob("*.css"),
    ]
    for path in files:
        for word in ("src=", "href=", "url(", "@import", "import ", "fetch("):
            for line in path.read_text().splitlines():
                assert not (word in line and "://" in line), (path, line)


def test_the_admin_and_debug_pages_do_not_exist() -> None:
    assert not [str(pattern) for pattern in get_resolver().url_patterns if "admin" in str(pattern)]


@pytest.mark.django_db
def test_a_link_of_the_site_never_follows_a_forged_host(client: Client) -> None:
    with override_settings(ALLOWED_HOSTS=["study.example.org"]):
        assert client.get("/login/", headers={"host": "evil.example.org"}).status_code == 400
