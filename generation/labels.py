"""What steps are called on pages, read without importing a method and with it torch."""

from collections.abc import Mapping
from typing import Any

from generation.declared import declared
from generation.recipe import ARTWORK, CAPTIONS, MIMIC
from generation.steps import KINDS

KIND_NAMES = {
    ARTWORK: "Artwork",
    "preparation": "Working copy",
    "style_transfer": "Style transfer Ω",
    "protection": "Protection",
    "purification": "Purification",
    "mimic": "Mimic",
    "painting": "Painting",
    "edit": "Edit",
    "degradation": "Degradation",
    "amplification": "Enlarged difference",
}


GIST = ("budget", "target", "strength")
"""Settings that say most, where a method has them."""


def kind_name(kind: str) -> str:
    """The step's family, in the field's words."""
    return KIND_NAMES.get(kind, kind.replace("_", " ").capitalize())


def method_label(kind: str, method: str) -> str:
    """The `label` of a method, e.g. “Glaze-style (re-implementation)”; its name where unknown."""
    if kind not in KINDS:
        return method
    return str(declared(KINDS[kind].catalogue, method, "label", method))


def gist(kind: str, settings: Mapping[str, Any]) -> str:
    """The one or two settings that tell a step from its siblings."""
    if kind == ARTWORK:
        return ""
    if kind == MIMIC:
        number = len(settings[CAPTIONS])
        return f"of {number} picture{'' if number == 1 else 's'}"
    if "prompt" in settings:
        return f"“{settings['prompt']}”"
    shown = {name: settings[name] for name in GIST if name in settings} or settings
    return ", ".join(f"{name} {_short(value)}" for name, value in list(shown.items())[:2])


def _short(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)[:24]
