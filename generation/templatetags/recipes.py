"""Recipes in words: filters of the image pages."""

from collections.abc import Mapping
from typing import Any

from django import template

from generation import labels
from generation.models import Recipe
from generation.recipe import CAPTIONS, MIMIC

register = template.Library()


@register.filter
def kind_name(recipe: Recipe) -> str:
    """“Protection”, “Working copy”, …"""
    return labels.kind_name(recipe.kind)


@register.filter
def method_label(recipe: Recipe) -> str:
    """“Glaze-style (re-implementation)”, …"""
    return labels.method_label(recipe.kind, recipe.method)


@register.filter
def gist(recipe: Recipe) -> str:
    """“budget 0.05”, …"""
    return labels.gist(recipe.kind, recipe.document["settings"])


@register.filter
def settings_in_order(recipe: Recipe) -> list[tuple[str, Any]]:
    """Names and values of the settings; the captions stand beside the pictures of a mimic."""
    settings: Mapping[str, Any] = recipe.document["settings"]
    return [(name, _told(value)) for name, value in settings.items() if name != CAPTIONS]


def _told(value: Any) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value in (None, "") else value


@register.filter
def counted(recipe: Recipe, number: int) -> str:
    """What so many recipes of this kind make: “3 images”, “1 mimic”."""
    noun = "mimic" if recipe.kind == MIMIC else "image"
    return f"{number} {noun}{'' if number == 1 else 's'}"


@register.filter
def realised_in_words(realised: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Name, number and unit of each realised distance, in the order in which they are told."""
    told = []
    if "linf" in realised:
        levels = round(realised["linf"] * 255)
        told.append(("L∞", f"{levels}/255", f"{realised['linf']:.4f} on [0, 1]: largest change"))
    if "l2" in realised:
        told.append(("L2", f"{realised['l2']:.2f}", "on [0, 1], over all pixels"))
    if "lpips" in realised:
        told.append(("LPIPS", f"{realised['lpips']:.4f}", "perceptual distance"))
    return told
