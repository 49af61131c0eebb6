"""What ladders of degradation show, in words, tables and one picture. Pure.

Raters' answers and metrics are put on one axis: changes from the undegraded picture in standard
deviations along the ladder (`evaluation.findings.ladders`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np
from pandas import DataFrame, concat

from evaluation import words
from evaluation.analyses import Assumption, Exhibit
from evaluation.charts.plots_ladder import dose_responses
from evaluation.evidence import Evidence
from evaluation.findings import ladders
from evaluation.findings.arms import SUCCESS
from evaluation.findings.comparisons import columns
from evaluation.findings.ladders import Ladder, Response
from evaluation.findings.quality_sight import of_metric
from evaluation.measuring.measurements import direction_of, label_of
from evaluation.ratings import TableError, answers_to, points
from evaluation.statistics.estimate import BadData, Estimate
from evaluation.statistics.trend import isotonic

REPLICATES = 500
CHARTED = 5
"""Metrics in one picture; the tables have all."""
RATERS = "raters: "
BY_DOSE = (
    "ladder",
    "degradation",
    "series",
    "place",
    "at dose",
    "dose",
    "change",
    "change_low",
    "change_high",
    "noticed",
)


@dataclass(frozen=True)
class Climb:
    """One ladder, with everything that was seen on it."""

    ladder: Ladder
    raters: tuple[Response, ...]
    metrics: tuple[Response, ...]
    half: Estimate | None
    """place at which half of the answers are no success any more; None without answers"""
    shares: tuple[Estimate, ...]
    """of success, dose by dose from 0; empty without answers"""
    monotone_p: float
    """of departures as large as seen where success only falls with the dose"""


@dataclass(frozen=True)
class Climbed:
    """All ladders of a study."""

    climbs: tuple[Climb, ...]
    bound: float
    level: float
    simulated: bool
    success: str

    @property
    def claims(self) -> list[str]:
        """One sentence a ladder: where people stop, and where metrics notice."""
        return [self._claim(climb) for climb in self.climbs]

    def _claim(self, climb: Climb) -> str:
        alike: dict[str, list[str]] = {}
        for each in climb.metrics:
            alike.setdefault(each.said(self.bound), []).append(each.name)
        told = "; ".join(f"{words.listed(names)}: {said}" for said, names in alike.items())
        return f"Along {climb.ladder.label}, {self._people(climb)}{told}."

    def _people(self, climb: Climb) -> str:
        if climb.half is None:
            return ""
        undegraded, last = climb.shares[0], climb.shares[-1]
        if undegraded.value < ladders.HALF:
            return (
                "raters call less than half a success even undegraded"
                f" ({words.said(undegraded, '.0%')}); "
            )
        if not climb.half.defined or climb.half.value > climb.ladder.top:
            return (
                "half of the raters never stop calling it a success within the ladder"
                f" ({words.said(last, '.0%')} at the highest dose); "
            )
        said = ladders.dose_said(climb.ladder, climb.half)
        return f"half of the answers are no success any more at a dose of {said}; "

    @property
    def sentences(self) -> list[str]:
        """The same of every series, raters too."""
        return [
            f"{climb.ladder.label}: {each.name} {each.said(self.bound)}."
            for climb in self.climbs
            for each in (*climb.raters, *climb.metrics)
        ]

    @property
    def summary(self) -> DataFrame:
        """One row a ladder and series: first dose that is noticed, trend, 50 % point."""
        return DataFrame(
            [
                {
                    "ladder": climb.ladder.label,
                    "series": each.name,
                    "notices": each.said(self.bound),
                    "pictures": climb.ladder.items["pair"].nunique(),
                    **columns("trend", _trend(each, self.level)),
                    "p": each.trend.p if each.trend else float("nan"),
                    "half_point": _half(climb) if each.name == f"{RATERS}success" else "",
                    "method": each.steps[0].change.method if each.steps else "",
                }
                for climb in self.climbs
                for each in (*climb.raters, *climb.metrics)
            ]
        )

    @property
    def by_dose(self) -> DataFrame:
        """One row a ladder, series and dose."""
        rows = [
            {
                "ladder": climb.ladder.label,
                "degradation": climb.ladder.label,
                "series": each.name,
                "place": place,
                "at dose": step.dose,
                "dose": step.dose,
                **columns("change", step.change),
                "noticed": "noticed" if step.noticed else "not shown",
            }
            for climb in self.climbs
            for each in (*climb.raters, *climb.metrics)
            for place, step in enumerate(each.steps, start=1)
        ]
        return DataFrame(rows, columns=list(BY_DOSE))

    @property
    def chart(self) -> dict[str, Any]:
        """Metrics and raters by dose, a panel a ladder."""
        halves = [
            {
                "degradation": climb.ladder.label,
                "place": climb.half.value,
                "place_low": max(climb.half.low, 0.0),
                "place_high": min(climb.half.high, float(climb.ladder.top)),
            }
            for climb in self.climbs
            if climb.half is not None and 0 <= climb.half.value <= climb.ladder.top
        ]
        rows = self.by_dose
        rows = rows[rows["series"].isin(self.charted)]
        begun = rows.drop_duplicates(["degradation", "series"])
        begun = begun.assign(place=0, dose="0", change=0.0, change_low=0.0, change_high=0.0)
        return dose_responses(
            concat([begun, rows], ignore_index=True),
            {climb.ladder.label: climb.ladder.doses for climb in self.climbs},
            DataFrame(halves, columns=["degradation", "place", "place_low", "place_high"]),
            series=self.charted,
            bound=self.bound,
            simulated=self.simulated,
        )

    @property
    def charted(self) -> list[str]:
        """Series that the chart has room for: the raters', and the first metrics."""
        rows = [each.name for climb in self.climbs for each in (*climb.raters, *climb.metrics)
                if each.steps]  # fmt: skip
        people = [name for name in dict.fromkeys(rows) if name.startswith(RATERS)]
        return people + [name for name in dict.fromkeys(rows) if name not in people][:CHARTED]

    @property
    def caption(self) -> str:
        """What the chart shows."""
        said = (
            "Change from the undegraded picture by dose, in standard deviations along the ladder,"
            f" with {self.level:.0%} intervals; the dashed line is the bound."
        )
        if any(climb.half is not None for climb in self.climbs):
            said += (
                " The upright line, with its band, is the dose at which half of the answers are no"
                " success any more."
            )
        return said

    @property
    def exhibits(self) -> tuple[Exhibit, ...]:
        """Tables behind the chart."""
        found = [
            Exhibit("Where people stop, and where metrics notice", self.summary),
            Exhibit("Dose by dose", self.by_dose.drop(columns=["place"])),
        ]
        shares = [
            {"ladder": climb.ladder.label, "at dose": dose, **columns("share_success", share)}
            for climb in self.climbs
            for dose, share in zip(climb.ladder.doses, climb.shares, strict=False)
        ]
        if shares:
            found.append(Exhibit("Answers that call it a success", DataFrame(shares)))
        return tuple(found)

    @property
    def notes(self) -> list[str]:
        """How to read it."""
        said = [
            "On the ladder every degraded picture is held against the same picture undegraded."
            f" Noticed: the whole interval lies below −{self.bound:g} standard deviations of the"
            " pictures on the ladder; tested from the highest dose down and no further than it"
            " holds, so that the number of doses needs no correction.",
            "Trend: Page's test within pictures, and the mean of their rank correlations with the"
            " dose.",
        ]
        if self.success:
            said.append(
                f"The 50% point is of {self.success}, by a logistic curve over the steps of the"
                " ladder with an intercept for each rater; between two doses it is interpolated."
            )
        else:
            said.append("Nobody was asked for success along the ladder: the raters' half is empty.")
        return said

    @property
    def assumptions(self) -> tuple[Assumption, ...]:
        """Whether success only falls with the dose."""
        return tuple(
            Assumption(
                f"Success falls with the dose ({climb.ladder.label})",
                bool(climb.monotone_p >= words.SIGNIFICANT),
                "Departures from a falling line as large as seen have"
                f" {words.p_value(climb.monotone_p)}.",
            )
            for climb in self.climbs
            if isfinite(climb.monotone_p)
        )


