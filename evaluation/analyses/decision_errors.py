"""Would a metric have led to the raters' conclusions?

Papers decide by a metric which protection holds and which purification breaks it. Here every pair
of conditions is tested twice, by the answers and by the metric on the same items: the same
conclusion, a missed one, a false alarm, or the reverse. Then: which condition each calls the best,
what following the metric would cost, and by how much the metric's success of mimicry is inflated.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pandas import DataFrame, Series
from pydantic import Field

from config.plugins import plugin
from evaluation import words
from evaluation.analyses import Assumption, Exhibit, Finding
from evaluation.charts import plots
from evaluation.choices import MetricChoice, names, numbers_of
from evaluation.evidence import Evidence
from evaluation.findings import contests, decisions, inflation
from evaluation.findings.arms import SUCCESS, Arm, arms, success_points
from evaluation.findings.comparisons import How, Points, columns
from evaluation.findings.decisions import OUTCOMES, Concluded, Outcome, outcome
from evaluation.measuring.measurements import covering, direction_of, label_of, said_of, wide
from evaluation.ratings import TableError, answers_to, eras_pooled, points, undegraded
from evaluation.statistics.multiplicity import bonferroni_level
from studies.questions import Measured

FEW = 5
PANEL = "the other half of these raters"


@plugin
class DecisionErrors:
    """Pairs of conditions, winners and inflation: conclusions by a metric against raters'."""

    label: ClassVar[str] = "Would a metric have led to the same conclusions?"
    version: ClassVar[int] = 2
    takes: ClassVar[tuple[Measured, ...]] = ("ordinal",)

    metrics: tuple[MetricChoice, ...] = ()
    """Names of the metrics; empty: every metric that was measured."""
    question: str = "mimicry_success"
    """Name of the question that raters answered."""
    points: Annotated[tuple[int, ...], Field(min_length=1)] | None = None
    """Points of its scale that count as success of the protection, as in psr."""
    better: Literal["closer", "farther"] | None = None
    """Which pictures a metric should call the more successful: those `farther` from the painter (or
    the original), as in questions about mimicry, or `closer`; when left out, farther for questions
    about the success of mimicry or protection, else closer."""
    pool_eras: bool = False
    """Whether artists of different eras are taken together (and said to be)."""
    splits: Annotated[int, Field(ge=0, le=200)] = 10
    """How often raters are split into two halves, whose conclusions are compared; 0: never."""
    level: Annotated[float, Field(gt=0.5, lt=1)] = 0.95
    """Nominal coverage of the intervals."""
    pooled: bool = False
    """Whether populations are analysed together (and said to be) instead of each apart."""

    @classmethod
    def names(cls, asked: Sequence[str]) -> Mapping[str, Sequence[str]]:
        """What the settings may name in an experiment file."""
        return {"question": asked, "metrics": names()}

    def run(self, evidence: Evidence, seed: int) -> Finding:
        """Conclusions about every pair of conditions, by raters and by every metric."""
        answers = answers_to(evidence.ratings, self.question)
        answers = answers[undegraded(answers)]
        inside = success_points(self.question, self.points, points(answers))
        how = How(seed, level=self.level)
        measured, known, left_out = self._measured(answers, evidence.measurements)
        found = arms(measured, pool_eras=self.pool_eras)
        pairs = decisions.pairs_of(found)
        if not pairs:
            there = len(arms(answers, pool_eras=self.pool_eras))
            raise TableError(
                "There is one condition only, so there is nothing to conclude about."
                if there < 2
                else "The pictures that all metrics have measured are of one condition, so there is"
                " nothing to conclude about: measure the others too."
            )
        raters = decisions.by_raters(pairs, inside, how)
        concluded = {name: decisions.by_metric(pairs, name, how) for name in known}
        outcomes = {
            name: [outcome(a.side, b.side) for a, b in zip(raters, mine, strict=True)]
            for name, mine in concluded.items()
        }
        panels = decisions.halves(pairs, inside, how, self.splits)
        table = _summary(outcomes, panels)
        simulated = bool(answers["simulated"].iloc[0])
        return Finding(
            claim=_claim(outcomes, raters, panels),
            table=table,
            chart=_chart(table, simulated=simulated),
            caption=f"Shares of all pairs of conditions. {'. '.join(_explained())}.",
            sentences=(*_said(outcomes), *self._sentences(found, known, inside, how)),
            notes=self._notes(answers, measured, left_out, len(pairs)),
            exhibits=tuple(self._exhibits(found, pairs, raters, concluded, known, inside, how)),
            assumptions=tuple(_assumptions(answers, measured, found)),
            limits=(
                "Counts are of these very conditions; others may fare otherwise.",
                "“Not shown” is no evidence that two conditions are alike, so a missed conclusion"
                " may be a want of pictures rather than a fault of the metric, and a false alarm a"
                " want of raters.",
                "Winners are chosen and judged by the same answers, which flatters them.",
            ),
        )

    def _measured(
        self, answers: DataFrame, measurements: DataFrame
    ) -> tuple[DataFrame, list[str], dict[str, str]]:
        """Answers about items that every metric measured, with a column for each; what lacks.

        Metrics that have measured too few of the items are left out: they would take the others'
        items away.
        """
        asked = numbers_of(self.metrics) or sorted(measurements["metric"].unique())
        finite = measurements[np.isfinite(measurements["value"])]
        known, left = covering(finite, asked, set(answers["item"]))
        if not known:
            told = words.listed([label_of(name) for name in asked]) or "any metric"
            raise TableError(
                f"Too few judged pictures have been measured by {told}: run `manage.py measure`"
                " first, and name items alike in both tables."
            )
        values = wide(finite, known)
        turned = values * [self._sign * direction_of(name) for name in known]
        placed = answers[answers["item"].isin(turned.index)]
        if placed.empty:
            raise TableError(
                "No judged item was measured by all of"
                f" {words.listed([label_of(name) for name in known])}: name fewer metrics, or run"
                " `manage.py measure` first."
            )
        return placed.join(turned, on="item"), known, left

    @property
    def _sign(self) -> int:
        """1 where closer pictures should have more success."""
        usual = "farther" if self.question in SUCCESS else "closer"
        return 1 if (self.better or usual) == "closer" else -1

    def _notes(
        self, answers: DataFrame, measured: DataFrame, left_out: Mapping[str, str], pairs: int
    ) -> tuple[str, ...]:
        notes = [
            "Either side tests every pair of conditions (of one era): raters by the share of"
            " success, paired within painters, with raters and artworks as samples; the metric by"
            " its mean over the same items, which alone are its sample. A conclusion is a"
            f" difference with p < 0.05 after Holm over all {words.counted(pairs, 'pair')}.",
            f"“{PANEL[0].upper()}{PANEL[1:]}”: raters split at random into two halves, each taken"
            f" for the whole, {self.splits} times; the mean counts. A half knows less than all"
            " raters do, so another panel of the full size would agree better than that.",
        ]
        left = answers["item"].nunique() - measured["item"].nunique()
        if left:
            notes.append(f"{words.counted(left, 'item')} without measurements left out.")
        return (*notes, *said_of(left_out), *(eras_pooled(answers) if self.pool_eras else ()))

    def _sentences(
        self, found: Sequence[Arm], known: Sequence[str], inside: Points, how: How
    ) -> Iterator[str]:
        for _, row in contests.table(found, known, label_of, inside, how).iterrows():
            if row["winner"] == "another":
                yield (
                    f"{row['contest'][0].upper()}{row['contest'][1:]}: {row['by_raters']} by raters"
                    f" (lead {row['lead_shown']}), {row['by_metric']} by {row['metric']}; the"
                    f" former's success less the latter's: {_in_points(row)}."
                )

    def _exhibits(
        self,
        found: Sequence[Arm],
        pairs: Sequence[tuple[Arm, Arm]],
        raters: Sequence[Concluded],
        concluded: Mapping[str, Sequence[Concluded]],
        known: Sequence[str],
        inside: Points,
        how: How,
    ) -> Iterator[Exhibit]:
        yield Exhibit("Every pair of conditions", _pair_table(pairs, raters, concluded))
        won = contests.table(found, known, label_of, inside, how)
        if not won.empty:
            yield Exhibit(
                "Who wins, and what following the metric costs",
                won,
                caption="“Share lost”: success of the raters' winner less that of the metric's.",
            )
        shares = [name for name in known if self._sign < 0 and _is_share(found, name)]
        if shares:
            yield Exhibit(
                "Success of mimicry by the metric and by raters",
                inflation.inflated(found, shares, label_of, inside, self.level),
                caption="“Inflation”: the share of pictures that the metric calls successful less"
                " the share of answers that do, over the same items; raters and artworks are"
                f" samples. Each interval holds {self.level:.0%} by itself; all"
                f" {len(found) * len(shares)} hold together at"
                f" {bonferroni_level(len(found) * len(shares), level=self.level):.2%}.",
            )
        given = inflation.restored(found, known, label_of, inside, how)
        if not given.empty and self._sign < 0:
            yield Exhibit(
                "How much of mimicry does purification restore?",
                given,
                caption="(purified − protected) / (clean − protected): 100 % is as good as mimicry"
                " of unprotected art, 0 % no better than of protected art. Fieller's intervals;"
                " none where the protection cannot be shown to have changed anything.",
            )


