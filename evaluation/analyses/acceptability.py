"""Which pictures are people willing to post: shares and means per protection, budget, purification.

The question of Glaze's survey of artists (Shan et al. 2023, arXiv:2302.04222): the share of answers
at or above a cut of the scale, here the two highest points unless the plan says otherwise, with
intervals that count raters and artworks as samples, differences to the untouched arm and between
neighbouring budgets. It is the statistic that protections are judged by as well
(`evaluation.statistics.psr`), counted from the other end of the scale.
"""

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Annotated, ClassVar

from pandas import DataFrame, Series, concat
from pydantic import Field

from config.plugins import plugin
from evaluation import words
from evaluation.analyses import Exhibit, Finding
from evaluation.charts import plots
from evaluation.evidence import Evidence
from evaluation.findings import assumed
from evaluation.findings.comparisons import How, Interval, Points, within_margin, worth
from evaluation.findings.conditions import (
    DOSE,
    TREATMENT,
    Cell,
    Contrast,
    cell_table,
    cells,
    contrast_table,
    contrasts,
)
from evaluation.findings.distributions import answers_exhibit
from evaluation.findings.field_model import model_exhibits
from evaluation.measuring.measurements import label_of, mean_of_condition
from evaluation.metrics import METRICS
from evaluation.ratings import (
    NO_LEVEL,
    TableError,
    amount,
    answers_to,
    clean_protection,
    eras_pooled,
    no_untouched_arm,
    points,
)
from studies.questions import Measured

SHARE = ("share", "share_low", "share_high")
LIMITS = (
    "What people say they would post is not what they post.",
    "Raters saw the original beside the picture, as buyers and other artists never do.",
    "A difference that is not significant is no evidence of none; `margin` asks for that.",
)
SHARE_TITLE = "share of answers willing"


@plugin
class Acceptability:
    """Share of answers at or above the cut, and mean answer, by condition."""

    label: ClassVar[str] = "Which pictures are raters willing to post?"
    version: ClassVar[int] = 2
    takes: ClassVar[tuple[Measured, ...]] = ("ordinal",)

    question: str = "acceptability"
    """Name of the question that is analysed."""
    willing_from: Annotated[int | None, Field(ge=2)] = None
    """Lowest point of the scale that counts as willing; the two highest points when left out."""
    metric: str = "lpips"
    """Metric that the second chart sets the shares against."""
    margin: Annotated[float, Field(gt=0, lt=1)] | None = None
    """Difference of shares that would not matter, fixed beforehand, e.g. 0.05 for 5 points: asks
    which conditions are shown to differ by less, and which not to be lower by more."""
    interval: Interval = "clustered"
    """How intervals of shares are made: `clustered` (two-way, closed form), `bootstrap` (crossed,
    wider in sparse tables) or `model` (logistic mixed model)."""
    replicates: Annotated[int, Field(ge=200, le=100_000)] = 2000
    """Replicates of the bootstrap."""
    level: Annotated[float, Field(gt=0.5, lt=1)] = 0.95
    """Nominal coverage of the intervals."""
    pooled: bool = False
    """Whether populations are analysed together (and said to be) instead of each apart."""

    @classmethod
    def names(cls, asked: Sequence[str]) -> Mapping[str, Sequence[str]]:
        """What the settings may name in an experiment file."""
        return {"question": asked, "metric": METRICS.names()}

    def run(self, evidence: Evidence, seed: int) -> Finding:
        """Shares, means and differences of every condition."""
        answers = answers_to(evidence.ratings, self.question)
        simulated = bool(answers["simulated"].iloc[0])
        scale, clean = points(answers), clean_protection(answers)
        willing = (self._cut(scale), scale)
        how = How(seed, self.interval, self.replicates, self.level)
        treatments = cells(answers, TREATMENT, clean, willing, how)
        doses = cells(answers, DOSE, clean, willing, how)
        pooled = contrasts(doses, clean, willing, how)
        fine = contrasts(treatments, clean, willing, how)
        rows = cell_table(treatments)
        equal, equal_said = self._within_margin(pooled, how)
        conditions = {cell.name: cell.answers for cell in treatments}
        modelled, model_notes = model_exhibits({"": conditions}, willing, self.level, "share_model")
        return Finding(
            claim=_claim(doses, clean),
            table=rows,
            chart=_dose_chart(rows, clean, simulated),
            notes=(
                *self._notes(answers, willing, how),
                *worth([cell.share for cell in treatments]),
                *model_notes,
            ),
            sentences=(*(contrast.sentence for contrast in pooled), *equal_said),
            exhibits=(
                *self._measured(rows, answers, evidence.measurements, simulated),
                answers_exhibit(answers, conditions, simulated),
                Exhibit("Protection and budget, over all purifications", cell_table(doses)),
                *_differences(pooled, fine),
                *equal,
                *modelled,
            ),
            caption="Share of answers that were willing, by budget, with intervals."
            + (" Budget 0 is the untouched picture." if clean else ""),
            assumptions=(
                assumed.clean_arm(answers),
                *assumed.samples(answers),
                assumed.paired(answers, TREATMENT),
            ),
            limits=LIMITS,
        )

    def _within_margin(
        self, pooled: Sequence[Contrast], how: How
    ) -> tuple[list[Exhibit], list[str]]:
        if self.margin is None or not pooled:
            return [], []
        named = [(contrast.name, contrast.pair) for contrast in pooled]
        exhibit, said = within_margin(named, how, self.margin)
        return [exhibit], [said]

    def _cut(self, scale: int) -> int:
        cut = max(scale - 1, 2) if self.willing_from is None else self.willing_from
        if cut > scale:
            raise TableError(
                f"willing_from is {cut}, and the scale of “{self.question}” ends at {scale}."
            )
        return cut

    def _measured(
        self, rows: DataFrame, answers: DataFrame, measurements: DataFrame, simulated: bool
    ) -> list[Exhibit]:
        means = mean_of_condition(answers, measurements, self.metric, TREATMENT)
        if means.empty:
            return []
        label = label_of(self.metric)
        placed = rows.merge(means, on=list(TREATMENT))
        chart = plots.against_metric(
            placed, SHARE, self.metric, label, title=SHARE_TITLE, simulated=simulated
        )
        caption = f"Share of answers that were willing, against the {label} that was measured."
        return [Exhibit(f"Against the measured change ({label})", chart=chart, caption=caption)]

    def _notes(self, answers: DataFrame, willing: Points, how: How) -> tuple[str, ...]:
        chosen = answers[answers["value"].between(*willing)].sort_values("value")["answer"].unique()
        named = f" (“{'”, “'.join(chosen)}”)" if len(chosen) and all(chosen) else ""
        notes = [
            f"Willing means an answer of {willing[0]} or more on the scale of {willing[1]}{named}."
            " The share is given of answers, and apart of items by their median answer.",
            f"Intervals hold {self.level:.0%} of the time over studies with other raters and other"
            f" artworks: {how.said}. Means are two-way clustered.",
            "Differences are paired: raters and artworks that two conditions share are compared"
            " with themselves. P-values are Holm's, over all differences of their table; the"
            " intervals “all at once” hold together (Bonferroni).",
        ]
        if missing := no_untouched_arm(answers):
            notes.append(missing)
        if answers["artist"].nunique() > 1:
            notes.append(f"Over {answers['artist'].nunique()} painters together.")
        notes += eras_pooled(answers)
        if (answers["artwork"] == "").any():
            notes.append("Artworks are not named in the table, so every item counts as unrelated.")
        return tuple(notes)


