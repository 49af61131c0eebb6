"""Answers a second, and how long each takes, beside oTree: one study, one driver, one run.

The study: 20 pages, each two pictures of 512 px and a question of five points (here two: the kind
`acceptability` asks both). An answer is the page's form and the page after it, as browsers fetch
them: ours comes with the receipt of the answer, oTree's by a redirect. gunicorn with 4 workers
here, oTree's own production server there (one process: it has no other), both on PostgreSQL, one
after the other.

    .venv/bin/python benchmarks/load.py                 # 100 people, 3 s to think; then saturation
    .venv/bin/python benchmarks/load.py --without-otree --people 200

oTree is installed from PyPI into a virtual environment of its own on the first run (--otree says
where it is otherwise). Without DATABASE_URL a throw-away PostgreSQL is started by .ci/services.
The driver takes processor time too, on the same cores: both sides pay it alike.
"""

import argparse
import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode, urlsplit
from urllib.request import Request, urlopen

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
PORT, PEERS_PORT = 8766, 8767
PAGES = 20
IDLE = 1.0
"""Seconds after which a connection is opened anew: servers close idle ones."""
GOAL = {"p95_ms": 150, "answers_a_second": 150, "times_otree": 3}


@dataclass
class Tally:
    """What the driver saw of one server."""

    seconds: float = 0.0
    took: list[float] = field(default_factory=list)
    finished: int = 0

    def line(self, name: str) -> str:
        p50, p95, p99 = np.quantile(np.array(self.took) * 1000, [0.5, 0.95, 0.99])
        return (
            f"{name:34s} {len(self.took) / self.seconds:7.1f} answers/s   p50 {p50:6.0f} ms"
            f"   p95 {p95:6.0f} ms   p99 {p99:6.0f} ms   {self.finished} finished"
        )

    @property
    def rate(self) -> float:
        return len(self.took) / self.seconds


class Browser:
    """One keep-alive connection with cookies; as little work as a driver can do."""

    def __init__(self, port: int) -> None:
        self.port, self.cookies = port, dict[str, str]()
        self.reader: asyncio.StreamReader | None = None
        self.used = 0.0
        self.writer: asyncio.StreamWriter | None = None

    async def get(self, path: str) -> str:
        for _ in range(8):
            status, headers, body = await self._send("GET", path, b"", {})
            if status not in {301, 302, 303}:
                assert status == 200, (status, path, body[:400])
                return body.decode()
            path = _path(headers["location"])
        raise AssertionError(f"{path} leads nowhere")

    async def post(self, path: str, form: dict[str, str], **more: str) -> tuple[str, str]:
        """Where the answer leads, and the body."""
        data = urlencode(form).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded", **more}
        status, found, body = await self._send("POST", path, data, headers)
        assert status in {200, 302, 303}, (status, path, body[:400])
        return _path(found.get("location", "")), body.decode()

    async def _send(
        self, method: str, path: str, data: bytes, more: dict[str, str]
    ) -> tuple[int, dict[str, str], bytes]:
        stale = time.perf_counter() - self.used > IDLE
        if self.writer is None or self.writer.is_closing() or stale:
            if self.writer:
                self.writer.close()
            self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        assert self.reader is not None
        jar = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}"]
        lines += [f"{name}: {value}" for name, value in more.items()]
        lines += [f"Cookie: {jar}"] if jar else []
        lines += [f"Content-Length: {len(data)}"] if method == "POST" else []
        self.writer.write(("\r\n".join(lines) + "\r\n\r\n").encode() + data)
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {}
        for line in head[1:]:
            name, _, value = line.partition(": ")
            headers[name.lower()] = value
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.partition(";")[0]
        if headers.get("transfer-encoding") == "chunked":
            body = b""
            while size := int(await self.reader.readline(), 16):
                body += (await self.reader.readexactly(size + 2))[:-2]
            await self.reader.readline()
        else:
            body = await self.reader.readexactly(int(headers.get("content-length", 0)))
        self.used = time.perf_counter()
        if headers.get("connection", "").lower() == "close":
            self.writer.close()
        return int(head[0].split()[1]), headers, body


def _path(address: str) -> str:
    parts = urlsplit(address)
    return parts.path + (f"?{parts.query}" if parts.query else "")


Walk = Callable[[Browser, str, float, Tally], Awaitable[None]]


