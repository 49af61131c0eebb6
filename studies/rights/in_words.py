"""What columns are called on the page that shows somebody what is stored about them. Pure."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from studies.wording import marked

COLUMNS = {
    "code": marked("Your code"),
    "channel": marked("How you came here"),
    "population": marked("The group that your answers count for"),
    "simulated": marked("A program, not a person"),
    "stratum": marked("The group that you were asked for"),
    "late": marked("Finished after the place was given away"),
    "language": marked("Language"),
    "state": marked("State"),
    "consented_at": marked("When you agreed"),
    "consent_sha256": marked("Fingerprint of the text that you agreed to"),
    "consent_version": marked("Version of that text"),
    "lease_until": marked("Your place was kept until"),
    "finished_at": marked("When you finished"),
    "completion_code": marked("Completion code"),
    "position": marked("Place in the order"),
    "practice": marked("For practice only"),
    "part": marked("Which of its questions"),
    "repeat": marked("Shown a second time"),
    "block": marked("Part of the session"),
    "kind": marked("Kind"),
    "shown_at": marked("First shown"),
    "answered_at": marked("When you answered"),
    "rt_ms": marked("Time until the answer, in milliseconds"),
    "viewing": marked("How the pictures were shown"),
    "undelivered": marked("Times that a picture did not arrive"),
    "released": marked("Given to somebody else"),
    "at": marked("When"),
    "found_by": marked("Asked for"),
    "number": marked("Number"),
    "answers": marked("Answers"),
    "right": marked("Right answers"),
    "asked": marked("Questions asked"),
    "passed": marked("Passed"),
    "invited_at": marked("When you were invited"),
    "unsubscribed_at": marked("No more mail since"),
    "gone": marked("Taken off the list"),
    "delete_after": marked("To be deleted after"),
    "question": marked("Question"),
    "answer": marked("Answer"),
    "value": marked("As a number"),
    "scale": marked("Points of the scale"),
    "details": marked("Details"),
    "visit": marked("The panel's name for your visit"),
    "verified": marked("Confirmed by the panel"),
    "visits": marked("How often you came"),
    "earlier": marked("Visits before"),
    "arrived_at": marked("When you came"),
    "exit": marked("How it ended"),
    "sha256": marked("Fingerprint of the answers"),
    "reference": marked("The panel's number"),
    "stated_at": marked("Since"),
    "applied_state": marked("State that was acted on"),
    "bonus": marked("Bonus"),
    "approval_asked_at": marked("When payment was asked for"),
    "erased": marked("Erased"),
    "screen": marked("Screen"),
    "text": marked("Text"),
    "version": marked("Version"),
    "mails": marked("Mails that were sent"),
    "found": marked("From which letter to which, and what it may be"),
    "start": marked("From letter"),
    "end": marked("To letter"),
    "decision": marked("What was decided"),
    "reason": marked("Why"),
}
"""Column → words; what a column holds that is not here stands under its own name."""
TRUTH = {"True": marked("yes"), "False": marked("no")}
STATES = {
    "active": marked("You are taking part"),
    "finished": marked("You have finished"),
    "lapsed": marked("You were away for long"),
    "screened_out": marked("Your session was ended early"),
    "withdrawn": marked("You have withdrawn"),
}
"""Of the participation; a panel's own states stand as the panel calls them."""
CHANNELS = {
    "open_link": marked("An open link"),
    "invitation": marked("A personal invitation"),
    "prolific": "Prolific",
    "connect": "CloudResearch Connect",
    "sona": "SONA",
    "panel": marked("A panel that sends people"),
}
EXITS = {
    "completed": STATES["finished"],
    "screened_out": STATES["screened_out"],
    "withdrawn": STATES["withdrawn"],
    "no_consent": marked("You did not agree"),
    "failed": marked("Pictures did not arrive: the fault was ours"),
}
EVENTS = {
    "enrolled": marked("You began"),
    "finished": STATES["finished"],
    "lapsed": STATES["lapsed"],
    "returned": marked("You came back"),
    "arrived_again": marked("You came by your link again"),
    "not_delivered": marked("A picture did not arrive"),
    "agreed_again": marked("You agreed to a newer text"),
    "adapted": marked("Your next screens were chosen by answers so far"),
    "approved": marked("Your work was approved"),
    "panel_approved": marked("Your work was approved"),
    "panel_asked_to_return": marked("You were asked to return your submission"),
    "panel_screened_out": marked("You were paid for a session that ended early"),
    "screened_out": STATES["screened_out"],
    "reviewed": marked("A person decided about a finding of a check"),
    "hidden_field": marked("A check noted something"),
    "withdrawn": STATES["withdrawn"],
}
IDENTITIES = {
    **{f"{channel}_person": marked("The panel's name for you") for channel in CHANNELS},
    **{f"{channel}_details": marked("What the panel's address said") for channel in CHANNELS},
    "invitation_address": marked("Your mail address"),
    "invitation_name": marked("Your name"),
    "portfolio": marked("Your portfolio"),
}
VALUES: Mapping[str, Mapping[str, str]] = {
    "channel": CHANNELS,
    "exit": EXITS,
    "kind": {**EVENTS, **IDENTITIES},
    "found_by": {
        "comprehension": marked("Questions about the instructions"),
        "skill_task": marked("A task that asks for a look at pictures"),
    },
    "repeat": {"0": TRUTH["False"], "1": TRUTH["True"]},
    "state": STATES,
}
"""Column → what it holds → words; what is not here stands as it is kept."""
FROM_NOUGHT = {"position", "screen", "block"}
"""Columns that count from 0, as people do not."""
THEIRS = {"answer", "reason"}
"""Columns that hold people's own words, which nobody puts into others."""
MOMENT = re.compile(r"(\d{4}-\d\d-\d\d) (\d\d:\d\d):\d\d(?:\.\d+)?\+00:00")


def in_words(
    column: str, value: str, named: Mapping[str, Mapping[str, str]] | None = None
) -> tuple[str, str]:
    """A column and what it holds, for a person's eyes; neither is translated yet.

    `named` is what a study calls things: column → what it holds → words.
    """
    moment = MOMENT.fullmatch(value)
    if moment:
        return COLUMNS.get(column, column), f"{moment[1]} {moment[2]} UTC"
    if column in THEIRS:
        return COLUMNS[column], value
    if column in FROM_NOUGHT and value.isdecimal():
        return COLUMNS[column], str(int(value) + 1)
    words = {**TRUTH, **VALUES.get(column, {}), **(named or {}).get(column, {})}
    return COLUMNS.get(column, column), words.get(value) or "; ".join(_parts(value))


def _parts(value: str) -> Iterator[str]:
    """A table of names and values without its braces; every other text as it is."""
    try:
        found = json.loads(value) if value.startswith("{") else None
    except ValueError:
        found = None
    if not isinstance(found, dict):
        yield value
        return
    for name, inner in found.items():
        yield f"{name.replace('_', ' ')}: {_flat(inner)}"


def _flat(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(
            f"{name.replace('_', ' ')} {_flat(inner)}" for name, inner in value.items()
        )
    if isinstance(value, list):
        return " / ".join(_flat(inner) for inner in value)
    return "–" if value is None else str(value)
