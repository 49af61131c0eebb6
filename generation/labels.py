"""What steps are called on pages, read without importing a method and with it torch."""

import ast
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from generation.recipe import ARTWORK
from generation.steps import KINDS

KIND_NAMES = {
    ARTWORK: "Artwork",
    "preparation": "Working copy",
    "style_transfer": "Style transfer Ω",
    "protection": "Protection",
    "purification": "Purification",
}


def kind_name(kind: str) -> str:
    """The step's family, in the field's words."""
    return KIND_NAMES.get(kind, kind.replace("_", " ").capitalize())


@cache
def method_label(kind: str, method: str) -> str:
    """The `label` of a method, e.g. “Glaze-style (re-implementation)”; its name where unknown."""
    if kind not in KINDS:
        return method
    spec = find_spec(f"{KINDS[kind].catalogue.package}.{method}")
    if spec is None or spec.origin is None:
        return method
    tree = ast.parse(Path(spec.origin).read_text(encoding="utf-8"))
    return next(_labels(tree), method)


def _labels(tree: ast.Module) -> Iterator[str]:
    for statement in ast.walk(tree):
        if (
            isinstance(statement, ast.AnnAssign)
            and isinstance(statement.target, ast.Name)
            and statement.target.id == "label"
            and isinstance(statement.value, ast.Constant)
        ):
            yield str(statement.value.value)


def gist(kind: str, settings: Mapping[str, Any]) -> str:
    """The one or two settings that tell a step from its siblings."""
    if kind == ARTWORK:
        return ""
    shown = {name: settings[name] for name in ("budget", "target") if name in settings} or settings
    return ", ".join(f"{name} {_short(value)}" for name, value in list(shown.items())[:2])


def _short(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)[:24]