async def _ours(browser: Browser, start: str, think: float, tally: Tally) -> None:
    """From the personal link to the last page."""
    body = await browser.get(start)
    begin = re.search(r'href="(/p/[^"]+/t/[^"]+)"', body)
    assert begin, body[:1500]
    path = begin[1]
    body = await browser.get(path)
    for turn in range(PAGES):
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', body)
        assert token, body[:1500]
        await asyncio.sleep(think)
        names = set(re.findall(r'type="radio" name="(\w+)"', body))
        form = {name: str(1 + turn % 5) for name in names}
        form |= {"csrfmiddlewaretoken": token[1], "rt_ms": "1500"}
        began = time.perf_counter()
        origin = f"http://127.0.0.1:{PORT}"
        _, said = await browser.post(path, form, Accept="application/json", Origin=origin)
        told = json.loads(said)
        path, body = told["next"], told["page"] or await browser.get(told["next"])
        tally.took.append(time.perf_counter() - began)
    assert path.endswith("/done/"), path
    tally.finished += 1


async def _peers(browser: Browser, start: str, think: float, tally: Tally) -> None:
    path = ""
    for _ in range(8):  # the address of a page is where the redirects end
        status, headers, body = await browser._send("GET", path or start, b"", {})
        if status == 200:
            break
        path = _path(headers["location"])
    for turn in range(PAGES):
        await asyncio.sleep(think)
        began = time.perf_counter()
        path, _ = await browser.post(path, {"rating": str(1 + turn % 5)})
        status, _, body = await browser._send("GET", path, b"", {})
        assert status == 200, (status, path, body[:300])
        tally.took.append(time.perf_counter() - began)
    tally.finished += 1


async def _drive(walk: Walk, port: int, starts: list[str], think: float, spread: float) -> Tally:
    """Everybody walks at once; they come over `spread` seconds."""
    tally, rng = Tally(), np.random.default_rng(1)

    async def person(number: int, start: str) -> None:
        await asyncio.sleep(spread * number / len(starts))
        own = think * float(rng.uniform(0.5, 1.5)) if think else 0.0
        await walk(Browser(port), start, own, tally)

    began = time.perf_counter()
    await asyncio.gather(*(person(number, start) for number, start in enumerate(starts)))
    tally.seconds = time.perf_counter() - began
    return tally


def _study(people: int) -> list[str]:
    """A live study of ours, and personal links."""
    import django

    django.setup()
    from django.core.management import call_command

    from tests.studies.factories import enrolled, live_study

    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    study = live_study(
        artworks=10,
        conditions=4,
        practice=0,
        size=512,
        trial={"kind": "acceptability"},
        raters={"participants": people, "items_each": PAGES, "per_item": people},
    )
    return [f"/p/{enrolled(study).token}/" for _ in range(people)]


