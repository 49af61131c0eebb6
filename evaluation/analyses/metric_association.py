"""How well automatic metrics foretell what people answer: rank correlations at four levels.

Correlations over all pictures, within each artwork, over condition means and within conditions
answer different questions (docs/statistics/meta.md): a metric that only knows which artworks are
easy does well over all pictures and says nothing within one; over a handful of conditions nearly
everything correlates. Raters, artworks and conditions are all samples, a picture's score being the
mean of few answers. Beside each stands what a metric that knows nothing would get.

In a study of mimicry the raters' score is PSR (`of: psr`): does a metric such as CLIP genre
foretell which protections hold? Over conditions it nearly always seems to; over items is the harder
test.
"""

from collections.abc import Iterator, Mapping, Sequence
from math import factorial
from typing import Annotated, ClassVar, Literal

from pandas import DataFrame, concat
from pydantic import Field

from config.plugins import plugin
from evaluation import plots, words
from evaluation.analyses import Exhibit, Finding
from evaluation.arms import success_points
from evaluation.choices import MetricChoices, names, numbers_of
from evaluation.comparisons import columns
from evaluation.evidence import Evidence
from evaluation.measurements import label_of, wide
from evaluation.metric_levels import FEW_CONDITIONS, NAMES, Difference, Grid, gridded
from evaluation.metric_pairs import pairs_exhibits
from evaluation.ratings import TableError, answers_to, eras, eras_pooled, points
from evaluation.statistics.agreement import noise_ceiling
from evaluation.statistics.estimate import Estimate
from evaluation.statistics.meta import By

OVER = {
    "all pictures": "Over all pictures",
    "within artworks": "Within artworks",
    "conditions": "Over conditions",
    "within conditions": "Within conditions",
}
RHO = ("spearman", "spearman_low", "spearman_high")
Agreements = Mapping[tuple[str, int], Estimate]
"""Name of the level and place of the metric → Spearman's rho."""


