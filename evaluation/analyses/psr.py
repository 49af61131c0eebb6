"""PSR, the artist-rated protection success rate: how often is a mimicry judged unsuccessful?

Glaze's measure (Shan et al. 2023, arXiv:2302.04222): the share of answers at the two lowest points
of “how successful is the mimicry?”. Given per condition in both units, answers and items (by their
median answer), which are different estimands; beside the clean arm, without which a model that
cannot imitate anybody would look like a protection; and against the protected arm, which says what
a purification undid. The numbers are those of `evaluation.statistics.psr`, and beside them those of
the field's mixed model of the whole scale.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, ClassVar, Literal

from pandas import DataFrame
from pydantic import Field

from config.plugins import plugin
from evaluation import words
from evaluation.analyses import Exhibit, Finding
from evaluation.charts import plots
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
from evaluation.findings.comparisons import (
    How,
    Interval,
    Pair,
    Points,
    columns,
    share,
    within_margin,
    worth,
)
from evaluation.findings.distributions import answers_exhibit
from evaluation.findings.field_model import Conditions, model_exhibits
from evaluation.published.beside import psr_exhibit
from evaluation.ratings import (
    FACTORS,
    answers_to,
    clusters,
    eras,
    eras_pooled,
    no_untouched_arm,
    points,
)
from evaluation.statistics.psr import ProtectionSuccess
from studies.questions import Measured

UNITS = ("share of answers", "share of items (median)")
FEW = 5
LIMITS = (
    "PSR is about these pictures as raters saw them: how a mimic was trained, and from how much"
    " art, decides it as much as the protection does.",
    "A difference that is not significant is no evidence of none; `margin` asks for that.",
)


@plugin
class Psr:
    """Share of answers, and of items, at the points that count as success of the protection."""

    label: ClassVar[str] = "How often does the protection hold against mimicry?"
    version: ClassVar[int] = 2
    takes: ClassVar[tuple[Measured, ...]] = ("ordinal",)

    question: str = "mimicry_success"
    """Name of the question about the mimicry."""
    points: Annotated[tuple[int, ...], Field(min_length=1)] | None = None
    """Points of its scale that count as success of the protection; when left out, those that the
    trial kind says: the two lowest of mimicry_success, the two highest of protection_success."""
    drawn: Literal["items", "artists"] = "items"
    """What is drawn again beside raters: `items` speaks of other paintings by mimics of these very
    artists, `artists` of other artists (and needs many)."""
    pool_eras: bool = False
    """Whether artists of different eras are taken together (and said to be)."""
    margin: Annotated[float, Field(gt=0, lt=1)] | None = None
    """Difference of PSR that would not matter, fixed beforehand, e.g. 0.05 for 5 points: asks which
    conditions are shown to differ by less, and which not to be lower by more."""
    interval: Interval = "clustered"
    """How intervals are made: `clustered` (two-way, closed form), `bootstrap` (crossed, wider in
    sparse tables) or `model` (logistic mixed model)."""
    replicates: Annotated[int, Field(ge=200, le=100_000)] = 2000
    """Replicates of the bootstrap."""
    level: Annotated[float, Field(gt=0.5, lt=1)] = 0.95
    """Nominal coverage of the intervals."""
    pooled: bool = False
    """Whether populations are analysed together (and said to be) instead of each apart."""

    @classmethod
    def names(cls, asked: Sequence[str]) -> Mapping[str, Sequence[str]]:
        """What the settings may name in an experiment file."""
        return {"question": asked}

    def run(self, evidence: Evidence, seed: int) -> Finding:
        """Shares of every condition, and paired differences to the clean and protected arms."""
        answers = answers_to(evidence.ratings, self.question)
        simulated = bool(answers["simulated"].iloc[0])
        inside = success_points(self.question, self.points, points(answers))
        if self.drawn == "artists":
            answers = answers.assign(cluster=answers["artist"])
        how = How(seed, self.interval, self.replicates, self.level)
        found = arms(answers, pool_eras=self.pool_eras)
        shares = {arm.title: share(arm.rows, inside, how) for arm in found}
        compared = contrasts(
            found,
            lambda one, other, level: Pair(one, other, inside, "artist").difference(how, level),
            self.level,
        )
        equal, equal_said = self._within_margin(compared, inside, how)
        modelled, model_notes = model_exhibits(
            _by_era(found), inside, self.level, "share_psr_model"
        )
        return Finding(
            claim=told(
                found,
                {title: both.answers for title, both in shares.items()},
                "PSR (share of answers)",
            ),
            table=_table(found, shares),
            chart=_chart(found, shares, simulated),
            notes=(
                *self._notes(answers, found, inside, how),
                *worth(list(shares.values())),
                *model_notes,
            ),
            sentences=(*(contrast.sentence for contrast in compared), *equal_said),
            exhibits=(
                answers_exhibit(
                    answers,
                    {arm.title: arm.rows for arm in found},
                    simulated,
                    lowest_first=inside[0] == 1,
                ),
                *_differences(compared),
                *equal,
                *modelled,
                *_painters(found, inside, how),
                psr_exhibit(
                    {title: both.answers for title, both in shares.items()}, simulated=simulated
                ),
            ),
            caption="PSR of every condition with intervals: share of answers, and of items by"
            " their median answer." + _marked(found),
            assumptions=(
                assumed.clean_arm(answers),
                *assumed.samples(answers, self._units()),
                assumed.paired(answers, FACTORS),
            ),
            limits=LIMITS,
        )

    def _within_margin(
        self, compared: Sequence[Contrast], inside: Points, how: How
    ) -> tuple[list[Exhibit], list[str]]:
        if self.margin is None or not compared:
            return [], []
        named = [(contrast.name, Pair(*contrast.parts, inside, "artist")) for contrast in compared]
        exhibit, said = within_margin(named, how, self.margin)
        return [exhibit], [said]

    def _notes(
        self, answers: DataFrame, found: Sequence[Arm], inside: Points, how: How
    ) -> tuple[str, ...]:
        hit = answers[answers["value"].between(*inside)].sort_values("value")["answer"].unique()
        named = f" (“{'”, “'.join(hit)}”)" if len(hit) and all(hit) else ""
        of = f"{inside[0]} to {inside[1]}" if inside[0] < inside[1] else str(inside[0])
        painters, items = answers["artist"].nunique(), answers["item"].nunique()
        notes = [
            f"The protection counts as successful where the answer to “{self.question}” is {of} on"
            f" the scale of {points(answers)}{named}. PSR is given as a share of answers, and apart"
            " as a share of items by their median answer: the second lies nearer to 0 or 1.",
            f"Intervals ({self.level:.0%}) count raters and {self._units()} as samples:"
            f" {how.said}. Where all answers are alike, the one-sided Clopper-Pearson limit at the"
            " number of raters stands instead.",
            "Differences are paired: raters and pictures that two conditions share are compared"
            " with themselves, within each painter, over painters whom both conditions have"
            " (Mantel-Haenszel weights). P-values are Holm's, over all differences of the table;"
            " the intervals “all at once” hold together (Bonferroni).",
            f"{words.counted(painters, 'painter')}, {words.counted(items, 'item')}.",
        ]
        if self.drawn == "items":
            notes.append(
                "Intervals speak of other raters and of other paintings by mimics of these very"
                " painters, not of other painters."
            )
        if answers["cluster"].nunique() < FEW:
            notes.append(f"Fewer than {FEW} {self._units()}: these intervals are rough at best.")
        if not any(arm.clean for arm in found):
            missing = no_untouched_arm(answers) or "The clean arm was not judged unpurified."
            notes.append(
                f"{missing} Without it, a mimic that cannot imitate anybody looks like a"
                " protection that works."
            )
        if self.pool_eras:
            notes += eras_pooled(answers)
        elif len(eras(answers)) > 1:
            notes.append("Eras are analysed apart: the base network may know historical painters.")
        return tuple(notes)

    def _units(self) -> str:
        return "painters" if self.drawn == "artists" else "sets of pictures (artworks)"


def _by_era(found: Sequence[Arm]) -> dict[str, Conditions]:
    """Era → its conditions; the clean arm, the first of each, is what others are held against."""
    eras_of = dict.fromkeys(arm.era for arm in found)
    return {era: {arm.name: arm.rows for arm in found if arm.era == era} for era in eras_of}


def _table(found: Sequence[Arm], shares: Mapping[str, ProtectionSuccess]) -> DataFrame:
    return DataFrame(
        [
            {
                **arm.facts,
                "n": len(arm.rows),
                "raters": arm.rows["participant"].nunique(),
                "items": arm.rows["item"].nunique(),
                "painters": arm.rows["artist"].nunique(),
                **columns("share_psr_answers", shares[arm.title].answers),
                **columns("share_psr_items", shares[arm.title].artworks),
                "design_effect": shares[arm.title].design_effect,
                "method": shares[arm.title].answers.method,
            }
            for arm in found
        ]
    )


def _chart(
    found: Sequence[Arm], shares: Mapping[str, ProtectionSuccess], simulated: bool
) -> plots.Spec:
    both = {arm.title: (shares[arm.title].answers, shares[arm.title].artworks) for arm in found}
    rows = DataFrame(
        [
            {"condition": _marked_name(arm), "unit": said, **columns("share", estimate)}
            for arm in found
            for said, estimate in zip(UNITS, both[arm.title], strict=True)
        ]
    )
    clean = [shares[arm.title].answers.value for arm in found if arm.clean]
    return plots.intervals(
        rows,
        ("share", "share_low", "share_high"),
        row="condition",
        series="unit",
        title="protection success rate",
        order=[_marked_name(arm) for arm in found],
        series_order=list(UNITS),
        domain=(0, 1),
        simulated=simulated,
        percent=True,
        marked=clean[0] if len(clean) == 1 else None,
    )


def _marked_name(arm: Arm) -> str:
    return f"{arm.title} · clean arm" if arm.clean else arm.title


def _marked(found: Sequence[Arm]) -> str:
    clean = [arm for arm in found if arm.clean]
    return " The dashed line is the clean arm." if len(clean) == 1 else ""


def _differences(compared: Sequence[Contrast]) -> list[Exhibit]:
    if not compared:
        return []
    title = "Differences to the clean and to the protected arm (share of answers)"
    return [Exhibit(title, contrast_table(compared, "n"))]


def _painters(found: Sequence[Arm], inside: Points, how: How) -> list[Exhibit]:
    """PSR of each painter: a mean over painters may hide that they differ."""
    cells = [
        (arm, str(artist), rows) for arm in found for artist, rows in arm.rows.groupby("artist")
    ]
    if len({artist for _, artist, _ in cells}) < 2:
        return []
    table = DataFrame(
        [
            {
                "painter": artist,
                **arm.facts,
                "n": len(rows),
                "items": rows["item"].nunique(),
                **columns(
                    "share_psr_answers",
                    share(rows.assign(cluster=clusters(rows)), inside, how).answers,
                ),
            }
            for arm, artist, rows in cells
        ]
    )
    order = table.sort_values("painter", kind="stable", ignore_index=True)
    return [Exhibit("PSR of each painter", order)]