def climbed(
    evidence: Evidence,
    questions: Mapping[str, str | None],
    metrics: Sequence[str],
    *,
    success_from: int | None,
    bound: float,
    drawn: str,
    level: float,
    seed: int,
) -> Climbed:
    """Every ladder of the evidence; `questions` are those about success, quality and style.

    Needs no answers: then only metrics climb. Raises TableError where nothing was degraded.
    """
    found = ladders.ladders(evidence.of_items, drawn)
    if not found:
        raise TableError(
            "no picture was degraded: name degradations with their strengths under stimuli:"
            " degradations."
        )
    asked = {
        what: answers
        for what, question in questions.items()
        if (answers := _answers(evidence, question)) is not None
    }
    said = ""
    if "success" in asked:
        question = str(questions["success"])
        first = _first_success(question, success_from, points(asked["success"]))
        said = f"answers of {first} or more to “{question}”"
        asked["success"] = asked["success"].assign(success=asked["success"]["value"] >= first)
    climbs = tuple(_climb(ladder, evidence, asked, metrics, bound, level, seed) for ladder in found)
    simulated = bool(evidence.ratings["simulated"].any()) if len(evidence.ratings) else False
    return Climbed(climbs, bound, level, simulated, said)


def _answers(evidence: Evidence, question: str | None) -> DataFrame | None:
    if question is None or evidence.ratings.empty:
        return None
    try:
        return answers_to(evidence.ratings, question)
    except TableError:  # the notes say which half is missing
        return None


