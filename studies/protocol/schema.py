"""The published JSON Schema: the file's structure, and the settings of every plugin by its name.

Editors complete and check an experiment file with it while it is written. Names that it does not
know stay possible: other packages may add plugins.
"""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from config.plugins import PluginFolder
from generation.degradations import DEGRADATIONS
from generation.mimicry import MIMICRY
from generation.paintings import PAINTINGS
from generation.preparations import PREPARATIONS
from generation.protections import PROTECTIONS
from generation.purifications import PURIFICATIONS
from generation.style_transfers import STYLE_TRANSFERS
from studies.channels import CHANNELS
from studies.checks import CHECKS
from studies.protocol.experiment import Experiment
from studies.trials import TRIALS

Schema = dict[str, Any]
Catalogue = PluginFolder[Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema() -> Schema:
    """The structure of the file; imports no plugin."""
    return {"$schema": DIALECT, **Experiment.model_json_schema()}


def full_schema(analyses: Catalogue) -> Schema:
    """The structure with the settings of every plugin; imports them all."""
    schema = json_schema()
    parts: Schema = schema["$defs"]
    method, kind = parts.pop("Method"), parts.pop("Kind")
    for name, base, key, catalogue in (
        ("Preparation", method, "method", PREPARATIONS),
        ("Purification", method, "method", PURIFICATIONS),
        ("Protection", parts["Protection"], "method", PROTECTIONS),
        ("Style", parts["Style"], "transfer", STYLE_TRANSFERS),
        ("Mimicry", parts["Mimicry"], "method", MIMICRY),
        ("Degradation", parts["Degradation"], "method", DEGRADATIONS),
        ("Trial", kind, "kind", TRIALS),
        ("Channel", kind, "kind", CHANNELS),
        ("Check", parts["Check"], "check", CHECKS),
    ):
        parts[name] = _with_plugins(base, key, catalogue, parts)
    paintings = parts["Paintings"]["properties"]
    paintings["sampler"] = _settings(PAINTINGS, "prompt", parts)
    paintings["preset"] = {"enum": [*PAINTINGS.presets("prompt"), None]}
    stimuli, study = parts["Stimuli"]["properties"], parts["Fieldwork"]["properties"]
    _point(stimuli["preparation"], "Method", "Preparation")
    _point(stimuli["purifications"], "Method", "Purification")
    _point(study["trial"], "Kind", "Trial")
    _point(study["channel"], "Kind", "Channel")
    parts["Analysis"]["properties"]["analyses"]["properties"] = {
        name: _settings(analyses, name, parts) for name in analyses.names()
    }
    return schema


def _with_plugins(base: Schema, key: str, catalogue: Catalogue, parts: Schema) -> Schema:
    """`base`, in which the plugin that is named under `key` says which settings there are."""
    section = deepcopy(base)
    section["properties"][key]["examples"] = catalogue.names()
    section["allOf"] = [
        {
            "if": {"properties": {key: {"const": name}}},
            "then": {"properties": _choices(catalogue, name, parts)},
        }
        for name in catalogue.names()
    ]
    return section


def _choices(catalogue: Catalogue, name: str, parts: Schema) -> Schema:
    presets = list(catalogue.presets(name))
    settings = _settings(catalogue, name, parts)
    return (
        {"settings": settings, "preset": {"enum": [*presets, None]}}
        if presets
        else {"settings": settings}
    )


def _settings(catalogue: Catalogue, name: str, parts: Schema) -> Schema:
    """The settings of one plugin; all may be left out, since a preset may give them."""
    schema = catalogue.schema(name)
    parts.update(schema.pop("$defs", {}))
    schema.pop("required", None)
    return schema


def _point(schema: Schema, old: str, new: str) -> None:
    """Let every reference to the section `old` within `schema` be one to `new`."""
    if schema.get("$ref") == f"#/$defs/{old}":
        schema["$ref"] = f"#/$defs/{new}"
    for part in schema.values():
        for inner in part if isinstance(part, list) else [part]:
            if isinstance(inner, Mapping):
                _point(inner, old, new)  # type: ignore[arg-type]
