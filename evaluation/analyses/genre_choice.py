"""Do people see the painter's genre, and does CLIP see it where they do?

People name the first few genres of a picture (the trial kind `genre_choice`) among the labels that
the metric CLIP genre has (Shan et al. 2023, arXiv:2302.04222; Cao et al. 2023, arXiv:2310.19248):
both do the same task, so shares of right pictures can be held against each other.
"""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Annotated, Any, ClassVar

from pandas import DataFrame, Series, concat
from pydantic import Field

from config.plugins import plugin
from evaluation import words
from evaluation.analyses import Exhibit, Finding
from evaluation.charts import plots
from evaluation.choices import MetricChoices, choices_of, numbers_of, ours, taken_apart
from evaluation.evidence import Evidence
from evaluation.findings import assumed
from evaluation.findings.arms import Arm, Contrast, arms, contrast_table, contrasts, told
from evaluation.findings.comparisons import columns
from evaluation.findings.genres_named import Named, named
from evaluation.measuring.measurements import label_of
from evaluation.metrics import METRICS
from evaluation.ratings import TableError, eras_pooled
from evaluation.statistics.agreement import krippendorff_alpha, weighted_kappa
from evaluation.statistics.clustered import (
    Difference,
    clustered_difference,
    clustered_mean,
    clustered_share,
)
from evaluation.statistics.estimate import Estimate
from evaluation.statistics.multiplicity import bonferroni_level
from studies.questions import Measured

CORRECT = "correct"
ALL = "all conditions"
LIMITS = (
    "Genre is not style: many painters share a genre, and a bad picture of a genre is of it still.",
    "Who does not know the names of genres guesses: a low share may be of the words, not the eye.",
    "The metric stores whether it is right, not what it named: agreement is about being right.",
)


