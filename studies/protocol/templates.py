"""Captions and prompts with placeholders: `{title} by {painter}`, filled from a record."""

import re
from collections.abc import Mapping

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")

OF_A_PAINTER = ("painter", "genre")
"""What a prompt may name: it is about a painter, and about no artwork."""


class TemplateError(ValueError):
    """A template that cannot be filled; the message says what is wrong or missing."""


def placeholders(template: str) -> list[str]:
    """The names in braces, each once; raises TemplateError where a brace has no partner."""
    rest = PLACEHOLDER.sub("", template)
    if "{" in rest or "}" in rest:
        raise TemplateError(f"a brace has no partner in “{template}”")
    names = list(dict.fromkeys(PLACEHOLDER.findall(template)))
    if "" in names:
        raise TemplateError(f"a name is missing between the braces in “{template}”")
    return names


def check_prompt(template: str) -> str:
    """The template of a prompt, if it names a painter's properties only; else TemplateError."""
    for name in placeholders(template):
        if name not in OF_A_PAINTER:
            known = ", ".join(f"{{{known}}}" for known in OF_A_PAINTER)
            raise TemplateError(
                f"there is no placeholder {{{name}}} for prompts; there are: {known}"
            )
    return template


def check_caption(template: str) -> str:
    """The template of a caption, if its braces are in order; else TemplateError."""
    placeholders(template)
    return template


def fill(template: str, record: Mapping[str, str]) -> str:
    """The template with every placeholder replaced; raises KeyError for what the record lacks."""
    return PLACEHOLDER.sub(lambda found: record[found[1]], template)
