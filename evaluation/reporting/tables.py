"""Tables of a report as they are read: an interval beside its value, shares as percentages. Pure.

The convention is that of evaluation/analyses: `x`, `x_low`, `x_high` belong together and are shown
as one cell; columns called `share…` are shares; `method` is said below the table, once each.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

LABELS: Mapping[str, str] = {
    "slope_style": "to style, given quality",
    "slope_quality": "to quality, given style",
    "raw_slope_style": "to style, with the noise",
    "raw_slope_quality": "to quality, with the noise",
    "share_style": "variance by style",
    "share_quality": "variance by quality",
    "partial_style": "partial r, style",
    "partial_quality": "partial r, quality",
    "partial_success": "partial r, success given quality",
    "half_point": "50% point",
    "change": "change, SDs",
    "trend": "rank correlation with the dose",
    "share_success": "answers that call it a success",
    "n": "answers",
    "share": "share willing",
    "share_items": "share of items",
    "share_model": "share willing, by the model",
    "share_difference": "difference of shares",
    "share_difference_90": "difference of shares (90%)",
    "share_difference_joint": "all at once",
    "share_psr_answers": "PSR, share of answers",
    "share_psr_items": "PSR, share of items",
    "share_psr_model": "PSR by the model",
    "share_accuracy": "genre accuracy",
    "share_shift": "genre shift",
    "mean": "mean answer",
    "set_metric": "set metric",
    "at_chance": "by chance",
    "share_raters": "raters' share",
    "n_reference": "pictures in the reference",
    "beyond_chance": "beyond chance",
    "mean_difference": "difference of means",
    "design_effect": "design effect",
    "log_odds": "log odds of a higher answer",
    "p": "p",
    "p_holm": "p (Holm)",
    "p_equivalent": "p, equivalent",
    "p_not_lower": "p, not lower",
    "items_dropped": "items with one answer",
    "spearman": "Spearman's rho",
    "share_ceiling": "share of the ceiling",
    "agreement": "correlation with raters",
    "ceiling": "the ceiling",
    "share_guess": "by guessing",
    "share_right": "pictures called right",
    "share_by_chance": "right by chance",
    "over_conditions": "correlation over conditions",
    "share_within_artworks": "ordered alike within artworks",
    "area": "area under the curve",
    "true_scores": "true scores",
    "expert_expert": "two experts",
    "expert_other": "an expert and another",
    "other_other": "two others",
    "others_per_expert": "others that equal one expert",
    "same_order": "order of conditions",
    "p_interaction": "p, interaction",
    "chance_area": "by chance",
    "chance": "by chance",
    "share_pairs": "ordered alike",
    "share_tied_by_raters": "tied by raters",
    "share_tied_by_metric": "tied by the metric",
    "share_calibrated": "ties calibrated",
    "alpha": "Krippendorff's alpha",
    "over": "correlated over",
    "r_within": "r within artists",
    "r_between": "r between artists",
    "weight": "weight (log odds a standard deviation)",
    "share_outside": "outside the range of training",
    "share_psr_alone": "PSR, answers alone",
    "share_psr_assisted": "PSR, with the metrics",
    "mean_alone": "mean, answers alone",
    "mean_assisted": "mean, with the metrics",
    "lambda": "λ",
    "effective": "worth so many answers",
    "share_saved": "ratings saved",
    "half_width_alone": "half width, answers alone",
    "half_width_assisted": "half width, with the metrics",
    "share_half_width_alone": "half width, answers alone",
    "share_half_width_assisted": "half width, with the metrics",
}
COUNTS = (
    "n",
    "raters",
    "items",
    "painters",
    "pictures",
    "artworks",
    "over",
    "pairs",
    "items_dropped",
    "rated items",
    "unrated items",
    "items to rate",
    "to rate",
    "draws",
)
SET_NUMBERS = ("value", "at_chance")
"""Of any size: distances of sets go from 0.001 to thousands."""
BARE = ("share_difference_joint", "chance", "at_chance")
"""Intervals without a value of their own."""
ALL = "_all"
HIDDEN = (
    "method",
    "test",
    "artist",
    "protection",
    "budget",
    "purification",
    "mimicry",
    "degradation",
    "dose",
)
"""In the files, but not on the page: the condition's name, or a note, says it already."""


@dataclass(frozen=True)
class Shown:
    """A table for a page: headings (label, whether numbers), rows of texts, methods, a caption."""

    title: str
    headings: Sequence[tuple[str, bool]]
    rows: Sequence[Sequence[tuple[str, bool]]]
    methods: Sequence[str]
    caption: str


def shown(table: Mapping[str, Any]) -> Shown:
    """A stored table (title, columns, rows) as it is read."""
    names: list[str] = table["columns"]
    cells = dict.fromkeys(_shown_as(name, names) for name in names)
    visible = [name for name in cells if name not in HIDDEN]
    records = [dict(zip(names, row, strict=True)) for row in table["rows"]]
    numeric = {name: _numeric(name, records) for name in visible}
    rows = [[(_cell(name, record), numeric[name]) for name in visible] for record in records]
    headings = [(_label(name), numeric[name]) for name in visible]
    methods = list(dict.fromkeys(_kind(r["method"]) for r in records if r.get("method")))
    return Shown(table["title"], headings, rows, methods, table.get("caption", ""))


def _label(name: str) -> str:
    """The heading of a column; `x_all` is `x` with the answers that rules left out."""
    if name.endswith(ALL) and name not in LABELS:
        return f"{_label(name.removesuffix(ALL))}, all answers"
    return LABELS.get(name, name.removeprefix("n_").replace("_", " "))


def _kind(method: str) -> str:
    """The method without its counts, which the columns give: “two-way clustered”."""
    return method.partition(" (")[0]


def _shown_as(name: str, names: Sequence[str]) -> str:
    """The cell that a column is part of: both ends of an interval stand in that of its value."""
    whole = name.removesuffix("_low").removesuffix("_high")
    return whole if whole in names or whole in BARE else name


def _numeric(name: str, records: Sequence[Mapping[str, Any]]) -> bool:
    return all(isinstance(r.get(name), int | float) or r.get(name) is None for r in records)


def _cell(name: str, record: Mapping[str, Any]) -> str:
    if name not in record:
        ends = [record[f"{name}_low"], record[f"{name}_high"]]
        return "–" if None in ends else f"[{', '.join(_number(name, end) for end in ends)}]"
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
    if name in SET_NUMBERS:
        return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.3g}"
    if name.startswith("share"):
        return f"{value:+.0%}" if "difference" in name else f"{value:.0%}"
    if name == "p" or name.startswith("p_"):
        return "< 0.001" if value < 0.001 else f"{value:.3f}"
    if "difference" in name:
        return f"{value:+.2f}"
    return f"{value:,}" if name in COUNTS or name.startswith("n_") else f"{value:.2f}"
