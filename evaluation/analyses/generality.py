"""Does a purification work for all painters, and what does it do to art that was never protected?

The three claims of the Response to IMPRESS (Passananti et al. 2023, arXiv:2312.07731): it undoes
less for painters whom the base network does not know, less for smooth surfaces, and it damages
clean pictures. Each is a difference of shares of success, with a verdict.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, ClassVar

from pandas import DataFrame, concat, crosstab
from pydantic import Field

from config.plugins import plugin
from evaluation import words
from evaluation.analyses import Assumption, Exhibit, Finding
from evaluation.charts import plots
from evaluation.choices import MetricChoices, names, numbers_of
from evaluation.evidence import Evidence
from evaluation.findings.arms import success_points
from evaluation.findings.claims import (
    CONTRADICTED,
    NOTHING,
    SUPPORTED,
    UNITS,
    UNKNOWN,
    Claim,
    Drawn,
    adjusted,
    damage,
    gain,
    purifications,
)
from evaluation.findings.comparisons import columns
from evaluation.measuring.measurements import label_of
from evaluation.ratings import (
    NO_LEVEL,
    TableError,
    answers_to,
    clean_protection,
    points,
    undegraded,
)
from evaluation.statistics.clustered import clustered_difference
from evaluation.statistics.estimate import BadData
from studies.questions import Measured

ERA, SURFACE, DAMAGE = (
    "undoes more for historical painters",
    "undoes more for textured surfaces",
    "spoils mimicry of clean art",
)
BRIEF = {ERA: "by era", SURFACE: "by surface", DAMAGE: "clean art"}
"""On the axis of a chart."""
FEW = 5
SAID = {
    SUPPORTED: "supported",
    CONTRADICTED: "contradicted: the difference goes the other way",
    NOTHING: "not borne out: the difference is shown to be too small to matter",
    UNKNOWN: "open: the study cannot tell",
}
DIFFERENCE = ("share_difference", "share_difference_low", "share_difference_high")


@plugin
class Generality:
    """Historical against contemporary painters, smooth against textured surfaces, clean art."""

    label: ClassVar[str] = "Does purification work for all painters, and spare clean art?"
    version: ClassVar[int] = 2
    takes: ClassVar[tuple[Measured, ...]] = ("ordinal",)

    question: str = "mimicry_success"
    """Name of the question about the mimicry."""
    points: Annotated[tuple[int, ...], Field(min_length=1)] | None = None
    """Points of its scale that count as success of the protection, as in psr."""
    eras: tuple[str, str] = ("historical", "contemporary")
    """Values of `era`: painters for whom purification is said to undo more, and less."""
    surfaces: tuple[str, str] = ("textured", "smooth")
    """Values of `surface`: for which it is said to undo more, and less."""
    drawn: Drawn = "painters"
    """What the verdict is about besides other raters: other `painters` like these (needs many), or
    other `artworks` by these very painters. The table has both."""
    margin: Annotated[float, Field(gt=0, lt=1)] | None = None
    """Difference of shares that would not matter, fixed beforehand, e.g. 0.1 for 10 points."""
    metrics: MetricChoices = ("ssim", "lpips")
    """Metrics by which the damage to clean pictures is measured too, where they were measured."""
    level: Annotated[float, Field(gt=0.5, lt=1)] = 0.95
    """Nominal coverage of the intervals."""
    pooled: bool = False
    """Whether populations are analysed together (and said to be) instead of each apart."""

    @classmethod
    def names(cls, asked: Sequence[str]) -> Mapping[str, Sequence[str]]:
        """What the settings may name in an experiment file."""
        return {"question": asked, "metrics": names()}

    def run(self, evidence: Evidence, seed: int) -> Finding:  # noqa: ARG002 (closed forms)
        """Every claim for every purification, with either kind of sample."""
        answers = answers_to(evidence.ratings, self.question)
        inside = success_points(self.question, self.points, points(answers))
        answers = answers[undegraded(answers)]
        answers = answers.assign(hit=answers["value"].between(*inside).astype(float))
        treated = purifications(answers)
        if not treated:
            raise TableError(
                "No picture of this study was purified, so there is nothing to say of purification:"
                " name one under stimuli: purifications."
            )
        found = adjusted(list(self._claims(answers, treated)))
        if not found:
            raise TableError(_nothing_to_compare(answers, self.eras, self.surfaces))
        table = DataFrame([claim.row(self.margin) for claim in found])
        return Finding(
            claim=" ".join(self._sentences(found)),
            table=table,
            chart=_chart(table, simulated=bool(answers["simulated"].iloc[0])),
            caption="Differences of success shares that the Response to IMPRESS foretells to be"
            " above 0, with intervals for other painters and for other artworks of these.",
            notes=(*self._notes(), *self._not_asked(found)),
            exhibits=tuple(self._exhibits(answers, evidence.measurements)),
            assumptions=tuple(self._assumptions(answers)),
            limits=(
                "Era and surface were not dealt out by chance: painters of one kind differ from"
                " those of the other in more than that.",
                "“Cannot tell” is no evidence that there is no difference.",
            ),
        )

    def _claims(self, answers: DataFrame, treated: Sequence[str]) -> Iterator[Claim]:
        pairs = (("era", self.eras, ERA), ("surface", self.surfaces, SURFACE))
        clean = answers[answers["protection"] == clean_protection(answers)]
        arms = answers[answers["protection"] != clean_protection(answers)]
        for drawn in UNITS:
            for name in treated:
                for column, levels, said in pairs:
                    claim = gain(arms, said, column, levels, name, drawn, self.level)
                    if claim is not None:
                        yield claim
                sides = [clean[clean["purification"] == level] for level in (NO_LEVEL, name)]
                if all(len(side) for side in sides):
                    yield damage(sides[0], sides[1], DAMAGE, name, drawn, self.level)

    def _sentences(self, found: Sequence[Claim]) -> Iterator[str]:
        for claim in found:
            if claim.drawn != self.drawn:
                continue
            estimate = claim.difference.estimate
            value = words.points(estimate) if estimate.defined else "no value"
            verdict = SAID[claim.verdict(self.margin)]
            yield f"That {claim.purification} {claim.name} is {verdict} ({value})."

    def _notes(self) -> tuple[str, ...]:
        notes = [
            "What a purification undoes is the share of answers that call the protection successful"
            " without it, less the share with it, the mean over all protected arms that were judged"
            f" both ways. “Undoes more for {self.eras[0]} painters” is that of {self.eras[0]} less"
            f" that of {self.eras[1]} painters; likewise {self.surfaces[0]} less {self.surfaces[1]}"
            " surfaces. “Spoils mimicry of clean art” is the share of failed mimicry from clean art"
            " that was purified, less that from clean art as it is.",
            f"Intervals ({self.level:.0%}) count raters and {self.drawn} as samples; painters of"
            " two kinds are two samples (Welch). P-values are Holm's over all claims.",
        ]
        if self.margin is not None:
            notes.append(
                f"“{NOTHING}”: two one-sided tests of {(1 - self.level):.0%} put the difference"
                f" within ±{100 * self.margin:.3g} points."
            )
        return tuple(notes)

    def _not_asked(self, found: Sequence[Claim]) -> Iterator[str]:
        """Which of the three claims this study has no pictures for."""
        there = {claim.name for claim in found}
        wanted = {
            ERA: f"painters of both kinds ({' and '.join(self.eras)}, in the column era)",
            SURFACE: f"surfaces of both kinds ({' and '.join(self.surfaces)}, in that column)",
            DAMAGE: "mimicry from clean art that was purified, beside clean art as it is",
        }
        for name, what in wanted.items():
            if name not in there:
                yield f"That purification {name} is not asked: the study has no {what}."

    def _assumptions(self, answers: DataFrame) -> Iterator[Assumption]:
        yield from self._something_to_undo(answers)
        painters = answers.drop_duplicates("artist")
        for column, levels in (("era", self.eras), ("surface", self.surfaces)):
            counts = [int((painters[column] == level).sum()) for level in levels]
            if min(counts) == 0:
                continue
            said = " and ".join(
                f"{number} {level}" for number, level in zip(counts, levels, strict=True)
            )
            yield Assumption(
                f"Enough painters ({column})",
                min(counts) >= FEW,
                f"{said} painters; with fewer than {FEW} of a kind hardly any difference between"
                " kinds of painters can be shown.",
            )
        kinds = painters[painters["era"].isin(self.eras) & painters["surface"].isin(self.surfaces)]
        if kinds["era"].nunique() == 2 and kinds["surface"].nunique() == 2:
            counted = crosstab(kinds["era"], kinds["surface"])
            yield Assumption(
                "Era and surface apart",
                bool((counted > 0).all(axis=None)),
                "Painters by era and surface: "
                + words.listed(
                    [
                        f"{counted.loc[era, surface]} {era} and {surface}"
                        for era in counted.index
                        for surface in counted.columns
                    ]
                )
                + ". Where one kind is missing, the two claims cannot be told apart.",
            )

    def _something_to_undo(self, answers: DataFrame) -> Iterator[Assumption]:
        """Whether protected art, not purified, is shown to be imitated worse than clean art."""
        plain = answers[answers["purification"] == NO_LEVEL]
        clean = plain["protection"] == clean_protection(answers)
        if not (clean.any() and (~clean).any()):
            return
        effect = damage(plain[clean], plain[~clean], "", "", self.drawn, self.level)
        found = effect.difference.estimate
        shown = found.has_interval and found.low > 0
        yield Assumption(
            "There is something to undo",
            shown if found.has_interval else None,
            "PSR of protected art less that of clean art, neither purified, is"
            f" {words.points(found)}"
            + (
                "."
                if shown
                else ": the protections are not shown to change anything, so what purification"
                " “undoes” may be nothing but chance."
            ),
        )

    def _exhibits(self, answers: DataFrame, measurements: DataFrame) -> Iterator[Exhibit]:
        table = _damage_measured(answers, measurements, numbers_of(self.metrics), self.level)
        if not table.empty:
            yield Exhibit(
                "What purification changes in clean pictures, by metric",
                table,
                caption="Purified less unpurified pictures of unprotected art, paired by artwork;"
                " pictures alone are the sample.",
            )


def _nothing_to_compare(
    answers: DataFrame, eras: tuple[str, str], surfaces: tuple[str, str]
) -> str:
    said = words.listed(sorted({*answers["era"], *answers["surface"]} - {""})) or "none"
    return (
        "None of the three claims can be asked of this study: it needs a protected arm with and"
        f" without a purification for painters of two kinds (era {eras[0]} and {eras[1]}, or"
        f" surface {surfaces[0]} and {surfaces[1]}, as columns of the collection's records; on"
        f" record here: {said}), or the clean arm purified and not."
    )


def _damage_measured(
    answers: DataFrame, measurements: DataFrame, asked: Sequence[str], level: float
) -> DataFrame:
    items = answers.drop_duplicates("item")
    clean = items[items["protection"] == clean_protection(answers)]
    rows = []
    for metric in asked:
        values = measurements[measurements["metric"] == metric].set_index("item")["value"]
        placed = clean.assign(measured=clean["item"].map(values)).dropna(subset=["measured"])
        plain = placed[placed["purification"] == NO_LEVEL]
        for name in purifications(placed):
            treated = placed[placed["purification"] == name]
            row = _measured_row(plain, treated, level)
            if row:
                rows.append({"metric": label_of(metric), "purification": name, **row})
    return DataFrame(rows)


def _measured_row(plain: DataFrame, treated: DataFrame, level: float) -> dict[str, object]:
    if plain.empty or treated.empty:
        return {}
    both = concat([plain, treated])
    side = [False] * len(plain) + [True] * len(treated)
    if not both["measured"].between(-1e300, 1e300).all():  # PSNR of equal pictures is infinite
        return {}
    try:
        found = clustered_difference(
            both["measured"], None, both["cluster"], side, strata=both["artist"], level=level
        )
    except BadData:
        return {}
    return {
        "items": len(both),
        "mean_unpurified": float(plain["measured"].mean()),
        "mean_purified": float(treated["measured"].mean()),
        **columns("difference", found.estimate),
        "p": found.p,
        "method": found.estimate.method,
    }


def _chart(table: DataFrame, *, simulated: bool) -> plots.Spec:
    rows = table.assign(
        claim=table["purification"] + ": " + table["claim"].map(BRIEF),
        sample=table["sample"].str.removeprefix("other raters and "),
    )
    return plots.intervals(
        rows,
        DIFFERENCE,
        row="claim",
        series="sample",
        title="difference of success shares",
        order=list(dict.fromkeys(rows["claim"])),
        series_order=list(dict.fromkeys(rows["sample"])),
        domain=(-0.1, 0.1),
        simulated=simulated,
        percent=True,
        marked=0.0,
    )
