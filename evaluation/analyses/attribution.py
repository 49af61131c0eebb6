"""Who made this picture? Attributions (the trial kind `attribution`) against the true source.

Shares of right attributions by condition and true source; balanced accuracy, which no lean to one
answer helps; with two sources d′ and the lean (Macmillan and Creelman 2005). The design of Ha et
al., “Organic or Diffused” (CCS 2024). Populations also stand beside one another.
"""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal

from pandas import DataFrame
from pydantic import Field

from config.plugins import plugin
from evaluation import words
from evaluation.analyses import Exhibit, Finding
from evaluation.charts import plots
from evaluation.evidence import Evidence
from evaluation.findings import assumed
from evaluation.findings.attributed import Truth, attributed, balanced, d_prime, share, split
from evaluation.findings.comparisons import columns
from evaluation.findings.conditions import TREATMENT
from evaluation.findings.surveyed import guessed
from evaluation.ratings import TableError, by_factors, clean_protection, condition_name
from evaluation.statistics.estimate import Estimate
from studies.questions import Measured

LIMITS = (
    "Raters knew that pictures of several makers were among them; who does not ask the question"
    " sees less.",
    "The result is about these sources: other painters, other generators may be easier or harder.",
    "Not beyond chance is no proof that nobody can tell: see how wide the intervals are.",
)


@plugin
class Attribution:
    """Right attributions against chance, freed of a lean to one answer; the confusion table."""

    label: ClassVar[str] = "Can raters tell who made a picture?"
    version: ClassVar[int] = 1
    takes: ClassVar[tuple[Measured, ...]] = ("nominal",)
    compares: ClassVar[bool] = True
    """Also run with all populations in one table, each apart, beside one another."""

    question: str = "attribution"
    """Name of the question: a choice among makers."""
    by: Literal["artist", "protection", "mimicry"] = "artist"
    """The column of the table that tells the true source."""
    sources: dict[str, str] = Field(default_factory=dict)
    """Level of that column: the right answer, word for word, e.g. {Generator: A computer}."""
    otherwise: str = ""
    """The right answer for all other levels; when left out, the level itself is the answer."""
    level: Annotated[float, Field(gt=0.5, lt=1)] = 0.95
    """Nominal coverage of the intervals."""
    pooled: bool = False
    """Whether populations are analysed together (and said to be) instead of each apart."""

    @classmethod
    def names(cls, asked: Sequence[str]) -> Mapping[str, Sequence[str]]:
        """What the settings may name in an experiment file."""
        return {"question": asked}

    def run(self, evidence: Evidence, seed: int) -> Finding:  # noqa: ARG002 (closed forms)
        """Every condition and source of every population in the table, none pooled."""
        if evidence.ratings["simulated"].nunique() > 1:
            raise TableError("The table mixes people with SIMULATED raters: analyse each apart.")
        answers, offered = self._answers(evidence)
        clean, chance = clean_protection(answers), 1 / len(offered)
        whole = DataFrame(list(self._balanced(answers, clean, offered)))
        table = DataFrame(list(self._rows(answers, clean, chance)))
        simulated = bool(answers["simulated"].iloc[0])
        unsure = int(answers["right"].isna().sum())
        return Finding(
            claim=" ".join(self._claims(answers)),
            table=table,
            chart=_chart(table, chance, simulated),
            caption=f"Share of right attributions by condition and true source; {chance:.0%},"
            " dashed, is a blind guess. Answers that were not sure are left out.",
            sentences=tuple(_sentence(row) for row in table.to_dict("records")),
            notes=tuple(self._notes(len(answers), unsure, offered)),
            exhibits=(
                Exhibit("Freed of a lean to one answer", whole, caption=_freed(answers, offered)),
                Exhibit("Confusion", _confusion(answers, offered)),
            ),
            assumptions=tuple(assumed.samples(answers)),
            limits=LIMITS,
        )

    def _answers(self, evidence: Evidence) -> tuple[DataFrame, tuple[str, ...]]:
        ratings = evidence.ratings
        asked = ratings[ratings["question"] == self.question]
        if asked["value"].isna().all():
            raise TableError(f"No answer to the question “{self.question}” is left to analyse.")
        known = {each.name: each.labels for each in evidence.asked}
        offered = known.get(self.question) or guessed(asked, self.question).labels
        truth = Truth(self.by, self.sources, self.otherwise)
        answers = attributed(asked, truth, offered)
        if answers["right"].isna().all():
            raise TableError(f"No answer to the question “{self.question}” is left to analyse.")
        return answers, offered

    def _rows(
        self, answers: DataFrame, clean: str | None, chance: float
    ) -> Iterator[dict[str, object]]:
        parts = list(by_factors(answers, "population", *TREATMENT, "source"))
        together = 1 - (1 - self.level) / len(parts)
        for levels, rows in parts:
            found, joint = share(rows, self.level), share(rows, together)
            yield {
                "population": levels["population"],
                "condition": condition_name(levels, clean),
                "source": levels["source"],
                "n": len(rows),
                "raters": rows["participant"].nunique(),
                "artworks": rows["cluster"].nunique(),
                "not_sure": int(rows["right"].isna().sum()),
                **columns("share", found),
                **columns("share_split", split(rows, chance, self.level)),
                "share_joint_low": joint.low,
                "share_joint_high": joint.high,
                "verdict": _verdict(joint, chance),
                "method": found.method,
            }

    def _balanced(
        self, answers: DataFrame, clean: str | None, offered: Sequence[str]
    ) -> Iterator[dict[str, object]]:
        for population, mine in answers.groupby("population", sort=True):
            cells = by_factors(mine, *TREATMENT)
            parts = [(condition_name(levels, clean), rows) for levels, rows in cells]
            for name, rows in [("all conditions", mine), *parts]:
                found = balanced(rows, self.level)
                if not found.defined:
                    continue
                distance, lean = d_prime(rows, offered[-1], self.level)
                two = len(offered) == 2
                yield {
                    "population": population,
                    "condition": name,
                    **columns("share_balanced", found),
                    **(columns("d_prime", distance) if two else {}),
                    **(columns("lean", lean) if two else {}),
                    "n": found.n,
                    "verdict": _verdict(found, 1 / rows["source"].nunique()),
                    "method": found.method,
                }

    def _claims(self, answers: DataFrame) -> Iterator[str]:
        several = answers["population"].nunique() > 1
        for population, rows in answers.groupby("population", sort=True):
            found, right = balanced(rows, self.level), share(rows, self.level)
            who = f"{str(population) or 'unnamed'}: " if several else ""
            said = f"{who}{words.said(right, '.0%')} of attributions were right"
            if found.defined:
                chance = 1 / rows["source"].nunique()
                said += (
                    f"; every source counted alike {words.said(found, '.0%')}, where a rater who"
                    f" does not look gets {chance:.0%}: {_verdict(found, chance)}"
                )
            yield f"{said}.{words.reasons([right])}"

    def _notes(self, n: int, unsure: int, offered: Sequence[str]) -> Iterator[str]:
        yield (
            f"The true source is read from the column “{self.by}”. Intervals hold {self.level:.0%}"
            " of the time over studies with other raters and other artworks (two-way clustered);"
            " verdicts of the first table go by intervals that hold for all its rows at once"
            " (Bonferroni), those on the balanced accuracy each for itself."
        )
        if unsure:
            yield (
                f"{unsure} of {n} answers were not sure: `share` leaves them out, `share_split`"
                f" counts each as a guess among {len(offered)}."
            )


