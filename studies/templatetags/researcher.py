"""Filters of the researchers' templates: how a condition, a duration, an item are written."""

from django import template

from studies.gallery import levels_beside_artist
from studies.models import Item

register = template.Library()


@register.filter
def condition(item: Item) -> str:
    """`glaze · 0.05 · none`; practice items have no condition."""
    return " · ".join(levels_beside_artist(item)) if item.condition else "practice"


@register.filter
def seconds(milliseconds: int | None) -> str:
    """`4.2`; empty where nothing was measured."""
    return "" if milliseconds is None else f"{milliseconds / 1000:.1f}"