@contextmanager
def _gunicorn(workers: int) -> Iterator[None]:
    command = [sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{PORT}"]
    command += ["--workers", str(workers), "--log-level", "error"]
    with _running(command, ROOT, dict(os.environ), PORT, "/healthz"):
        yield


@contextmanager
def _running(
    command: list[str], folder: Path, environment: dict[str, str], port: int, path: str
) -> Iterator[None]:
    quiet = subprocess.DEVNULL
    server = subprocess.Popen(  # a group of its own: servers have children
        command, cwd=folder, env=environment, stdout=quiet, process_group=0
    )
    try:
        for _ in range(150):
            time.sleep(0.2)
            try:
                urlopen(f"http://127.0.0.1:{port}{path}", timeout=5).close()
                break
            except OSError:
                continue
        else:
            raise SystemExit(f"{command[0]} did not start.")
        yield
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait()


PEER_SETTINGS = """
SESSION_CONFIGS = [dict(name='load', num_demo_participants=1, app_sequence=['load'])]
SESSION_CONFIG_DEFAULTS = dict(real_world_currency_per_point=1, participation_fee=0, doc='')
PARTICIPANT_FIELDS, SESSION_FIELDS, ROOMS = [], [], []
LANGUAGE_CODE, REAL_WORLD_CURRENCY_CODE, USE_POINTS = 'en', 'USD', True
ADMIN_USERNAME, ADMIN_PASSWORD, SECRET_KEY = 'admin', 'load', 'load'
INSTALLED_APPS = ['otree']
"""
PEER_APP = """
from otree.api import *

class C(BaseConstants):
    NAME_IN_URL, PLAYERS_PER_GROUP, NUM_ROUNDS = 'load', None, %d

class Subsession(BaseSubsession):
    pass

class Group(BaseGroup):
    pass

class Player(BasePlayer):
    rating = models.IntegerField(
        choices=[1, 2, 3, 4, 5], widget=widgets.RadioSelect, label='How visible is the change?'
    )

class Rate(Page):
    form_model, form_fields = 'player', ['rating']

page_sequence = [Rate]
"""
PEER_PAGE = """{{ block title }}Picture {{ player.round_number }}{{ endblock }}
{{ block content }}
<img src="/static/a.png" width="512" height="512"><img src="/static/b.png" width="512" height="512">
{{ formfields }}
{{ next_button }}
{{ endblock }}
"""


@contextmanager
def _otree(binary: Path, folder: Path) -> Iterator[None]:
    for part in ("load", "_static/global", "_templates/global"):
        (folder / part).mkdir(parents=True)
    (folder / "settings.py").write_text(PEER_SETTINGS)
    (folder / "load" / "__init__.py").write_text(PEER_APP % PAGES)
    (folder / "load" / "Rate.html").write_text(PEER_PAGE)
    bin_ = str(binary.parent)
    environment = {
        **{k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"},
        "PATH": f"{bin_}:{os.environ['PATH']}",
        "DATABASE_URL": _peers_database(),
        "OTREE_PRODUCTION": "1",
        "OTREE_AUTH_LEVEL": "STUDY",
        "OTREE_REST_KEY": "load",
    }
    subprocess.run(
        [binary, "resetdb", "--noinput"],
        cwd=folder,
        env=environment,
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    command = [str(binary), "prodserver", str(PEERS_PORT)]
    with _running(command, folder, environment, PEERS_PORT, "/login"):
        yield


def _peers_database() -> str:
    """A database of its own on the same server."""
    import psycopg

    here = os.environ["DATABASE_URL"]
    with psycopg.connect(here, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS otree_load")
        connection.execute("CREATE DATABASE otree_load")
    return here.rsplit("/", 1)[0] + "/otree_load"


def _session(people: int) -> list[str]:
    def ask(path: str, data: dict[str, object] | None) -> dict[str, object]:
        body = None if data is None else json.dumps(data).encode()
        headers = {"otree-rest-key": "load", "Content-Type": "application/json"}
        request = Request(f"http://127.0.0.1:{PEERS_PORT}{path}", body, headers)
        with urlopen(request, timeout=300) as answer:
            found: dict[str, object] = json.load(answer)
            return found

    config = {"session_config_name": "load", "num_participants": people}
    code = ask("/api/sessions", config)["code"]
    people_there = ask(f"/api/sessions/{code}", None)["participants"]
    assert isinstance(people_there, list)
    return [f"/InitializeParticipant/{person['code']}" for person in people_there]


def _installed(given: Path | None) -> Path:
    if given:
        return given
    place = Path(tempfile.gettempdir()) / "connoisseur-benchmark-otree"
    binary = place / "bin" / "otree"
    if not binary.exists():
        subprocess.run([sys.executable, "-m", "venv", place], check=True)
        install = [place / "bin" / "pip", "install", "-q", "otree", "psycopg2-binary"]
        subprocess.run(install, check=True)
    return binary


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--people", type=int, default=100, help="at once, with time to think")
    parser.add_argument("--think", type=float, default=3.0, help="seconds to think, on average")
    parser.add_argument("--crowd", type=int, default=40, help="at once, without: saturation")
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--otree", type=Path, help="its binary")
    parser.add_argument("--without-otree", action="store_true")
    return parser.parse_args()


def main() -> None:
    options = _options()
    if not os.environ.get("DATABASE_URL", "").startswith("postgres"):
        os.execv(ROOT / ".ci" / "services", ["services", sys.executable, *sys.argv])
    found: dict[str, Tally] = {}

    def both(name: str, walk: Walk, port: int, starts: list[str]) -> None:
        thinking, crowd = starts[: options.people], starts[options.people :]
        for title, think, who in (
            (f"{len(thinking)} people, {options.think:g} s", options.think, thinking),
            ("saturation", 0.0, crowd),
        ):
            spread = think or 0.5
            found[f"{name}, {title}"] = asyncio.run(_drive(walk, port, who, think, spread))
            print(found[f"{name}, {title}"].line(f"{name}, {title}"), flush=True)

    whole = options.people + options.crowd
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {
            "PLAIN_HTTP": "1",
            "SITE_URL": f"http://127.0.0.1:{PORT}",
            "VAR_DIR": folder,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "LOG_LEVEL": "WARNING",
        }
        sys.path.insert(0, str(ROOT))
        starts = _study(whole)
        with _gunicorn(options.workers):
            both("Connoisseur", _ours, PORT, starts)
    if not options.without_otree:
        binary = _installed(options.otree)
        with tempfile.TemporaryDirectory() as folder, _otree(binary, Path(folder)):
            both("oTree", _peers, PEERS_PORT, _session(whole))
        ratio = found["Connoisseur, saturation"].rate / found["oTree, saturation"].rate
        print(f"\nat saturation {ratio:.1f} times as many answers a second as oTree")
    print(f"goals: {GOAL}")


if __name__ == "__main__":
    main()
