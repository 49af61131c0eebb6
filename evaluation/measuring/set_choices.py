"""Set metrics as plans and commands name them: `kid`, or `kid: {features: clip}`. Pure."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Annotated, Any

from pydantic import AfterValidator

from config.plugins import PluginError, record
from evaluation.choices import Entry
from evaluation.set_metrics import SET_METRICS, SetMetric, needs
from generation.networks import NetworkRecord

SEED = 0
"""Of the draws; part of what a stored value depends on."""


@dataclass(frozen=True)
class SetChoice:
    """A set metric with its settings."""

    plugin: str
    built: SetMetric

    @property
    def name(self) -> str:
        """“kid(features=clip)”: the settings that are not the default."""
        return named(self.plugin, record(self.built))

    def provenance(self, records: Mapping[str, NetworkRecord]) -> tuple[str, dict[str, Any]]:
        """What a value depends on besides its pictures: the hash of it, and itself as JSON."""
        document = {
            "set_metric": self.plugin,
            "version": self.built.version,
            "settings": record(self.built),
            "networks": {role: asdict(records[role]) for role in needs(self.built)},
            "seed": SEED,
        }
        text = json.dumps(document, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest(), document


def named(plugin: str, settings: Mapping[str, Any]) -> str:
    """A set metric and those of its settings that are not the default, as one text."""
    usual = record(SET_METRICS.build(plugin)) if plugin in SET_METRICS else {}
    told = [f"{key}={value}" for key, value in settings.items() if usual.get(key) != value]
    return f"{plugin}({', '.join(told)})" if told else plugin


def label_of(name: str) -> str:
    """How it is written: “KID (features=clip)”; its own name where it is none of ours."""
    plugin, _, settings = name.partition("(")
    if plugin not in SET_METRICS:
        return name
    label = SET_METRICS.load(plugin).label
    return f"{label} ({settings}" if settings else label


def set_choices(entries: Sequence[Entry]) -> list[SetChoice]:
    """The set metrics that entries ask for, each once; raises PluginError."""
    chosen = [
        SetChoice(name, SET_METRICS.build(name, given)) for name, given in map(_apart, entries)
    ]
    return list({choice.name: choice for choice in chosen}.values())


def _apart(entry: Entry) -> tuple[str, dict[str, Any]]:
    if isinstance(entry, str):
        return entry, {}
    if len(entry) != 1:
        raise PluginError("write one set metric an entry: `- name` or `- name: {setting: value}`.")
    ((name, settings),) = entry.items()
    return name, settings


def _filled(entry: Entry) -> Entry:
    """With every setting written out, so that a plan can be frozen."""
    try:
        (choice,) = set_choices([entry])
    except PluginError as error:
        raise ValueError(str(error)) from error
    return {choice.plugin: record(choice.built)}


SetMetricChoices = tuple[Annotated[Entry, AfterValidator(_filled)], ...]
"""Set metrics as a setting of an analysis."""
