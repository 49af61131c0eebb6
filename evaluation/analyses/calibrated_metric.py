"""A better metric than any of them: a composite learnt from the ratings, for the next study.

A cumulative logit of all answers on standardised metrics, with a penalty, learnt from one group of
raters and scored on artists (and conditions) that it never saw, beside each metric alone on the
very same folds and beside the ceiling that raters' noise leaves. It leaves the report as a file,
and the next study names it like any metric (docs/analyses.md). Composite and folds:
`evaluation.statistics.composite`.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal

from pandas import DataFrame
from pydantic import Field

from config.plugins import PluginError, plugin, record
from evaluation import words
from evaluation.analyses import Assumption, Attachment, Exhibit, Finding
from evaluation.charts import plots
from evaluation.choices import MetricChoice, choice_of, named, names, numbers_of, taken_apart, whole
from evaluation.evidence import Evidence
from evaluation.findings.calibrating import FEWEST_ARTISTS, Learned, calibration, learned
from evaluation.findings.calibrations import Calibration, extrapolating
from evaluation.findings.comparisons import columns
from evaluation.findings.judged import judged
from evaluation.findings.verdicts import ENOUGH, standing
from evaluation.measuring.measurements import label_of
from evaluation.metrics import METRICS
from evaluation.ratings import eras_pooled
from evaluation.statistics.estimate import Estimate
from evaluation.statistics.multiplicity import holm
from studies.questions import Measured

SHOWN = 12
"""Most single metrics in the chart; the table has all."""
COMPOSITE = "the calibrated metric"
LICENCE = (
    "Not stated. The file holds coefficients and ranges, and no answer of any one rater; pass it on"
    " as the consent of the study's raters allows."
)


@plugin
class CalibratedMetric:
    """A metric learnt from the answers to one question, cross-validated by artist and condition."""

    label: ClassVar[str] = "Can a metric be learnt from these raters?"
    version: ClassVar[int] = 1
    takes: ClassVar[tuple[Measured, ...]] = ("ordinal",)
    fewest_painters: ClassVar[int] = FEWEST_ARTISTS

    question: str = "acceptability"
    """Name of the question."""
    of: Literal["answers", "psr"] = "answers"
    """What it foretells: the mean answer, or PSR, the share of answers at the points that count as
    success of a protection. It is learnt from the whole scale either way."""
    points: Annotated[tuple[int, ...], Field(min_length=1)] | None = None
    """For `of: psr`, the points that count, as in the analysis psr."""
    metrics: tuple[MetricChoice, ...] = ()
    """What goes in, as in metric_validity; empty: every metric that was measured."""
    enough: Annotated[float, Field(gt=0, le=1)] = ENOUGH
    """Share of the ceiling that is enough for it to stand in for raters."""
    repeats: Annotated[int, Field(ge=1, le=100)] = 5
    """Partitions of the artists over which scores are averaged."""
    licence: str = LICENCE
    """What others may do with the file, by the consent of the raters and the rights in the study;
    written into it."""
    level: Annotated[float, Field(gt=0.5, lt=1)] = 0.95
    """Nominal coverage of the intervals."""
    pooled: bool = False
    """Whether populations are analysed together (and said to be) instead of each apart."""

    @classmethod
    def names(cls, asked: Sequence[str]) -> Mapping[str, Sequence[str]]:
        """What the settings may name in an experiment file."""
        return {"question": asked, "metrics": names()}

    def run(self, evidence: Evidence, seed: int) -> Finding:
        """The composite, its score beside every metric's, and its file."""
        found = judged(
            evidence,
            self.question,
            numbers_of(self.metrics),
            success=self.points,
            of_success=self.of == "psr",
        )
        learnt = learned(found, seed=seed, repeats=self.repeats, level=self.level)
        file = calibration(
            learnt,
            evidence.measurements,
            {name: self._settings(name) for name in learnt.used},
            question=self.question,
            of=self.of,
            seed=seed,
            licence=self.licence,
        )
        simulated = bool(found.answers["simulated"].iloc[0])
        table = _table(learnt)
        return Finding(
            claim=self._claim(learnt),
            table=table,
            chart=_chart(table, learnt.ceiling, simulated),
            caption="Correlation with raters within artists who were held out (dots with"
            " intervals): the calibrated metric, and the best"
            f" {min(SHOWN, len(learnt.used))} metrics alone on the same folds. The dashed line is"
            " the ceiling: what a perfect metric could reach.",
            notes=(*self._notes(learnt), *eras_pooled(found.answers)),
            sentences=tuple(self._sentences(learnt, file)),
            exhibits=(
                Exhibit("What goes in, and how much it weighs", _weights(file)),
                *_new_conditions(learnt),
                *_beyond(learnt, file),
                *_earlier(evidence, learnt),
            ),
            assumptions=tuple(_assumptions(learnt)),
            limits=tuple(_limits(learnt, simulated)),
            attachments=(Attachment(_file_name(file), "The calibrated metric", file.text),),
        )

    def _claim(self, learnt: Learned) -> str:
        scores, single = learnt.apart.composite, learnt.apart.best_single
        what = "PSR" if self.of == "psr" else f"answers to “{self.question}”"
        verdict = standing(learnt.reached, self.enough)
        reached = (
            "no share of a ceiling can be given, which is undefined for these answers"
            if not learnt.reached.defined
            else f"{words.said(learnt.reached, '.0%')} of the ceiling, so it {verdict}"
            if verdict != "cannot tell"
            else f"{words.said(learnt.reached, '.0%')} of the ceiling, which cannot tell whether it"
            f" stands in (at least {self.enough:.0%})"
        )
        difference = learnt.apart.difference
        gain = (
            "is better than" if difference.excludes(0) and difference.value > 0 else
            "is worse than" if difference.excludes(0) else "is not shown to differ from"
        )  # fmt: skip
        return (
            f"A metric learnt from {words.counted(len(learnt.judged.answers), 'answer')} foretells"
            f" {what} about artists it never saw with r = {words.said(scores.within_artist)} within"
            f" artists and {words.said(scores.between_artist)} between them: {reached}. Within"
            f" artists it {gain} the best single metric, chosen in training (r ="
            f" {words.said(single.within_artist)}; difference {_signed(difference)})."
            f"{words.reasons([scores.within_artist, scores.between_artist])}"
        )

    def _sentences(self, learnt: Learned, file: Calibration) -> Iterator[str]:
        if learnt.further is not None:
            yield (
                "With the condition held out as well as the artist, r within artists is"
                f" {words.said(learnt.further.composite.within_artist)} (best single metric"
                f" {words.said(learnt.further.best_single.within_artist)}): that is what to expect"
                " of a protection or purification that it was not learnt with."
            )
        yield (
            f"The next study measures it by naming {file.name} among its metrics, where its file"
            " (below) is known: on this site it is, elsewhere `manage.py calibrated add` brings it."
        )

    def _notes(self, learnt: Learned) -> Iterator[str]:
        apart, found = learnt.apart, learnt.judged
        yield (
            "Nested cross-validation: artists are dealt into folds, and everything that looks at"
            " data (what stands in for missing values, standardisation, weights, penalty, the"
            " choice of the best single metric) is done on the others. Metrics alone are fitted on"
            f" the same folds. {apart.composite.within_artist.method}."
        )
        yield (
            f"Intervals ({self.level:.0%}) within artists are t over artists: they speak of other"
            " artists, and of these raters' answers as they were given. P-values of differences are"
            " t over artists, adjusted by Holm over all metrics."
        )
        yield (
            f"Learnt on all artists: {learnt.learnt.model}. Intervals of weights leave out one"
            " artist at a time; weights of metrics that go together are not to be read one by one."
        )
        if learnt.ceiling.defined:
            yield f"Ceiling within artists: {words.said(learnt.ceiling)} ({learnt.ceiling.method})."
        else:
            yield f"The ceiling is {learnt.ceiling.method}."
        yield from (f"Left out: {sentence}" for sentence in (*found.left_out, *learnt.refused))

    def _settings(self, name: str) -> Mapping[str, Any] | None:
        """Those of the plan, or those that the name tells; None where the name does not suffice."""
        metric, inside, _ = taken_apart(name)
        if metric not in METRICS:
            return None
        planned = [choice_of(entry) for entry in self.metrics if not _elsewhere(entry)]
        mine = [choice.settings for choice in planned if name in choice.numbers]
        told = dict(part.split("=", 1) for part in inside.split(", ") if "=" in part)
        for settings in (*mine, told):
            try:
                built = METRICS.build(metric, settings)
            except PluginError:
                continue
            if named(metric, record(built)) == whole(name):
                return record(built)
        return None


