"""Wrong environment values stop the program with a sentence; right ones mean what they say."""

import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from config.environment import ROOT, Environment, read_environment

WRONG = [
    ("SITE_URL", "study.example.org", "write it as https://study.example.org"),
    ("SITE_URL", "https://study.example.org/deep/path", "without a path"),
    ("SITE_URL", "https://study.example.org:http", "its port is not a number"),
    ("SITE_URL", "http://study.example.org", "must start with https://"),
    ("ALLOWED_HOSTS", "a.example.org,*", "name each host"),
    ("SECRET_KEY", "too short", "50 random characters"),
    ("SECRET_KEY", "x" * 60, "50 random characters"),
    ("IDENTITY_KEYS", "too short", "40 random characters"),
    ("DATABASE_URL", "mysql://localhost/studies", "only postgres:// and sqlite://"),
    ("DATABASE_URL", "postgres://localhost", "with the name of the database"),
    ("BROKER_URL", "memory://", "only redis://"),
    ("STORAGE_URL", "gs://bucket", "only s3:// buckets and folders"),
    ("STORAGE_URL", "s3://key:secret@host", "s3://KEY:SECRET@host[:port]/bucket"),
    ("STORAGE_URL", "relative", "write a folder whole"),
    ("SERVE_PICTURES", "apache", "'worker' or 'nginx'"),
    ("STORAGE_URL", "file://imgs", "write a folder whole"),
    ("STORAGE_URL", "s3://h/b?insecure=true", "after the ? stand insecure=0"),
    ("ALLOWED_HOSTS", "http://x", "write names only"),
    ("EMAIL_URL", "mail.example.org", "write it as smtp://"),
    ("EMAIL_URL", "smtp://mail.example.org?tls=0", "only insecure=1"),
    ("EMAIL_URL", "smtp://ada:secret@mail.example.org?insecure=1", "in the clear"),
    ("EMAIL_FROM", "Study team", "Study team <study@example.org>"),
    ("EMAIL_PER_MINUTE", "0", "greater than or equal to 1"),
    ("PROLIFIC_API", "http://prolific.example.org", "http only on this machine"),
    ("PROLIFIC_TOKEN", "one two", "without spaces or line ends"),
    ("PROLIFIC_WEBHOOK_SECRET", "one two", "without spaces or line ends"),
    ("NETWORKS_DIR", "/nowhere/at/all", "there is no folder /nowhere/at/all"),
    ("ARTWORKS_DIR", "/nowhere/at/all", "there is no folder /nowhere/at/all"),
    ("DEVICE", "gpu", "write cpu, cuda, cuda:1 or mps"),
    ("TORCH_THREADS", "-1", "greater than or equal to 0"),
    ("MAX_MEGAPIXELS", "0", "greater than or equal to 1"),
    ("PLAIN_HTTP", "perhaps", "valid boolean"),
    ("VAR_DIR", "/dev/null/var", "the folder cannot be made"),
    ("BATCH_SIZE", "0", "greater than or equal to 1"),
    ("BATCH_SIZE", "many", "valid integer"),
    ("CHECKPOINT_EVERY", "0", "greater than or equal to 1"),
    ("SHEET_EVERY", "-1", "greater than or equal to 0"),
    ("LEASE_SECONDS", "1", "greater than or equal to 2"),
    ("LOG_LEVEL", "LOUD", "'DEBUG', 'INFO', 'WARNING' or 'ERROR'"),
    ("LOG_FORMAT", "xml", "'console' or 'json'"),
    ("HSTS_SECONDS", "-1", "greater than or equal to 0"),
    ("DEBUG", "perhaps", "valid boolean"),
    ("TRUST_PROXY", "perhaps", "valid boolean"),
]


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in Environment.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("VAR_DIR", str(tmp_path / "var"))


@pytest.mark.parametrize(("name", "value", "sentence"), WRONG)
def test_a_wrong_value_exits_with_a_sentence(
    name: str,
    value: str,
    sentence: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit) as exit_:
        read_environment()
    said = capsys.readouterr().err
    assert exit_.value.code == 2
    assert said.startswith("Wrong setting")
    assert name in said
    assert sentence in said


def test_every_variable_is_among_the_wrong_values_above() -> None:
    """A new variable needs a line there: what it refuses, and how it says so."""
    assert {name for name, _, _ in WRONG} == {name.upper() for name in Environment.model_fields}


def test_a_wrong_value_is_not_printed_because_it_may_hold_a_password(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", "mysql://root:hunter2@localhost/studies")
    with pytest.raises(SystemExit):
        read_environment()
    assert "hunter2" not in capsys.readouterr().err


def test_every_wrong_value_gets_its_own_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DEVICE", "gpu")
    monkeypatch.setenv("BATCH_SIZE", "0")
    with pytest.raises(SystemExit):
        read_environment()
    assert len(capsys.readouterr().err.splitlines()) == 2


@pytest.mark.parametrize("loose", ["PLAIN_HTTP", "DEBUG"])
def test_what_is_loose_stays_on_private_addresses(
    loose: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(loose, "1")
    monkeypatch.setenv("SITE_URL", "http://study.example.org")
    with pytest.raises(SystemExit):
        read_environment()
    assert "loopback or private address" in capsys.readouterr().err


@pytest.mark.parametrize(
    "address", ["http://localhost:8000", "http://127.0.0.1", "http://[::1]:80", "http://10.1.2.3"]
)
def test_plain_http_serves_private_addresses(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLAIN_HTTP", "1")
    monkeypatch.setenv("SITE_URL", address)
    assert not read_environment().secure


def test_plain_http_with_links_to_https_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PLAIN_HTTP", "1")
    monkeypatch.setenv("SITE_URL", "https://localhost")
    with pytest.raises(SystemExit):
        read_environment()
    assert "starts with http://" in capsys.readouterr().err


def test_an_empty_variable_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NETWORKS_DIR", "BATCH_SIZE", "DATABASE_URL", "LOG_LEVEL"):
        monkeypatch.setenv(name, "")
    environment = read_environment()
    assert environment.networks_dir is None
    assert environment.batch_size == 8


def test_hosts_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALLOWED_HOSTS", "a.example.org, b.example.org,")
    assert read_environment().allowed_hosts == ["a.example.org", "b.example.org"]


def test_the_signing_key_is_made_once_and_kept_private(tmp_path: Path) -> None:
    key = read_environment().signing_key()
    path = tmp_path / "var" / "secret_key"
    assert len(key) >= 50
    assert read_environment().signing_key() == key == path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["secret_key"]


def test_processes_that_start_together_agree_on_the_signing_key() -> None:
    environment = read_environment()
    keys: list[str] = []
    threads = [
        threading.Thread(target=lambda: keys.append(environment.signing_key())) for _ in range(16)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keys) == 16
    assert len({*keys}) == 1
    assert keys[0]


def test_manage_py_stops_at_once_with_the_sentence(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env={**os.environ, "VAR_DIR": str(tmp_path), "DEVICE": "toaster"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr == "Wrong setting DEVICE: write cpu, cuda, cuda:1 or mps.\n"
