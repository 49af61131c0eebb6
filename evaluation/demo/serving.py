"""The demo's site: a free port, a web server and a worker, until Ctrl-C."""

import os
import signal
import socket
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass

from config.environment import ROOT
from evaluation.demo import DemoError

GUNICORN = ("--workers", "2", "--threads", "4", "--timeout", "120", "--log-level", "warning")


@dataclass(frozen=True)
class Address:
    """Where the demo is served."""

    host: str
    port: int

    @property
    def url(self) -> str:
        """The address people open."""
        return f"http://{_reachable(self.host)}:{self.port}"


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


def serve(address: Address) -> None:
    """Serve pages and carry out jobs until Ctrl-C."""
    place = ("--bind", f"{address.host}:{address.port}")
    web = [sys.executable, "-m", "gunicorn", "config.wsgi", *place, *GUNICORN]
    work = [sys.executable, "-W", "ignore", str(ROOT / "manage.py"), "work"]
    # what the worker has to tell is on the jobs page; here the links must stay in sight
    quiet = {**os.environ, "LOG_LEVEL": "WARNING"}
    children = [
        subprocess.Popen(command, cwd=ROOT, env=quiet)  # noqa: S603
        for command in (web, work)
    ]
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
