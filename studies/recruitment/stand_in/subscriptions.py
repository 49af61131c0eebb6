"""The stand-in's side of hooks: a workspace's secret, subscriptions, what was delivered. Pure."""

import secrets
from dataclasses import dataclass, field
from typing import Any

from studies.recruitment.stand_in.refusal import Refusal

SUBMISSION = "submission.status.change"
STUDY = "study.status.change"
EVENT_TYPES = (STUDY, SUBMISSION, "study.progress.change", "study.has_high_return_rate")
KEPT = 1_000
"""Deliveries that are remembered."""


@dataclass
class Subscriptions:
    """Those of one workspace; each has to be confirmed before anything is sent."""

    workspace: str
    secret: str = ""
    rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    unconfirmed: dict[str, str] = field(default_factory=dict)
    """Subscription → the secret that confirms it."""
    deliveries: list[dict[str, Any]] = field(default_factory=list)

    def secret_row(self) -> list[dict[str, Any]]:
        """The one active secret, or none."""
        row = {"id": "secret", "value": self.secret, "workspace_id": self.workspace}
        return [row] if self.secret else []

    def new_secret(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Replaces the one before it."""
        self._check(asked)
        self.secret = secrets.token_urlsafe(32)
        return self.secret_row()[0]

    def subscribe(self, asked: dict[str, Any]) -> tuple[dict[str, Any], str]:
        """A subscription that waits for its confirmation, and the secret to confirm it with."""
        self._check(asked)
        if not self.secret:
            raise Refusal(400, "workspace_id: create a secret for this workspace first")
        if asked.get("event_type") not in EVENT_TYPES:
            raise Refusal(400, "event_type: not a valid choice")
        target = str(asked.get("target_url", ""))
        if not target.startswith(("https://", "http://localhost", "http://127.0.0.1")):
            raise Refusal(400, "target_url: a public https address is needed")
        row = {
            "id": secrets.token_hex(12),
            "event_type": asked["event_type"],
            "target_url": target,
            "workspace_id": self.workspace,
            "is_enabled": True,
        }
        self.rows[row["id"]] = row
        self.unconfirmed[row["id"]] = secrets.token_urlsafe(16)
        return row, self.unconfirmed[row["id"]]

    def confirm(self, key: str, asked: dict[str, Any]) -> dict[str, Any]:
        """By the secret that came with it; a second time is harmless."""
        row = self.row(key)
        if self.unconfirmed.get(key, asked.get("secret")) != asked.get("secret"):
            raise Refusal(400, "secret: does not match")
        self.unconfirmed.pop(key, None)
        return row

    def change(self, key: str, asked: dict[str, Any]) -> dict[str, Any]:
        """Paused, or enabled again."""
        row = self.row(key)
        row.update({name: asked[name] for name in ("is_enabled", "target_url") if name in asked})
        return row

    def remove(self, key: str) -> None:
        """For good."""
        self.row(key)
        del self.rows[key]

    def row(self, key: str) -> dict[str, Any]:
        """One subscription, or 404."""
        if key not in self.rows:
            raise Refusal(404, "Not found.")
        return self.rows[key]

    def listed(self, query: dict[str, str]) -> list[dict[str, Any]]:
        """By `is_enabled` (true where nothing is asked) and workspace."""
        enabled = query.get("is_enabled", "true").lower() == "true"
        ours = query.get("workspace_id", self.workspace) == self.workspace
        return [row for row in self.rows.values() if ours and row["is_enabled"] is enabled]

    def listening(self, event_type: str) -> list[dict[str, Any]]:
        """Whom an event is sent to."""
        return [
            row
            for key, row in self.rows.items()
            if row["is_enabled"] and key not in self.unconfirmed and row["event_type"] == event_type
        ]

    def note(self, row: dict[str, Any], event: str, resource: str, status: str) -> None:
        """What became of a delivery."""
        told = {"id": event, "subscription": row["id"], "event_type": row["event_type"]}
        told |= {"resource_id": resource, "status": status, "target_url": row["target_url"]}
        self.deliveries = [*self.deliveries[-KEPT:], told]

    def delivered(self, key: str, query: dict[str, str]) -> list[dict[str, Any]]:
        """The deliveries of a subscription, the newest first, of one status where it is named."""
        self.row(key)
        rows = [one for one in reversed(self.deliveries) if one["subscription"] == key]
        return [one for one in rows if query.get("status", one["status"]) == one["status"]]

    def _check(self, asked: dict[str, Any]) -> None:
        if asked.get("workspace_id") != self.workspace:
            raise Refusal(400, "workspace_id: you are no member of this workspace")
