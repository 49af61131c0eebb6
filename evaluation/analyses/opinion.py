"""Mean opinion of every condition: points of a scale, or places on a line.

The mean of all answers to a condition (ITU-T P.910 and ITU-R BT.500 call it the mean opinion
score), with the two-way clustered interval: other raters, other artworks. The usual interval over
pictures takes raters for fixed and is too narrow (docs/statistics/opinion.md). Differences are
paired by rater and artwork, within painters, and adjusted by Holm over all of a question.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from pandas import DataFrame, concat
from pydantic import Field

from config.plugins import plugin
from evaluation import words
from evaluation.analyses import Assumption, Exhibit, Finding
from evaluation.charts import plots
from evaluation.evidence import Evidence
from evaluation.findings import assumed
from evaluation.findings.arms import Arm, Contrast, arms, contrasts
from evaluation.findings.comparisons import columns
from evaluation.ratings import FACTORS, MOST_POINTS, TableError, answers_to, eras_pooled, points
from evaluation.statistics.clustered import (
    Bounds,
    Clustered,
    Difference,
    clustered_difference,
    clustered_mean,
)
from studies.questions import Measured

MEAN = ("mean", "mean_low", "mean_high")
LIMITS = (
    "A mean takes the points of a scale as equally far apart, which nobody has asked the raters.",
    "A difference that is not significant is no evidence of none.",
)


@dataclass(frozen=True)
class _Judged:
    """The conditions by the answers to one question."""

    question: str
    answers: DataFrame
    ends: Bounds
    arms: tuple[Arm, ...]
    means: Mapping[str, Clustered]
    """by the arms' titles"""
    contrasts: tuple[Contrast, ...]


@plugin
class Opinion:
    """Mean answer of every condition, and its differences to the untouched and protected arm."""

    label: ClassVar[str] = "What do raters think of each condition?"
    version: ClassVar[int] = 1
    takes: ClassVar[tuple[Measured, ...]] = ("ordinal", "interval")

    questions: tuple[str, ...] | None = None
    """Names of the questions, each analysed apart; all with points or a line when left out."""
    pool_eras: bool = False
    """Whether painters of different eras are taken together (and said to be)."""
    level: Annotated[float, Field(gt=0.5, lt=1)] = 0.95
    """Nominal coverage of the intervals."""
    pooled: bool = False
    """Whether populations are analysed together (and said to be) instead of each apart."""

    @classmethod
    def names(cls, asked: Sequence[str]) -> Mapping[str, Sequence[str]]:
        """What the settings may name in an experiment file."""
        return {"questions": asked}

    def run(self, evidence: Evidence, seed: int) -> Finding:  # noqa: ARG002 (closed forms)
        """Every condition of every question, era by era."""
        found = [self._judged(evidence, question) for question in self._asked(evidence)]
        table = DataFrame([row for each in found for row in _rows(each)])
        simulated = bool(found[0].answers["simulated"].iloc[0])
        compared = DataFrame([row for each in found for row in _differences(each)])
        return Finding(
            claim=" ".join(_claim(each) for each in found),
            table=table,
            chart=_chart(found[0], table, simulated),
            caption=f"Mean answer to “{found[0].question}” of every condition, with intervals.",
            notes=tuple(self._notes(found)),
            exhibits=(
                *_further(found[1:], table, simulated),
                *([Exhibit("Differences", compared)] if len(compared) else []),
            ),
            sentences=tuple(_said(each, contrast) for each in found for contrast in each.contrasts),
            assumptions=tuple(_assumptions(found)),
            limits=LIMITS,
        )

    def _asked(self, evidence: Evidence) -> list[str]:
        if self.questions is not None:
            return list(self.questions)
        stated = {asked.name: asked.measured for asked in evidence.asked}
        scaled = evidence.ratings[evidence.ratings["value"].notna()]
        there = dict.fromkeys(scaled["question"])
        found = [name for name in there if stated.get(name, "ordinal") in self.takes]
        if not found:
            raise TableError("No question of the table has points or a line to take a mean of.")
        return found

    def _judged(self, evidence: Evidence, question: str) -> _Judged:
        answers = answers_to(evidence.ratings, question)
        last = points(answers)
        ends = (0.0 if last == MOST_POINTS else 1.0, float(last))
        found = arms(answers, pool_eras=self.pool_eras)
        means = {arm.title: _mean(arm.rows, ends, self.level) for arm in found}
        compared = contrasts(
            found, lambda one, other, level: _difference(one, other, ends, level), self.level
        )
        return _Judged(question, answers, ends, tuple(found), means, tuple(compared))

    def _notes(self, found: Sequence[_Judged]) -> Iterator[str]:
        yield (
            f"Intervals ({self.level:.0%}) speak of other raters and other artworks (two-way"
            " clustered); p-values of differences are adjusted by Holm over a question's."
        )
        for each in found:
            low, high = each.ends
            yield f"“{each.question}” goes from {low:.0f} to {high:.0f}; more is as it is worded."
        yield from eras_pooled(found[0].answers) if self.pool_eras else ()


