"""Whether an answer was given on pictures that were really seen: the rules of `study.viewing`.

What a browser tells (`viewing`) goes in, names of broken rules come out. Pure: the same
report and the same rules give the same verdict on any machine, before and after the study.
"""

from collections.abc import Mapping, Sequence
from math import inf
from typing import Any

from studies.protocol.showing import ViewingRules

NOT_DECODED = "not_decoded"
"""The one rule that always holds: an answer to pictures that never were there is none."""

RULES: Mapping[str, str] = {
    NOT_DECODED: "a picture had not arrived and been decoded when the answer was sent",
    "unreported": "the browser told nothing of how the pictures were looked at",
    "min_scale": "a picture was never shown as large as the file asks",
    "fully_visible": "a picture was never on screen as a whole",
    "min_shown_ms": "a picture was on screen for less time than the file asks",
    "max_hidden_ms": "the page was in the background for longer than the file allows",
    "min_viewport": "the window was smaller than the file allows",
}
"""Rule → what broke it, in words."""

NO_PICTURES = "none"
"""Mode of a page that shows no pictures: rules about pictures ask nothing of it."""

TOLERANCE = 0.99
"""Rendered sizes are whole CSS pixels: 511 of 512 is no shrinking."""


def broken(rules: ViewingRules, report: Mapping[str, Any]) -> tuple[str, ...]:
    """Names of the rules (keys of `RULES`) that the report of one trial breaks, in their order."""
    if not reported(report):
        counts = rules.asked and rules.unreported == "invalid"
        return ("unreported",) if counts else ()
    pictures: Sequence[Mapping[str, Any]] = report["pictures"]
    told: Sequence[float] = report.get("smallest_viewport") or report["viewport"]
    shortest = min((each["shown_ms"] for each in pictures), default=inf)
    smallest = min((scale(report, each) for each in pictures), default=inf)
    found = {
        NOT_DECODED: any(each["decoded_ms"] is None for each in pictures),
        "min_scale": rules.min_scale is not None and smallest < rules.min_scale * TOLERANCE,
        "fully_visible": rules.fully_visible
        and any(each["visible_ms"] is None for each in pictures),
        "min_shown_ms": rules.min_shown_ms is not None and shortest < rules.min_shown_ms,
        "max_hidden_ms": rules.max_hidden_ms is not None
        and report["hidden_ms"] > rules.max_hidden_ms,
        "min_viewport": rules.min_viewport is not None
        and any(has < asks for has, asks in zip(told, rules.min_viewport, strict=True)),
    }
    return tuple(rule for rule in RULES if found.get(rule))


def reported(report: Mapping[str, Any]) -> bool:
    """Whether the browser told how pictures were looked at, or that there were none."""
    return bool(report) and (bool(report["pictures"]) or report["mode"] == NO_PICTURES)


def scale(report: Mapping[str, Any], picture: Mapping[str, Any]) -> float:
    """Screen pixels per pixel of the picture, at the largest it was seen; 0.0 where unknown.

    Browsers tell it as it was at each moment; where one did not, it follows from the sizes and the
    ratio when the answer was sent. Size and spot are shared by the pictures of a stage, so its
    largest zoom holds for each of them.
    On a wall one picture is enlarged at a time: there only the size on the page counts.
    """
    if picture.get("screen_pixels") is not None:
        return float(picture["screen_pixels"])
    natural, rendered = picture["natural"], picture["rendered"]
    if not (natural[0] and natural[1]):
        return 0.0
    shown = min(rendered[0] / natural[0], rendered[1] / natural[1])
    largest = shown if report["mode"] == "wall" else max(shown, report["largest_zoom"])
    return float(largest * report["pixel_ratio"])


def left_out(rules: ViewingRules, report: Mapping[str, Any]) -> tuple[str, ...]:
    """The broken rules for which the answer is left out of analyses, as the file has it."""
    rules_broken = broken(rules, report)
    if rules.consequence == "exclude":
        return rules_broken
    return tuple(rule for rule in rules_broken if rule == NOT_DECODED)
