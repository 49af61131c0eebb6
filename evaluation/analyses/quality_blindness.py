"""The critique of CLIP genre accuracy, as a test: does a metric see whether a mimicry is any good?

“The degradation in image quality is not captured by CLIP accuracy, e.g., a very low quality cubism
painting is still classified as cubism with high probability” (Shan et al. 2023, A Response to Glaze
Purification via IMPRESS, arXiv:2312.07731). Two halves, each of which stands alone:

1. Ratings: raters say of the same pictures how well the style is met, how good the picture is, and
   whether the mimicry succeeds. A metric is blind to quality where its sensitivity to quality,
   given style, is shown to lie within a bound that was fixed beforehand, while raters' success
   answers do depend on quality.
2. The ladder: the same pictures degraded in steps. At which dose do raters say that it is no
   success any more, and at which does the metric notice?
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, ClassVar, Literal

from pandas import DataFrame
from pydantic import Field

from config.plugins import plugin
from evaluation import words
from evaluation.analyses import Assumption, Exhibit, Finding
from evaluation.charts import plots
from evaluation.choices import MetricChoices, names, numbers_of
from evaluation.evidence import Evidence
from evaluation.findings.arms import SUCCESS
from evaluation.findings.ladder_findings import Climbed, climbed
from evaluation.findings.quality_sight import STRATA, Asked, Sights, measured_somewhere, sights
from evaluation.findings.verdicts import BOUND
from evaluation.measuring.measurements import label_of
from evaluation.ratings import TableError
from evaluation.statistics.estimate import BadData
from studies.questions import Measured

SLOPE = ("slope", "slope_low", "slope_high")
TO_STYLE, TO_QUALITY = "style, given quality", "quality, given style"


@plugin
class QualityBlindness:
    """Sensitivity of metrics to human-rated quality given style, and to steps of degradation."""

    label: ClassVar[str] = "Do metrics see whether a picture is any good?"
    version: ClassVar[int] = 1
    takes: ClassVar[tuple[Measured, ...]] = ("ordinal",)

    question: str | None = "quality"
    """Name of the question about quality; null where nobody was asked."""
    style: str | None = "style"
    """Name of the question about style; null where nobody was asked."""
    success: str | None = "mimicry_success"
    """Name of the question about success, by which quality matters or does not; null where nobody
    was asked: nothing is called blind then."""
    success_from: Annotated[int | None, Field(ge=2)] = None
    """Lowest point of its scale that counts as a success; when left out the lowest but two of
    mimicry_success (the complement of PSR), the two highest of any other question."""
    metrics: MetricChoices = ("clip_genre", "lpips")
    """Names of the metrics, where wanted with settings or one of their numbers."""
    bound: Annotated[float, Field(gt=0, lt=1)] = BOUND
    """Sensitivity to quality that would not matter, in standard deviations of the metric for one of
    quality, fixed beforehand."""
    drop: Annotated[float, Field(gt=0, lt=5)] = BOUND
    """Fall from the undegraded picture that would not matter, in standard deviations along the
    ladder, fixed beforehand."""
    within: Literal["artists", "artworks", "nothing"] = "artists"
    """Within what pictures are compared: a metric that only knows which artists are easy sees
    nothing."""
    drawn: Literal["artworks", "artists"] = "artworks"
    """What is drawn again beside raters: `artworks` speaks of other pictures of these very artists,
    `artists` of other artists (and needs many)."""
    level: Annotated[float, Field(gt=0.5, lt=1)] = 0.95
    """Nominal coverage of the intervals."""
    pooled: bool = False
    """Whether populations are analysed together (and said to be) instead of each apart."""

    @classmethod
    def names(cls, asked: Sequence[str]) -> Mapping[str, Sequence[str]]:
        """What the settings may name in an experiment file."""
        return {"question": asked, "style": asked, "success": asked, "metrics": names()}

    def run(self, evidence: Evidence, seed: int) -> Finding:
        """Either half, or both; what is missing of the other is said in the notes."""
        if SUCCESS.get(self.success or "") == "highest":
            raise TableError(
                f"“{self.success}” asks whether the protection held, of which less is better here:"
                " name a question about the pictures themselves as `success`, or null."
            )
        known, missing = measured_somewhere(evidence.measurements, numbers_of(self.metrics))
        if not known:
            told = words.listed([label_of(name) for name in numbers_of(self.metrics)])
            raise TableError(f"Nothing has been measured by {told}: run `manage.py measure` first.")
        rated, unrated = self._rated(evidence, known)
        steps, unclimbed = self._climbed(evidence, known, seed)
        if rated is None and steps is None:
            raise TableError(f"{unrated} {unclimbed}")
        notes = self._notes(rated, steps, unrated, unclimbed)
        if missing:
            notes.append(f"Not measured: {words.listed([label_of(name) for name in missing])}.")
        return Finding(
            claim=" ".join([*([rated.claim] if rated else []), *(steps.claims if steps else ())]),
            table=rated.table if rated else steps.summary if steps else DataFrame(),
            chart=steps.chart if steps else _slopes(rated, evidence),
            notes=tuple(notes),
            sentences=(*(rated.sentences if rated else ()), *(steps.sentences if steps else ())),
            exhibits=(*self._rated_exhibits(rated, evidence, known, steps), *_exhibits(steps)),
            caption=steps.caption if steps else CAPTION,
            assumptions=_assumptions(rated, steps),
            limits=LIMITS,
        )

    def _rated(self, evidence: Evidence, known: Sequence[str]) -> tuple[Sights | None, str]:
        """What the ratings say, or why they say nothing."""
        if self.style is None or self.question is None:
            return None, "The half about ratings is missing: raters were not asked for both."
        asked = Asked(self.style, self.question, self.success)
        try:
            return self._sights(evidence, asked, known, self.within), ""
        except (TableError, BadData) as error:
            return None, f"The half about ratings is missing: {error}"

    def _sights(
        self, evidence: Evidence, asked: Asked, known: Sequence[str], within: str
    ) -> Sights:
        return sights(
            evidence,
            asked,
            known,
            bound=self.bound,
            within=within,
            drawn=self.drawn,
            level=self.level,
        )

    def _climbed(
        self, evidence: Evidence, known: Sequence[str], seed: int
    ) -> tuple[Climbed | None, str]:
        """What the ladder says, or why there is none."""
        try:
            return climbed(
                evidence,
                {"success": self.success, "quality": self.question, "style": self.style},
                known,
                success_from=self.success_from,
                bound=self.drop,
                drawn=self.drawn,
                level=self.level,
                seed=seed,
            ), ""
        except (TableError, BadData) as error:
            return None, f"The half about the ladder is missing: {error}"

    def _rated_exhibits(
        self,
        rated: Sights | None,
        evidence: Evidence,
        known: Sequence[str],
        steps: Climbed | None,
    ) -> list[Exhibit]:
        if rated is None:
            return []
        found = [self._side_by_side(evidence, known)]
        if steps is not None:
            chart = _slopes(rated, evidence)
            found.insert(0, Exhibit("Sensitivity to style and to quality", None, chart, CAPTION))
        return found

    def _side_by_side(self, evidence: Evidence, known: Sequence[str]) -> Exhibit:
        """Simpson's check: the same within artists, within artworks, and over everything."""
        asked = Asked(str(self.style), str(self.question), self.success)
        rows = []
        for within in STRATA:
            try:
                table = self._sights(evidence, asked, known, within).table
            except (TableError, BadData):  # one picture an artwork: nothing varies within it
                continue
            rows += table.assign(within=within).to_dict("records")
        shown = ["metric", "within", *(f"slope_{what}{end}" for what in ("style", "quality")
                                       for end in ("", "_low", "_high")), "verdict"]  # fmt: skip
        caption = "Where these differ, artists or artworks differ in more than style and quality."
        return Exhibit(
            "Within artists, within artworks, and over everything",
            DataFrame(rows)[shown],
            caption=caption,
        )

    def _notes(
        self, rated: Sights | None, steps: Climbed | None, unrated: str, unclimbed: str
    ) -> list[str]:
        notes = [text for text in (unrated, unclimbed) if text]
        if rated is not None:
            style, quality = rated.found.reliability
            notes += [
                f"Blind to quality: the sensitivity to quality, given style, is shown to lie within"
                f" ±{self.bound:g} (two one-sided tests of 5%), and raters' success answers are"
                f" shown to depend on quality. Sees quality: its {self.level:.0%} interval lies"
                f" beyond ±{self.bound:g}. Both in SDs of the metric for one SD of the rating,"
                f" {_compared(self.within)}; metrics are turned so that more should be better.",
                "Raters' noise makes everything look weaker, and would call metrics blind that are"
                f" not. It is taken out by moments; reliability of items' scores:"
                f" {words.said(style)} for style, {words.said(quality)} for quality. The raw"
                " sensitivities, with the noise, stand beside.",
                f"Intervals count raters and {self.drawn} as samples (two-way jackknife):"
                f" {words.counted(rated.found.raters, 'rater')},"
                f" {words.counted(rated.found.clusters, self.drawn[:-1])},"
                f" {words.counted(rated.found.items, 'item')}.",
                "Shares of variance: the average gain over both orders of entry (LMG).",
            ]
            if rated.found.problem:
                notes.append(f"Nothing could be freed of noise: {rated.found.problem}.")
        return notes + (steps.notes if steps else [])


