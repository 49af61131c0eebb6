"""The table of measurements (item, metric, value, version), and which way each metric points."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from pandas import DataFrame

from evaluation.choices import taken_apart
from evaluation.findings import calibrations
from evaluation.metrics import METRICS
from evaluation.ratings import MISSING, TableError
from evaluation.words import counted, listed


class MeasureError(RuntimeError):
    """Pictures that cannot be measured; the message says why and what to do."""


@dataclass(frozen=True)
class Measured:
    """What a measuring did: new values, and metrics that were left out, each with its reason."""

    new: int
    skipped: Mapping[str, str]


COLUMNS = ("item", "metric", "value", "version")
LOWER = "(lower)"
"""Ends the name of a metric from elsewhere of which lower is better, in plans and tables."""
NOT_MEASURED = "not measured"
FEWEST = 3
"""Judged and measured pictures without which nothing can be said."""
COVERED = 0.5
"""Share of the judged pictures that a metric must have measured to be held against the others."""
LARGEST = 1e100
"""Of a value that is compared with others; squares of more leave what a computer can hold."""
PICTURES = ("image", "reference")
"""Columns of a table with a row for each comparison of an item's pictures."""


def empty() -> DataFrame:
    """No measurements."""
    return DataFrame({"item": [], "metric": [], "value": [], "version": []})


def checked(table: DataFrame) -> DataFrame:
    """Measurements from elsewhere: item and metric as text, values as numbers, `inf` allowed.

    A missing version becomes empty. A column `direction` may say that lower is better; the metric
    is then called `name(lower)`. Where `image` (and `reference`) say which picture a row is
    about, as in `measure --study SLUG --csv`, an item's value is the mean over its rows. Raises
    TableError with one sentence.
    """
    for name in ("item", "metric", "value"):
        if name not in table.columns:
            has = ", ".join(map(str, table.columns)) or "none"
            raise TableError(f"The metrics lack the column “{name}”; their columns are: {has}.")
    values = pd.to_numeric(table["value"], errors="coerce").astype("float64")
    wrong = table.index[values.isna()]  # rows are counted as they stood before any was left out
    if len(wrong):
        raise TableError(
            f"Row {wrong[0] + 1} of the metrics: “{table['value'][wrong[0]]}” is no number (write"
            " inf for an infinite one, and leave out what was not measured)."
        )
    version = table["version"].astype(str) if "version" in table else ""
    named = {name: table[name].astype(str) for name in ("item", "metric")}
    typed = table.assign(**named, value=values, version=version)
    if "direction" in table.columns:
        typed = typed.assign(metric=_directed(typed))
    pictures = [name for name in PICTURES if name in table.columns]
    twice = typed[typed.duplicated(["item", "metric", *pictures])]
    if len(twice):
        row = twice.iloc[0]
        raise TableError(
            f"The metrics give {row['metric']} of {row['item']} twice. Where an item has several"
            " pictures, a column “image” tells them apart."
        )
    mixed = typed.groupby(["item", "metric"])["version"].nunique() > 1
    if mixed.any():
        item, metric = mixed[mixed].index[0]
        raise TableError(f"The metrics give {metric} of {item} in several versions: keep one.")
    return typed.groupby(["item", "metric"], as_index=False, sort=False).agg(
        value=("value", "mean"), version=("version", "first")
    )


def cleaned(table: DataFrame) -> tuple[DataFrame, list[tuple[str, str]]]:
    """Measurements from elsewhere without what cannot be used, and what was left out, in words.

    Left out are rows without a number (“nan”, nothing), copies of a row, and every value of an item
    of which the table gives two: which one is right nobody knows. All else is for `checked`.
    """
    if not {"item", "metric", "value"} <= set(table.columns):
        return table, []
    said = table["value"].astype(str).str.strip().str.lower()
    missing = table["value"].isna() | said.isin(MISSING)
    kept = table[~missing]
    keys = [name for name in ("item", "metric", *PICTURES) if name in table.columns]
    # a copy says the same of the same picture, whatever its number is written like
    number = pd.to_numeric(kept["value"], errors="coerce").astype("float64")
    huge = (number.abs() > LARGEST) & np.isfinite(number)
    large, kept, number = kept[huge], kept[~huge], number[~huge]
    copies = kept.assign(value=number).duplicated([*keys, "value"])
    once = kept[~copies]
    twice = once.duplicated(keys, keep=False)
    found = {
        "Not measured": _first(table, missing, "gives no number"),
        "Too large": _first(
            large,
            large["value"].notna(),
            f"is beyond ±{LARGEST:g}, which no sum of such numbers can be told from",
        ),
        "Copied measurements": _first(kept, copies, "says the same again and counts once"),
        "Contradictions": _first(once, twice, "is one of several values; all of them are left out"),
    }
    return once[~twice], [(label, sentence) for label, sentence in found.items() if sentence]