def _first_success(question: str, success_from: int | None, scale: int) -> int:
    """Of mimicry_success the points that PSR does not count; else the two highest."""
    if success_from is None:
        return 3 if SUCCESS.get(question) == "lowest" else max(scale - 1, 2)
    if success_from > scale:
        raise TableError(
            f"success_from is {success_from}, and the scale of “{question}” ends at {scale}."
        )
    return success_from


def _climb(
    ladder: Ladder,
    evidence: Evidence,
    asked: Mapping[str, DataFrame],
    metrics: Sequence[str],
    bound: float,
    level: float,
    seed: int,
) -> Climb:
    people = tuple(
        ladders.of_raters(ladder, f"{RATERS}{what}", answers, bound=bound, level=level)
        for what, answers in asked.items()
    )
    measured = tuple(
        ladders.of_metric(
            ladder,
            label_of(name),
            of_metric(evidence.measurements, name),
            direction_of(name),
            bound=bound,
            level=level,
        )
        for name in metrics
    )
    rows = asked.get("success")
    on_it = None if rows is None else rows[rows["item"].isin(ladder.items["item"])]
    if on_it is None or on_it.empty:
        return Climb(ladder, people, measured, None, (), float("nan"))
    half = ladders.half_point(ladder, on_it, level).thresholds[ladders.HALF]
    shares = tuple(ladders.shares(ladder, on_it, level))
    return Climb(ladder, people, measured, half, shares, _monotone(ladder, on_it, seed))


def _monotone(ladder: Ladder, answers: DataFrame, seed: int) -> float:
    rows = answers.drop(columns=["cluster"], errors="ignore").merge(ladder.items, on="item")
    try:
        return isotonic(
            rows["success"].astype(float),
            rows["place"],
            raters=rows["participant"],
            items=rows["cluster"],
            increasing=False,
            bounds=(0, 1),
            generator=np.random.default_rng(seed),
            replicates=REPLICATES,
        ).p
    except BadData:  # one dose only: nothing to be monotone
        return float("nan")


def _trend(response: Response, level: float) -> Estimate:
    if response.trend is None:
        return Estimate.undefined(level=level, n=0, reason="no picture has every dose")
    return response.trend.effect


def _half(climb: Climb) -> str:
    return "" if climb.half is None else ladders.dose_said(climb.ladder, climb.half)
