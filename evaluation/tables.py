"""Tables of a report as they are read: an interval beside its value, shares as percentages. Pure.

The convention is that of evaluation/analyses: `x`, `x_low`, `x_high` belong together and are shown
as one cell; columns called `share…` are shares; `method` is said below the table, once each.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

LABELS: Mapping[str, str] = {
    "n": "answers",
    "share": "share willing",
    "share_difference": "difference of shares",
    "share_psr_answers": "PSR, share of answers",
    "share_psr_items": "PSR, share of items",
    "share_accuracy": "genre accuracy",
    "share_shift": "genre shift",
    "mean": "mean answer",
    "mean_difference": "difference of means",
    "design_effect": "design effect",
    "p": "p",
    "p_holm": "p (Holm)",
    "items_dropped": "items with one answer",
    "spearman": "Spearman's rho",
    "kendall": "Kendall's tau-b",
    "alpha": "Krippendorff's alpha",
    "over": "correlated over",
}
COUNTS = ("n", "raters", "items", "painters", "pictures", "artworks", "over", "items_dropped")
HIDDEN = ("method", "artist", "protection", "budget", "purification", "mimicry")
"""In the files, but not on the page: the condition's name says it already."""


@dataclass(frozen=True)
class Shown:
    """A table for a page: headings (label, whether numbers), rows of texts, methods."""

    title: str
    headings: Sequence[tuple[str, bool]]
    rows: Sequence[Sequence[tuple[str, bool]]]
    methods: Sequence[str]


def shown(table: Mapping[str, Any]) -> Shown:
    """A stored table (title, columns, rows) as it is read."""
    names: list[str] = table["columns"]
    visible = [name for name in names if not _is_end(name, names) and name not in HIDDEN]
    records = [dict(zip(names, row, strict=True)) for row in table["rows"]]
    numeric = {name: _numeric(name, records) for name in visible}
    rows = [[(_cell(name, record), numeric[name]) for name in visible] for record in records]
    headings = [
        (LABELS.get(name, name.removeprefix("n_").replace("_", " ")), numeric[name])
        for name in visible
    ]
    methods = list(dict.fromkeys(_kind(r["method"]) for r in records if r.get("method")))
    return Shown(table["title"], headings, rows, methods)


def _kind(method: str) -> str:
    """The method without its counts, which the columns give: “two-way clustered”."""
    return method.partition(" (")[0]


def _is_end(name: str, names: Sequence[str]) -> bool:
    return any(name.endswith(end) and name.removesuffix(end) in names for end in ("_low", "_high"))


def _numeric(name: str, records: Sequence[Mapping[str, Any]]) -> bool:
    return all(isinstance(r[name], int | float) or r[name] is None for r in records)


def _cell(name: str, record: Mapping[str, Any]) -> str:
    value = record[name]
    if value is None:
        return "–"
    if not isinstance(value, int | float) or isinstance(value, bool):
        return str(value)
    if f"{name}_low" not in record:
        return _number(name, value)
    ends = [record[f"{name}_low"], record[f"{name}_high"]]
    if None in ends:
        return f"{_number(name, value)} [no interval]"
    return f"{_number(name, value)} [{', '.join(_number(name, end) for end in ends)}]"


def _number(name: str, value: float) -> str:
    return _format(name, value).replace("-", "−")


def _format(name: str, value: float) -> str:
    if name.startswith("share"):
        return f"{value:+.0%}" if "difference" in name else f"{value:.0%}"
    if name == "p" or name.startswith("p_"):
        return "< 0.001" if value < 0.001 else f"{value:.3f}"
    if "difference" in name:
        return f"{value:+.2f}"
    return f"{value:,}" if name in COUNTS or name.startswith("n_") else f"{value:.2f}"
