"""What a method's file declares as constants, read without importing it and with it torch."""

import ast
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from config.plugins import PluginFolder


@cache
def declared(catalogue: PluginFolder[Any], method: str, name: str, otherwise: Any) -> Any:
    """The class attribute `name: ClassVar[...] = constant` of `method`; `otherwise` without one."""
    module = catalogue.module(method)
    return next(_constants(module, name), otherwise) if module else otherwise


def _constants(module: str, name: str) -> Iterator[Any]:
    for statement in ast.walk(_tree(module)):
        if (
            isinstance(statement, ast.AnnAssign)
            and isinstance(statement.target, ast.Name)
            and statement.target.id == name
            and statement.value is not None
        ):
            yield ast.literal_eval(statement.value)


@cache
def _tree(module: str) -> ast.Module:
    spec = find_spec(module)
    if spec is None or spec.origin is None:
        return ast.Module([], [])
    return ast.parse(Path(spec.origin).read_text(encoding="utf-8"))