def strangers(table: DataFrame, items: Collection[str]) -> list[tuple[str, str]]:
    """That measured items are not among `items`, in words; nothing where all are."""
    odd = sorted(set(table["item"]) - set(items))
    if not odd:
        return []
    said = (
        f"{counted(len(odd), 'measured item')} ({listed([f'“{name}”' for name in odd[:3]])}"
        f"{', …' if len(odd) > 3 else ''}) of the metrics"
        f" {'is' if len(odd) == 1 else 'are'} not among the judged ones: are they named alike?"
    )
    return [("Unknown items", said)]


def _first(table: DataFrame, mask: "pd.Series[bool]", what: str) -> str:
    """“3 rows of the metrics are left out; the first, ssim of item-2, gives no number.”"""
    rows = table[mask]
    if rows.empty:
        return ""
    row, many = rows.iloc[0], len(rows) > 1
    first = "the first, " if many else ""
    return (
        f"{counted(len(rows), 'row')} of the metrics {'are' if many else 'is'} left out:"
        f" {first}{row['metric']} of {row['item']}, {what}."
    )


def directed(name: str, direction: str) -> str:
    """The name of a metric from elsewhere, which says which way it points."""
    return f"{name}{LOWER}" if direction == "lower" and not name.endswith(LOWER) else name


def _directed(table: DataFrame) -> list[str]:
    said = table["direction"].fillna("").astype(str).str.strip()
    odd = said[~said.isin(["", "higher", "lower"])]
    if len(odd):
        raise TableError(
            f"Row {odd.index[0] + 1} of the metrics: the direction “{odd.iloc[0]}” is neither"
            " “higher” nor “lower”."
        )
    names = zip(table["metric"], said, strict=True)
    return [name if taken_apart(name)[0] in METRICS else directed(name, way) for name, way in names]


def wide(measurements: DataFrame, metrics: Sequence[str]) -> DataFrame:
    """One row an item, one column a metric; only items that have them all."""
    chosen = measurements[measurements["metric"].isin(list(metrics))]
    return (
        chosen.pivot(index="item", columns="metric", values="value")
        .reindex(columns=list(metrics))
        .dropna()
    )


def covering(
    table: DataFrame, asked: Sequence[str], judged: Collection[str]
) -> tuple[list[str], dict[str, str]]:
    """Of the numbers `asked` those that enough of the `judged` items have, and why others not."""
    there, judged = table.dropna(subset=["value"]), set(judged)
    known, left = [], {}
    for name in asked:
        items = set(there.loc[there["metric"] == name, "item"]) & judged
        if not items:
            left[name] = NOT_MEASURED
        elif len(items) < max(FEWEST, COVERED * len(judged)):
            left[name] = f"measured for {len(items)} of {len(judged)} judged pictures only"
        else:
            known.append(name)
    return known, left


def said_of(left: Mapping[str, str]) -> list[str]:
    """Sentences about the numbers that were left out."""
    missing = [label_of(name) for name, why in left.items() if why == NOT_MEASURED]
    found = [f"Not measured: {listed(missing)}."] if missing else []
    return found + [
        f"{label_of(name)} is left out: {why}. Measure the others too."
        for name, why in left.items()
        if why != NOT_MEASURED
    ]


def label_of(name: str) -> str:
    """How a number is written: “LPIPS”, “CLIP genre: margin (mode=legacy)”; else its own name."""
    if calibrations.is_calibrated(name):
        return calibrations.label(name)
    metric, settings, part = taken_apart(name)
    if metric not in METRICS:
        return name
    plugin = METRICS.load(metric)
    said = f"{plugin.label}: {plugin.parts.get(part, part)}" if part else plugin.label
    return f"{said} ({settings})" if settings else said


def direction_of(name: str) -> int:
    """1 where more means more alike or is not known, -1 for distances, ours and `name(lower)`."""
    if calibrations.is_calibrated(name):
        return calibrations.direction(name)
    metric = taken_apart(name)[0]
    if metric not in METRICS:
        return -1 if name.endswith(LOWER) else 1
    return 1 if METRICS.load(metric).higher_is_closer else -1


def mean_of_condition(
    answers: DataFrame, measurements: DataFrame, metric: str, factors: Sequence[str]
) -> DataFrame:
    """`factors` and the metric's mean over each condition's items; empty where not measured."""
    values = measurements[measurements["metric"] == metric].set_index("item")["value"]
    items = answers.drop_duplicates("item")
    placed = items.assign(**{metric: items["item"].map(values)}).dropna(subset=[metric])
    means: DataFrame = placed.groupby(list(factors), as_index=False)[[metric]].mean()
    return means