CAPTION = (
    "Sensitivity of every metric, and of the raters' own success answers, to human-rated style and"
    " quality, each given the other, freed of raters' noise, with intervals."
)
LIMITS = (
    "“Blind” means: less sensitive than the bound, which somebody chose. A metric that is all noise"
    " is blind to everything: read its sensitivity to style beside it.",
    "Style and quality were rated, not drawn by lot: something else that goes with both could lie"
    " behind what the ratings say. The ladder has no such gap, but speaks of its degradations"
    " only.",
    "It says nothing of how the same metric does with other settings, networks or artists.",
)


def _compared(within: str) -> str:
    return "over all pictures" if within == "nothing" else f"within {within}"


def _assumptions(rated: Sights | None, steps: Climbed | None) -> tuple[Assumption, ...]:
    return (*(rated.assumptions if rated else ()), *(steps.assumptions if steps else ()))


def _exhibits(steps: Climbed | None) -> tuple[Exhibit, ...]:
    return steps.exhibits if steps else ()


def _slopes(rated: Sights | None, evidence: Evidence) -> plots.Spec:
    """Sensitivities to style and to quality, one beside the other."""
    assert rated is not None, "drawn only where there are ratings"
    rows = [
        {
            "target": row["metric"],
            "what": what,
            **{end: row[f"{column}{end.removeprefix('slope')}"] for end in SLOPE},
        }
        for _, row in rated.table.iterrows()
        for what, column in ((TO_STYLE, "slope_style"), (TO_QUALITY, "slope_quality"))
    ]
    table = DataFrame(rows)
    return plots.intervals(
        table,
        SLOPE,
        row="target",
        series="what",
        title="SDs for one SD of the rating",
        order=list(dict.fromkeys(table["target"])),
        series_order=[TO_STYLE, TO_QUALITY],
        domain=(-0.2, 1),
        simulated=bool(evidence.ratings["simulated"].any()),
        marked=rated.bound,
    )