def _claim(doses: Sequence[Cell], clean: str | None) -> str:
    untouched = [cell for cell in doses if cell.levels["protection"] == clean]
    protected = [cell for cell in doses if cell.levels["protection"] != clean]
    ranked = sorted(protected, key=lambda cell: -cell.share.answers.value)
    said = [
        f"Raters would post the untouched picture in {_share(cell)} of answers."
        for cell in untouched
    ]
    if len(ranked) == 1:
        post = f"For {ranked[0].name} it was" if said else f"Raters would post {ranked[0].name} in"
        said.append(f"{post} {_share(ranked[0])}{'' if said else ' of answers'}.")
    elif ranked:
        best, worst = ranked[0], ranked[-1]
        among = "protected pictures" if said else "all conditions"
        said.append(
            f"Among {among} the share was highest for {best.name}, {_share(best)},"
            f" and lowest for {worst.name}, {_share(worst)}."
        )
    told = [cell.share.answers for cell in (*untouched, *ranked[:1], *ranked[-1:])]
    return " ".join(said) + words.reasons(told)


def _share(cell: Cell) -> str:
    return words.said(cell.share.answers, ".0%")


def _dose_chart(rows: DataFrame, clean: str | None, simulated: bool) -> plots.Spec:
    """Every protection's panel begins with the untouched arm at budget 0."""
    amounts = rows["budget"].map(amount)
    if not amounts.map(isfinite).all():  # budgets that are no numbers stand in their order
        amounts = amounts.rank(method="dense") - 1
    rows = rows.assign(amount=amounts)
    untouched = rows[rows["protection"] == clean]
    arms = [name for name in rows["protection"].unique() if name != clean] or [clean]
    panels = [
        concat([untouched, rows[rows["protection"] == arm]]).assign(protection=arm) for arm in arms
    ]
    shown = concat(panels).drop_duplicates(list(TREATMENT))
    shown = shown.assign(purification=shown.apply(_beside, axis=1))
    return plots.dose_response(shown, SHARE, title=SHARE_TITLE, simulated=simulated)


def _beside(row: Series) -> str:
    """What a line of the chart stands for: the purification, and the degradation if any."""
    if row["degradation"] == NO_LEVEL:
        return str(row["purification"])
    return f"{row['purification']} · {row['degradation']} {row['dose']}"


def _differences(pooled: Sequence[Contrast], fine: Sequence[Contrast]) -> list[Exhibit]:
    found = []
    if pooled:
        found.append(Exhibit("Differences, over all purifications", contrast_table(pooled)))
    if len(fine) > len(pooled):
        found.append(Exhibit("Differences at each purification", contrast_table(fine)))
    return found