def _elsewhere(entry: Any) -> bool:
    """Whether a plan names a number that is not ours, or as tables do: settings in its name."""
    name = entry if isinstance(entry, str) else next(iter(entry))
    metric, inside, _ = taken_apart(name)
    return metric not in METRICS or bool(inside)


def _file_name(file: Calibration) -> str:
    return f"{file.name.replace(':', '-')}.json"


def _signed(estimate: Estimate) -> str:
    if not estimate.has_interval:
        return words.said(estimate)
    value, low, high = (
        words.signed(number, ".2f") for number in (estimate.value, estimate.low, estimate.high)
    )
    return f"{value} [{low}, {high}]"


def _table(learnt: Learned) -> DataFrame:
    """The composite, then metrics alone from the best to the worst."""
    apart = learnt.apart
    adjusted = dict(zip(apart.p_values, holm(list(apart.p_values.values())).tolist(), strict=True))
    alone = sorted(apart.singles, key=lambda name: -_known(apart.singles[name].within_artist))
    rows = [{"metric": COMPOSITE, **_scores(apart.composite)}]
    for name in alone:
        difference, p = apart.differences[name], apart.p_values[name]
        verdict = words.verdict(p, adjusted[name], len(alone))
        rows.append(
            {
                "metric": label_of(name),
                **_scores(apart.singles[name]),
                **columns("difference", difference),
                "p": p,
                "p_holm": adjusted[name],
                "verdict": verdict,
            }
        )
    return DataFrame(rows)


