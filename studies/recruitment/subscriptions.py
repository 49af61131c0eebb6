"""Prolific's hooks for this site: the workspace's secret, and who is told what.

After its OpenAPI of July 2026. A workspace has one secret, with which all its hooks are signed; a
new one replaces it for every site that listens. A subscription is one kind of event to one address.
It counts once it was confirmed with the secret that came in a header of the answer that made it.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse

from studies.models import Study
from studies.recruitment.calls import Calls, PanelError
from studies.recruitment.record import on_record
from studies.services import Actor, StudyError

KINDS = ("submission.status.change", "study.status.change")
"""What `hooks.carry_out` knows how to take."""
SUBSCRIPTIONS = "/hooks/subscriptions/"
SECRETS = "/hooks/secrets/"
LOOKED_AT = 100
"""Deliveries of a subscription that are counted."""


@dataclass(frozen=True)
class Subscription:
    """One kind of event of the workspace, and where it is sent."""

    reference: str
    kind: str
    target: str
    enabled: bool


@dataclass(frozen=True)
class Standing:
    """What there is at Prolific, beside what this site needs."""

    workspace: str
    target: str
    secret: str
    """The workspace's; “” where there is none."""
    ours: Sequence[Subscription]
    others: int
    """Subscriptions of the workspace that tell other sites."""

    @property
    def missing(self) -> list[str]:
        """Kinds of events that this site is not told."""
        told = {one.kind for one in self.ours if one.enabled}
        return [kind for kind in KINDS if kind not in told]

    @property
    def secret_agrees(self) -> bool:
        """Whether this site would accept what is signed with the workspace's secret."""
        return bool(self.secret) and self.secret == settings.PROLIFIC_WEBHOOK_SECRET


@dataclass(frozen=True)
class Hooks:
    """The API's verbs about hooks; each raises PanelError with a sentence."""

    calls: Calls

    def workspaces(self) -> dict[str, str]:
        """Id → name of each workspace of the token."""
        rows = self.calls.get("/workspaces/").get("results", [])
        return {str(row["id"]): str(row.get("title", "")) for row in rows}

    def secret(self, workspace: str) -> str:
        """The secret by which the workspace's hooks are signed; “” where there is none."""
        rows = self.calls.get(SECRETS, {"workspace_id": workspace}).get("results", [])
        mine = [row for row in rows if row.get("workspace_id", workspace) == workspace]
        return str(mine[-1].get("value", "")) if mine else ""

    def new_secret(self, workspace: str) -> str:
        """Replaces the workspace's secret: whoever has the old one refuses all hooks from now."""
        return str(self.calls.once("POST", SECRETS, {"workspace_id": workspace}).get("value", ""))

    def listed(self, workspace: str) -> list[Subscription]:
        """All subscriptions of the workspace, the disabled ones too."""
        found: dict[str, Subscription] = {}
        for enabled in ("true", "false"):
            query = {"workspace_id": workspace, "is_enabled": enabled}
            for row in self.calls.get(SUBSCRIPTIONS, query).get("results", []):
                found[str(row["id"])] = _subscription(row)
        return list(found.values())

    def subscribe(self, workspace: str, kind: str, target: str) -> str:
        """Make one, and confirm it. What cannot be confirmed tells nobody: it is removed again."""
        body = {"workspace_id": workspace, "event_type": kind, "target_url": target}
        try:
            made, headers = self.calls.created(SUBSCRIPTIONS, body)
            reference = str(made.get("id", ""))
            secret = {"secret": headers.get("X-Hook-Secret", "")}
            self.calls.repeatable("POST", f"{SUBSCRIPTIONS}{reference}/", secret)
        except PanelError:
            with suppress(PanelError):
                for one in self.listed(workspace):
                    if (one.kind, one.target) == (kind, target):
                        self.remove(one.reference)
            raise
        return reference

    def enable(self, reference: str) -> None:
        """Prolific disables what has failed for five days."""
        self.calls.repeatable("PATCH", f"{SUBSCRIPTIONS}{reference}/", {"is_enabled": True})

    def remove(self, reference: str) -> None:
        """For good."""
        self.calls.repeatable("DELETE", f"{SUBSCRIPTIONS}{reference}/", {})

    def failed(self, reference: str) -> int:
        """How many of the last deliveries were not accepted."""
        query = {"status": "FAILED", "limit": LOOKED_AT}
        return len(self.calls.get(f"{SUBSCRIPTIONS}{reference}/events/", query).get("results", []))


