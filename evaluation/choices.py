"""Metrics as plans, commands and tables name them: which, with which settings, which number of it.

A plan names a metric plainly (`lpips`), or with settings (`clip_genre: {mode: legacy}`), and may
pick one of its numbers (`clip_genre.margin`). In tables a number's name is one text,
`clip_genre(mode=legacy).margin`, in which settings stand that are not the default. Pure.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from config.plugins import PluginError, Settings, record
from evaluation.metrics import METRICS, Metric

Entry = str | dict[str, dict[str, Any]]
"""One metric of a plan: its name, or its name and its settings."""

NAME = re.compile(r"(?P<metric>[^.(]+)(?:\((?P<settings>.*)\))?(?:\.(?P<part>\w+))?")


@dataclass(frozen=True)
class Choice:
    """A metric with settings; `part` is one of its numbers, empty for all of them."""

    metric: str
    settings: Settings = field(default_factory=dict)
    part: str = ""

    @property
    def built(self) -> Metric:
        """The metric; raises PluginError."""
        return METRICS.build(self.metric, self.settings)

    @property
    def name(self) -> str:
        """“clip_genre(mode=legacy)”: the same text for the same settings, however written."""
        return named(self.metric, record(self.built))

    @property
    def numbers(self) -> list[str]:
        """Names of its numbers in tables: “clip_genre(mode=legacy).margin”, ..."""
        parts = [self.part] if self.part else list(METRICS.load(self.metric).parts) or [""]
        return [joined(self.name, part) for part in parts]


def named(metric: str, settings: Settings) -> str:
    """A metric and those of its settings that are not the default, as one text."""
    usual = record(METRICS.build(metric)) if metric in METRICS else {}
    told = [f"{key}={_text(value)}" for key, value in settings.items() if usual.get(key) != value]
    return f"{metric}({', '.join(told)})" if told else metric


def joined(name: str, part: str) -> str:
    """“lpips”, “clip_genre.margin”"""
    return f"{name}.{part}" if part else name


def taken_apart(name: str) -> tuple[str, str, str]:
    """Metric, settings as written in the name, part: of a name in a table, ours or not."""
    found = NAME.fullmatch(name)
    if found is None:
        return name, "", ""
    return found["metric"], found["settings"] or "", found["part"] or ""


def whole(name: str) -> str:
    """The metric that a number in a table is of, with its settings: without `.margin`."""
    part = taken_apart(name)[2]
    return name.removesuffix(f".{part}") if part else name


def choice_of(entry: Entry) -> Choice:
    """What an entry of a plan means; raises PluginError for what no catalogue or metric knows."""
    written, settings = _written(entry)
    metric, inside, part = taken_apart(written)
    if inside:
        raise PluginError(
            f"write the settings of {metric} as a section, {metric}: {{…}}, not as “{written}”."
        )
    known = METRICS.load(metric).parts
    if part and part not in known:
        has = f"it has: {', '.join(known)}" if known else "it gives one number only"
        raise PluginError(f"metric {metric} gives no number called “{part}”; {has}.")
    METRICS.build(metric, settings)
    return Choice(metric, settings, part)


def numbers_of(entries: Iterable[Entry]) -> list[str]:
    """Names in tables of all numbers that the entries ask for, in their order, each once.

    A name that is no metric of ours stands for itself: measurements may come from elsewhere.
    """
    found = [number for entry in entries for number in _numbers(entry)]
    return list(dict.fromkeys(found))


def choices_of(entries: Iterable[Entry]) -> list[Choice]:
    """The metrics that the entries ask for, each whole and once; raises PluginError."""
    chosen = [Choice(choice.metric, choice.settings) for choice in map(choice_of, entries)]
    return list({choice.name: choice for choice in chosen}.values())


def ours(entries: Iterable[Entry]) -> list[Entry]:
    """Those entries that name a metric of the catalogue: measurements may come from elsewhere."""
    apart = [(entry, *taken_apart(_written(entry)[0])[:2]) for entry in entries]
    return [entry for entry, metric, inside in apart if metric in METRICS and not inside]


def names() -> list[str]:
    """Every name that an entry may have: metrics, and each of their numbers."""
    return [
        joined(metric, part)
        for metric in METRICS.names()
        for part in ("", *METRICS.load(metric).parts)
    ]


def _numbers(entry: Entry) -> Iterator[str]:
    written, _ = _written(entry)
    metric, inside, _ = taken_apart(written)
    if metric in METRICS and not inside:
        yield from choice_of(entry).numbers
    else:
        yield written


def _written(entry: Entry) -> tuple[str, Settings]:
    if isinstance(entry, str):
        return entry, {}
    ((name, settings),) = entry.items()
    return name, settings


def _filled(entry: Entry) -> Entry:
    """An entry with every setting of its metric written out, so that a plan can be frozen."""
    if isinstance(entry, Mapping) and len(entry) != 1:
        raise ValueError("write one metric an entry: `- name` or `- name: {setting: value}`")
    written, settings = _written(entry)
    metric, inside, _ = taken_apart(written)
    if metric not in METRICS or inside:
        if settings:
            raise ValueError(f"there is no metric called “{metric}” that could take settings")
        return written
    try:
        full = record(choice_of(entry).built)
    except PluginError as error:
        raise ValueError(str(error)) from error
    return {written: full} if full else written


def _at_least_one(entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """Not by Field(min_length=1), which does not count an entry that is refused itself."""
    if not entries:
        raise ValueError("at least one metric is needed here")
    return entries


def _text(value: Any) -> str:
    if isinstance(value, str | int | float):
        return str(value)
    text = json.dumps(value, ensure_ascii=False)
    if isinstance(value, Sequence):
        return f"{len(value)}#{hashlib.sha256(text.encode()).hexdigest()[:6]}"
    return text


MetricChoice = Annotated[Entry, AfterValidator(_filled)]
"""A metric as a setting of an analysis: a name, or a name and its settings."""
MetricChoices = Annotated[
    tuple[MetricChoice, ...], AfterValidator(_at_least_one), Field(validate_default=True)
]
