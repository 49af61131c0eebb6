"""Web processes and PostgreSQL are killed (SIGKILL) while people answer; then the books are read.

Whoever answers does what the page's script does: sends the same answer again until it is heard.
"""

import http.client
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode, urlsplit

PORT = 8768
PATIENCE = 180.0
"""Seconds for which somebody goes on sending one answer."""
Form = Mapping[str, str]


@dataclass
class Web:
    """gunicorn with its workers, in a process group of its own."""

    workers: int = 4
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{PORT}"]
        command += ["--workers", str(self.workers), "--log-level", "critical"]
        self.process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, process_group=0
        )

    def kill(self) -> None:
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


class Database:
    """The throw-away server that .ci/services started."""

    def __init__(self) -> None:
        self.folder = Path(os.environ["PG_DATA"])
        self.command = shlex.split((self.folder / "postmaster.opts").read_text())

    def kill(self) -> None:
        server = int((self.folder / "postmaster.pid").read_text().split()[0])
        told = subprocess.run(["ps", "-o", "pid=", "--ppid", str(server)], capture_output=True)
        for pid in [server, *map(int, told.stdout.split())]:
            _kill(pid)

    def start(self) -> None:
        as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        command = [*(as_user if os.geteuid() == 0 else []), *self.command]
        for _ in range(100):  # what the old one shared must be gone first
            server = subprocess.Popen(
                command, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            if self.answers(server):
                return
        raise RuntimeError("PostgreSQL does not start again.")

    def answers(self, server: subprocess.Popen[bytes]) -> bool:
        """Whether this process is the server now; waits until it is, or has given up."""
        while server.poll() is None:
            time.sleep(0.05)
            with suppress(FileNotFoundError):  # between the old one's and its own
                told = (self.folder / "postmaster.pid").read_text().split()
                if told[:1] == [str(server.pid)] and told[-1:] == ["ready"]:
                    return True
        return False


@dataclass
class Books:
    """What people were told, and what came of it."""

    told: dict[str, int] = field(default_factory=dict)
    """Token of a trial → the point whose saving was confirmed."""
    repeated: int = 0
    """Sendings that were not heard, or not answered, and were made again."""
    finished: int = 0
    stuck: list[str] = field(default_factory=list)


class Person:
    """Answers page after page, and sends again what was not heard."""

    def __init__(self, token: str, books: Books, stop: threading.Event) -> None:
        self.token, self.books, self.stop, self.cookies = token, books, stop, ""

    def answer_all(self) -> None:
        """From the personal link to the last page, or until everybody stops."""
        page = self.insist("GET", f"/p/{self.token}/")
        begin = re.search(rf'href="(/p/{self.token}/t/[^"]+)"', page)
        path = begin[1] if begin else ""
        while "/t/" in path and not self.stop.is_set():
            page = self.insist("GET", path)
            point = 1 + sum(path.encode()) % 5
            names = set(re.findall(r'type="radio" name="(\w+)"', page))
            hidden = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
            if not names or hidden is None:
                self.books.stuck.append(page[:500])
                return
            form = {name: str(point) for name in names}
            said = self.insist("POST", path, form | {"csrfmiddlewaretoken": hidden[1]})
            self.books.told[path.rstrip("/").rpartition("/")[2]] = point
            path = json.loads(said)["next"]
        self.books.finished += path.endswith("/done/")

    def insist(self, method: str, path: str, form: Form | None = None) -> str:
        """Send until there is an answer."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            try:
                status, location, body = self.send(method, path, form)
            except (OSError, http.client.HTTPException):
                status, location, body = 0, "", ""
            if status == 302:
                path, method, form = location, "GET", None
            elif status == 200:
                return body
            else:
                self.books.repeated += 1
                time.sleep(0.1)
        raise AssertionError(f"{method} {path} was not heard for {PATIENCE:.0f} seconds.")

    def send(self, method: str, path: str, form: Form | None) -> tuple[int, str, str]:
        line = http.client.HTTPConnection("127.0.0.1", PORT, timeout=10)
        headers = {"Cookie": self.cookies} if self.cookies else {}
        body = None
        if form is not None:
            origin = f"http://127.0.0.1:{PORT}"
            headers |= {"Accept": "application/json", "Origin": origin}
            headers |= {"Content-Type": "application/x-www-form-urlencoded"}
            body = urlencode(form)
        try:
            line.request(method, path, body, headers)
            answer = line.getresponse()
            text = answer.read().decode()
        finally:
            line.close()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            self.cookies = cookie.partition(";")[0]
        return answer.status, urlsplit(answer.headers.get("Location", "")).path, text


def killed(tokens: list[str], rounds: int, people: int, pause: float) -> Books:
    """`people` at once answer, from these personal links, through `rounds` kills in turn: of all
    web processes, of PostgreSQL. `pause` seconds lie between a start and the next kill."""
    books, stop, rest = Books(), threading.Event(), list(tokens)

    def work() -> None:
        while rest and not stop.is_set():
            Person(rest.pop(), books, stop).answer_all()

    web, database = Web(), Database()
    web.start()
    crowd = [threading.Thread(target=work, daemon=True) for _ in range(people)]
    for thread in crowd:
        thread.start()
    try:
        for turn in range(rounds):
            heard = len(books.told)
            while len(books.told) < heard + people and any(t.is_alive() for t in crowd):
                time.sleep(0.05)  # somebody is answering again
            time.sleep(pause)
            target = database if turn % 2 else web
            target.kill()
            target.start()
        stop.set()
        for thread in crowd:
            thread.join(PATIENCE)
    finally:
        web.kill()
    return books


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
