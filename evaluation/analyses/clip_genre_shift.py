"""CLIP genre shift beside PSR: does the metric see what the raters see?

Genre accuracy is the share of pictures that zero-shot CLIP still puts into the painter's genre
(IMPRESS, Cao et al. 2023, arXiv:2310.19248), genre shift the share that it does not (Glaze, Shan et
al. 2023, arXiv:2302.04222): 1 minus the other. Both are given per condition, with the raters'
protection success rate on the same items beside them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Annotated, ClassVar, Literal, Self

import numpy as np
from pandas import DataFrame, concat
from pydantic import Field, model_validator

from config.plugins import plugin
from evaluation import words
from evaluation.analyses import Exhibit, Finding
from evaluation.charts import plots
from evaluation.choices import MetricChoices, choices_of, numbers_of, ours, taken_apart, whole
from evaluation.evidence import Evidence
from evaluation.findings import assumed
from evaluation.findings.arms import (
    Arm,
    Contrast,
    arms,
    contrast_table,
    contrasts,
    success_points,
    told,
)
from evaluation.findings.comparisons import How, Points, columns, share
from evaluation.measuring.measurements import label_of
from evaluation.metrics import METRICS
from evaluation.published.beside import as_printed, genre_exhibit
from evaluation.ratings import TableError, answers_to, eras_pooled, points, purified
from evaluation.statistics.clustered import Difference, clustered_difference, clustered_mean
from evaluation.statistics.estimate import Estimate
from evaluation.statistics.shares import Resampling, crossed_difference, crossed_share
from studies.questions import Measured

CORRECT = "correct"
LIMITS = (
    "Genre is not style: many painters share a genre, and a bad picture of a genre is of it still.",
    "Agreement over a few conditions is no agreement about pictures: see metric_validity.",
)
PSR = "PSR (share of answers)"
SHARE = ("share", "share_low", "share_high")


@plugin
class ClipGenreShift:
    """Genre accuracy, genre shift and PSR of every condition; differences to the clean arm."""

    label: ClassVar[str] = "Does CLIP still see the painter's genre?"
    version: ClassVar[int] = 2
    takes: ClassVar[tuple[Measured, ...]] = ("ordinal",)
    needs: ClassVar[tuple[str, ...]] = ("clip",)

    metrics: MetricChoices = ("clip_genre",)
    """Metrics that say whether the genre is correct, e.g. [clip_genre, clip_genre: {mode: legacy}];
    they need the network “clip”."""
    question: str = "mimicry_success"
    """Name of the question about the mimicry, for the PSR beside it."""
    points: Annotated[tuple[int, ...], Field(min_length=1)] | None = None
    """Points of its scale that count as success of the protection, as in psr."""
    pool_eras: bool = False
    """Whether artists of different eras are taken together (and said to be)."""
    interval: Literal["clustered", "bootstrap"] = "clustered"
    """How intervals are made: `clustered` (closed form) or `bootstrap` (crossed)."""
    replicates: Annotated[int, Field(ge=200, le=100_000)] = 2000
    """Replicates of the bootstrap."""
    level: Annotated[float, Field(gt=0.5, lt=1)] = 0.95
    """Nominal coverage of the intervals."""
    pooled: bool = False
    """Whether populations are analysed together (and said to be) instead of each apart."""

    @model_validator(mode="after")
    def metrics_know_genres(self) -> Self:
        """A metric that calls nothing correct has no accuracy."""
        for choice in choices_of(ours(self.metrics)):
            if CORRECT not in METRICS.load(choice.metric).parts:
                raise ValueError(f"{choice.metric} does not say whether a genre is correct")
        return self

    @classmethod
    def names(cls, asked: Sequence[str]) -> Mapping[str, Sequence[str]]:
        """What the settings may name in an experiment file."""
        known = [name for name in METRICS.names() if CORRECT in METRICS.load(name).parts]
        return {"question": asked, "metrics": known}

    def run(self, evidence: Evidence, seed: int) -> Finding:
        """Accuracy and shift of every condition by each metric, with PSR on the same items."""
        answers = answers_to(evidence.ratings, self.question)
        simulated = bool(answers["simulated"].iloc[0])
        inside = success_points(self.question, self.points, points(answers))
        how = How(seed, self.interval, self.replicates, self.level)
        known, missing = self._measured(evidence.measurements)
        parts = {name: _placed(answers, evidence.measurements, name) for name in known}
        found = {name: arms(part, pool_eras=self.pool_eras) for name, part in parts.items()}
        accuracy = {name: _accuracies(cells, how) for name, cells in found.items()}
        rows = [
            _row(name, arm, accuracy[name][arm.title], answers, inside, how)
            for name, cells in found.items()
            for arm in cells
        ]
        compared = {
            name: contrasts(cells, partial(_difference, how), self.level)
            for name, cells in found.items()
        }
        table = DataFrame(rows)
        return Finding(
            claim=" ".join(
                told(found[name], accuracy[name], f"Genre accuracy ({label_of(whole(name))})")
                for name in known
            ),
            table=table.drop(columns=["title", "clean"]),
            chart=_chart(table, simulated),
            notes=self._notes(answers, table, missing, how),
            sentences=tuple(_sentences(compared)),
            exhibits=(
                *_differences(compared),
                _published(accuracy, simulated),
                *(as_printed() if purified(answers) else ()),
            ),
            caption="CLIP genre shift (1 minus genre accuracy) of every condition, and the"
            " raters' PSR on the same items, with intervals.",
            assumptions=(assumed.clean_arm(answers), *assumed.samples(answers)),
            limits=LIMITS,
        )

    def _measured(self, measurements: DataFrame) -> tuple[list[str], list[str]]:
        """Names of the numbers that are there, and of those that are not."""
        asked = [name for name in numbers_of(self.metrics) if taken_apart(name)[2] in {CORRECT, ""}]
        known = [name for name in asked if (measurements["metric"] == name).any()]
        if not known:
            told = words.listed([label_of(name) for name in asked])
            raise TableError(f"Nothing has been measured by {told}: run `manage.py measure` first.")
        return known, [name for name in asked if name not in known]

    def _notes(
        self, answers: DataFrame, table: DataFrame, missing: Sequence[str], how: How
    ) -> tuple[str, ...]:
        notes = [
            "Genre accuracy is the share of pictures that CLIP puts into the painter's genre; genre"
            " shift is 1 minus that. An item's accuracy is the mean over its pictures.",
            f"Intervals ({self.level:.0%}) count sets of pictures (artworks) as samples, and raters"
            f" too for PSR: {how.said}. Where all are alike, the one-sided Clopper-Pearson limit"
            " stands instead. Differences are paired, within each painter. P-values are Holm's,"
            " over all differences of a metric; the intervals “all at once” hold together.",
            "CLIP is blind to loss of quality, and painters who were chosen because CLIP knows them"
            " flatter the clean arm: say how they were chosen.",
        ]
        for choice in choices_of(ours(self.metrics)):
            chance = getattr(choice.built, "chance", None)
            if chance is not None:
                notes.append(f"{label_of(choice.name)}: guessing would be correct in {chance:.0%}.")
        clean = table[table["clean"]]
        if len(clean) and (clean["share_accuracy"] < 0.5).any():
            notes.append(
                "In the clean arm CLIP sees the genre in less than half of the pictures: a shift"
                " says little there."
            )
        if missing:
            notes.append(f"Not measured: {words.listed([label_of(name) for name in missing])}.")
        left = answers["item"].nunique() - int(table.groupby("metric")["items"].sum().max())
        if left:
            notes.append(f"{words.counted(left, 'item')} without measurements left out.")
        return (*notes, *(eras_pooled(answers) if self.pool_eras else ()))


def _placed(answers: DataFrame, measurements: DataFrame, name: str) -> DataFrame:
    """One row an item that was measured: its factors, its accuracy and shift."""
    values = measurements[measurements["metric"] == name].set_index("item")["value"]
    items = answers.drop_duplicates("item").sort_values("item")
    placed = items.assign(accuracy=items["item"].map(values)).dropna(subset=["accuracy"])
    if placed.empty:
        raise TableError(f"No judged item was measured by {label_of(name)}.")
    if not placed["accuracy"].between(0, 1).all():
        raise TableError(f"{label_of(name)} has values outside 0 to 1, which are no accuracy.")
    return placed.assign(shift=1 - placed["accuracy"])


def _row(
    name: str, arm: Arm, accuracy: Estimate, answers: DataFrame, inside: Points, how: How
) -> dict[str, object]:
    judged = answers[answers["item"].isin(arm.rows["item"])]
    psr = share(judged, inside, how).answers
    return {
        "metric": label_of(name),
        **arm.facts,
        "items": len(arm.rows),
        "painters": arm.rows["artist"].nunique(),
        **columns("share_accuracy", accuracy),
        **columns("share_shift", _complement(accuracy)),
        **columns("share_psr_answers", psr),
        "n": psr.n,
        "method": accuracy.method,
        "title": f"{arm.title} · clean arm" if arm.clean else arm.title,
        "clean": arm.clean,
    }


def _complement(estimate: Estimate) -> Estimate:
    """1 minus a share; exact at the ends, where 1 - 0.9999… would leave dust."""
    value, low, high = (
        float(np.round(1 - number, 12)) for number in (estimate.value, estimate.high, estimate.low)
    )
    return replace(estimate, value=value, low=low, high=high)


def _accuracies(found: Sequence[Arm], how: How) -> dict[str, Estimate]:
    return {arm.title: _accuracy(arm.rows, how) for arm in found}


def _accuracy(rows: DataFrame, how: How) -> Estimate:
    """Of measurements: nobody judged, so pictures alone are the sample."""
    values, drawn = rows["accuracy"], rows["cluster"]
    if how.interval == "bootstrap":
        return crossed_share(values, None, drawn, _resampling(how, how.level))
    return clustered_mean(values, None, drawn, bounds=(0, 1), level=how.level).estimate


def _difference(how: How, first: DataFrame, second: DataFrame, level: float) -> Difference:
    """Shift of the second condition minus that of the first, within each painter."""
    values, drawn, painter = (
        [*first[name], *second[name]] for name in ("shift", "cluster", "artist")
    )
    side = [False] * len(first) + [True] * len(second)
    if how.interval == "bootstrap":
        found = crossed_difference(values, None, drawn, painter, side, _resampling(how, level))
        return Difference(found[0], 0, len(set(drawn)), found[1])
    return clustered_difference(
        values, None, drawn, side, strata=painter, bounds=(0, 1), level=level
    )


def _resampling(how: How, level: float) -> Resampling:
    return Resampling(np.random.default_rng(how.seed), how.replicates, level)


def _sentences(compared: Mapping[str, Sequence[Contrast]]) -> list[str]:
    several = len(compared) > 1
    return [
        f"{f'{label_of(name)}: ' if several else ''}Genre shift of {contrast.sentence}"
        for name, found in compared.items()
        for contrast in found
    ]


def _differences(compared: Mapping[str, Sequence[Contrast]]) -> tuple[Exhibit, ...]:
    tables = [
        contrast_table(found, "items").assign(metric=label_of(name))
        for name, found in compared.items()
        if found
    ]
    if not tables:
        return ()
    whole = concat(tables, ignore_index=True)
    first = ["comparison", "metric"]
    ordered = whole[[*first, *(name for name in whole.columns if name not in first)]]
    return (Exhibit("Differences of genre shift to the clean and the protected arm", ordered),)


def _published(accuracy: Mapping[str, Mapping[str, Estimate]], simulated: bool) -> Exhibit:
    own = {
        (label_of(whole(name)), title): found
        for name, arms_of in accuracy.items()
        for title, found in arms_of.items()
    }
    return genre_exhibit(own, simulated=simulated)


def _chart(table: DataFrame, simulated: bool) -> plots.Spec:
    """Genre shift by each metric, and PSR, of every condition."""
    metrics = list(dict.fromkeys(table["metric"]))
    names = {metric: _shift_of(metric) for metric in metrics}
    parts = [
        _series(table[table["metric"] == metric], "share_shift", names[metric])
        for metric in metrics
    ]
    parts.append(_series(table.drop_duplicates("title"), "share_psr_answers", PSR))
    return plots.intervals(
        concat(parts, ignore_index=True),
        SHARE,
        row="condition",
        series="what",
        title="share",
        order=list(dict.fromkeys(table["title"])),
        series_order=[*names.values(), PSR],
        domain=(0, 1),
        simulated=simulated,
        percent=True,
    )


def _shift_of(metric: str) -> str:
    return (
        metric.replace(f": {CORRECT}", " shift") if f": {CORRECT}" in metric else f"{metric} shift"
    )


def _series(rows: DataFrame, column: str, what: str) -> DataFrame:
    ends = {end: rows[f"{column}{end.removeprefix('share')}"] for end in SHARE}
    return DataFrame({"condition": rows["title"], "what": what, **ends})