@plugin
class MetricAssociation:
    """Spearman's rho of each metric with the answers to one question, and pairs ordered alike."""

    label: ClassVar[str] = "How well do metrics foretell what raters answer?"
    version: ClassVar[int] = 4

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
        """Every metric at every level, and the differences between metrics."""
        answers = self._scored(answers_to(evidence.ratings, self.question))
        simulated = bool(answers["simulated"].iloc[0])
        asked = numbers_of(self.metrics)
        known = [name for name in asked if (evidence.measurements["metric"] == name).any()]
        values = wide(evidence.measurements, known)
        measured = answers[answers["item"].isin(values.index)]
        if not known or measured["item"].nunique() < 3:
            raise TableError(
                "Fewer than three judged pictures have been measured by"
                f" {words.listed(asked)}: run `manage.py measure` first."
            )
        grid = self._gridded(measured, values, seed)
        found = _agreements(grid)
        ceiling = noise_ceiling(
            measured["score"], measured["participant"], measured["item"], level=self.level
        ).of_means
        compared = _differences(grid, known)
        table = _table(grid, found, known, len(measured))
        return Finding(
            claim=_claims(grid, found, known, self._whom(), psr=self.of == "psr"),
            table=table,
            chart=_chart(table, known, simulated),
            notes=self._notes(answers, measured, known, grid, ceiling),
            sentences=tuple(_sentences(compared)),
            exhibits=(
                *_told_apart(compared),
                *pairs_exhibits(grid, known),
                *self._by_era(measured, values, seed),
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

    def _gridded(self, measured: DataFrame, values: DataFrame, seed: int) -> Grid:
        return gridded(
            measured,
            values,
            1 if self.of == "answers" else -1,
            seed=seed,
            replicates=self.replicates,
            level=self.level,
        )

    def _by_era(self, measured: DataFrame, values: DataFrame, seed: int) -> list[Exhibit]:
        """The same within each era, where painters of several are in the table."""
        if len(eras(measured)) < 2:
            return []
        known, tables = list(values.columns), []
        for era, part in measured.groupby("era", sort=True):
            if part["item"].nunique() > 2:
                grid = self._gridded(part, values, seed)
                table = _table(grid, _agreements(grid), known, len(part))
                table.insert(1, "era", era or "era not on record")
                tables.append(table)
        if not tables:
            return []
        return [Exhibit("Painters of each era apart", concat(tables, ignore_index=True))]

    def _notes(
        self,
        answers: DataFrame,
        measured: DataFrame,
        known: Sequence[str],
        grid: Grid,
        ceiling: Estimate,
    ) -> tuple[str, ...]:
        missing = [name for name in numbers_of(self.metrics) if name not in known]
        left_out = answers["item"].nunique() - measured["item"].nunique()
        each = len(measured) / measured["item"].nunique()
        notes = [
            self._orientation(),
            f"With {each:.1f} answers a picture, a perfect metric could reach {words.said(ceiling)}"
            " over all pictures (the root of the answers' reliability)."
            if ceiling.defined
            else f"What a perfect metric could reach is {ceiling.method}.",
            _samples(grid, self.level),
            f"“By chance” is the range ({self.level:.0%}) that the correlation would have if the"
            " metric's values were dealt out anew, whole conditions at a time (within conditions,"
            " whole artworks).",
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


def _agreements(grid: Grid) -> Agreements:
    return {
        (NAMES[by], k): grid.agreement(by, k)
        for by in grid.levels
        for k in range(len(grid.metrics))
    }


def _table(grid: Grid, found: Agreements, known: Sequence[str], n: int) -> DataFrame:
    rows = []
    for k, name in enumerate(known):
        for by in grid.levels:
            estimate, chance = found[NAMES[by], k], grid.chance(by, k)
            rows.append(
                {
                    "metric": label_of(name),
                    "level": NAMES[by],
                    "over": grid.over(by),
                    "n": n,
                    **columns("spearman", estimate),
                    "chance_low": chance.low,
                    "chance_high": chance.high,
                    "method": estimate.method,
                }
            )
    return DataFrame(rows)


def _differences(grid: Grid, known: Sequence[str]) -> DataFrame:
    parts = []
    for by in grid.levels:
        found = grid.differences(by)
        parts += [
            {
                "comparison": f"{label_of(known[each.first])} minus {label_of(known[each.second])}",
                "level": NAMES[by],
                "over": grid.over(by),
                **columns("difference", each.estimate),
                "p": each.p,
                "p_holm": each.adjusted,
                "verdict": _verdict(each, len(found)),
                "test": each.test,
                "method": each.estimate.method,
            }
            for each in found
        ]
    return DataFrame(parts)


def _verdict(found: Difference, family: int) -> str:
    """Significant only where the test and the interval agree."""
    said = words.verdict(found.p, found.adjusted, family)
    if said == "significant" and not found.estimate.excludes(0.0):
        return "not significant: the interval holds 0"
    return said


def _told_apart(compared: DataFrame) -> list[Exhibit]:
    return [] if compared.empty else [Exhibit("Differences between metrics (Spearman)", compared)]


def _claims(grid: Grid, found: Agreements, known: Sequence[str], whom: str, *, psr: bool) -> str:
    """Over all pictures; of PSR over the conditions too, so that neither stands alone."""
    noun = "items" if psr else "pictures"
    said = [_claim(grid, "none", found, known, f"Over {grid.over('none')} {noun}", whom)]
    if psr and "condition" in grid.levels:
        over = f"Over the {grid.conditions} conditions"
        said.append(_claim(grid, "condition", found, known, over, whom))
    return " ".join(said)


def _claim(
    grid: Grid, by: By, found: Agreements, known: Sequence[str], over: str, whom: str
) -> str:
    estimates = [(found[NAMES[by], k], name) for k, name in enumerate(known)]
    ranked = sorted(
        (pair for pair in estimates if pair[0].defined), key=lambda pair: -pair[0].value
    )
    if not ranked:
        return f"{over}, no correlation is defined: metrics or answers do not vary."
    said = [f"{label_of(name)} {words.said(estimate)}" for estimate, name in ranked]
    proven = _chance(grid.conditions) if grid.too_few(by) else _proven(ranked)
    return (
        f"{over}, rank correlations (Spearman) of metrics with {whom} are"
        f" {words.listed(said)}. {proven}{words.reasons(estimate for estimate, _ in ranked)}"
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
    if not any(estimate.has_interval for estimate, _ in ranked):
        return "None has an interval, so none is significant."
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
    if compared.empty:
        return
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
    shown = table.dropna(subset=["spearman"])
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
