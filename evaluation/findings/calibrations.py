"""Calibrated metrics: composites learnt from a study's ratings, as files for the next study. Pure.

A file holds everything that is needed to compute the metric from other metrics' values, and
everything that is needed to judge it: what it was learnt from, and how well it did on artists that
it never saw. It is known by its content: `calibrated:3f2a…` is the beginning of the sha256 of the
file, so a plan that names it means this very file. Its values are computed from stored
measurements, never from pixels.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from pandas import DataFrame
from pydantic import TypeAdapter, ValidationError

from evaluation.ratings import TableError
from evaluation.statistics.answers import Floats
from evaluation.statistics.composite import Cumulative, Standard

KIND, FORMAT = "connoisseur calibrated metric", 1
PREFIX, PSR_PREFIX = "calibrated:", "calibrated_psr:"
DIGITS = 16
NAME = re.compile(rf"calibrated(_psr)?:(?P<id>[0-9a-f]{{{DIGITS}}})")


@dataclass(frozen=True)
class Input:
    """One metric that goes in, as it was in training."""

    name: str
    """in tables of measurements: “clip_genre(mode=legacy).margin”"""
    version: str
    """hash of code, settings and networks it was measured with; empty where not known"""
    settings: Mapping[str, Any] | None
    """with which the next study is to measure it; null where its metric is none of ours"""
    weight: float
    """log odds of a higher answer for one standard deviation more"""
    weight_low: float | None
    weight_high: float | None
    centre: float
    spread: float
    low: float
    """smallest value seen in training"""
    high: float
    fill: float | None
    """stands in for a missing value; null where none was missing in training"""


@dataclass(frozen=True)
class Training:
    """What the composite was learnt from."""

    studies: tuple[str, ...]
    protocols: tuple[str, ...]
    """hashes, as in the column `protocol` of the table"""
    table_sha256: str
    """of the answers and measurements it was learnt from"""
    seed: int
    population: str
    simulated: bool
    answers: int
    raters: int
    items: int
    artists: int
    conditions: tuple[str, ...]


@dataclass(frozen=True)
class Calibration:
    """A calibrated metric in full."""

    kind: str
    format: int
    mark: str
    """“SIMULATED …” where it was learnt from simulated raters, else empty"""
    question: str
    of: str
    """“answers” or “psr”: what its value is an estimate of"""
    points: tuple[float, ...]
    """points of the scale that were used"""
    worth: tuple[float, ...]
    """what each is worth: the value is their mean"""
    model: str
    thresholds: tuple[float, ...]
    inputs: tuple[Input, ...]
    training: Training
    quality: Mapping[str, Any]
    """cross-validated: see docs/analyses.md"""
    licence: str
    recipe: str
    """how it was learnt, in words"""

    @property
    def text(self) -> str:
        """The file."""
        return json.dumps(asdict(self), indent=1, ensure_ascii=False, sort_keys=True) + "\n"

    @property
    def id(self) -> str:
        """The beginning of the sha256 of the file."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:DIGITS]

    @property
    def name(self) -> str:
        """What plans and tables call it."""
        return f"{PSR_PREFIX if self.of == 'psr' else PREFIX}{self.id}"

    def values(self, features: DataFrame) -> Floats:
        """[items, inputs] as measured → [items]; nan where a value is missing that never was."""
        given = self._columns(features)
        predict = Cumulative(
            np.array([each.weight for each in self.inputs]),
            np.array(self.thresholds),
            np.array(self.worth),
        )
        found = predict(self.standard(given))
        return np.where(self._unknown(given), np.nan, found)

    def outside(self, features: DataFrame) -> DataFrame:
        """[items, inputs] bool: where it would extrapolate."""
        beyond = self.standard.outside(self._columns(features)) > 0
        names = [each.name for each in self.inputs]
        return DataFrame(beyond, index=features.index, columns=names)

    @property
    def standard(self) -> Standard:
        """As in training."""
        fill = [each.centre if each.fill is None else each.fill for each in self.inputs]
        rest = [
            np.array([getattr(each, part) for each in self.inputs])
            for part in ("low", "high", "centre", "spread")
        ]
        return Standard(np.array(fill), *rest)

    def _columns(self, features: DataFrame) -> Floats:
        found: Floats = features[[each.name for each in self.inputs]].to_numpy(np.float64)
        return found

    def _unknown(self, given: Floats) -> Any:
        needed = np.array([each.fill is None for each in self.inputs])
        return (np.isnan(given) & needed).any(1)


def is_calibrated(name: str) -> bool:
    """Whether a metric of a plan or table is a calibrated one."""
    return name.startswith((PREFIX, PSR_PREFIX))