def hooks_api() -> Hooks:
    """The API of the settings."""
    return Hooks(Calls(settings.PROLIFIC_API, settings.PROLIFIC_TOKEN))


def target() -> str:
    """Where this site listens; raises StudyError where Prolific could not reach it."""
    address = settings.SITE_URL + reverse("studies:prolific_hook")
    rehearsal = urlsplit(settings.PROLIFIC_API).scheme == "http"  # a stand-in on this machine
    if not (rehearsal or address.startswith("https://")):
        raise StudyError(
            f"Prolific calls only public https addresses, and this site is {settings.SITE_URL}"
            " (SITE_URL). Without hooks the daily comparison does the same, later."
        )
    return address


def standing(api: Hooks, workspace: str = "") -> Standing:
    """Ask Prolific; changes nothing. Raises StudyError where the workspace is not clear."""
    here, workspace = target(), _chosen(api.workspaces(), workspace)
    rows = api.listed(workspace)
    ours = [one for one in rows if one.target == here]
    return Standing(workspace, here, api.secret(workspace), ours, len(rows) - len(ours))


def subscribe(
    *, study: Study, now: Standing, api: Hooks, new_secret: bool = False, actor: Actor = None
) -> str:
    """Have this site told; returns the workspace's secret. Raises StudyError, PanelError.

    A secret that another site may rely on is replaced only where `new_secret` says so.
    """
    if now.secret and settings.PROLIFIC_WEBHOOK_SECRET and not (now.secret_agrees or new_secret):
        raise StudyError(
            "The workspace's hooks are signed with another secret than PROLIFIC_WEBHOOK_SECRET:"
            " this site would refuse them all. Copy the secret from where it is in use and start"
            " the site anew, or replace it with --new-secret; other sites that listen to this"
            " workspace then need the new one."
        )
    with on_record(lambda kind: _tell(study, actor, kind, now), "panel_hooks_made"):
        secret = api.new_secret(now.workspace) if new_secret or not now.secret else now.secret
        asleep = {one.kind: one for one in now.ours if not one.enabled}
        for kind in now.missing:
            if kind in asleep:
                api.enable(asleep[kind].reference)
            else:
                api.subscribe(now.workspace, kind, now.target)
    return secret


def remove(*, study: Study, now: Standing, api: Hooks, actor: Actor = None) -> int:
    """Let this site be told nothing more; other sites' stay. Returns how many were removed."""
    with on_record(lambda kind: _tell(study, actor, kind, now), "panel_hooks_removed"):
        for one in now.ours:
            api.remove(one.reference)
    return len(now.ours)


def _chosen(known: dict[str, str], asked: str) -> str:
    if asked in known:
        return asked
    names = ", ".join(f"{key} ({name})" for key, name in known.items())
    if asked:
        raise StudyError(f"There is no workspace {asked} for this token; there is {names}.")
    if len(known) != 1:
        raise StudyError(f"Say which workspace, with --workspace: {names or 'there is none'}.")
    return next(iter(known))


def _subscription(row: dict[str, Any]) -> Subscription:
    kind, address = str(row.get("event_type", "")), str(row.get("target_url", ""))
    return Subscription(str(row["id"]), kind, address, row.get("is_enabled", True) is not False)


def _tell(study: Study, actor: Actor, kind: str, now: Standing) -> None:
    details = {"workspace": now.workspace, "target": now.target}
    study.events.create(actor=actor, kind=kind, details=details)