def _explained() -> Iterator[str]:
    for said in OUTCOMES.values():
        yield f"{said[0].upper()}{said[1:]}"


def _in_points(row: "Series[Any]") -> str:
    """“+6 points [−5, +17]”, of the columns of a share that was lost."""
    ends = (row[f"share_lost{end}"] for end in ("", "_low", "_high"))
    if row["share_lost_low"] != row["share_lost_low"]:
        return "no interval"
    value, low, high = (f"{round(100 * end):+d}".replace("-", "−") for end in ends)
    return f"{value} points [{low}, {high}]"


def _summary(
    outcomes: Mapping[str, Sequence[Outcome]], panels: Sequence[Mapping[Outcome, int]]
) -> DataFrame:
    rows = [
        {"by": label_of(name), "pairs": len(mine), **_counts(decisions.counted(mine), len(mine))}
        for name, mine in outcomes.items()
    ]
    if panels:
        pairs = sum(panels[0].values())
        mean = {name: float(np.mean([panel[name] for panel in panels])) for name in OUTCOMES}
        rows.append({"by": PANEL, "pairs": pairs, **_counts(mean, pairs)})
    return DataFrame(rows)


def _counts(counted: Mapping[Outcome, float], pairs: int) -> dict[str, float]:
    named = {name: name.replace(" ", "_") for name in OUTCOMES}
    return {
        **{named[name]: counted[name] for name in OUTCOMES},
        **{f"share_{named[name]}": counted[name] / pairs for name in OUTCOMES},
    }


