"""The reference of a method for a terminal, from the declaration of its settings."""

import inspect
from collections.abc import Mapping
from typing import Any

from config.plugins import PluginFolder

BOUNDS = {
    "minimum": "≥",
    "exclusiveMinimum": ">",
    "maximum": "≤",
    "exclusiveMaximum": "<",
    "multipleOf": "a multiple of",
}


def listing(catalogue: PluginFolder[Any]) -> str:
    """All methods in a line."""
    return f"one of: {', '.join(catalogue.names())}"


def describe(catalogue: PluginFolder[Any], name: str) -> str:
    """Label, what it does, its settings with types, defaults and bounds, and its presets."""
    cls = catalogue.load(name)
    needs = ", ".join(getattr(cls, "needs", ())) or "none"
    presets = catalogue.presets(name)
    return "\n".join(
        [
            f"{name}: {cls.label}, version {cls.version}",
            "",
            inspect.getdoc(cls) or "",
            "",
            f"Networks: {needs}",
            "",
            "Settings (--set KEY=VALUE):",
            *[_setting(key, said) for key, said in _properties(catalogue, name).items()],
            "",
            "Presets (--preset NAME):" if presets else "Presets: none",
            *[f"  {key}: {_told(values)}" for key, values in presets.items()],
        ]
    )


def _properties(catalogue: PluginFolder[Any], name: str) -> Mapping[str, Mapping[str, Any]]:
    properties: Mapping[str, Mapping[str, Any]] = catalogue.schema(name).get("properties", {})
    return properties


def _setting(key: str, said: Mapping[str, Any]) -> str:
    bounds = [f"{sign} {said[bound]}" for bound, sign in BOUNDS.items() if bound in said]
    choices = [f"one of {', '.join(map(str, said['enum']))}"] if "enum" in said else []
    kind = [str(said["type"])] if "type" in said and not choices else []
    told = ", ".join([*kind, *choices, *bounds, f"default {said.get('default')}"])
    return f"  {key} ({told})\n      {said.get('description', '')}".rstrip()


def _told(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{key}={value}" for key, value in values.items()) or "the defaults"
