"""Calls of a panel's API: time limits, patience with what may be repeated, errors as sentences."""

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import requests

TIMEOUT = (5, 30)
TRIES = 5
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 20.0
REFUSALS = frozenset({400, 401, 403, 404, 405, 409, 410, 422})
"""Answers that mean: read, and surely not done."""


class PanelError(RuntimeError):
    """The panel did not do it, or did not say; the sentence says what is known and what to do."""

    def __init__(self, sentence: str, *, surely_not_done: bool = False) -> None:
        super().__init__(sentence)
        self.surely_not_done = surely_not_done


@dataclass(frozen=True)
class Calls:
    """One API under one token."""

    address: str
    token: str
    panel: str = "Prolific"
    sleep: Callable[[float], None] = time.sleep
    rng: random.Random = field(default_factory=random.Random)

    def get(self, path: str, query: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Read; repeated while the panel is busy or away."""
        return self._patiently("GET", path, None, query)

    def repeatable(self, method: str, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Write what the panel documents as harmless to repeat."""
        return self._patiently(method, path, body, None)

    def once(self, method: str, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Write what must not be repeated: one attempt, whatever comes of it."""
        return self._read(self._send(method, path, body, None))

    def created(
        self, path: str, body: Mapping[str, Any]
    ) -> tuple[dict[str, Any], Mapping[str, str]]:
        """As `once`, by POST: the answer and its headers."""
        response = self._send("POST", path, body, None)
        return self._read(response), response.headers

    def _patiently(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None,
        query: Mapping[str, Any] | None,
    ) -> dict[str, Any]:
        """Pauses double, each drawn between nothing and its length, so that callers spread out."""
        for attempt in range(TRIES - 1):
            try:
                response = self._send(method, path, body, query)
            except PanelError:
                response = None
            if response is not None and response.status_code != 429 and response.status_code < 500:
                return self._read(response)
            drawn = self.rng.uniform(0, min(LONGEST_PAUSE, FIRST_PAUSE * 2**attempt))
            self.sleep(max(drawn, _asked_pause(response)))
        return self._read(self._send(method, path, body, query))

    def _send(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None,
        query: Mapping[str, Any] | None,
    ) -> requests.Response:
        if not self.token:
            raise PanelError(
                f"No API token of {self.panel} is set: put it into PROLIFIC_TOKEN.",
                surely_not_done=True,
            )
        try:
            return requests.request(
                method,
                f"{self.address}/api/v1{path}",
                params=query,
                json=body,
                headers={"Authorization": f"Token {self.token}"},
                timeout=TIMEOUT,
                allow_redirects=False,
            )
        except requests.ConnectionError as error:
            raise PanelError(f"{self.panel} cannot be reached just now.") from error
        except requests.RequestException as error:
            raise PanelError(f"{self.panel} did not answer in time.") from error

    def _read(self, response: requests.Response) -> dict[str, Any]:
        if response.ok and not response.is_redirect:
            return _content(response)
        raise PanelError(
            f"{self.panel} refused ({response.status_code}): {_reason(response)}"
            if response.status_code in REFUSALS
            else f"{self.panel} is busy or out of order ({response.status_code}).",
            surely_not_done=response.status_code in REFUSALS,
        )


def _asked_pause(response: requests.Response | None) -> float:
    """Seconds that the panel asks to wait (Retry-After), as far as one waits here at all."""
    asked = response.headers.get("Retry-After", "") if response is not None else ""
    known = asked.isascii() and asked.isdigit()
    return min(LONGEST_PAUSE, float(asked[:6])) if known else 0.0


def _content(response: requests.Response) -> dict[str, Any]:
    try:
        content = response.json() if response.content else {}
    except ValueError:
        content = {}
    return content if isinstance(content, dict) else {"results": content}


def _reason(response: requests.Response) -> str:
    """What the panel's `error` says: its `detail` is a text, or texts under names of fields."""
    error = _content(response).get("error", {})
    if not isinstance(error, dict):
        return str(error)[:300]
    detail = error.get("detail") or error.get("title") or "no reason given."
    return _flat(detail)[:300]


def _flat(detail: object) -> str:
    if isinstance(detail, dict):
        return " ".join(f"{name}: {_flat(what)}" for name, what in detail.items())
    if isinstance(detail, list):
        return " ".join(_flat(one) for one in detail)
    return str(detail)
