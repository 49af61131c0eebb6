"""How well automatic metrics foretell what people answer: rank correlations at three levels.

Correlations over all pictures, within each artwork, and over condition means answer different
questions (statistics.md 2.6): a metric that only knows which artworks are easy does well over all
pictures and says nothing within one; over a handful of conditions nearly everything correlates.
Raters and artworks are both drawn again, because a picture's score is the mean of few answers.

In a study of mimicry the raters' score is PSR (`of: psr`): does a metric such as CLIP genre
foretell which protections hold? Over conditions it nearly always seems to; over items is the harder
test.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from math import factorial
from typing import Annotated, ClassVar, Literal

import numpy as np
from pandas import DataFrame, concat
from pydantic import Field

from config.plugins import plugin
from evaluation import plots, words
from evaluation.analyses import Exhibit, Finding
from evaluation.arms import success_points
from evaluation.choices import MetricChoices, names, numbers_of
from evaluation.conditions import columns
from evaluation.measurements import direction_of, label_of, wide
from evaluation.ratings import FACTORS, TableError, answers_to, eras, eras_pooled, points
from evaluation.statistics.agreement import noise_ceiling
from evaluation.statistics.answers import Answers
from evaluation.statistics.estimate import Estimate
from evaluation.statistics.meta.associate import Level, associate
from evaluation.statistics.meta.levels import Rated
from evaluation.statistics.multiplicity import holm

LEVELS = {
    "item": "all pictures",
    "artwork": "within artworks",
    "condition": "conditions like these",
    "condition_held": "these conditions",
    "treatment": "within conditions",
}
OVER = {
    "all pictures": "Over all pictures",
    "within artworks": "Within artworks",
    "conditions like these": "Over conditions like these",
    "these conditions": "Over these very conditions",
    "within conditions": "Within conditions",
}
RHO = ("spearman", "spearman_low", "spearman_high")


@plugin
class MetricAssociation:
    """Spearman's rho and Kendall's tau-b of each metric with the answers to one question."""

    label: ClassVar[str] = "How well do metrics foretell what raters answer?"
    version: ClassVar[int] = 3

    metrics: MetricChoices = ("linf", "l2", "lpips", "ssim", "psnr")
    """Names of the metrics, where wanted with settings (`clip_genre: {mode: legacy}`) or one of
    their numbers (`clip_genre.margin`); those that were not measured are named in the notes."""
    question: str = "acceptability"
    """Name of the question."""
    of: Literal["answers", "psr"] = "answers"
    """What metrics are held against: the mean answer, or PSR, the share of answers at the points
    that count as success of a protection."""
    points: Annotated[tuple[int, ...], Field(min_length=1)] | None = None
    """For `of: psr`, the points that count, as in the analysis psr."""
    replicates: Annotated[int, Field(ge=200, le=100_000)] = 2000
    """Replicates of the bootstrap."""
    level: Annotated[float, Field(gt=0.5, lt=1)] = 0.95
    """Nominal coverage of the intervals."""
    pooled: bool = False
    """Whether populations are analysed together (and said to be) instead of each apart."""

    @classmethod
    def names(cls, asked: Sequence[str]) -> Mapping[str, Sequence[str]]:
        """What the settings may name in an experiment file."""
        return {"question": asked, "metrics": names()}

    def run(self, ratings: DataFrame, measurements: DataFrame, seed: int) -> Finding:
        """Every metric at every level, and the differences between metrics."""
        answers = self._scored(answers_to(ratings, self.question))
        simulated = bool(answers["simulated"].iloc[0])
        asked = numbers_of(self.metrics)
        known = [name for name in asked if (measurements["metric"] == name).any()]
        values = wide(measurements, known)
        measured = answers[answers["item"].isin(values.index)]
        if not known or measured["item"].nunique() < 3:
            raise TableError(
                "Fewer than three judged pictures have been measured by"
                f" {words.listed(asked)}: run `manage.py measure` first."
            )
        generator = np.random.default_rng(seed)
        levels = self._associated(measured, values, generator)
        ceiling = noise_ceiling(
            measured["score"], measured["participant"], measured["item"], level=self.level
        ).of_means
        compared = _differences(levels, known)
        table = _table(levels, known, measured)
        return Finding(
            claim=_claims(levels, known, self._whom(), psr=self.of == "psr"),
            table=table,
            chart=_chart(table, known, simulated),
            notes=self._notes(answers, measured, known, ceiling),
            sentences=tuple(_sentences(compared)),
            exhibits=(
                *(
                    (Exhibit("Differences between metrics (Spearman)", compared),)
                    if len(known) > 1
                    else ()
                ),
                *self._by_era(measured, values, generator),
            ),
            caption=f"Rank correlation (Spearman) of each metric with {self._whom()}, with"
            " intervals, at each level.",
        )

    def _scored(self, answers: DataFrame) -> DataFrame:
        """With `score`: the answer, or whether it counts as success of the protection."""
        if self.of == "answers":
            return answers.assign(score=answers["value"])
        inside = success_points(self.question, self.points, points(answers))
        return answers.assign(score=answers["value"].between(*inside).astype(float))

    def _whom(self) -> str:
        return self.question if self.of == "answers" else "PSR (share of answers)"

    def _associated(
        self, measured: DataFrame, values: DataFrame, generator: np.random.Generator
    ) -> list[Level]:
        rated = _rated(measured, values, 1 if self.of == "answers" else -1)
        return associate(rated, generator=generator, replicates=self.replicates, level=self.level)

    def _by_era(
        self, measured: DataFrame, values: DataFrame, generator: np.random.Generator
    ) -> list[Exhibit]:
        """The same within each era, where painters of several are in the table."""
        if len(eras(measured)) < 2:
            return []
        known = list(values.columns)
        tables = [
            _of_era(str(era), _table(self._associated(part, values, generator), known, part))
            for era, part in measured.groupby("era", sort=True)
            if part["item"].nunique() > 2
        ]
        return (
            [Exhibit("Painters of each era apart", concat(tables, ignore_index=True))]
            if tables
            else []
        )

    def _notes(
        self, answers: DataFrame, measured: DataFrame, known: Sequence[str], ceiling: Estimate
    ) -> tuple[str, ...]:
        missing = [name for name in numbers_of(self.metrics) if name not in known]
        left_out = answers["item"].nunique() - measured["item"].nunique()
        each = len(measured) / measured["item"].nunique()
        notes = [
            self._orientation(),
            f"With {each:.1f} answers a picture, a perfect metric could reach {words.said(ceiling)}"
            " over all pictures (the root of the answers' reliability).",
            f"Intervals ({self.level:.0%}) draw raters and artworks again, {self.replicates:,}"
            " times, all metrics on the same draws. “Conditions like these” draws conditions too,"
            " and speaks of other treatments of this kind; “these conditions” does not.",
            "P-values of differences are Holm's, within each level.",
        ]
        if missing:
            notes.append(f"Not measured: {words.listed([label_of(name) for name in missing])}.")
        if left_out:
            notes.append(f"{words.counted(left_out, 'picture')} without measurements left out.")
        notes += eras_pooled(measured)
        if (measured["artwork"] == "").any():
            notes.append("Artworks are not named in the table, so every item counts as unrelated.")
        return tuple(notes)

    def _orientation(self) -> str:
        if self.of == "answers":
            return (
                "Distances are turned round, so a positive correlation always means: the closer a"
                " picture is to its original by the metric, the higher the answers."
            )
        return (
            "Metrics are turned so that a positive correlation always means: the farther a picture"
            " is from the painter by the metric (CLIP genre: the more shift), the higher PSR."
        )


def _rated(measured: DataFrame, values: DataFrame, sign: int) -> Rated:
    """`sign` is 1 where closer pictures should score higher, -1 where they should score lower."""
    answers = Answers.of(measured["score"], measured["participant"], measured["item"])
    items = measured.drop_duplicates("item").sort_values("item")
    conditions = items.groupby(list(FACTORS), sort=True).ngroup()
    oriented = values.loc[items["item"]] * [sign * direction_of(name) for name in values.columns]
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


def _of_era(era: str, table: DataFrame) -> DataFrame:
    table.insert(1, "era", era or "era not on record")
    return table


def _differences(levels: Sequence[Level], known: Sequence[str]) -> DataFrame:
    parts = []
    for level in levels:
        found = [(pair, *_difference(level, *pair)) for pair in combinations(range(len(known)), 2)]
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


def _difference(level: Level, first: int, second: int) -> tuple[Estimate, float]:
    """One metric's correlation minus another's; untested over conditions that are too few."""
    estimate, p = level.difference("spearman", first, second)
    return estimate, float("nan") if _too_few(level) else p


def _too_few(level: Level) -> bool:
    """Whether even the one perfect order of so few conditions comes about by chance too often."""
    return level.name == "condition" and 2 / factorial(level.n) >= words.SIGNIFICANT


def _claims(levels: Sequence[Level], known: Sequence[str], whom: str, *, psr: bool) -> str:
    """Over all pictures; of PSR over the conditions too, so that neither stands alone."""
    if not psr:
        return _claim(levels[0], known, f"Over {levels[0].n} pictures", whom)
    said = [_claim(levels[0], known, f"Over {levels[0].n} items", whom)]
    said += [
        _claim(level, known, f"Over the {level.n} conditions", whom)
        for level in levels
        if level.name == "condition"
    ]
    return " ".join(said)


def _claim(level: Level, known: Sequence[str], over: str, whom: str) -> str:
    found = [(level.estimate("spearman", k), name) for k, name in enumerate(known)]
    defined = [pair for pair in found if pair[0].defined]
    if not defined:
        return f"{over}, no correlation is defined: metrics or answers do not vary."
    ranked = sorted(defined, key=lambda pair: -pair[0].value)
    said = [f"{label_of(name)} {words.said(estimate)}" for estimate, name in ranked]
    return (
        f"{over}, rank correlations (Spearman) of metrics with {whom} are"
        f" {words.listed(said)}. {_chance(level.n) if _too_few(level) else _proven(ranked)}"
        f"{words.reasons(estimate for estimate, _ in ranked)}"
    )


def _chance(conditions: int) -> str:
    return (
        f"{conditions} conditions are too few to tell a metric from chance: even a perfect order of"
        f" them has {words.p_value(2 / factorial(conditions))}."
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
            if rows["difference_low"].isna().all() or rows["p"].isna().all():
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
