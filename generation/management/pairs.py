"""Settings as they are typed: `key=value`."""

import json
from collections.abc import Sequence
from typing import Any

from django.core.management.base import CommandError


def from_pairs(texts: Sequence[str], option: str = "--set") -> dict[str, Any]:
    """Settings from `key=value` texts, each value read as JSON where it is some."""
    given = dict(pair(text, option) for text in texts)
    return {key: _value(text) for key, text in given.items()}


def pair(text: str, option: str) -> tuple[str, str]:
    """The two sides of `key=value`; raises CommandError where there are none."""
    key, equals, value = text.partition("=")
    if not (key and equals):
        raise CommandError(f"{option}: write KEY=VALUE, not “{text}”.")
    return key, value


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
