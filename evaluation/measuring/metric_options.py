"""Metrics and set metrics as a command names them, with the settings of --preset and --set."""

import json
from collections.abc import Sequence
from typing import Any

from django.core.management.base import CommandError

from config.plugins import PluginFolder
from evaluation.choices import Entry
from evaluation.set_metrics import SET_METRICS


def named(
    names: Sequence[str], catalogue: PluginFolder[Any], options: dict[str, Any]
) -> list[Entry]:
    """With the settings given by --preset and, over them, by --set; raises CommandError."""
    given = _presets(names, catalogue, options["preset"])
    for text in options["values"]:
        place, equals, value = text.partition("=")
        metric, dot, key = place.partition(".")
        if not (equals and dot) or metric not in names:
            raise CommandError(
                f"--set: write METRIC.KEY=VALUE with a metric of {_option(catalogue)}, not"
                f" “{text}”."
            )
        given.setdefault(metric, {})[key] = _value(value)
    return [{name: given[name]} if name in given else name for name in names]


def _presets(
    names: Sequence[str], catalogue: PluginFolder[Any], texts: Sequence[str]
) -> dict[str, dict[str, Any]]:
    """Metric → the settings of the preset that --preset names for it."""
    given: dict[str, dict[str, Any]] = {}
    for text in texts:
        metric, _, name = text.partition("=")
        if metric not in names:
            raise CommandError(
                f"--preset: write METRIC=NAME with a metric of {_option(catalogue)}, not “{text}”."
            )
        presets = catalogue.presets(metric)
        if name not in presets:
            known = ", ".join(presets) or "none"
            raise CommandError(f"{metric} has no preset “{name}”; it has: {known}.")
        given[metric] = dict(presets[name])
    return given


def _option(catalogue: PluginFolder[Any]) -> str:
    return "--set-metric" if catalogue is SET_METRICS else "--metric"


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
