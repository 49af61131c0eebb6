"""Metrics that only say yes or no, beside the number behind them, and beside chance. Pure.

“CLIP calls it a Cubist painting” is right or wrong for each picture. Averaged over a condition it
can follow raters closely (0.99) and still order the pictures of one artwork as guessing would: that
is the dispute about CLIP genre accuracy, and both figures stand on one line here.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pandas import DataFrame

from config.plugins import PluginError
from evaluation import words
from evaluation.analyses import Exhibit
from evaluation.choices import Choice, joined, named, taken_apart, whole
from evaluation.findings.comparisons import columns
from evaluation.findings.metric_pairs import guessing
from evaluation.findings.metric_verdicts import Verdicts
from evaluation.measuring.measurements import label_of
from evaluation.metrics import METRICS
from evaluation.statistics.estimate import Estimate
from evaluation.statistics.meta import PairwiseAccuracy, Standing

CORRECT, MARGIN = "correct", "margin"


def margin_of(name: str) -> str | None:
    """The continuous number behind a yes-or-no one: `clip_genre.correct` → `clip_genre.margin`."""
    metric, _, part = taken_apart(name)
    if part != CORRECT or metric not in METRICS or MARGIN not in METRICS.load(metric).parts:
        return None
    return joined(whole(name), MARGIN)


def with_margins(asked: Sequence[str], measured: Sequence[str]) -> list[str]:
    """The numbers that are asked for, each yes-or-no one followed by its margin where measured."""
    found: list[str] = []
    for name in asked:
        margin = margin_of(name)
        found += [name, *([margin] if margin is not None and margin in measured else [])]
    return list(dict.fromkeys(found))


def chance_of(name: str) -> float | None:
    """Share of pictures that guessing would call right; None where the settings do not say."""
    metric = taken_apart(name)[0]
    if metric not in METRICS:
        return None
    for settings in ({}, *METRICS.presets(metric).values()):
        try:
            if named(metric, settings) == whole(name):
                return getattr(Choice(metric, settings).built, "chance", None)
        except PluginError:
            continue
    return None


@dataclass(frozen=True)
class Beside:
    """A yes-or-no number and the margin behind it."""

    name: str
    margin: str | None
    """None where it was not measured"""
    accuracy: float
    """mean over the judged pictures"""


def besides(verdicts: Verdicts, values: DataFrame) -> list[Beside]:
    """The yes-or-no numbers among the known; `values` has a column of each."""
    found = [(name, margin_of(name)) for name in verdicts.known]
    return [
        Beside(name, margin if margin in verdicts.known else None, float(values[name].mean()))
        for name, margin in found
        if margin is not None
    ]


def sentences(verdicts: Verdicts, found: Sequence[Beside]) -> list[str]:
    """One line each: the condition level beside the artwork level, with chance and the margin."""
    return [_line(verdicts, each) for each in found]


def exhibits(verdicts: Verdicts, found: Sequence[Beside]) -> list[Exhibit]:
    """A table: yes or no beside its margin, over conditions beside within artworks."""
    rows = [
        {
            "metric": label_of(name),
            "share_right": each.accuracy if name == each.name else float("nan"),
            "share_by_chance": _or_nan(chance_of(each.name)) if name == each.name else float("nan"),
            **columns("over_conditions", _conditions(verdicts, name)),
            **columns("share_within_artworks", _within(verdicts, name)[0]),
            "share_guess": _within(verdicts, name)[1],
            "n": int(verdicts.grid.people.n),
        }
        for each in found
        for name in (each.name, each.margin)
        if name is not None
    ]
    if not rows:
        return []
    caption = (
        "Yes or no, and the margin that decides it. “Right” is the share of pictures that the"
        " metric calls right, “by chance” what guessing among its labels would. Over conditions:"
        " correlation with raters' means. Within artworks: of two pictures of one artwork, how"
        " often the metric orders them as raters do; “by guessing”, with as many ties."
    )
    return [Exhibit("Yes-or-no metrics beside their margins", DataFrame(rows), caption=caption)]


def _line(verdicts: Verdicts, each: Beside) -> str:
    said = f"{label_of(each.name)}: {_figures(verdicts, each.name)}"
    chance = chance_of(each.name)
    right = f"right about {each.accuracy:.0%} of the pictures"
    if chance is None:
        right += " (what guessing would be, its labels would have to say)"
    else:
        right += f" where guessing would be right about {chance:.0%}"
    if each.margin is None:
        behind = (
            "the margin behind it was not measured, so what rounding to yes or no costs is open"
        )
    else:
        behind = f"the margin behind it: {_figures(verdicts, each.margin)}"
    return f"{said}; {right}; {behind}."


def _figures(verdicts: Verdicts, name: str) -> str:
    """“0.99 over conditions, 0.51 within artworks where guessing gives 0.50”"""
    over = f"{words.said(_conditions(verdicts, name))} over conditions"
    within, guess = _within(verdicts, name)
    if not within.defined:
        return f"{over}, no pairs within artworks to order"
    return f"{over}, {words.said(within)} within artworks where guessing gives {guess:.2f}"


def _conditions(verdicts: Verdicts, name: str) -> Estimate:
    found: Standing | None = verdicts.standings.get(("condition", verdicts.known.index(name)))
    if found is None:
        people = verdicts.grid.people
        reason = f"{people.conditions} conditions have no correlation"
        return Estimate.undefined(level=verdicts.grid.level, n=people.n, reason=reason)
    return found.agreement


def _within(verdicts: Verdicts, name: str) -> tuple[Estimate, float]:
    """Pairs within artworks ordered alike, and what guessing would give."""
    grid = verdicts.grid
    found: PairwiseAccuracy | None = None
    if "group-by-item" in grid.levels:
        found = grid.accuracy("group-by-item", verdicts.known.index(name))
    if found is None:
        reason = "no artwork has pictures to compare"
        return Estimate.undefined(level=grid.level, n=grid.people.n, reason=reason), float("nan")
    return found.estimate, guessing(found)


def _or_nan(number: float | None) -> float:
    return float("nan") if number is None else number
