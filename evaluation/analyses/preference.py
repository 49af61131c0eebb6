"""Which of two conditions do raters prefer?

For studies that show several conditions beside one another: forced choices, triplets, rankings,
best and worst. The design of Hönig et al., “Adversarial Perturbations Cannot Reliably Protect
Artists From Generative AI” (ICLR 2025): 50 % against mimicry from unprotected art means that a
protection did nothing. Shares of every two conditions, and a strength of each (Bradley and Terry
1952; Davidson 1970 where raters may be not sure).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Annotated, ClassVar

import numpy as np
from pandas import DataFrame
from pydantic import Field

from config.plugins import plugin
from evaluation import words
from evaluation.analyses import Assumption, Exhibit, Finding
from evaluation.charts import plots
from evaluation.evidence import Evidence
from evaluation.findings import assumed
from evaluation.findings.comparisons import columns
from evaluation.findings.preferred import (
    CHANCE,
    Preferred,
    first_shown,
    preferences,
    strengths,
    turned,
)
from evaluation.measuring.pair_table import counted_pairs
from evaluation.ratings import TableError, one_group
from evaluation.statistics.pairs import Preferences
from studies.questions import Measured

LIMITS = (
    "A preference says which of the two is better, not whether either is good.",
    "No preference shown is no evidence of none: see how wide the intervals are.",
    "Strengths put all conditions on one line; where raters go round in circles there is none.",
)


@plugin
class Preference:
    """Shares of choices for every two conditions, and strengths of all, question by question."""

    label: ClassVar[str] = "Which of two conditions do raters prefer?"
    version: ClassVar[int] = 1
    takes: ClassVar[tuple[Measured, ...]] = ("preference",)
    only_for: ClassVar[str] = "comparisons"
    """Studies whose plan names no analyses ask this one only where they are of this sort."""

    questions: tuple[str, ...] | None = None
    """Names of the questions that are analysed, each apart; all that compare when left out."""
    level: Annotated[float, Field(gt=0.5, lt=1)] = 0.95
    """Nominal coverage of the intervals."""
    pooled: bool = False
    """Whether populations are analysed together (and said to be) instead of each apart."""

    @classmethod
    def names(cls, asked: Sequence[str]) -> Mapping[str, Sequence[str]]:
        """What the settings may name in an experiment file."""
        return {"questions": asked}

    def run(self, evidence: Evidence, seed: int) -> Finding:
        """Every two conditions that were compared."""
        table = self._pairs(evidence)
        simulated = bool(evidence.ratings["simulated"].iloc[0])
        asked = self.questions or tuple(table["question"].unique())
        found = [pair for name in asked for pair in preferences(table, name, self.level)]
        models = {name: strengths(table, name, self.level) for name in asked}
        rows = DataFrame([self._row(pair) for pair in found])
        return Finding(
            claim=self._claim(found),
            table=rows,
            chart=_chart(found, asked, simulated),
            caption="Share of the choices for the condition that is named first, with intervals;"
            " one half, dashed, is chance. Answers that were not sure are left out.",
            sentences=tuple(_sentence(pair) for pair in found),
            notes=tuple(self._notes(table, found, models)),
            exhibits=tuple(self._exhibits(models, seed)),
            assumptions=tuple(_assumptions(table, models)),
            limits=LIMITS,
        )

    def _pairs(self, evidence: Evidence) -> DataFrame:
        """The pairs of this group of raters."""
        one_group(evidence.ratings)
        mine = evidence.pairs["participant"].isin(evidence.ratings["participant"])
        table = counted_pairs(evidence.pairs[mine])
        if table.empty:
            raise TableError(
                "No conditions were compared with one another: preferences need a trial kind that"
                " shows several (forced_choice, triplet, ranking, best_worst) and the section"
                " study.compare."
            )
        asked = self.questions or tuple(table["question"].unique())
        missing = set(asked) - set(table["question"])
        if missing:
            raise TableError(f"Nobody answered “{min(missing)}” about two conditions.")
        return table[table["question"].isin(asked)]

    def _claim(self, found: Sequence[Preferred]) -> str:
        shown = [pair for pair in found if pair.joint.excludes(CHANCE)]
        count = words.counted(len(found), "comparison")
        first = (
            f"Of {count} of two conditions, {len(shown)} showed a preference beyond chance."
            if len(found) > 1
            else ""
        )
        told = sorted(shown or found, key=lambda pair: -abs(pair.decided.value - CHANCE))[:2]
        return " ".join(filter(None, [first, *map(_sentence, told)])) + words.reasons(
            pair.decided for pair in told
        )

    def _row(self, pair: Preferred) -> dict[str, object]:
        won = pair.rows["won"]
        return {
            "question": pair.question,
            "condition": pair.one,
            "against": pair.other,
            "n": len(pair.rows),
            "raters": pair.rows["participant"].nunique(),
            "artworks": pair.rows["cluster"].nunique(),
            "preferred": int((won == 1).sum()),
            "against_preferred": int((won == 0).sum()),
            "not_sure": pair.not_sure,
            **columns("share", pair.decided),
            **columns("share_split", pair.split),
            "share_joint_low": pair.joint.low,
            "share_joint_high": pair.joint.high,
            "verdict": pair.verdict,
            "method": pair.decided.method,
        }

    def _exhibits(self, models: Mapping[str, Preferences], seed: int) -> Iterator[Exhibit]:
        for question, model in models.items():
            rows = [
                {"condition": name, **columns("strength", strength), "method": strength.method}
                for name, strength in model.strengths.items()
            ]
            yield Exhibit(
                f"Strengths: {question}",
                DataFrame(rows),
                caption=f"{model.model}, log-odds against the mean of all conditions."
                f"{_problem(model)}",
            )
            if len(model.strengths) > 2 and not model.problem:
                yield Exhibit(f"All differences at once: {question}", _differences(model, seed))

    def _notes(
        self,
        table: DataFrame,
        found: Sequence[Preferred],
        models: Mapping[str, Preferences],
    ) -> Iterator[str]:
        yield (
            f"Intervals hold {self.level:.0%} of the time over studies with other raters and other"
            " artworks (two-way clustered). The verdict goes by intervals that hold for all"
            f" {words.counted(len(found), 'comparison')} of a question at once (Bonferroni)."
        )
        unsure = int((table["first_won"] == CHANCE).sum())
        if unsure:
            yield (
                f"{unsure} of {len(table)} answers were not sure. `share` leaves them out, which"
                " overstates preferences; `share_split` counts half of each for either condition,"
                " which understates them. Strengths take them for ties (Davidson)."
            )
        if len(table) > table.drop_duplicates(["participant", "question", "item"]).shape[0]:
            yield "A ranking, or a best and a worst, gives several pairs, all of one rater."
        for question, model in models.items():
            if model.position is not None and model.position.excludes(0.0):
                yield (
                    f"Raters leaned to one side ({question}): being shown first is worth"
                    f" {words.said(model.position)} on the scale of strengths. It is taken out of"
                    " the strengths; sides are balanced over each rater's trials."
                )


def _sentence(pair: Preferred) -> str:
    high = pair.decided.value >= CHANCE
    one, other = (pair.one, pair.other) if high else (pair.other, pair.one)
    share = pair.decided if high else turned(pair.decided)
    unsure = f", {pair.not_sure / len(pair.rows):.0%} were not sure" if pair.not_sure else ""
    ends = {
        "no preference shown": "that is not beyond chance",
        "cannot tell": "whether that is beyond chance cannot be told",
    }.get(pair.verdict, "beyond chance")
    return (
        f"{pair.question.replace('_', ' ').capitalize()}: {one} was preferred to {other} in"
        f" {words.said(share, '.0%')} of choices{unsure}; {ends}."
    )


def _problem(model: Preferences) -> str:
    return f" Not estimated: {model.problem}." if model.problem else ""


def _differences(model: Preferences, seed: int) -> DataFrame:
    found = model.differences(generator=np.random.default_rng(seed))
    return DataFrame(
        [
            {
                "condition": one,
                "against": other,
                **columns("difference", estimate),
                "p_joint": p,
                **columns("share_chance", model.preferred(one, other)),
            }
            for (one, other), (estimate, p) in found.items()
        ]
    )


def _short(names: Iterable[str]) -> dict[str, str]:
    """Condition → its levels without those that all of them share: beside an axis there is room
    for what differs only."""
    levels = {name: name.split(" · ") for name in names}
    shared = set.intersection(*(set(each) for each in levels.values()))
    return {
        name: " · ".join(level for level in each if level not in shared) or name
        for name, each in levels.items()
    }


def _chart(found: Sequence[Preferred], asked: Sequence[str], simulated: bool) -> plots.Spec:
    short = _short(name for pair in found for name in (pair.one, pair.other))
    rows = DataFrame(
        [
            {
                "pair": f"{short[pair.one]} over {short[pair.other]}",
                "question": pair.question,
                **columns("share", pair.decided),
            }
            for pair in found
        ]
    )
    return plots.intervals(
        rows,
        ("share", "share_low", "share_high"),
        row="pair",
        series="question",
        title="share of choices",
        order=list(dict.fromkeys(rows["pair"])),
        series_order=list(asked),
        domain=(0.0, 1.0),
        simulated=simulated,
        percent=True,
        marked=CHANCE,
    )


def _assumptions(table: DataFrame, models: Mapping[str, Preferences]) -> Iterator[Assumption]:
    yield from assumed.samples(table)
    left = first_shown(table)
    yield Assumption(
        "Sides are fair",
        not left.excludes(CHANCE) if left.has_interval else None,
        f"{words.said(left, '.0%')} of choices were for the one shown first; one half is fair.",
    )
    for question, model in models.items():
        if model.fit is None or len(model.strengths) < 3:
            continue
        yield Assumption(
            f"One line of strengths ({question})",
            model.fit.p >= words.SIGNIFICANT,
            f"Shares of pairs against those that strengths foretell: {words.p_value(model.fit.p)}.",
        )
