"""The stand-in's hooks on their way: signed, late or several times where asked, tried again."""

import json
import secrets
import time
from threading import Thread
from typing import Any

import requests

from studies.recruitment.hooks import signature
from studies.recruitment.stand_in.subscriptions import SUBMISSION
from studies.recruitment.stand_in.world import World

TRIES = 4
FIRST_PAUSE = 0.5
"""Made up: Prolific tries up to 11 times within a day."""
PATIENCE = 10


def deliver(world: World) -> None:
    """Send what has changed to whoever subscribed to it; nothing is waited for."""
    with world.lock:
        changed, world.outbox = world.outbox, []
        letters = [
            (row, resource, *letter(world, kind, resource))
            for kind, resource in changed
            for row in world.hooks.listening(kind)
        ]
    for row, resource, body, headers in letters:
        for _ in range(world.hook_times):
            Thread(target=_bring, args=(world, row, resource, body, headers), daemon=True).start()


def letter(
    world: World, kind: str, resource: str, event: str = "", at: float = 0
) -> tuple[bytes, dict[str, str]]:
    """Body and headers of the hook about something as it is now."""
    now = at or time.time()
    body = json.dumps({"event_type": kind, "resource_id": resource, **_told(world, kind, resource)})
    stamp = str(int(now))
    return body.encode(), {
        "Content-Type": "application/json",
        "X-Prolific-Request-Timestamp": stamp,
        "X-Prolific-Request-Signature": signature(world.hooks.secret, stamp, body.encode()),
        "X-Event-ID": event or secrets.token_hex(12),
        "X-Timestamp": str(now),
    }


def _told(world: World, kind: str, resource: str) -> dict[str, Any]:
    if kind == SUBMISSION:
        row = world.submission(resource)
        return {"participant_id": row["participant_id"], "status": row["status"]}
    row = world.study(resource)
    return {"status": row["status"], "metadata": row.get("metadata", "")}


def _bring(
    world: World, row: dict[str, Any], resource: str, body: bytes, headers: dict[str, str]
) -> None:
    time.sleep(world.hook_delay)
    done = False
    for attempt in range(TRIES):
        done = _post(str(row["target_url"]), body, headers)
        if done:
            break
        time.sleep(FIRST_PAUSE * 2**attempt)
    with world.lock:
        status = "SUCCEEDED" if done else "FAILED"
        world.hooks.note(row, headers["X-Event-ID"], resource, status)


def _post(target: str, body: bytes, headers: dict[str, str]) -> bool:
    try:
        return requests.post(target, data=body, headers=headers, timeout=PATIENCE).ok
    except requests.RequestException:
        return False