def _verdict(found: Estimate, chance: float) -> str:
    if not found.has_interval:
        return "cannot tell"
    if not found.excludes(chance):
        return "not shown to differ from chance"
    return "above chance" if found.value > chance else "below chance"


def _freed(answers: DataFrame, offered: Sequence[str]) -> str:
    said = (
        f"Balanced accuracy: the mean over {answers['source'].nunique()} true sources. Who always"
        " gives one answer is right about one of them only."
    )
    lean = f" d′ is free of the lean; a lean below 0 is towards “{offered[-1]}”."
    return said + (lean if len(offered) == 2 else "")


def _confusion(answers: DataFrame, offered: Sequence[str]) -> DataFrame:
    made = answers[answers["right"].notna()]
    return DataFrame(
        [
            {
                "population": population,
                "source": source,
                "answer": answer,
                "given": int((rows["answer"] == answer).sum()),
                "share": float((rows["answer"] == answer).mean()),
            }
            for (population, source), rows in made.groupby(["population", "source"], sort=True)
            for answer in offered
        ]
    )


def _sentence(row: Mapping[Hashable, Any]) -> str:
    ends = f"[{row['share_low']:.0%}, {row['share_high']:.0%}]"
    ends = ends if row["share_low"] == row["share_low"] else "[no interval]"
    who = f"{row['population']}, " if row["population"] else ""
    return (
        f"{who}{row['condition']}, made by “{row['source']}”: {row['share']:.0%} {ends} right;"
        f" {row['verdict']}."
    )


def _chart(table: DataFrame, chance: float, simulated: bool) -> plots.Spec:
    several = table["population"].nunique() > 1
    first = table["population"] + " · " if several else ""
    rows = table.assign(condition=first + table["condition"])
    return plots.intervals(
        rows[["condition", "source", "share", "share_low", "share_high"]],
        ("share", "share_low", "share_high"),
        row="condition",
        series="source",
        title="share of right attributions",
        order=list(dict.fromkeys(rows["condition"])),
        series_order=sorted(rows["source"].unique()),
        domain=(0.0, 1.0),
        simulated=simulated,
        percent=True,
        marked=chance,
    )