def identifier(name: str) -> str:
    """The id in a name; raises TableError where it has none."""
    found = NAME.fullmatch(name)
    if found is None:
        raise TableError(
            f"“{name}” names no calibrated metric: write calibrated: or calibrated_psr: and the"
            f" {DIGITS} digits that its report gives."
        )
    return found["id"]


def label(name: str) -> str:
    """“Calibrated metric 3f2a91bc (PSR)”"""
    of = " (PSR)" if name.startswith(PSR_PREFIX) else ""
    return f"Calibrated metric {name.partition(':')[2][:8]}{of}"


def direction(name: str) -> int:
    """1 where it foretells answers, -1 where it foretells how often the protection holds."""
    return -1 if name.startswith(PSR_PREFIX) else 1


def read(text: str) -> Calibration:
    """A file's content; raises TableError where it is none, or of another format."""
    try:
        found = json.loads(text)
    except ValueError as error:
        raise TableError(f"This is no file of a calibrated metric: it is no JSON ({error}).") from (
            error
        )
    if not isinstance(found, dict) or found.get("kind") != KIND:
        raise TableError(f"This is no file of a calibrated metric (kind: {KIND!r}).")
    if found.get("format") != FORMAT:
        raise TableError(
            f"This calibrated metric is of format {found.get('format')}; this program reads"
            f" {FORMAT}. Learn it again, or use the version that wrote it."
        )
    try:
        return TypeAdapter(Calibration).validate_python(found)
    except ValidationError as error:
        place = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise TableError(
            f"The file of the calibrated metric is damaged at {place}: take it from the report"
            " again."
        ) from error


def applied(calibration: Calibration, measurements: DataFrame) -> tuple[DataFrame, list[str]]:
    """Rows of measurements (item, metric, value, version) by the calibrated metric, and what is to
    be said of them.

    Items that lack an input have no row. Raises TableError where an input was not measured at all,
    or was measured by another version than in training: that would be another metric.
    """
    mine = measurements[measurements["metric"].isin([each.name for each in calibration.inputs])]
    said = list(_checked(calibration, mine))
    features = mine.pivot(index="item", columns="metric", values="value")
    values = calibration.values(features)
    known = ~np.isnan(values)
    rows = DataFrame(
        {
            "item": features.index[known].astype(str),
            "metric": calibration.name,
            "value": values[known],
            "version": calibration.id,
        }
    )
    return rows, [*said, *extrapolation(calibration, features[known])]


def _checked(calibration: Calibration, mine: DataFrame) -> Iterator[str]:
    for each in calibration.inputs:
        versions = sorted(mine[mine["metric"] == each.name]["version"].astype(str).unique())
        if not versions:
            raise TableError(
                f"{label(calibration.name)} needs {each.name}, which was not measured."
            )
        if each.version and versions != [each.version] and versions != [""]:
            raise TableError(
                f"{label(calibration.name)} was learnt with {each.name} of version"
                f" {each.version[:12]}, but here it was measured by {versions[0][:12]} (other code,"
                " settings or networks): that is another metric. Learn it again, or measure with"
                " the same."
            )
        if each.version and versions == [""]:
            yield f"The version of {each.name} is not known: it is taken for that of training."


def extrapolation(calibration: Calibration, features: DataFrame) -> list[str]:
    """Where values rest on inputs that were never seen in training; empty where none does."""
    beyond = calibration.outside(features)
    items = int(beyond.any(axis=1).sum())
    if not items:
        return []
    shares = [f"{name} {share:.0%}" for name, share in beyond.mean().items() if share > 0]
    return [
        f"{label(calibration.name)} extrapolates for {items} of {len(features)} items, whose inputs"
        f" lie outside the range of training ({', '.join(shares)})."
    ]


def extrapolating(
    calibration: Calibration, features: DataFrame, items: DataFrame, by: Sequence[str]
) -> DataFrame:
    """One row a group of items (a condition, an artist): share with an input out of range.

    features  [items, inputs]; items  [items] with the columns `by`
    """
    beyond = calibration.outside(features).reset_index(drop=True)
    rows = []
    for column in by:
        for group, part in items.reset_index(drop=True).groupby(column, sort=True):
            mine = beyond.loc[part.index]
            worst = mine.mean().idxmax() if mine.to_numpy().any() else ""
            rows.append(
                {
                    "of": column,
                    "group": str(group),
                    "items": len(mine),
                    "share_outside": float(mine.any(axis=1).mean()),
                    "most often outside": str(worst),
                }
            )
    return DataFrame(rows)
