"""The stand-in's HTTP server: `/api/v1/…`, the key set, and pages to rehearse by hand."""

import json
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

from studies.recruitment.stand_in import pages
from studies.recruitment.stand_in.api import Answer, answer
from studies.recruitment.stand_in.courier import deliver, letter
from studies.recruitment.stand_in.refusal import Refusal
from studies.recruitment.stand_in.signing import LaunchKey
from studies.recruitment.stand_in.subscriptions import STUDY, SUBMISSION
from studies.recruitment.stand_in.world import World

BUSY = 429
WAIT = {"Retry-After": "7"}
"""Seconds that whoever asks too often is to wait."""


class StandIn:
    """A running stand-in: `with StandIn() as panel:` or `serve_forever()`."""

    def __init__(self, port: int = 0, target: str = "", secret: str = "") -> None:
        self.world, self.key = World(), LaunchKey()
        self.world.hooks.secret = secret
        for kind in (SUBMISSION, STUDY) if target else ():
            self._subscribe(kind, target)
        self.http = ThreadingHTTPServer(
            ("127.0.0.1", port), type("Mine", (Handler,), {"stand_in": self})
        )
        self.http.daemon_threads = True

    @property
    def address(self) -> str:
        """Where it is reached."""
        return f"http://127.0.0.1:{self.http.server_address[1]}"

    def __enter__(self) -> "StandIn":
        Thread(target=self.http.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.http.shutdown()
        self.http.server_close()

    def serve_forever(self) -> None:
        """Until interrupted."""
        self.http.serve_forever()

    def launch(self, study: str, person: str = "", **claims: Any) -> tuple[str, str]:
        """A person takes a place: their submission, and the address they are sent to."""
        with self.world.lock:
            submission = self.world.reserve(study, person)
            address = self.key.address(self.world.study(study), submission, **claims)
        deliver(self.world)
        return submission["id"], address

    def hook(self, submission: str, event: str = "", at: float = 0) -> tuple[bytes, dict[str, str]]:
        """Body and headers of the webhook about a submission as it is now."""
        return letter(self.world, SUBMISSION, submission, event, at)

    def _subscribe(self, kind: str, target: str) -> None:
        hooks = self.world.hooks
        asked = {"event_type": kind, "target_url": target, "workspace_id": hooks.workspace}
        row, secret = hooks.subscribe(asked)
        hooks.confirm(row["id"], {"secret": secret})


class Handler(BaseHTTPRequestHandler):
    """One request to `stand_in`."""

    stand_in: StandIn

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Read."""
        self._answer("GET")

    def do_POST(self) -> None:
        """Write."""
        self._answer("POST")

    def do_PATCH(self) -> None:
        """Change."""
        self._answer("PATCH")

    def do_DELETE(self) -> None:
        """Remove."""
        self._answer("DELETE")

    def log_message(self, *_: Any) -> None:
        """Quiet."""

    def _answer(self, method: str) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        parts = urlsplit(self.path)
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        if not parts.path.startswith(("/api/", "/.well-known/")):
            self._send(*pages.respond(self.stand_in, method, parts.path, query, body, self.headers))
        else:
            self._tell(self._carry_out(method, parts.path, query, body))
        deliver(self.stand_in.world)

    def _tell(self, told: Answer) -> None:
        time.sleep(self.stand_in.world.slow)
        if not told.status:
            self.close_connection = True
            return
        content = b"" if told.told is None else json.dumps(told.told).encode()
        self._send(told.status, {"Content-Type": "application/json", **told.headers}, content)

    def _carry_out(self, method: str, path: str, query: dict[str, str], body: bytes) -> Answer:
        world = self.stand_in.world
        with world.lock:
            world.calls.append((method, path))
            status = world.fault(method, path, after=False)
            if status is not None:
                return Answer(status, {}, WAIT if status == BUSY else {})
            try:
                done = self._route(method, path, query, body)
            except Refusal as refusal:
                told = {"status": refusal.status, "title": "Error", "detail": refusal.detail}
                return Answer(refusal.status, {"error": {"error_code": 0, **told}})
            status = world.fault(method, path, after=True)
            return done if status is None else Answer(status, {})

    def _route(self, method: str, path: str, query: dict[str, str], body: bytes) -> Answer:
        if path == "/.well-known/study/jwks.json":
            return Answer(200, self.stand_in.key.published())
        if self.headers.get("Authorization") != f"Token {self.stand_in.world.token}":
            raise Refusal(401, "Authentication credentials were not provided.")
        try:
            asked = json.loads(body or b"{}")
        except ValueError:
            raise Refusal(400, "JSON parse error") from None
        if not isinstance(asked, dict):
            raise Refusal(400, "An object is needed.")
        return answer(self.stand_in.world, method, path, query, asked)

    def _send(self, status: int, headers: dict[str, str], content: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
