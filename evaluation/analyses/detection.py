"""Can raters tell an altered picture from the original?

For forced choices whose right answer is known (the trial kind `visibility`): the share of right
choices by condition, against chance, one half; and d′ = √2 Φ⁻¹(share), the distance of the two
pictures in standard deviations of one impression (Green and Swets 1966; Macmillan and Creelman
2005, chapter 7).
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, ClassVar

from pandas import DataFrame
from pydantic import Field

from config.plugins import plugin
from evaluation import words
from evaluation.analyses import Assumption, Finding
from evaluation.charts import plots
from evaluation.evidence import Evidence
from evaluation.findings import assumed
from evaluation.findings.comparisons import columns
from evaluation.findings.conditions import TREATMENT
from evaluation.findings.detected import CHANCE, Told
from evaluation.ratings import (
    TableError,
    answers_to,
    by_factors,
    clean_protection,
    clusters,
    condition_name,
    points,
)
from evaluation.statistics.clustered import clustered_mean, clustered_share
from evaluation.statistics.estimate import Estimate
from studies.questions import CANNOT_TELL_WORDS, Measured

LIMITS = (
    "Telling a change is not minding it: ask for that apart.",
    "Raters had both pictures side by side and knew that one may be altered; whoever meets the"
    " altered one alone sees less.",
    "No detection shown is no evidence that nobody can see it: see how wide the intervals are.",
)


@plugin
class Detection:
    """Share of right choices and d′ by condition."""

    label: ClassVar[str] = "Can raters tell which picture was altered?"
    version: ClassVar[int] = 1
    takes: ClassVar[tuple[Measured, ...]] = ("preference", "nominal")

    question: str = "altered"
    """Name of the question: a choice of two."""
    right: Annotated[int, Field(ge=1, le=2)] = 2
    """Value of the right answer; 2 in the trial kind `visibility`."""
    level: Annotated[float, Field(gt=0.5, lt=1)] = 0.95
    """Nominal coverage of the intervals."""
    pooled: bool = False
    """Whether populations are analysed together (and said to be) instead of each apart."""

    @classmethod
    def names(cls, asked: Sequence[str]) -> Mapping[str, Sequence[str]]:
        """What the settings may name in an experiment file."""
        return {"question": asked}

    def run(self, evidence: Evidence, seed: int) -> Finding:  # noqa: ARG002 (closed forms)
        """Every condition."""
        answers = self._answers(evidence.ratings)
        clean = clean_protection(answers)
        found = list(self._told(answers, clean))
        return Finding(
            claim=_claim(found),
            table=DataFrame([_row(each) for each in found]),
            chart=_chart(found, bool(answers["simulated"].iloc[0])),
            caption="Share of choices that found the altered picture, with intervals; one half,"
            " dashed, is chance. Answers that were not sure are left out.",
            sentences=tuple(_sentence(each) for each in found),
            notes=tuple(self._notes(answers, found)),
            assumptions=tuple(_assumptions(answers, found, clean)),
            limits=LIMITS,
        )

    def _answers(self, ratings: DataFrame) -> DataFrame:
        """The choices, and those that were not sure (no value, but not that one cannot tell)."""
        chosen = answers_to(ratings, self.question)
        if points(chosen) != 2:
            raise TableError(
                f"“{self.question}” is no choice of two: its scale has {points(chosen)} points."
            )
        asked = ratings[ratings["question"] == self.question]
        counted = ~(asked["excluded"] | asked["gold"] | (asked["repeat_of"] != ""))
        open_ = asked["value"].isna() & (asked["answer"] != CANNOT_TELL_WORDS)
        kept = asked[counted & (asked["value"].notna() | open_)]
        right = (kept["value"] == self.right).astype("float64").where(kept["value"].notna(), CHANCE)
        return kept.assign(cluster=clusters(kept), right=right)

    def _told(self, answers: DataFrame, clean: str | None) -> Iterator[Told]:
        parts = list(by_factors(answers, *TREATMENT))
        together = 1 - (1 - self.level) / len(parts)
        for levels, rows in parts:
            made = rows[rows["right"] != CHANCE]
            split = clustered_mean(
                rows["right"], rows["participant"], rows["cluster"],
                bounds=(0.0, 1.0), level=self.level,
            ).estimate  # fmt: skip
            share, joint = (_share(made, level) for level in (self.level, together))
            yield Told(condition_name(levels, clean), levels, rows, share, split, joint)

    def _notes(self, answers: DataFrame, found: Sequence[Told]) -> Iterator[str]:
        yield (
            f"Intervals hold {self.level:.0%} of the time over studies with other raters and other"
            " artworks (two-way clustered). The verdict goes by intervals that hold for all"
            f" {words.counted(len(found), 'condition')} at once (Bonferroni)."
        )
        unsure = int((answers["right"] == CHANCE).sum())
        if unsure:
            yield (
                f"{unsure} of {len(answers)} answers were not sure: `share` leaves them out,"
                " `share_split` counts them as half right, as if those raters had guessed."
            )
        yield "d′ is √2 Φ⁻¹(share), of raters without a lean to one side; 0 is chance."


def _share(rows: DataFrame, level: float) -> Estimate:
    if rows.empty:
        return Estimate.undefined(level=level, n=0, reason="nobody decided for one of the two")
    who, what = rows["participant"], rows["cluster"]
    return clustered_share(rows["right"], who, what, level=level).estimate


def _claim(found: Sequence[Told]) -> str:
    seen = [each for each in found if each.verdict == "seen"]
    count = words.counted(len(found), "condition")
    first = f"Of {count}, {len(seen)} were told from the original beyond chance."
    told = sorted(found, key=lambda each: -each.share.value)
    ends = told if len(told) < 3 else [told[0], told[-1]]
    return " ".join([first, *map(_sentence, ends)]) + words.reasons(each.share for each in ends)


def _sentence(each: Told) -> str:
    unsure = int((each.rows["right"] == CHANCE).sum())
    said = f", {unsure / len(each.rows):.0%} of answers were not sure" if unsure else ""
    return (
        f"{each.name}: the altered picture was found in {words.said(each.share, '.0%')} of"
        f" choices{said}; {each.verdict}."
    )


def _row(each: Told) -> dict[str, object]:
    value, low, high = each.d_prime
    return {
        "condition": each.name,
        **each.levels,
        "n": len(each.rows),
        "raters": each.rows["participant"].nunique(),
        "artworks": each.rows["cluster"].nunique(),
        "not_sure": int((each.rows["right"] == CHANCE).sum()),
        **columns("share", each.share),
        **columns("share_split", each.split),
        "share_joint_low": each.joint.low,
        "share_joint_high": each.joint.high,
        "d_prime": value,
        "d_prime_low": low,
        "d_prime_high": high,
        "verdict": each.verdict,
        "method": each.share.method,
    }


def _chart(found: Sequence[Told], simulated: bool) -> plots.Spec:
    rows = DataFrame(
        [{"condition": e.name, "series": "right", **columns("share", e.share)} for e in found]
    )
    return plots.intervals(
        rows,
        ("share", "share_low", "share_high"),
        row="condition",
        series="series",
        title="share of right choices",
        order=rows["condition"].tolist(),
        series_order=["right"],
        domain=(0.0, 1.0),
        simulated=simulated,
        percent=True,
        marked=CHANCE,
    )


def _assumptions(
    answers: DataFrame, found: Sequence[Told], clean: str | None
) -> Iterator[Assumption]:
    yield from assumed.samples(answers)
    alike = [
        each
        for each in found
        if each.levels["protection"] == clean and each.levels["purification"] == "none"
    ]
    for each in alike:
        yield Assumption(
            "Identical pairs at chance",
            not each.share.excludes(CHANCE) if each.share.has_interval else None,
            f"Of untouched pictures beside themselves {words.said(each.share, '.0%')} were"
            " “found”: anything but one half says that sides or files give them away.",
        )