def _claim(
    outcomes: Mapping[str, Sequence[Outcome]],
    raters: Sequence[Concluded],
    panels: Sequence[Mapping[Outcome, int]],
) -> str:
    shown = sum(each.side != 0 for each in raters)
    pairs = words.counted(len(raters), "pair")
    said = f"Raters' answers show a difference in {shown or 'none'} of {pairs} of conditions"
    if not shown:
        return (
            f"{said}, so the study cannot tell whether a metric would lead to their conclusions:"
            " it can only raise false alarms."
        )
    wrong = {name: _wrong(mine) for name, mine in outcomes.items()}
    fewest, most = min(wrong, key=lambda n: wrong[n]), max(wrong, key=lambda n: wrong[n])
    told = f"{label_of(fewest)} concludes otherwise in {wrong[fewest]}"
    if wrong[most] > wrong[fewest]:
        told = f"{told}, the fewest of all metrics, {label_of(most)} in {wrong[most]}, the most"
    halves = ""
    if panels:
        mean = float(
            np.mean([len(raters) - panel["agreed"] - panel["neither"] for panel in panels])
        )
        halves = f" Two halves of these raters conclude otherwise in {mean:.1f}."
    return f"{said}. {told}.{halves}"


def _wrong(outcomes: Sequence[Outcome]) -> int:
    return sum(each not in {"agreed", "neither"} for each in outcomes)


def _said(outcomes: Mapping[str, Sequence[Outcome]]) -> Iterator[str]:
    for name, mine in outcomes.items():
        counts = decisions.counted(mine)
        yield (
            f"{label_of(name)}: agreed in {counts['agreed']}, neither in {counts['neither']},"
            f" {counts['missed']} missed, {words.counted(counts['false alarm'], 'false alarm')},"
            f" {counts['reversed']} reversed."
        )


def _pair_table(
    pairs: Sequence[tuple[Arm, Arm]],
    raters: Sequence[Concluded],
    concluded: Mapping[str, Sequence[Concluded]],
) -> DataFrame:
    return DataFrame(
        [
            {
                "comparison": f"{second.title} minus {first.name}",
                "metric": label_of(name),
                **columns("share_difference", people.estimate),
                "p_holm": people.adjusted,
                **columns("metric_difference", mine.estimate),
                "p_holm_metric": mine.adjusted,
                "outcome": outcome(people.side, mine.side),
                "method": people.estimate.method,
            }
            for name, found in concluded.items()
            for (first, second), people, mine in zip(pairs, raters, found, strict=True)
        ]
    )


def _is_share(found: Sequence[Arm], name: str) -> bool:
    """Whether all values lie between 0 and 1 and the metric calls pictures correct or not."""
    values = np.concatenate([-arm.rows[name].to_numpy(dtype=np.float64) for arm in found])
    return name.endswith(".correct") and bool(((values >= 0) & (values <= 1)).all())


def _assumptions(
    answers: DataFrame, measured: DataFrame, found: Sequence[Arm]
) -> Iterator[Assumption]:
    whole, kept = answers["item"].nunique(), measured["item"].nunique()
    yield Assumption(
        "The same items", kept == whole, f"{kept} of {whole} judged items were measured."
    )
    least = min(arm.rows["cluster"].nunique() for arm in found)
    yield Assumption(
        "Enough pictures",
        least >= FEW,
        f"The smallest condition has {words.counted(least, 'artwork')}; tests of the metric with"
        f" fewer than {FEW} find hardly anything.",
    )


def _chart(table: DataFrame, *, simulated: bool) -> plots.Spec:
    rows = DataFrame(
        [
            {"condition": row["by"], "answer": name, "point": at, "share": row[f"share_{column}"]}
            for _, row in table.iterrows()
            for at, name in enumerate(OUTCOMES, start=1)
            for column in [name.replace(" ", "_")]
        ]
    )
    return plots.answer_shares(
        rows,
        list(OUTCOMES)[::-1],
        list(table["by"]),
        title="share of pairs of conditions",
        simulated=simulated,
    )
