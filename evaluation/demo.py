"""The demo: a few real paintings through the whole chain, on this machine alone.

Everything it does goes through the same services as the commands and pages. Each step can be run
again: what is there already is kept, so the second run is quick and answers are never lost.
"""

import csv
import logging
import secrets
import signal
import socket
import subprocess
import sys
import textwrap
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.urls import reverse

from config.environment import ROOT
from studies.models import Study

SLUG = "acceptability-demo"
COLLECTION = "demo"
PRESET = ROOT / "studies" / "presets" / "acceptability_demo.yaml"
PAINTERS = {"claude-lorrain": 1, "hokusai": 2, "monet": 3, "shishkin": 2, "van-gogh": 3}
RESEARCHER = "researcher"

Say = Callable[[str], object]


class DemoError(RuntimeError):
    """The demo cannot go on; the message says in one sentence what is missing."""


@dataclass(frozen=True)
class Address:
    """Where the demo is served."""

    host: str
    port: int

    @property
    def url(self) -> str:
        """The address people open."""
        return f"http://{_reachable(self.host)}:{self.port}"


@dataclass(frozen=True)
class Links:
    """Where to look when the demo is built."""

    study: Study
    password: str

    @property
    def rater(self) -> str:
        """The open link that raters get."""
        return settings.SITE_URL + reverse("studies:landing", args=[self.study.link_token])

    @property
    def researcher(self) -> str:
        """The study's page."""
        return settings.SITE_URL + reverse("studies:study", args=[self.study.slug])

    @property
    def report(self) -> str:
        """The report's page."""
        return settings.SITE_URL + reverse("evaluation:report", args=[self.study.slug])


def address(host: str, first_port: int) -> Address:
    """The first free port from `first_port` on; raises DemoError after twenty taken ones."""
    for port in range(first_port, first_port + 20):
        with closing(socket.socket()) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return Address(host, port)
    raise DemoError(f"Ports {first_port} to {first_port + 19} are taken: name another with --port.")


def _reachable(host: str) -> str:
    """What to type for `host`: an address of this machine where it listens on all of them."""
    if host not in {"0.0.0.0", "::"}:  # noqa: S104
        return host
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # reserved for documentation; nothing is sent
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])


def build(raters: int, say: Say) -> Links:
    """Everything up to the live study and its report; returns where to look.

    Raises DemoError where the networks or the paintings are missing.
    """
    paintings, networks = _data()
    logging.getLogger().setLevel(logging.WARNING)  # the progress bars say it better
    say(f"Paintings from {paintings}\nNetworks from {networks}\n")
    call_command("migrate", verbosity=0, interactive=False)
    call_command("collectstatic", verbosity=0, interactive=False)
    _import(paintings, say)
    study = _study(say)
    _simulate(study, raters, say)
    _report(say)
    return Links(study, _researcher())


def _data() -> tuple[Path, Path]:
    return (
        _folder("ARTWORKS_DIR", settings.ARTWORKS_DIR),
        _folder("NETWORKS_DIR", settings.NETWORKS_DIR),
    )


def _folder(variable: str, folder: Path | None) -> Path:
    if folder is None or not (folder / "MANIFEST.csv").is_file():
        raise DemoError(
            f"The demo needs a folder with a MANIFEST.csv, named by {variable}"
            f" ({'not set' if folder is None else f'none in {folder}'}): try"
            " `make DATA=folder demo`, where the folder holds artworks/ and weights/."
        )
    return folder


def _import(paintings: Path, say: Say) -> None:
    """A few paintings of each painter, by a manifest that is a part of the folder's own."""
    say("1 of 5  Importing paintings")
    manifest = settings.VAR_DIR / "demo-manifest.csv"
    rows = _chosen(paintings / "MANIFEST.csv")
    with manifest.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    _manage(
        "collection",
        "import",
        paintings,
        "--slug",
        COLLECTION,
        "--manifest",
        manifest,
        "--title",
        "Paintings of the demo",
    )


def _chosen(manifest: Path) -> list[dict[str, str]]:
    with manifest.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    chosen = [
        row
        for painter, count in PAINTERS.items()
        for row in [row for row in rows if row["path"].startswith(f"{painter}/")][:count]
    ]
    if not chosen:
        raise DemoError(f"{manifest} names none of the demo's painters: {', '.join(PAINTERS)}.")
    return chosen


def _study(say: Say) -> Study:
    """The live study: applied, made by a worker, launched; or as an earlier run left it."""
    found = Study.objects.filter(slug=SLUG).first()
    if found is None or found.state == Study.State.DRAFT:
        say("\n2 of 5  Making the stimuli: cloaks at three budgets each, and a purifier")
        _manage("experiment", "apply", PRESET)
        _manage("experiment", "generate", SLUG)
        _manage("work", "--until-done")
        say("\n3 of 5  Opening the study")
        _manage("experiment", "launch", SLUG)
    return Study.objects.get(slug=SLUG)


def _simulate(study: Study, raters: int, say: Say) -> None:
    """Top the SIMULATED raters up to `raters`; they take no real person's place."""
    there = study.participants.filter(simulated=True).count()
    if study.state == Study.State.LIVE and there < raters:
        say("\n4 of 5  Playing SIMULATED raters through the rater's own pages")
        _manage("experiment", "simulate", SLUG, "--raters", raters - there, "--seed", there + 1)


def _report(say: Say) -> None:
    say("\n5 of 5  Measuring the stimuli and writing the report")
    _manage("experiment", "report", SLUG, "--to", settings.VAR_DIR / "demo-report")


def _manage(*words: object) -> None:
    """Run a command as it would be typed."""
    call_command(*(str(word) for word in words))


def _researcher() -> str:
    """A new one-time password for the demo's researcher, told once and stored nowhere."""
    password = secrets.token_urlsafe(9)
    people = get_user_model().objects
    person, _ = people.get_or_create(username=RESEARCHER, defaults={"is_staff": True})
    person.is_superuser = True
    person.set_password(password)
    person.save()
    return password


def farewell(links: Links, address: Address, *, served: bool) -> str:
    """Where to look, and how to stop."""
    lines = f"""
        The study is {links.study.get_state_display()}: {links.study.title}

          raters      {links.rater}
          researcher  {links.researcher}
                      log in as {RESEARCHER}, password of this run: {links.password}
          report      {links.report}
        """
    end = (
        "  Stop with Ctrl-C. Answers and images stay in var/; `make demo` takes up from there."
        if served
        else f"  Serve it with: make demo PORT={address.port}"
    )
    return f"{textwrap.dedent(lines)}\n{end}\n"


def serve(address: Address) -> None:
    """Serve pages and carry out jobs until Ctrl-C."""
    web = [
        sys.executable,
        "-m",
        "gunicorn",
        "config.wsgi",
        "--bind",
        f"{address.host}:{address.port}",
        "--workers",
        "2",
        "--threads",
        "4",
        "--timeout",
        "120",
        "--log-level",
        "warning",
    ]
    work = [sys.executable, str(ROOT / "manage.py"), "work"]
    children = [subprocess.Popen(command, cwd=ROOT) for command in (web, work)]  # noqa: S603
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        if children[0].wait() != 0:
            raise DemoError(f"The web server stopped; is {address.url} taken?")
    except KeyboardInterrupt:
        pass
    finally:
        for child in children:
            child.terminate()
        for child in children:
            child.wait()
