"""Can a metric stand in for raters, at which level, and how surely?

Raters are held against each other first: their agreement sets a ceiling that no metric can pass.
Each metric is then held against the ceiling, over all pictures, over conditions, and within the
pictures of one condition, painter or artwork. These are different questions
(docs/statistics/meta.md): a metric that only knows which artworks are easy does well over all
pictures and says nothing within one; over a handful of conditions nearly everything correlates.
Raters, artworks and conditions are all samples, so a verdict is a test: “stands in”, “falls short”,
or “cannot tell” (docs/verdicts.md has how often each is wrong).

In a study of mimicry the raters' score is PSR (`of: psr`): does a metric such as CLIP genre
foretell which protections hold? A metric that says yes or no stands beside the margin behind it.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, ClassVar, Literal

from pandas import DataFrame, concat
from pydantic import Field

from config.plugins import plugin
from evaluation import words
from evaluation.analyses import Exhibit, Finding
from evaluation.choices import MetricChoices, names, numbers_of
from evaluation.evidence import Evidence
from evaluation.findings import binary_metrics, metric_success
from evaluation.findings.arms import SUCCESS, success_points
from evaluation.findings.metric_assumptions import assumptions
from evaluation.findings.metric_levels import FEW_CONDITIONS, Grid, gridded
from evaluation.findings.metric_pairs import pairs_exhibits
from evaluation.findings.metric_verdicts import Verdicts, difference_exhibits
from evaluation.findings.verdicts import ENOUGH
from evaluation.measuring.measurements import (
    FEWEST,
    covering,
    direction_of,
    label_of,
    said_of,
    wide,
)
from evaluation.ratings import TableError, answers_to, eras, eras_pooled, points
from studies.questions import Measured


@plugin
class MetricValidity:
    """How much of what raters agree on each metric knows, level by level, with a verdict."""

    label: ClassVar[str] = "Can a metric stand in for raters?"
    version: ClassVar[int] = 6
    takes: ClassVar[tuple[Measured, ...]] = ("ordinal",)

    metrics: MetricChoices = ("linf", "l2", "lpips", "ssim", "psnr")
    """Names of the metrics, where wanted with settings (`clip_genre: {mode: legacy}`) or one of
    their numbers (`clip_genre.margin`); those that were not measured are named in the notes. A
    yes-or-no number brings the margin behind it along."""
    question: str = "acceptability"
    """Name of the question."""
    of: Literal["answers", "psr"] = "answers"
    """What metrics are held against: the mean answer, or PSR, the share of answers at the points
    that count as success of a protection."""
    points: Annotated[tuple[int, ...], Field(min_length=1)] | None = None
    """The points that count as success, as in the analysis psr; where left out and the question is
    none of its own, the two highest are what metrics are to tell apart."""
    enough: Annotated[float, Field(gt=0, lt=1)] = ENOUGH
    """Share of the ceiling from which on a metric stands in for raters; below it falls short."""
    replicates: Annotated[int, Field(ge=200, le=100_000)] = 2000
    """Replicates of the tests of two metrics."""
    level: Annotated[float, Field(gt=0.5, lt=1)] = 0.95
    """Nominal coverage of the intervals."""
    pooled: bool = False
    """Whether populations are analysed together (and said to be) instead of each apart."""

    @classmethod
    def names(cls, asked: Sequence[str]) -> Mapping[str, Sequence[str]]:
        """What the settings may name in an experiment file."""
        return {"question": asked, "metrics": names()}

    def run(self, evidence: Evidence, seed: int) -> Finding:
        """Every metric at every level, its verdict, and the differences between metrics."""
        answers = self._scored(answers_to(evidence.ratings, self.question))
        asked, known, left_out = self._known(answers, evidence.measurements)
        values = wide(evidence.measurements, known)
        measured = answers[answers["item"].isin(values.index)]
        if not known or measured["item"].nunique() < FEWEST:
            raise TableError(_nothing(answers, evidence.measurements, asked))
        if measured["score"].nunique() < 2:
            raise TableError(_all_alike(float(measured["score"].iloc[0]), self.of))
        simulated = bool(answers["simulated"].iloc[0])
        values = values.loc[values.index.isin(measured["item"].unique())]
        verdicts = self._verdicts(measured, values, seed)
        beside = binary_metrics.besides(verdicts, values)
        correlations = verdicts.correlations()
        return Finding(
            claim=verdicts.claims(self._whom(answers)),
            table=verdicts.table,
            chart=verdicts.chart(correlations, simulated),
            notes=(*self._notes(verdicts.grid), *_left_out(answers, measured, left_out)),
            sentences=(*binary_metrics.sentences(verdicts, beside), *verdicts.sentences()),
            exhibits=(
                *binary_metrics.exhibits(verdicts, beside),
                *difference_exhibits(verdicts),
                *pairs_exhibits(verdicts.grid, known),
                *metric_success.exhibits(self._success(measured, values), known),
                _correlations_exhibit(correlations),
                *self._by_era(measured, values, seed),
            ),
            caption=f"Correlation of each metric with {self._scores()}, with intervals, at each"
            " level. Grey line and band: the ceiling and where it may lie; dashed:"
            f" {self.enough:.0%} of it, from where a metric stands in. Light bars: what chance"
            " would give.",
            assumptions=assumptions(verdicts.grid, measured, values),
            limits=self._limits(verdicts.grid),
        )

    def _scored(self, answers: DataFrame) -> DataFrame:
        """With `score`: the answer, or whether it counts as success of the protection."""
        if self.of == "answers":
            return answers.assign(score=answers["value"])
        inside = success_points(self.question, self.points, points(answers))
        return answers.assign(score=answers["value"].between(*inside).astype(float))

    def _known(
        self, answers: DataFrame, measurements: DataFrame
    ) -> tuple[list[str], list[str], dict[str, str]]:
        """Numbers asked for, those that enough judged pictures have, and why others are left."""
        there = measurements.dropna(subset=["value"])
        asked = binary_metrics.with_margins(
            numbers_of(self.metrics), list(there["metric"].unique())
        )
        known, left = covering(measurements, asked, set(answers["item"]))
        return asked, known, left

    def _verdicts(self, measured: DataFrame, values: DataFrame, seed: int) -> Verdicts:
        grid = gridded(
            measured,
            values,
            1 if self.of == "answers" else -1,
            seed=seed,
            replicates=self.replicates,
            level=self.level,
        )
        return Verdicts(grid, tuple(values.columns), self.enough)

    def _success(self, measured: DataFrame, values: DataFrame) -> metric_success.Success:
        """Metrics as judges of success; for the lowest points, turned round."""
        scale = points(measured)
        own = self.points is not None or self.question in SUCCESS
        inside = (max(scale - 1, 1), scale)
        if own:
            inside = success_points(self.question, self.points, scale)
        lowest = inside[1] < scale or self.of == "psr"
        sign = -1 if lowest else 1
        turned = values * [sign * direction_of(name) for name in values.columns]
        return metric_success.Success.of(measured, turned, inside, self.level)

    def _whom(self, answers: DataFrame) -> str:
        population = str(answers["population"].iloc[0])
        raters = population or "raters"
        return f"the {self._scores()} of {raters}" if self.of == "answers" else f"PSR by {raters}"

    def _scores(self) -> str:
        return (
            f"mean answers to {self.question}" if self.of == "answers" else "PSR (share of answers)"
        )

    def _by_era(self, measured: DataFrame, values: DataFrame, seed: int) -> list[Exhibit]:
        """The same within each era, where painters of several are in the table."""
        if len(eras(measured)) < 2:
            return []
        tables = []
        for era, part in measured.groupby("era", sort=True):
            if part["item"].nunique() >= FEWEST:
                table = self._verdicts(part, values, seed).table
                table.insert(1, "era", era or "era not on record")
                tables.append(table)
        if not tables:
            return []
        return [Exhibit("Painters of each era apart", concat(tables, ignore_index=True))]

    def _notes(self, grid: Grid) -> tuple[str, ...]:
        return (
            self._orientation(),
            "A metric is put on the raters' scale by rank, so that its unit and shape do not"
            " matter: the k-th picture by the metric is given the k-th of the raters' means, or"
            " ranks are stretched evenly, whichever is closer to the raters over all pictures."
            " Within conditions, painters or artworks both are taken around the mean of each.",
            "The ceiling is the root of the reliability of the raters' means at that level, from"
            " answers of different raters. The share of it that a metric reaches is its"
            " correlation with what raters agree on.",
            f"Verdicts ({self.level:.0%} interval of the share): “stands in” where all of it is"
            f" at or above {self.enough:.0%}, “falls short” where all of it is below, else “cannot"
            " tell”; also “cannot tell” where a rank correlation (Spearman) does not bear the word"
            " out. The tests of many metrics and levels are not adjusted for their number.",
            _samples(grid, self.level),
            "“By chance” is the range that rank correlations would have if the metric's values were"
            " dealt out anew, whole conditions at a time (within conditions, whole artworks)."
            " P-values of differences are Holm's, within each level.",
        )

    def _limits(self, grid: Grid) -> tuple[str, ...]:
        found = [
            "A metric that stands in here stands in for these raters, this question and treatments"
            " like these; a new purification can break what made it follow them.",
            "That a metric follows raters does not say why: what it sees of quality and of style is"
            " asked in quality_blindness.",
            "“Cannot tell” is no evidence that a metric is good or bad: the study is too small for"
            " it.",
        ]
        if "condition" in grid.levels:
            found.append(
                f"Over conditions there are {grid.conditions} points, however many pictures were"
                " judged: a close correlation there says nothing about single pictures."
            )
        if len(set(grid.painters)) < FEW_CONDITIONS:
            painters = words.counted(len(set(grid.painters)), "painter")
            found.append(f"Of {painters}, nothing is shown about others: artworks are the sample.")
        return tuple(found)

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


def _nothing(answers: DataFrame, measurements: DataFrame, asked: Sequence[str]) -> str:
    """Why there is nothing to hold against the answers, and what to do."""
    about = measurements[measurements["metric"].isin(list(asked))]
    told = words.listed([label_of(name) for name in asked])
    if len(about) and not set(about["item"]) & set(answers["item"]):
        one, other = sorted(about["item"])[0], sorted(answers["item"])[0]
        return (
            f"None of the {about['item'].nunique()} measured pictures (“{one}”, …) is among the"
            f" judged ones (“{other}”, …): name items alike in both tables."
        )
    return (
        f"Fewer than three judged pictures have been measured by {told}: run `manage.py measure`"
        " first."
    )


def _all_alike(score: float, of: str) -> str:
    """That there is no difference between pictures that a metric could follow."""
    said = f"Every answer is the same ({score:g})"
    if of == "psr":
        what = "success" if score else "no success"
        said = f"Every answer says that the protection had {what}"
    return f"{said}, so there is nothing that a metric could tell apart."


def _left_out(answers: DataFrame, measured: DataFrame, left: Mapping[str, str]) -> list[str]:
    """What was not measured, and what could therefore not be used."""
    found = said_of(left)
    gone = answers["item"].nunique() - measured["item"].nunique()
    if gone:
        found.append(
            f"{words.counted(gone, 'picture')} without measurements left out: metrics are compared"
            " on pictures that all of them have."
        )
    found += eras_pooled(measured)
    if (measured["artwork"] == "").any():
        found.append("Artworks are not named in the table, so every item counts as unrelated.")
    return found


def _samples(grid: Grid, level: float) -> str:
    """What intervals and tests speak about."""
    if grid.conditions == 1:
        return f"Intervals ({level:.0%}) speak of other raters and other pictures (jackknife)."
    if grid.held:
        return (
            f"Intervals ({level:.0%}) speak of other raters and other artworks under these very"
            f" conditions (jackknife): with fewer than {FEW_CONDITIONS} conditions no test could"
            " show anything about others. Two metrics are compared by a bootstrap of raters and"
            " artworks. Over conditions the conditions themselves are the sample (Fisher; Zou and"
            " Williams for differences)."
        )
    return (
        f"Intervals ({level:.0%}) speak of other raters, artworks and conditions (jackknife of all"
        " three; over conditions, Fisher's and Zou's of as many pairs as there are conditions). Two"
        " metrics are compared by a permutation of whole conditions, which speaks of other"
        " conditions like these."
    )


def _correlations_exhibit(table: DataFrame) -> Exhibit:
    caption = (
        "Spearman's rho of the metric with raters' means, as other studies give it (averaged over"
        " artworks or conditions where it is within them), beside the range that it would have by"
        " chance."
    )
    return Exhibit("Rank correlations (Spearman)", table, caption=caption)
