"""How well automatic metrics foretell what people answer: rank correlations at three levels.

Correlations over all pictures, within each artwork, and over condition means answer different
questions (statistics.md 2.6): a metric that only knows which artworks are easy does well over all
pictures and says nothing within one; over a handful of conditions nearly everything correlates.
Raters and artworks are both drawn again, because a picture's score is the mean of few answers.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Annotated, ClassVar

import numpy as np
from pandas import DataFrame
from pydantic import Field

from config.plugins import plugin
from evaluation import plots, words
from evaluation.analyses import Exhibit, Finding
from evaluation.conditions import columns
from evaluation.measurements import direction_of, label_of, wide
from evaluation.metrics import METRICS
from evaluation.ratings import FACTORS, TableError, answers_to
from evaluation.statistics.answers import Answers
from evaluation.statistics.association import Level, associate
from evaluation.statistics.estimate import Estimate
from evaluation.statistics.levels import Rated
from evaluation.statistics.multiplicity import holm
from evaluation.statistics.reliability import noise_ceiling

LEVELS = {
    "item": "all pictures",
    "artwork": "within artworks",
    "condition": "conditions like these",
    "condition_held": "these conditions",
}
OVER = {
    "all pictures": "Over all pictures",
    "within artworks": "Within artworks",
    "conditions like these": "Over conditions like these",
    "these conditions": "Over these very conditions",
}
RHO = ("spearman", "spearman_low", "spearman_high")


@plugin
class MetricAssociation:
    """Spearman's rho and Kendall's tau-b of each metric with the answers to one question."""

    label: ClassVar[str] = "How well do metrics foretell what raters answer?"
    version: ClassVar[int] = 1

    metrics: Annotated[tuple[str, ...], Field(min_length=1)] = (
        "linf",
        "l2",
        "lpips",
        "ssim",
        "psnr",
    )
    """Names of the metrics; those that were not measured are named in the notes."""
    question: str = "acceptability"
    """Name of the question."""
    replicates: Annotated[int, Field(ge=200, le=100_000)] = 2000
    """Replicates of the bootstrap."""
    level: Annotated[float, Field(gt=0.5, lt=1)] = 0.95
    """Nominal coverage of the intervals."""
    pooled: bool = False
    """Whether populations are analysed together (and said to be) instead of each apart."""

    @classmethod
    def names(cls, asked: Sequence[str]) -> Mapping[str, Sequence[str]]:
        """What the settings may name in an experiment file."""
        return {"question": asked, "metrics": METRICS.names()}

    def run(self, ratings: DataFrame, measurements: DataFrame, seed: int) -> Finding:
        """Every metric at every level, and the differences between metrics."""
        answers = answers_to(ratings, self.question)
        simulated = bool(answers["simulated"].iloc[0])
        known = [name for name in self.metrics if (measurements["metric"] == name).any()]
        values = wide(measurements, known)
        measured = answers[answers["item"].isin(values.index)]
        if not known or measured["item"].nunique() < 3:
            raise TableError(
                "Fewer than three judged pictures have been measured by"
                f" {words.listed(self.metrics)}: run `manage.py measure` first."
            )
        generator = np.random.default_rng(seed)
        rated = _rated(measured, values)
        levels = associate(rated, generator=generator, replicates=self.replicates, level=self.level)
        ceiling = noise_ceiling(
            measured["value"],
            measured["participant"],
            measured["item"],
            generator=generator,
            replicates=self.replicates,
            level=self.level,
        )
        compared = _differences(levels, known)
        table = _table(levels, known, measured)
        return Finding(
            claim=_claim(levels[0], known, self.question),
            table=table,
            chart=_chart(table, known, simulated),
            notes=self._notes(answers, measured, known, ceiling),
            sentences=tuple(_sentences(compared)),
            exhibits=(Exhibit("Differences between metrics (Spearman)", compared),)
            if len(known) > 1
            else (),
            caption=f"Rank correlation (Spearman) of each metric with {self.question}, with"
            " intervals, at each level.",
        )

    def _notes(
        self, answers: DataFrame, measured: DataFrame, known: Sequence[str], ceiling: Estimate
    ) -> tuple[str, ...]:
        missing = [name for name in self.metrics if name not in known]
        left_out = answers["item"].nunique() - measured["item"].nunique()
        each = len(measured) / measured["item"].nunique()
        notes = [
            "Distances are turned round, so a positive correlation always means: the closer a"
            " picture is to its original by the metric, the higher the answers.",
            f"With {each:.1f} answers a picture, a perfect metric could reach {words.said(ceiling)}"
            " over all pictures (the root of the answers' reliability; items drawn again).",
            f"Intervals ({self.level:.0%}) draw raters and artworks again, {self.replicates:,}"
            " times, all metrics on the same draws. “Conditions like these” draws conditions too,"
            " and speaks of other treatments of this kind; “these conditions” does not.",
            "P-values of differences are Holm's, within each level.",
        ]
        if missing:
            notes.append(f"Not measured: {words.listed([label_of(name) for name in missing])}.")
        if left_out:
            notes.append(f"{words.counted(left_out, 'picture')} without measurements left out.")
        if (measured["artwork"] == "").any():
            notes.append("Artworks are not named in the table, so every item counts as unrelated.")
        return tuple(notes)


def _rated(measured: DataFrame, values: DataFrame) -> Rated:
    answers = Answers.of(measured["value"], measured["participant"], measured["item"])
    items = measured.drop_duplicates("item").sort_values("item")
    conditions = items.groupby(list(FACTORS), sort=True).ngroup()
    oriented = values.loc[items["item"]] * [direction_of(name) for name in values.columns]
    return Rated(
        answers,
        oriented.to_numpy().T,
        np.unique(items["cluster"], return_inverse=True)[1],
        conditions.to_numpy().astype(np.intp),
    )


def _table(levels: Sequence[Level], known: Sequence[str], measured: DataFrame) -> DataFrame:
    return DataFrame(
        [
            {
                "metric": label_of(name),
                "level": LEVELS[level.name],
                "over": level.n,
                "n": len(measured),
                **columns("spearman", level.estimate("spearman", k)),
                **columns("kendall", level.estimate("kendall", k)),
                "method": level.estimate("spearman", k).method,
            }
            for k, name in enumerate(known)
            for level in levels
        ]
    )


def _differences(levels: Sequence[Level], known: Sequence[str]) -> DataFrame:
    parts = []
    for level in levels:
        found = [
            (pair, *level.difference("spearman", *pair))
            for pair in combinations(range(len(known)), 2)
        ]
        adjusted = holm([p for _, _, p in found])
        parts += [
            {
                "level": LEVELS[level.name],
                "comparison": f"{label_of(known[a])} minus {label_of(known[b])}",
                "over": level.n,
                **columns("difference", estimate),
                "p": p,
                "p_holm": p_holm,
                "verdict": words.verdict(p, p_holm, len(found)),
            }
            for ((a, b), estimate, p), p_holm in zip(found, adjusted, strict=True)
        ]
    return DataFrame(parts)


def _claim(level: Level, known: Sequence[str], question: str) -> str:
    found = [(level.estimate("spearman", k), name) for k, name in enumerate(known)]
    defined = [pair for pair in found if pair[0].defined]
    if not defined:
        return "No correlation is defined: metrics or answers do not vary."
    ranked = sorted(defined, key=lambda pair: -pair[0].value)
    said = [f"{label_of(name)} {words.said(estimate)}" for estimate, name in ranked]
    return (
        f"Over {level.n} pictures, rank correlations (Spearman) of metrics with {question} are"
        f" {words.listed(said)}. {_proven(ranked)}"
        f"{words.reasons(estimate for estimate, _ in ranked)}"
    )


def _proven(ranked: Sequence[tuple[Estimate, str]]) -> str:
    """Which correlations are told from 0, and which are not."""
    proven = [label_of(name) for estimate, name in ranked if _excludes_zero(estimate)]
    others = [label_of(name) for estimate, name in ranked if not _excludes_zero(estimate)]
    if not proven:
        return "No interval excludes 0: no correlation is significant."
    if not others:
        return f"{'All intervals exclude' if len(proven) > 1 else 'The interval excludes'} 0."
    sort = "interval excludes" if len(proven) == 1 else "intervals exclude"
    left = "is" if len(others) == 1 else "are"
    return (
        f"The {sort} 0 for {words.listed(proven)}; {words.listed(others)} {left} not significant."
    )


def _excludes_zero(estimate: Estimate) -> bool:
    return estimate.has_interval and estimate.excludes(0.0)


def _sentences(compared: DataFrame) -> Iterator[str]:
    """One sentence a level: which metrics differ, or that none do."""
    for level, rows in compared.groupby("level", sort=False):
        proven = rows[rows["verdict"] == "significant"]
        said = [
            f"{row['comparison']} {words.signed(row['difference'], '.2f')}"
            f" [{words.signed(row['difference_low'], '.2f')},"
            f" {words.signed(row['difference_high'], '.2f')}]"
            for _, row in proven.iterrows()
        ]
        if said:
            yield f"{OVER[str(level)]}, these differ significantly: {words.listed(said)}."
        else:
            if rows["difference_low"].isna().all():
                continue
            widest = max(rows["difference_high"].max(), -rows["difference_low"].min())
            yield (
                f"{OVER[str(level)]}, no two metrics differ significantly; differences up to"
                f" {widest:.2f} cannot be ruled out."
            )


def _chart(table: DataFrame, known: Sequence[str], simulated: bool) -> plots.Spec:
    shown = table[table["level"] != LEVELS["condition_held"]].dropna(subset=["spearman"])
    return plots.intervals(
        shown,
        RHO,
        row="metric",
        series="level",
        title="rank correlation (Spearman)",
        order=[label_of(name) for name in known],
        series_order=list(dict.fromkeys(shown["level"])),
        domain=(0, 1),
        simulated=simulated,
    )
