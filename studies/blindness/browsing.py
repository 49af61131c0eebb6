"""The browser of a blind check: takes a rater's way, and writes down whatever it is sent."""

import json
import re
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import replace
from http.cookiejar import CookieJar
from time import perf_counter
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from django.urls import Resolver404, resolve, reverse

from studies.blindness.observables import Received, SeenPicture, SeenTrial
from studies.models import Participant, Trial
from studies.showing import renditions
from studies.simulation import OK, Browser, SimulationError

CSRF = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
PATIENCE_SECONDS = 30
PART = {"Range": "bytes=0-0", "If-None-Match": "*"}
"""Asks for one byte, and for that only if there is no copy of any version: who keeps versions, or
knows parts, answers in another way."""
BY_SCRIPT = {"Accept": "application/json"}

Tell = Callable[[Trial, SeenTrial], None]


class Watcher(Browser):
    """Opens pages as simulated raters do; every trial it comes by is handed to `tell`."""

    def __init__(self, participant: Participant, tell: Tell, site: str = "") -> None:
        super().__init__(participant)
        self.tell = tell
        self.told: set[int] = set()
        self.brought: Received | None = None
        if site:
            self.client: Any = Line(site)

    def send(self, place: str, form: dict[str, Any]) -> str:
        """As the script of a trial's page does, whose answer's receipt brings the next page."""
        if self._trial_at(place) is None:
            return super().send(place, form)
        sent = self._post(place, form)
        if sent.status != OK:
            raise SimulationError(f"{place} answered {sent.status} to a complete form.")
        told = json.loads(sent.body)
        page = told.pop("page")  # what else the receipt says stands behind it, as text
        self.brought = replace(sent, body=f"{page}\n{json.dumps(told)}".encode()) if page else None
        return self.open(told["next"])

    def open(self, place: str) -> str:
        """As a rater's, and a look at everything that a trial's page brings."""
        brought, self.brought = self.brought, None
        arrived = super().open(place)
        trial = self._trial_at(arrived)
        if trial is not None and trial.pk not in self.told:  # a redirect comes by here twice
            self.told.add(trial.pk)
            self.tell(trial, self._seen(trial, arrived, brought))
        return arrived

    def _trial_at(self, place: str) -> Trial | None:
        try:
            match = resolve(urlsplit(place).path)
        except Resolver404:
            return None
        if match.view_name != "studies:trial":
            return None
        token = match.kwargs["trial_token"]
        return self.participant.trials.select_related("item").filter(token=token).first()

    def _seen(self, trial: Trial, place: str, brought: Received | None) -> SeenTrial:
        page = self._get(place)
        trial.participant = self.participant
        own = {renditions.address(trial, slot): slot for slot in trial.layout.get("order", ())}
        pictures = [
            SeenPicture(
                slot, number, self._get(address), self._get(address), self._get(address, PART)
            )
            for number, (address, slot) in enumerate(self._on(page, own), start=1)
        ]
        addresses = [address for address, _ in self._on(page, None)]
        tokens = [self.participant.token, trial.token, *addresses, *own]
        tokens += self.participant.trials.values_list("token", flat=True)
        return SeenTrial(page, pictures, trial.position, tokens, brought)

    def _on(self, page: Received, own: Mapping[str, str] | None) -> list[tuple[str, str]]:
        """Addresses of pictures on the page, in its order, with their slots (all if None)."""
        base = re.escape(
            reverse("studies:picture", args=[self.participant.token, "X"]).split("X")[0]
        )
        found = dict.fromkeys(re.findall(rf"{base}[^\"'\s<>]+", page.body.decode()))
        known = own or {}
        pairs = [(address, _slot(address, known)) for address in found]
        return [(address, slot) for address, slot in pairs if own is None or slot]

    def _get(self, address: str, asking: Mapping[str, str] | None = None) -> Received:
        started = perf_counter()
        response = self.client.get(address, secure=self.secure, headers=dict(asking or {}))
        return _received(address, response, started)

    def _post(self, address: str, form: Mapping[str, Any]) -> Received:
        started = perf_counter()
        response = self.client.post(address, form, secure=self.secure, headers=BY_SCRIPT)
        return _received(address, response, started)


def _received(address: str, response: Any, started: float) -> Received:
    body = bytes(response.content)
    seconds = perf_counter() - started
    headers = [(str(name), str(value)) for name, value in response.headers.items()]
    cookies = getattr(response, "cookies", {})  # Django keeps them apart until they are sent
    headers += [("Set-Cookie", each.OutputString()) for each in cookies.values()]
    return Received(address, response.status_code, headers, body, seconds)


def _slot(address: str, own: Mapping[str, str]) -> str:
    """The slot whose opaque name is in the address, or ""."""
    return next((slot for name, slot in own.items() if name in address), "")


class Line:
    """A line to a running site, in the manner of Django's test client."""

    def __init__(self, site: str) -> None:
        self.site = site.rstrip("/")
        self.token = ""
        cookies = urllib.request.HTTPCookieProcessor(CookieJar())
        self.opener = urllib.request.build_opener(cookies, _Stay)

    def get(
        self, address: str, headers: Mapping[str, str] | None = None, **_options: Any
    ) -> "Arrived":
        """GET; redirects are handed back."""
        asked = urllib.request.Request(urljoin(self.site, address), headers=dict(headers or {}))  # noqa: S310
        return self._ask(asked)

    def post(
        self,
        address: str,
        form: Mapping[str, Any],
        headers: Mapping[str, str] | None = None,
        **_options: Any,
    ) -> "Arrived":
        """POST a form, with the token of the page that was opened last."""
        content = urlencode({**form, "csrfmiddlewaretoken": self.token}).encode()
        whole = urljoin(self.site, address)
        told = {"Referer": whole, **(headers or {})}
        return self._ask(urllib.request.Request(whole, content, told))  # noqa: S310

    def _ask(self, request: urllib.request.Request) -> "Arrived":
        try:
            with self.opener.open(request, timeout=PATIENCE_SECONDS) as response:
                arrived = Arrived(response)
        except urllib.error.HTTPError as refused:
            arrived = Arrived(refused)
        found = CSRF.search(arrived.content[:200_000].decode("latin-1"))
        self.token = found[1] if found else self.token
        return arrived


class Arrived:
    """A response: status, headers, content."""

    def __init__(self, response: Any) -> None:
        self.status_code: int = response.status
        self.headers = response.headers  # some names come several times, such as Set-Cookie
        self.content: bytes = response.read()


class _Stay(urllib.request.HTTPRedirectHandler):
    """Follows nothing: the browser wants to see each step."""

    def redirect_request(self, *_args: Any, **_options: Any) -> None:
        return None
