"""Filters of the researchers' templates: how a condition, a duration, an item are written."""

from datetime import UTC, datetime, timedelta

from django import template
from django.utils import timezone
from django.utils.timesince import timesince

from studies.models import Item, Response, Study
from studies.reads.gallery import levels_beside_artist
from studies.rights.free_text import masked
from studies.rights.texts import text_questions

register = template.Library()


@register.filter
def condition(item: Item) -> str:
    """`glaze · 0.05 · jpeg-75`; practice items have no condition."""
    return " · ".join(levels_beside_artist(item)) if item.condition else "practice"


@register.filter
def leaving(response: Response, study: Study) -> str:
    """The answer in lower case; free text masked as patterns would (a person decides on Texts)."""
    own = response.question in text_questions(study)
    said = response.answer if own or response.details.get("other") else ""
    return masked(said) if said else response.answer.lower()


@register.filter
def seconds(milliseconds: int | None) -> str:
    """`4.2`; empty where nothing was measured."""
    return "" if milliseconds is None else f"{milliseconds / 1000:.1f}"


@register.filter
def moment(written: str) -> str:
    """`23 Nov 2026, 14:05 UTC`, of a time that a file has in ISO 8601."""
    return f"{datetime.fromisoformat(written).astimezone(UTC):%-d %b %Y, %H:%M} UTC"


@register.filter
def ago(moment: datetime) -> str:
    """`just now`, `5 minutes ago`, `2 days ago`."""
    if timezone.now() - moment < timedelta(minutes=1):
        return "just now"
    return f"{timesince(moment, depth=1)} ago"


@register.filter
def told(value: object) -> str:
    """A detail of an event as text: lists are joined, everything else is as it is."""
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)
