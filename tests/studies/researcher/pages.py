"""Addresses of researchers' pages, and what is on them."""

import re

from django.test import Client
from django.urls import reverse

import evaluation.urls
from studies.urls import RESEARCHER
from tests.studies.researcher_scene import digest

SLUG = "acceptability-demo"
POSTS = ["generate", "launch", "pause", "resume", "close", "amend", "recruit", "decide"]
POSTS += ["judge_texts", "check_blindness", "asked_again"]
NOT_IN_THE_SCENE = ["preview_stripes"]
"""Its study has no skill task."""
SAMPLES = {
    "position": 0,
    "number": 1,
    "place": 1,
    "step": "guide",
    "pk": 1,
    "stem": "psr-1",
    "name": "report.html",
    "deed": "reconcile",
    "code": f"P-{digest(f'{SLUG}0')[:5].upper()}",
}
"""What further parts of an address are filled with."""


def about_a_study() -> dict[str, str]:
    """Name → address of every page about one study, in any app: a new one is here by itself."""
    found = {}
    for app, patterns in (("studies", RESEARCHER), ("evaluation", evaluation.urls.urlpatterns)):
        for pattern in patterns:
            parts = pattern.pattern.regex.groupindex
            if "slug" in parts:
                values = {part: SAMPLES[part] for part in parts if part != "slug"}
                name = f"{app}:{pattern.name}"
                found[name] = reverse(name, kwargs={"slug": SLUG, **values})
    return found


PAGES = [f"studies:{p.name}" for p in RESEARCHER if "slug" in p.pattern.regex.groupindex]
PAGES += [
    f"evaluation:{p.name}"
    for p in evaluation.urls.urlpatterns
    if "slug" in p.pattern.regex.groupindex
]


def page(client: Client, name: str, *args: object, **query: str) -> str:
    """The text of a page that must be there."""
    response = client.get(reverse(f"studies:{name}", args=args), query)
    assert response.status_code == 200
    return response.content.decode()


def address(name: str) -> str:
    """The address of a page about Alice's study."""
    return about_a_study()[name if ":" in name else f"studies:{name}"]


def plain(text: str) -> str:
    """A page without tags and runs of white space."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))
