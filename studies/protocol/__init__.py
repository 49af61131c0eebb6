"""The experiment file: one YAML text in, one checked `Experiment` or all its problems out.

`read` checks a file against its schema and the catalogues; `structure` checks the schema only;
`restore` takes up a stored document. The last two import no plugin, so the web may call them.
"""

import json
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from config.plugins import PluginFolder
from generation.recipe import canonical_json, digest
from studies.protocol.catalogues import resolve
from studies.protocol.document import MAX_BYTES, parse
from studies.protocol.experiment import Experiment
from studies.protocol.problems import Lines, Problem, ProtocolError, from_validation
from studies.protocol.schema import json_schema
from studies.protocol.sections import CLEAN, amount

__all__ = [
    "CLEAN",
    "MAX_BYTES",
    "Experiment",
    "Problem",
    "ProtocolError",
    "amount",
    "canonical",
    "document",
    "json_schema",
    "read",
    "restore",
    "sha256",
    "structure",
]


def read(text: str, analyses: PluginFolder[Any] | None = None) -> Experiment:
    """The experiment in `text`, with every plugin's settings checked and filled in.

    `analyses` is the catalogue of analyses (it belongs to another app); without it that section is
    checked by shape only. Raises ProtocolError holding every problem with its line.
    """
    data, lines = parse(text)
    return resolve(_checked(data, lines), lines, analyses)


def structure(text: str) -> Experiment:
    """The experiment as written: no plugin is imported, no default of a plugin filled in."""
    return _checked(*parse(text))


def restore(stored: Mapping[str, Any]) -> Experiment:
    """The experiment of a stored document (`document`)."""
    return _checked(dict(stored), {})


def document(experiment: Experiment) -> dict[str, Any]:
    """Plain JSON values, as stored."""
    return experiment.model_dump(mode="json")


def canonical(experiment: Experiment) -> str:
    """The one JSON text of an experiment, written as recipes are."""
    return canonical_json(document(experiment))


def sha256(experiment: Experiment) -> str:
    """Hash of the canonical JSON, as 64 hexadecimal digits."""
    return digest(document(experiment))


def _checked(data: Any, lines: Lines) -> Experiment:
    try:
        return Experiment.model_validate_json(json.dumps(data))
    except ValidationError as error:
        raise ProtocolError(list(from_validation(error, lines))) from error