def _scores(scores: Any) -> dict[str, Any]:
    return {
        "n": scores.within_artist.n,
        **columns("r_within", scores.within_artist),
        **columns("r_between", scores.between_artist),
        **columns("share_pairs", scores.pairwise_accuracy),
        "method": scores.within_artist.method,
    }


def _known(estimate: Estimate) -> float:
    return estimate.value if estimate.defined else -2.0


def _chart(table: DataFrame, ceiling: Estimate, simulated: bool) -> plots.Spec:
    shown = table.head(SHOWN + 1).assign(series="held-out artists")
    order = list(dict.fromkeys(shown["metric"]))
    return plots.intervals(
        shown[["metric", "series", "r_within", "r_within_low", "r_within_high"]],
        ("r_within", "r_within_low", "r_within_high"),
        row="metric",
        series="series",
        title="r within artists",
        order=order,
        series_order=["held-out artists"],
        domain=(0, 1),
        simulated=simulated,
        marked=ceiling.value if ceiling.defined else None,
    )


def _weights(file: Calibration) -> DataFrame:
    return DataFrame(
        [
            {
                "metric": label_of(each.name),
                "weight": each.weight,
                "weight_low": each.weight_low,
                "weight_high": each.weight_high,
                "mean in training": each.centre,
                "sd in training": each.spread,
                "lowest in training": each.low,
                "highest in training": each.high,
                "measured by": each.version[:12],
            }
            for each in sorted(file.inputs, key=lambda each: -abs(each.weight))
        ]
    )


def _new_conditions(learnt: Learned) -> list[Exhibit]:
    if learnt.further is None:
        return []
    found = learnt.further
    rows = [
        {"metric": name, "held out": held, **_scores(scores)}
        for name, held, scores in (
            (COMPOSITE, "artists", learnt.apart.composite),
            ("the best single metric in training", "artists", learnt.apart.best_single),
            (COMPOSITE, "artists and conditions", found.composite),
            ("the best single metric in training", "artists and conditions", found.best_single),
        )
    ]
    return [Exhibit("Artists held out, and conditions as well", DataFrame(rows))]


def _beyond(learnt: Learned, file: Calibration) -> list[Exhibit]:
    """Where it extrapolates among the study's own items that nobody rated."""
    unrated = ~learnt.judged.rated.to_numpy()
    if not unrated.any():
        return []
    table = extrapolating(
        file,
        learnt.judged.features[unrated],
        learnt.judged.items[unrated],
        ["condition", "artist"],
    )
    return [Exhibit("Items that nobody rated: share outside the range of training", table)]


def _earlier(evidence: Evidence, learnt: Learned) -> list[Exhibit]:
    """Where calibrated metrics of earlier studies extrapolate here."""
    exhibits = []
    for file in evidence.calibrations:
        inputs = [each.name for each in file.inputs]
        table = evidence.measurements[evidence.measurements["metric"].isin(inputs)].pivot(
            index="item", columns="metric", values="value"
        )
        if not set(inputs) <= set(table.columns):
            continue
        items = learnt.judged.items.set_index("item")
        table = table[table.index.isin(items.index)]
        here = items.loc[table.index].reset_index()
        shares = extrapolating(file, table, here, ["condition", "artist"])
        title = f"{label_of(file.name)} here: share of items outside the range of its training"
        exhibits.append(Exhibit(title, shares))
    return exhibits


def _assumptions(learnt: Learned) -> Iterator[Assumption]:
    apart, artists = learnt.apart, learnt.judged.items["artist"][learnt.judged.rated].nunique()
    gain = apart.overall_random - apart.overall
    yield Assumption(
        "No leak of the artist",
        gain <= 0.1 if gain == gain else None,
        f"With random folds r over all pictures is {apart.overall_random:.2f}, with folds by artist"
        f" {apart.overall:.2f}: {'more' if gain > 0.1 else 'no more'} than 0.1 is what the metric"
        " knows of the artists.",
    )
    yield Assumption(
        "Enough artists",
        artists >= 10,
        f"{artists} artists are the sample that intervals within and between artists rest on; with"
        " fewer than ten they are rough.",
    )
    slope = apart.composite.calibration_slope
    yield Assumption(
        "Differences have the right size",
        slope.low <= 1 <= slope.high if slope.has_interval else None,
        f"Slope of answers on predictions within artists: {words.said(slope)}; 1 is right, less"
        " means that predicted differences are too large.",
    )


def _limits(learnt: Learned, simulated: bool) -> Iterator[str]:
    if simulated:
        yield "It was learnt from SIMULATED raters, and says nothing about people."
    yield (
        "It stands for these raters: another population (other artists, a crowd) may judge"
        " otherwise, and a calibrated metric does not know it."
    )
    yield (
        "It knows pictures by these metrics only. What all of them are blind to, it is blind to;"
        " whoever optimises pictures against it can fool it."
    )
    if learnt.further is None:
        yield "There is one condition, so nothing is known about what it was not learnt with."
