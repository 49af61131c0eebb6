"""Prolific's webhooks: who signed, how old, seen before; then the panel itself is asked.

The signature covers the time stamp and the body, byte for byte as it arrived. It does not cover
the event's id, and the body names no study: so nothing of it is believed but which submission to
ask for, and a replay, a duplicate or an old event can at most cause one more question.

Which of two events is older, their own time stamps say: both are of the panel's clock. Ours may be
ahead, and stamps may be whole seconds, so the time of our last question says nothing about them.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from studies.models import PanelEvent, PanelStudy
from studies.recruitment.prolific import Prolific, moment
from studies.recruitment.submissions import take

PANEL = "prolific"
SKEW = timedelta(minutes=5)
OLDEST = timedelta(days=365)
"""An event that says it is older is as old as this: years before 1 or so are no times at all."""
LONGEST = 100_000
"""Bytes of a body; Prolific's have a few hundred."""


class HookError(ValueError):
    """A call that is not taken; the sentence goes back to the caller and into the log."""


@dataclass(frozen=True)
class Hook:
    """One event, as told."""

    event: str
    kind: str
    resource: str
    stated_at: datetime


def read_hook(headers: Mapping[str, str], body: bytes, secret: str, now: datetime) -> Hook:
    """The event of a call that Prolific signed just now; raises HookError."""
    if not secret:
        raise HookError("No secret for hooks is set here (PROLIFIC_WEBHOOK_SECRET).")
    if len(body) > LONGEST:
        raise HookError("This body is longer than any event.")
    stamp = headers.get("X-Prolific-Request-Timestamp", "")
    given = headers.get("X-Prolific-Request-Signature", "")
    if not hmac.compare_digest(_bytes(signature(secret, stamp, body)), _bytes(given)):
        raise HookError("The signature does not hold.")
    at = moment(stamp)
    if at is None or abs(_aware(at) - now) > SKEW:
        raise HookError("The time stamp is more than five minutes off.")
    return _event(headers, body, now)


def signature(secret: str, stamp: str, body: bytes) -> str:
    """base64(HMAC-SHA256(secret, stamp + body)), as Prolific documents it."""
    digest = hmac.new(secret.encode(), _bytes(stamp) + body, hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def carry_out(hook: Hook, api: Prolific) -> str:
    """Take the event in, once; what became of it. Raises PanelError while the panel is away."""
    if PanelEvent.objects.filter(panel=PANEL, event=hook.event).exists():
        return "repeated"
    outcome = "outdated" if _is_outdated(hook) else _act(hook, api)
    try:
        with transaction.atomic():
            PanelEvent.objects.create(
                panel=PANEL,
                event=hook.event,
                kind=hook.kind,
                resource=hook.resource,
                stated_at=hook.stated_at,
            )
    except IntegrityError:  # the same event at the same moment: both came to the same
        return "repeated"
    return outcome


def _is_outdated(hook: Hook) -> bool:
    """Whether a later event about the same thing was taken in: what it is was asked after both."""
    told = PanelEvent.objects.filter(panel=PANEL, kind=hook.kind, resource=hook.resource)
    return told.filter(stated_at__gt=hook.stated_at).exists()


def _act(hook: Hook, api: Prolific) -> str:
    if hook.kind == "submission.status.change":
        return _submission_changed(hook, api)
    if hook.kind == "study.status.change":
        return _study_changed(hook, api)
    return "ignored"


def _submission_changed(hook: Hook, api: Prolific) -> str:
    row = api.submission(hook.resource)
    panel_study = PanelStudy.objects.filter(panel=PANEL, reference=row.study).first()
    if panel_study is None:
        return "foreign"  # of another study in the same workspace
    take(panel_study, row)
    return "taken"


def _study_changed(hook: Hook, api: Prolific) -> str:
    panel_study = PanelStudy.objects.filter(panel=PANEL, reference=hook.resource).first()
    if panel_study is None:
        return "foreign"
    asked_at, row = timezone.now(), api.study(hook.resource)
    panel_study.state, panel_study.stated_at = row.state, asked_at
    panel_study.places = row.places or panel_study.places
    panel_study.save(update_fields=["state", "stated_at", "places"])
    return "taken"


def _event(headers: Mapping[str, str], body: bytes, now: datetime) -> Hook:
    try:
        told = json.loads(body)
        kind, resource = str(told["event_type"]), str(told["resource_id"])
    except (ValueError, KeyError, TypeError):
        raise HookError("This is not an event of Prolific's.") from None
    event = headers.get("X-Event-ID", "") or hashlib.sha256(body).hexdigest()
    if len(event) > 100 or len(kind) > 60 or not 0 < len(resource) <= 100 or not resource.isalnum():
        raise HookError("This is not an event of Prolific's.")
    stated = moment(headers.get("X-Timestamp", ""))
    at = max(min(_aware(stated), now), now - OLDEST) if stated else now
    return Hook(event, kind, resource, at)


def _bytes(header: str) -> bytes:
    """Anybody may send any header: as text, one beyond ASCII could not even be compared."""
    return header.encode(errors="replace")


def _aware(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=UTC)
