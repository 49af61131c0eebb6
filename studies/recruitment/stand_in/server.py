"""The stand-in's HTTP server: `/api/v1/…`, the key set, and pages to rehearse by hand."""

import json
import secrets
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests

from studies.recruitment.hooks import signature
from studies.recruitment.stand_in import pages
from studies.recruitment.stand_in.signing import LaunchKey
from studies.recruitment.stand_in.world import Refusal, World


class StandIn:
    """A running stand-in: `with StandIn() as panel:` or `serve_forever()`."""

    def __init__(self, port: int = 0, target: str = "", secret: str = "") -> None:
        self.world, self.key = World(), LaunchKey()
        self.target, self.secret = target, secret
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
        self.tell(submission["id"])
        return submission["id"], address

    def set_state(self, submission: str, state: str) -> None:
        """Something happens to a submission, and the hook says so."""
        with self.world.lock:
            self.world.submission(submission)["status"] = state
        self.tell(submission)

    def hook(self, submission: str, event: str = "", at: float = 0) -> tuple[bytes, dict[str, str]]:
        """Body and headers of the webhook about a submission as it is now."""
        row, now = self.world.submission(submission), at or time.time()
        body = json.dumps(
            {
                "event_type": "submission.status.change",
                "resource_id": submission,
                "participant_id": row["participant_id"],
                "status": row["status"],
            }
        ).encode()
        stamp = str(int(now))
        return body, {
            "Content-Type": "application/json",
            "X-Prolific-Request-Timestamp": stamp,
            "X-Prolific-Request-Signature": signature(self.secret, stamp, body),
            "X-Event-ID": event or secrets.token_hex(12),
            "X-Timestamp": str(now),
        }

    def tell(self, submission: str) -> None:
        """Send the webhook, where there is a target; an unreachable one is not waited for."""
        if not self.target:
            return
        body, headers = self.hook(submission)
        try:
            requests.post(self.target, data=body, headers=headers, timeout=5)
        except requests.RequestException:
            return


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

    def log_message(self, *_: Any) -> None:
        """Quiet."""

    def _answer(self, method: str) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        parts = urlsplit(self.path)
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        if not parts.path.startswith(("/api/", "/.well-known/")):
            self._send(*pages.respond(self.stand_in, method, parts.path, query, body, self.headers))
            return
        status, told = self._carry_out(method, parts.path, query, body)
        self._send(status, {"Content-Type": "application/json"}, json.dumps(told).encode())

    def _carry_out(
        self, method: str, path: str, query: dict[str, str], body: bytes
    ) -> tuple[int, Any]:
        world = self.stand_in.world
        with world.lock:
            world.calls.append((method, path))
            status = world.fault(method, path, after=False)
            if status:
                return status, {}
            try:
                done = self._route(method, path, query, json.loads(body or b"{}"))
            except Refusal as refusal:
                told = {"status": refusal.status, "title": "Error", "detail": refusal.detail}
                return refusal.status, {"error": told}
            status = world.fault(method, path, after=True)
            return (status, {}) if status else done

    def _route(
        self, method: str, path: str, query: dict[str, str], body: dict[str, Any]
    ) -> tuple[int, Any]:
        if path == "/.well-known/study/jwks.json":
            return 200, self.stand_in.key.published()
        if self.headers.get("Authorization") != f"Token {self.stand_in.world.token}":
            raise Refusal(401, "Authentication credentials were not provided.")
        steps = path.removeprefix("/api/v1/").strip("/").split("/")
        return _api(self.stand_in.world, method, steps, query, body)

    def _send(self, status: int, headers: dict[str, str], content: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def _api(
    world: World, method: str, steps: list[str], query: dict[str, str], body: dict[str, Any]
) -> tuple[int, Any]:
    match (method, *steps):
        case ("POST", "study-cost-calculator"):
            return 200, world.cost(body)
        case (_, "studies", *rest):
            return _studies(world, method, rest, body)
        case (_, "submissions", *rest):
            return _submissions(world, method, rest, query, body)
        case ("POST", "bulk-bonus-payments", key, "pay"):
            world.pay(key)
            return 202, {}
    raise Refusal(404, "Not found.")


def _studies(world: World, method: str, rest: list[str], body: dict[str, Any]) -> tuple[int, Any]:
    match (method, *rest):
        case ("POST",):
            return 201, world.create_study(body)
        case ("GET", key):
            return 200, world.study(key)
        case ("PATCH", key):
            return 200, world.change_study(key, body)
        case ("POST", key, "transition"):
            return 200, world.move_study(key, body.get("action", ""))
    raise Refusal(404, "Not found.")


def _submissions(
    world: World, method: str, rest: list[str], query: dict[str, str], body: dict[str, Any]
) -> tuple[int, Any]:
    match (method, *rest):
        case ("GET",):
            return 200, _page(world, query)
        case ("POST", "bulk-approve"):
            world.approve(body.get("submission_ids", []))
            return 200, {"message": "The request to bulk approve has been made successfully."}
        case ("POST", "bonus-payments"):
            return 201, world.set_up_bonuses(body["study_id"], body["csv_bonuses"])
        case ("GET", key):
            return 200, world.submission(key)
        case ("POST", key, "transition"):
            return 200, world.move_submission(key, body)
        case ("POST", key, "request-return"):
            return 200, {**world.submission(key), "return_requested": True}
    raise Refusal(404, "Not found.")


def _page(world: World, query: dict[str, str]) -> dict[str, Any]:
    rows = [one for one in world.submissions.values() if one["study_id"] == query.get("study")]
    size, page = int(query.get("page_size", 20)), int(query.get("page", 1))
    some = rows[(page - 1) * size : page * size]
    return {"results": [{k: v for k, v in row.items() if k != "study_id"} for row in some]}
