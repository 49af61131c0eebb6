"""A folder of modules is a catalogue: a file's name is its plugin's name.

Every catalogue of the project (protections, purifications, trials, metrics, analyses, ...) is a
`PluginFolder`. Listing names imports nothing, so the web process never loads torch; a plugin's
file is imported when it is first used. A plugin is the one public class of its file: a frozen
dataclass (`@plugin`) whose typed fields are its settings, with bounds, units and a sentence each.
From that one declaration come validation, forms, command-line options, the record stored beside
an image, the JSON Schema and the reference pages.

Packages outside the project add plugins by entry point, in the group `connoisseur.<folder>`
(for instance `connoisseur.generation.protections`), entry name = plugin name.
"""

import dataclasses
import pkgutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from inspect import isclass
from typing import Any, Generic, TypeVar, cast, dataclass_transform

from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as pydantic_dataclass

Contract = TypeVar("Contract")
Class = TypeVar("Class")

Settings = Mapping[str, Any]


class PluginError(ValueError):
    """A plugin that does not exist, or settings it cannot take; the message says what to do."""


@dataclass_transform(frozen_default=True, kw_only_default=True)
def plugin(cls: type[Class]) -> type[Class]:
    """Make a class a plugin: a frozen, keyword-only dataclass whose fields are checked settings."""
    config = ConfigDict(extra="forbid", allow_inf_nan=False, use_attribute_docstrings=True)
    decorate = pydantic_dataclass(frozen=True, kw_only=True, config=config)
    return cast(Callable[[type[Class]], type[Class]], decorate)(cls)


def record(instance: object) -> dict[str, Any]:
    """The settings of a plugin as plain JSON values, as stored beside what it made."""
    values = TypeAdapter(type(instance)).dump_python(instance, mode="json")
    return cast(dict[str, Any], values)


@dataclass(frozen=True)
class PluginFolder(Generic[Contract]):
    """The catalogue of one folder, e.g. `PluginFolder[Protection]("generation.protections")`."""

    package: str

    def names(self) -> list[str]:
        """Names of all plugins, sorted, without importing any of them."""
        return sorted({*self._modules(), *self._entry_points()})

    def __contains__(self, name: object) -> bool:
        """Whether there is a plugin called `name`; imports nothing."""
        return name in self._modules() or name in self._entry_points()

    def load(self, name: str) -> type[Contract]:
        """The class of the plugin called `name`; raises PluginError where there is none."""
        if name in self._modules():
            return self._public_class(name)
        if name in self._entry_points():
            return cast(type[Contract], self._entry_points()[name].load())
        raise PluginError(f"There is no {self.noun} called “{name}”. {self._choices()}")

    def module(self, name: str) -> str | None:
        """The module of the plugin called `name`, not imported; None where there is none."""
        if name in self._modules():
            return f"{self.package}.{name}"
        point = self._entry_points().get(name)
        return point.module if point else None

    def build(
        self, name: str, settings: Settings | None = None, preset: str | None = None
    ) -> Contract:
        """A plugin with its settings: defaults, over them a preset's, over them `settings`.

        Raises PluginError with one plain sentence where a setting is unknown or out of bounds.
        """
        cls = self.load(name)
        values = {**self._preset(name, preset), **(settings or {})}
        try:
            return TypeAdapter(cls).validate_python(values)
        except ValidationError as error:
            sentences = explain(error, self.settings(name))
            raise PluginError(f"{self.noun} {name}: {sentences}") from error

    def presets(self, name: str) -> Mapping[str, Settings]:
        """The named settings a plugin ships (its `presets` class attribute)."""
        return cast(Mapping[str, Settings], getattr(self.load(name), "presets", {}))

    def schema(self, name: str) -> dict[str, Any]:
        """JSON Schema of the plugin's settings."""
        return TypeAdapter(self.load(name)).json_schema()

    def settings(self, name: str) -> Sequence[str]:
        """Names of the plugin's settings, in the order of its file."""
        return [field.name for field in dataclasses.fields(cast(Any, self.load(name)))]

    @property
    def noun(self) -> str:
        """What one plugin of this folder is called in messages: `protections` → `protection`."""
        folder = self.package.rpartition(".")[2].replace("_", " ")
        return folder[:-2] + "is" if folder.endswith("yses") else folder.removesuffix("s")

    def _choices(self) -> str:
        return f"Choose one of: {', '.join(self.names())}."

    def _preset(self, name: str, preset: str | None) -> Settings:
        if preset is None:
            return {}
        presets = self.presets(name)
        if preset not in presets:
            known = ", ".join(presets) or "none"
            raise PluginError(f"{self.noun} {name} has no preset “{preset}”; it has: {known}.")
        return presets[preset]

    def _modules(self) -> list[str]:
        spec = find_spec(self.package)
        paths = spec.submodule_search_locations if spec else None
        return [module.name for module in pkgutil.iter_modules(paths) if module.name[0] != "_"]

    def _entry_points(self) -> Mapping[str, EntryPoint]:
        return _installed(self.package, tuple(sys.path))

    def _public_class(self, name: str) -> type[Contract]:
        module = import_module(f"{self.package}.{name}")
        classes = [
            member
            for key, member in vars(module).items()
            if isclass(member) and member.__module__ == module.__name__ and key[0] != "_"
        ]
        if len(classes) != 1:
            found = ", ".join(cls.__name__ for cls in classes) or "none"
            raise PluginError(f"{module.__name__} must hold one public class; it holds: {found}.")
        return cast(type[Contract], classes[0])


@lru_cache  # reads the metadata of every installed package: 16 ms, and the same each time
def _installed(package: str, path: tuple[str, ...]) -> Mapping[str, EntryPoint]:  # noqa: ARG001
    """Plugins of other packages found on the import `path`."""
    return {point.name: point for point in entry_points(group=f"connoisseur.{package}")}


def explain(error: ValidationError, settings: Sequence[str]) -> str:
    """Pydantic's findings as plain sentences: which setting, what is wrong, what was given."""
    findings = error.errors(include_url=False)
    return " ".join(_sentence(dict(finding), settings) for finding in findings)


def _sentence(finding: dict[str, Any], settings: Sequence[str]) -> str:
    where = ".".join(str(part) for part in finding["loc"]) or "settings"
    if finding["type"] == "unexpected_keyword_argument":
        return f"there is no setting “{where}”; there are: {', '.join(settings) or 'none'}."
    if finding["type"] in {"missing", "missing_argument"}:
        return f"the setting “{where}” is missing."
    if finding["type"] == "value_error":  # a plugin's own sentence, about several settings
        return str(finding["ctx"]["error"])
    message = finding["msg"][0].lower() + finding["msg"][1:]
    return f"{where}: {message} (given: {finding['input']!r})."