@plugin
class GenreChoice:
    """Shares of answers that name the painter's genre, by condition, beside the metric's own."""

    label: ClassVar[str] = "Do people see the painter's genre, and does CLIP where they do?"
    version: ClassVar[int] = 1
    takes: ClassVar[tuple[Measured, ...]] = ("nominal",)

    question: str = "genre"
    """Name of the question: the genres that fit best, the best first."""
    metrics: MetricChoices = ("clip_genre",)
    """Metrics of the same task, with the same labels; left out of the finding where unmeasured."""
    level: Annotated[float, Field(gt=0.5, lt=1)] = 0.95
    """Nominal coverage of the intervals."""
    pooled: bool = False
    """Whether populations are analysed together (and said to be) instead of each apart."""

    @classmethod
    def names(cls, asked: Sequence[str]) -> Mapping[str, Sequence[str]]:
        """What the settings may name in an experiment file."""
        known = [name for name in METRICS.names() if CORRECT in METRICS.load(name).parts]
        return {"question": asked, "metrics": known}

    def run(self, evidence: Evidence, seed: int) -> Finding:  # noqa: ARG002 (closed forms)
        """Every condition; differences; people against each metric on the same pictures."""
        given = named(evidence, self.question)
        cells = arms(given.rows, pool_eras=True)
        found = {arm.title: self._share(arm.rows, "share_top") for arm in cells}
        compared = contrasts(cells, _difference, self.level)
        beside = DataFrame(list(self._beside(given.rows, cells, evidence.measurements)))
        table = DataFrame([self._row(arm, found[arm.title]) for arm in cells])
        alike = self._alike(given.rows)
        simulated = bool(given.rows["simulated"].iloc[0])
        return Finding(
            claim=f"{told(cells, found, _what(given))} Raters' first names agree with"
            f" Krippendorff's alpha {words.said(alike)}.{words.reasons([alike])}",
            table=table,
            chart=_chart(table, given, simulated),
            caption=f"Share of answers with the painter's genre first, and among the {given.top}"
            f" named, with intervals{_dashed(given)}.",
            sentences=(*(f"Right among those named, {each.sentence}" for each in compared),
                       *map(_sentence, beside.to_dict("records"))),
            notes=tuple(self._notes(given, beside)),
            exhibits=tuple(_exhibits(given, compared, beside)),
            assumptions=(assumed.clean_arm(given.rows), *assumed.samples(given.rows)),
            limits=LIMITS,
        )  # fmt: skip

    def _share(self, rows: DataFrame, column: str) -> Estimate:
        who, what = rows["participant"], rows["cluster"]
        return clustered_share(rows[column], who, what, level=self.level).estimate

    def _row(self, arm: Arm, top: Estimate) -> dict[str, object]:
        return {
            **arm.facts,
            "n": len(arm.rows),
            "raters": arm.rows["participant"].nunique(),
            "artworks": arm.rows["cluster"].nunique(),
            **columns("share_first", self._share(arm.rows, "share_first")),
            **columns("share_top", top),
            **columns("alpha", self._alike(arm.rows)),
            "method": top.method,
        }

    def _alike(self, rows: DataFrame) -> Estimate:
        """Of the genres named first; undefined where no picture was judged twice."""
        if rows["participant"].nunique() < 2 or not rows["item"].duplicated().any():
            reason = "agreement needs pictures that two raters judged"
            return Estimate.undefined(level=self.level, n=len(rows), reason=reason)
        who, what = rows["participant"], rows["item"]
        return krippendorff_alpha(
            rows["first"], who, what, "nominal", clusters=rows["cluster"], level=self.level
        ).estimate

    def _beside(
        self, rows: DataFrame, cells: Sequence[Arm], measured: DataFrame
    ) -> Iterator[dict[str, object]]:
        """People's share of right answers minus the metric's of right pictures, by picture."""
        parts = [(ALL, rows), *((arm.title, arm.rows) for arm in cells if len(cells) > 1)]
        for name in numbers_of(self.metrics):
            values = measured[measured["metric"] == name].set_index("item")["value"]
            if taken_apart(name)[2] not in {CORRECT, ""} or values.empty:
                continue
            for title, part in parts:
                pictures = _pictures(part, values, name)
                if len(pictures):
                    yield self._held(name, title, pictures, len(parts))

    def _held(self, name: str, title: str, pictures: DataFrame, of: int) -> dict[str, object]:
        drawn, apart = pictures["cluster"], pictures["people"] - pictures["metric"]
        joint_level = bonferroni_level(of, level=self.level)
        difference, joint = (
            clustered_mean(apart, None, drawn, bounds=(-1.0, 1.0), level=level).estimate
            for level in (self.level, joint_level)
        )
        metric = clustered_mean(pictures["metric"], None, drawn, bounds=(0.0, 1.0),
                                level=self.level).estimate  # fmt: skip
        people = clustered_mean(pictures["people"], None, drawn, bounds=(0.0, 1.0),
                                level=self.level).estimate  # fmt: skip
        crowd, right = (pictures[side] > 0.5 for side in ("people", "metric"))
        same = clustered_share(crowd == right, None, drawn, level=self.level).estimate
        return {
            "metric": label_of(name),
            "condition": title,
            "pictures": len(pictures),
            **columns("share_people", people),
            **columns("share_metric", metric),
            **columns("share_difference", difference),
            "share_difference_joint_low": joint.low,
            "share_difference_joint_high": joint.high,
            "verdict": _verdict(joint),
            **columns("share_alike", same),
            **columns("kappa", self._kappa(crowd.astype(float), right.astype(float))),
            "method": difference.method,
        }

    def _kappa(self, crowd: Series, right: Series) -> Estimate:
        if len(crowd) < 2:
            return Estimate.undefined(level=self.level, n=len(crowd), reason="one picture only")
        return weighted_kappa(crowd, right, weights="identity", level=self.level)

    def _notes(self, given: Named, beside: DataFrame) -> Iterator[str]:
        yield (
            f"Intervals hold {self.level:.0%} of the time over studies with other raters and other"
            " artworks (two-way clustered); those beside a metric are over artworks alone, with"
            " these raters. Differences between conditions are within painters; their p-values are"
            " Holm's, over all of them. Verdicts beside a metric go by intervals that hold for all"
            " conditions at once (Bonferroni)."
        )
        if given.unknown:
            yield (
                f"{words.counted(given.unknown, 'answer')} left out: the painter's genre is not on"
                " record, or no label stands for it."
            )
        if not given.labels:
            yield "The table does not tell which labels were offered: no share by guessing."
        if beside.empty:
            yield "No metric of the same task was measured for these pictures: people stand alone."
        else:
            yield (
                "The crowd is right about a picture where more than half of the answers name its"
                " genre. The metric stores whether it is right, not its label, so kappa is between"
                " “the crowd is right” and “the metric is right”, pictures taken as independent."
            )
        for choice in choices_of(ours(self.metrics)):
            chance = getattr(choice.built, "chance", given.chance)
            if given.labels and abs(chance - given.chance) > 1e-9:
                yield (
                    f"Not the same task: guessing is right in {chance:.1%} for"
                    f" {label_of(choice.name)} and in {given.chance:.1%} for people. Give both the"
                    " same labels and the same number of them that counts."
                )
        yield from eras_pooled(given.rows)


