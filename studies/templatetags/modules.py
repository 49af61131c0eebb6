"""The scripts of a trial's page, under names that hold their hash: said once for each process."""

import json
from functools import lru_cache
from typing import Any

from django import template
from django.conf import settings
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

ENTRY = "rater/trial.js"
MODULES = tuple(
    f"rater/{name}.js"
    for name in (
        "answers",
        "draft",
        "flicker",
        "gestures",
        "in_place",
        "keys",
        "lens",
        "marks",
        "nothing",
        "pictures",
        "saving",
        "shot",
        "slider",
        "stage",
        "swap",
        "turn",
        "viewing",
        "wall",
        "words",
    )
)
"""What the entry imports, and what that imports: all fetched at once, so that a slow line waits
once, and a release is never mixed with the one before."""


@register.simple_tag(takes_context=True)
def trial_modules(context: dict[str, Any]) -> SafeString:
    """The import map, the preloads and the entry."""
    names, links = _modules()
    nonce = context["request"].csp_nonce
    return format_html('<script type="importmap" nonce="{}">{}</script>{}', nonce, names, links)


@lru_cache
def _modules() -> tuple[SafeString, SafeString]:
    hashed = {name: static(name) for name in MODULES}
    names = json.dumps(
        {"imports": {settings.STATIC_URL + name: address for name, address in hashed.items()}}
    )
    preloads = format_html_join(
        "", '<link rel="modulepreload" href="{}">', ((address,) for address in hashed.values())
    )
    entry = format_html('<script type="module" src="{}"></script>', static(ENTRY))
    return mark_safe(names), preloads + entry  # noqa: S308 (addresses of our own files)
