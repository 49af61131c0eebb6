"""Milliseconds per trial page and per saved answer: 50 raters at once, gunicorn, PostgreSQL.

Beside them, in the same run and under the same load, stands the smallest page the same server can
give (/healthz: one query, no template), so the ratio says what the study itself costs.

    .venv/bin/python benchmarks/rater_pages.py [--raters 50] [--think 1.0] [--workers 2]

Without DATABASE_URL a throw-away PostgreSQL is started through .ci/services.
"""

import argparse
import http.client
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from pathlib import Path
from urllib.parse import urlencode

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
PORT = 8765
TRIALS = 12

Times = dict[str, list[float]]


def main() -> None:
    options = _options()
    if not os.environ.get("DATABASE_URL", "").startswith("postgres"):
        os.execv(ROOT / ".ci" / "services", ["services", sys.executable, *sys.argv])
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {
            "PLAIN_HTTP": "1",
            "SITE_URL": f"http://127.0.0.1:{PORT}",
            "VAR_DIR": folder,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "LOG_LEVEL": "WARNING",
        }
        sys.path.insert(0, str(ROOT))
        places = _study(options.raters)
        server = _serve(options.workers)
        try:
            seconds, times = _run(places, options.think)
        finally:
            server.terminate()
            server.wait()
    _print(options, seconds, times)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--raters", type=int, default=50)
    parser.add_argument(
        "--think", type=float, default=1.0, help="seconds a rater looks, on average"
    )
    parser.add_argument("--workers", type=int, default=2)
    return parser.parse_args()


def _study(raters: int) -> list[str]:
    """A live study and the personal addresses of raters who are ready for their trials."""
    import django

    django.setup()
    from django.core.management import call_command

    from tests.studies.factories import enrolled, live_study

    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    study = live_study(
        artworks=12,
        conditions=8,
        practice=0,
        size=256,
        raters={"participants": raters, "items_each": TRIALS, "per_item": raters},
        checks=[{"check": "expertise"}],
    )
    return [f"/p/{enrolled(study).token}/" for _ in range(raters)]


def _serve(workers: int) -> "subprocess.Popen[bytes]":
    server = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "gunicorn",
            "config.wsgi",
            "--bind",
            f"127.0.0.1:{PORT}",
            "--workers",
            str(workers),
            "--threads",
            "4",
            "--log-level",
            "error",
        ],
        cwd=ROOT,
    )
    for _ in range(100):
        time.sleep(0.1)
        try:
            connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=5)
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return server
        except OSError:
            continue
    server.terminate()
    raise SystemExit("The server did not start.")


def _run(places: list[str], think: float) -> tuple[float, Times]:
    times: Times = defaultdict(list)
    lock = threading.Lock()
    raters = [
        threading.Thread(target=_rate, args=(place, number, think, times, lock))
        for number, place in enumerate(places)
    ]
    start = time.perf_counter()
    for rater in raters:
        rater.start()
    for rater in raters:
        rater.join()
    return time.perf_counter() - start, times


def _rate(place: str, number: int, think: float, times: Times, lock: threading.Lock) -> None:
    """One rater: look, think, answer, next; and now and then the smallest page."""
    browser = Browser()
    time.sleep(think * number / 50)
    body = browser.get(place, "guide")
    begin = re.search(r'href="(/p/[^"]+/t/[^"]+)"', body)
    assert begin, body[:2000]
    body = browser.get(begin[1], "trial page")
    for turn in range(TRIALS):
        action = re.search(r'<form[^>]*action="([^"]*/t/[^"]+)"', body)
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', body)
        names = sorted(set(re.findall(r'type="radio"[^>]*name="(\w+)"', body)))
        names = names or sorted(set(re.findall(r'name="(\w+)"[^>]*type="radio"', body)))
        if not (action and token and names):
            raise SystemExit(f"No trial where one was expected:\n{body[:2000]}")
        for picture in re.findall(r'src="(/p/[^"]+)"', body):
            browser.get(picture, "picture")
        time.sleep(think * (0.5 + ((number * 7 + turn * 3) % 10) / 10))
        if turn % 4 == 0:
            browser.get("/healthz", "smallest page")
        answer = {name: str(1 + (number + turn) % 5) for name in names}
        following = browser.post(action[1], token[1], {**answer, "rt_ms": "1500"})
        body = browser.get(following, "trial page" if turn < TRIALS - 1 else "debrief")
    with lock:
        for name, values in browser.times.items():
            times[name].extend(values)


class Browser:
    """A keep-alive connection with a cookie jar and a stop-watch."""

    def __init__(self) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
        self.cookies: dict[str, str] = {}
        self.times: Times = defaultdict(list)

    def get(self, address: str, name: str) -> str:
        status, headers, body = self._send("GET", address, name)
        while status in {301, 302, 303}:
            status, headers, body = self._send("GET", headers["location"], "redirect")
        assert status == 200, (status, address, body[:500])
        return body

    def post(self, address: str, token: str, answer: dict[str, str]) -> str:
        form = urlencode({**answer, "csrfmiddlewaretoken": token})
        status, headers, body = self._send("POST", address, "saved answer", form)
        assert status in {200, 302}, (status, body[:500])
        found = re.search(r'"next": "([^"]+)"', body)
        return found[1] if found else headers["location"]

    def _send(
        self, method: str, address: str, name: str, form: str | None = None
    ) -> tuple[int, dict[str, str], str]:
        headers = {"Cookie": "; ".join(f"{key}={value}" for key, value in self.cookies.items())}
        if form is not None:
            headers |= {
                "Content-Type": "application/x-www-form-urlencoded",
                "Accept": "application/json",
                "Origin": f"http://127.0.0.1:{PORT}",
            }
        start = time.perf_counter()
        self.connection.request(
            method, address.replace(f"http://127.0.0.1:{PORT}", ""), form, headers
        )
        response = self.connection.getresponse()
        body = response.read()
        self.times[name].append(time.perf_counter() - start)
        for cookie in response.headers.get_all("Set-Cookie") or []:
            key, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[key] = value
        found = {key.lower(): value for key, value in response.headers.items()}
        return response.status, found, body.decode("utf-8", "replace")


def _print(options: argparse.Namespace, seconds: float, times: Times) -> None:
    answers = len(times["saved answer"])
    print(
        f"{options.raters} raters at once, {TRIALS} trials each, {options.think} s of looking;"
        f" gunicorn {options.workers} x 4 threads, PostgreSQL; {answers} answers"
        f" in {seconds:.0f} s ({answers / seconds:.0f} a second)"
    )
    floor = float(np.median(times["smallest page"]))
    print(f"{'':16}{'n':>6}{'median ms':>12}{'p95 ms':>10}{'x smallest page':>18}")
    for name in ("trial page", "saved answer", "picture", "smallest page"):
        values = times[name]
        median, p95 = np.percentile(values, [50, 95])
        print(
            f"{name:16}{len(values):6}{1000 * median:12.1f}{1000 * p95:10.1f}{median / floor:18.1f}"
        )


if __name__ == "__main__":
    main()
