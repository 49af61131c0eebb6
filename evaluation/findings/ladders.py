"""Ladders of degradation: what each dose does to a metric, and to what raters say. Pure.

Every degraded item is held against the undegraded one of the same artwork under the same condition,
so that a change is the degradation's and nobody else's. Changes are given in standard deviations
of the items on the ladder, the undegraded ones among them, and turned so that less is worse.

That a dose is noticed is tested from the highest dose down, and no further than it holds: in that
fixed order every test keeps its level, however many doses there are (Maurer, Hothorn, Lehmacher
1995). “Noticed” means that the whole interval lies beyond the bound.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite

import numpy as np
from pandas import DataFrame, Series, concat

from evaluation.ratings import FACTORS, NO_LEVEL, amount, undegraded
from evaluation.statistics.clustered import clustered_difference, clustered_mean
from evaluation.statistics.estimate import BadData, Estimate
from evaluation.statistics.meta import finite
from evaluation.statistics.thresholds import Psychometric, psychometric
from evaluation.statistics.trend import Trend, page

HALF = 0.5
TOST = 0.90
SAME = (
    "artist",
    "artwork",
    *(factor for factor in FACTORS if factor not in ("degradation", "dose")),
)
"""What a degraded item shares with the undegraded one that it was made from."""


@dataclass(frozen=True)
class Ladder:
    """One degradation: its doses in order, the undegraded pictures first."""

    label: str
    doses: tuple[str, ...]
    """as written; the first is 0"""
    items: DataFrame
    """item, place (of its dose on the ladder), pair (what it is compared within), cluster"""

    @property
    def top(self) -> int:
        """The place of the highest dose."""
        return len(self.doses) - 1

    def dose_at(self, place: float) -> float:
        """The dose at a place between two doses; nan beyond the ladder."""
        amounts = [amount(dose) for dose in self.doses]
        return float(np.interp(place, range(len(amounts)), amounts, left=np.nan, right=np.nan))


@dataclass(frozen=True)
class Step:
    """One dose: what it changed, in standard deviations; below 0 is worse."""

    dose: str
    change: Estimate
    equivalence: Estimate
    """with the interval of two one-sided tests at 5 %"""
    noticed: bool


@dataclass(frozen=True)
class Response:
    """How one series, a metric or a question, answers to a ladder."""

    name: str
    steps: tuple[Step, ...]
    """one a dose, from the lowest; the undegraded pictures are what they are held against"""
    trend: Trend | None
    """Page's, over items' means within pictures; None where no picture has all doses"""
    problem: str = ""
    """why there is nothing to say; empty where there is"""

    @property
    def first(self) -> Step | None:
        """The lowest dose that is noticed."""
        return next((step for step in self.steps if step.noticed), None)

    def unmoved(self, bound: float) -> bool:
        """Whether even the highest dose is shown to change it by less than the bound."""
        last = self.steps[-1].equivalence if self.steps else None
        return last is not None and last.has_interval and -bound < last.low and last.high < bound

    def reversed(self, bound: float) -> bool:
        """Whether the highest dose is shown to make it better, by more than the bound."""
        return bool(self.steps) and self.steps[-1].change.low > bound

    def said(self, bound: float) -> str:
        """“notices at 4”, “never within the ladder (…)”."""
        if self.problem:
            return f"cannot tell: {self.problem}"
        if self.first is not None:
            return f"notices at {self.first.dose}"
        if self.reversed(bound):
            return "never within the ladder: it rises"
        if self.unmoved(bound):
            return "never within the ladder, shown to stay within the bound"
        return "not shown to notice within the ladder"


def ladders(items: DataFrame, drawn: str = "artworks") -> list[Ladder]:
    """The ladders of a table of items (`Evidence.of_items`); none where nothing was degraded.

    drawn  `artworks` or `artists`: what a cluster is
    """
    bare = items[undegraded(items)]
    keyed = {
        label: part for label, part in items.groupby("degradation", sort=True) if label != NO_LEVEL
    }
    return [_ladder(str(label), part, bare, drawn) for label, part in keyed.items()]


def _ladder(label: str, degraded: DataFrame, bare: DataFrame, drawn: str) -> Ladder:
    doses = sorted(degraded["dose"].unique(), key=amount)
    if not all(isfinite(amount(dose)) for dose in doses):
        raise BadData(f"A dose of the degradation “{label}” is no number: {', '.join(doses)}.")
    beside = concat(
        [bare.assign(place=0), degraded.assign(place=degraded["dose"].map(_order(doses)))]
    )
    unnamed = beside["artwork"] == ""
    pair = beside[list(SAME)].agg(" · ".join, axis=1)
    cluster = beside["artist"] if drawn == "artists" else beside["artist"] + " " + beside["artwork"]
    rows = beside.assign(pair=pair, cluster=cluster)[~unnamed]
    both = set(rows[rows["place"] > 0]["pair"]) & set(rows[rows["place"] == 0]["pair"])
    if not both:
        raise BadData(
            f"No picture was judged both undegraded and under the degradation “{label}”: keep the"
            " undegraded pictures in the study, and name artworks in the column “artwork”."
        )
    kept = rows[rows["pair"].isin(both)]
    columns = ["item", "place", "pair", "cluster"]
    return Ladder(label, ("0", *doses), kept[columns].reset_index(drop=True))


def _order(doses: Sequence[str]) -> Mapping[str, int]:
    return {dose: place for place, dose in enumerate(doses, start=1)}


def of_metric(
    ladder: Ladder, name: str, values: Series, direction: int, *, bound: float, level: float
) -> Response:
    """How a metric (`values` by item; `direction` -1 for distances) answers to a ladder."""
    rows = ladder.items.assign(value=ladder.items["item"].map(values)).dropna(subset=["value"])
    if rows["place"].nunique() < 2 or 0 not in set(rows["place"]):
        return Response(name, (), None, "it was not measured along the ladder")
    turned = finite(direction * rows["value"].to_numpy(np.float64)[None])[0]
    rows = rows.assign(value=turned)
    spread = float(rows["value"].std())
    if not spread > 1e-12 * float(rows["value"].abs().max()):
        return Response(name, (), None, "it is the same for every picture")
    means = rows.groupby(["pair", "place"], as_index=False).agg(
        value=("value", "mean"), cluster=("cluster", "first")
    )
    before = means[means["place"] == 0].set_index("pair")["value"]
    paired = means.assign(change=(means["value"] - means["pair"].map(before)) / spread)
    changes: dict[int, tuple[Estimate, Estimate]] = {}
    for place in range(1, ladder.top + 1):
        part = paired[paired["place"] == place].dropna(subset=["change"])
        changes[place] = (_mean(part, level), _mean(part, TOST))
    return Response(name, _steps(ladder, changes, bound), _trend(means, level))


def _mean(part: DataFrame, level: float) -> Estimate:
    if part.empty:
        return Estimate.undefined(level=level, n=0, reason="not measured at this dose")
    return clustered_mean(part["change"], None, part["cluster"], level=level).estimate


def of_raters(
    ladder: Ladder, name: str, answers: DataFrame, *, bound: float, level: float
) -> Response:
    """How answers (participant, item, value; more is better) to one question answer to a ladder."""
    rows = answers.drop(columns=["cluster"], errors="ignore").merge(ladder.items, on="item")
    if rows["place"].nunique() < 2 or 0 not in set(rows["place"]):
        return Response(name, (), None, "nobody was asked along the ladder")
    means = rows.groupby(["pair", "place"], as_index=False).agg(value=("value", "mean"))
    spread = float(means["value"].std())
    if not spread > 0:
        return Response(name, (), None, "every answer is the same")
    changes: dict[int, tuple[Estimate, Estimate]] = {}
    for place in range(1, ladder.top + 1):
        part = rows[rows["place"].isin((0, place))]
        wide, narrow = (_difference(part, place, spread, each) for each in (level, TOST))
        changes[place] = (wide, narrow)
    return Response(name, _steps(ladder, changes, bound), _trend(means, level))


def _difference(part: DataFrame, place: int, spread: float, level: float) -> Estimate:
    second = part["place"] == place
    if not second.any() or second.all():
        return Estimate.undefined(level=level, n=0, reason="not asked at this dose")
    return clustered_difference(
        part["value"] / spread, part["participant"], part["cluster"], second, level=level
    ).estimate


def _steps(
    ladder: Ladder, changes: Mapping[int, tuple[Estimate, Estimate]], bound: float
) -> tuple[Step, ...]:
    """The steps; noticed from the highest dose down as far as it holds."""
    noticed, holds = set(), True
    for place in range(ladder.top, 0, -1):
        change = changes[place][0]
        holds = holds and change.has_interval and change.high < -bound
        if holds:
            noticed.add(place)
    return tuple(
        Step(ladder.doses[place], *changes[place], place in noticed)
        for place in range(1, ladder.top + 1)
    )


def _trend(means: DataFrame, level: float) -> Trend | None:
    try:
        return page(
            means["value"], means["pair"], means["place"], alternative="decreasing", level=level
        )
    except BadData:  # no picture has every dose
        return None


def shares(ladder: Ladder, answers: DataFrame, level: float) -> list[Estimate]:
    """The share of `success` (True or False) among answers, dose by dose from 0."""
    rows = answers.drop(columns=["cluster"], errors="ignore").merge(ladder.items, on="item")
    found = []
    for place in range(ladder.top + 1):
        part = rows[rows["place"] == place]
        if part.empty:
            found.append(Estimate.undefined(level=level, n=0, reason="nobody was asked"))
            continue
        hits = part["success"].astype(float)
        found.append(
            clustered_mean(
                hits, part["participant"], part["cluster"], bounds=(0, 1), level=level
            ).estimate
        )
    return found


def half_point(ladder: Ladder, answers: DataFrame, level: float) -> Psychometric:
    """Where on the ladder half of the answers are no longer `success`; places, 0 is undegraded."""
    rows = answers.drop(columns=["cluster"], errors="ignore").merge(ladder.items, on="item")
    return psychometric(
        rows["place"],
        rows["success"].astype(float),
        raters=rows["participant"],
        artworks=rows["cluster"],
        targets=(HALF,),
        level=level,
    )


def half_of_measured(ladder: Ladder, values: Series, level: float) -> Psychometric | None:
    """The same of a metric that says yes or no; None of any other."""
    rows = ladder.items.assign(value=ladder.items["item"].map(values)).dropna(subset=["value"])
    if rows.empty or not rows["value"].isin((0.0, 1.0)).all() or rows["value"].nunique() < 2:
        return None
    return psychometric(
        rows["place"], rows["value"], artworks=rows["cluster"], targets=(HALF,), level=level
    )


def dose_said(ladder: Ladder, place: Estimate) -> str:
    """“2.1 [1.6, 2.9]” as doses; what lies beyond the ladder is said."""
    if not place.defined:
        return "undefined"
    value = _dose(ladder, place.value)
    if not place.has_interval:
        return f"{value} [no interval]"
    return f"{value} [{_dose(ladder, place.low)}, {_dose(ladder, place.high)}]"


def _dose(ladder: Ladder, place: float) -> str:
    if place < 0:
        return "below 0"
    if place > ladder.top:
        return f"above {ladder.doses[-1]}"
    return f"{ladder.dose_at(place):.3g}"