def _what(given: Named) -> str:
    return f"The share of answers with the painter's genre among the {given.top} named"


def _dashed(given: Named) -> str:
    return f"; {given.chance:.0%}, dashed, is a guess among the named" if given.labels else ""


def _difference(first: DataFrame, second: DataFrame, level: float) -> Difference:
    rows = concat([first, second])
    side = [False] * len(first) + [True] * len(second)
    return clustered_difference(
        rows["share_top"], rows["participant"], rows["cluster"], side,
        strata=rows["artist"], bounds=(0.0, 1.0), level=level,
    )  # fmt: skip


def _pictures(rows: DataFrame, values: Series, name: str) -> DataFrame:
    """One row a measured picture: cluster, people (share of right answers), metric (0 to 1)."""
    by = rows.groupby("item", sort=True)
    found = by.agg(cluster=("cluster", "first"), people=("share_top", "mean")).reset_index()
    found = found.assign(metric=found["item"].map(values)).dropna(subset=["metric"])
    if not found["metric"].between(0, 1).all():
        raise TableError(f"{label_of(name)} has values outside 0 to 1, which are no accuracy.")
    return found


def _verdict(joint: Estimate) -> str:
    if not joint.has_interval:
        return "cannot tell"
    if not joint.excludes(0.0):
        return "not significant"
    return "people more often" if joint.value > 0 else "metric more often"


def _sentence(row: Mapping[Hashable, Any]) -> str:
    ends = [row["share_difference_low"], row["share_difference_high"]]
    found = words.signed(100 * float(str(row["share_difference"])), ".0f")
    known = all(end == end for end in ends)
    said = (
        [words.signed(100 * float(str(end)), ".0f") for end in ends] if known else ["no interval"]
    )
    verdict = {
        "not significant": "not significant: no difference is shown",
        "cannot tell": "whether they differ cannot be told",
    }.get(str(row["verdict"]), f"significant, right more often: {str(row['verdict']).split()[0]}")
    return (
        f"{row['metric']}, {row['condition']}: people minus metric {found} points"
        f" [{', '.join(said)}], {verdict}."
    )


def _exhibits(given: Named, compared: Sequence[Contrast], beside: DataFrame) -> Iterator[Exhibit]:
    if len(beside):
        yield Exhibit("People and the metric on the same pictures", beside)
    if compared:
        yield Exhibit("Differences between conditions", contrast_table(compared, "n"))
    counted = given.rows.groupby(["right", "first"]).size().rename("given").reset_index()
    whole = counted.groupby("right")["given"].transform("sum")
    confusion = counted.assign(share=counted["given"] / whole)
    confusion.columns = ["painter's genre", "named first", "given", "share_given"]
    yield Exhibit("Confusion", confusion, caption="What was named first, by the painter's genre.")


def _chart(table: DataFrame, given: Named, simulated: bool) -> plots.Spec:
    names = {"share_first": "named first", "share_top": f"among the {given.top} named"}
    parts = [
        DataFrame(
            {
                "condition": table["condition"],
                "what": said,
                **{f"share{end}": table[f"{column}{end}"] for end in ("", "_low", "_high")},
            }
        )
        for column, said in names.items()
    ]
    return plots.intervals(
        concat(parts, ignore_index=True),
        ("share", "share_low", "share_high"),
        row="condition",
        series="what",
        title="share of answers with the painter's genre",
        order=list(table["condition"]),
        series_order=list(names.values()),
        domain=(0.0, 1.0),
        simulated=simulated,
        percent=True,
        marked=given.chance if given.labels else None,
    )