def _mean(rows: DataFrame, ends: Bounds, level: float) -> Clustered:
    columns_of = rows["value"], rows["participant"], rows["cluster"]
    return clustered_mean(*columns_of, bounds=ends, level=level)


def _difference(one: DataFrame, other: DataFrame, ends: Bounds, level: float) -> Difference:
    both = concat([one, other])
    return clustered_difference(
        both["value"],
        both["participant"],
        both["cluster"],
        [False] * len(one) + [True] * len(other),
        strata=both["artist"],
        bounds=ends,
        level=level,
    )


def _claim(found: _Judged) -> str:
    told = [
        f"{words.said(found.means[arm.title].estimate)} for {arm.title}"
        + (" (the clean arm)" if arm.clean else "")
        for arm in found.arms
    ]
    missing = words.reasons(mean.estimate for mean in found.means.values())
    return (
        f"The mean answer to “{found.question}” ({found.ends[0]:.0f} to {found.ends[1]:.0f}) is"
        f" {words.listed(told)}.{missing}"
    )


def _said(found: _Judged, contrast: Contrast) -> str:
    share, name = contrast.share, f"{found.question}: {contrast.name}"
    if not share.estimate.defined:
        return f"{name}: not compared ({share.estimate.method.removeprefix('undefined: ')})."
    said = f"{name}: {words.said(share.estimate)}"
    if not share.estimate.has_interval:
        return f"{said}, untested ({share.estimate.method})."
    return f"{said}, {share.verdict} ({words.p_value(share.adjusted)})."


def _rows(found: _Judged) -> Iterator[dict[str, object]]:
    for arm in found.arms:
        mean = found.means[arm.title]
        yield {
            "question": found.question,
            **arm.facts,
            "n": mean.estimate.n,
            "raters": mean.raters,
            "artworks": mean.items,
            **columns("mean", mean.estimate),
            "method": mean.estimate.method,
        }


def _differences(found: _Judged) -> Iterator[dict[str, object]]:
    for contrast in found.contrasts:
        share = contrast.share
        yield {
            "question": found.question,
            "comparison": f"{contrast.second.title} minus {contrast.first.name}",
            "against": contrast.against,
            "n": share.estimate.n,
            "painters": contrast.painters,
            **columns("difference", share.estimate),
            "difference_joint_low": share.joint.low,
            "difference_joint_high": share.joint.high,
            "p": share.p,
            "p_holm": share.adjusted,
            "verdict": share.verdict,
            "method": share.estimate.method,
        }


def _further(found: Sequence[_Judged], table: DataFrame, simulated: bool) -> Iterator[Exhibit]:
    for each in found:
        caption = f"Mean answer to “{each.question}” of every condition, with intervals."
        yield Exhibit(each.question, None, _chart(each, table, simulated), caption)


def _chart(found: _Judged, table: DataFrame, simulated: bool) -> plots.Spec:
    mine = table[table["question"] == found.question]
    rows = mine.assign(condition=[arm.title for arm in found.arms])
    return plots.intervals(
        rows,
        MEAN,
        row="condition",
        series="question",
        title=f"mean answer to “{found.question}”",
        order=[arm.title for arm in found.arms],
        series_order=[found.question],
        domain=found.ends,
        simulated=simulated,
    )


def _assumptions(found: Sequence[_Judged]) -> Iterator[Assumption]:
    """Of the first question; the others were asked the same raters about the same pictures."""
    answers = found[0].answers
    yield assumed.clean_arm(answers)
    yield from assumed.samples(answers)
    yield assumed.paired(answers, FACTORS)
