"""How far metrics stretch the raters' answers: prediction-powered shares, and what to rate next.

Raters judge some of the items, metrics measure all. What metrics foretell is learnt from the very
answers, cross-fitted by artist, and what it gets wrong on rated items is taken off again, so a
wrong metric costs precision and never truth (Angelopoulos et al. 2023; `statistics.ppi`). Beside
each interval stands the one of the answers alone.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, ClassVar, Literal

from pandas import DataFrame, concat
from pydantic import Field

from config.plugins import plugin
from evaluation import words
from evaluation.analyses import Assumption, Attachment, Exhibit, Finding
from evaluation.charts import plots
from evaluation.choices import MetricChoice, names, numbers_of
from evaluation.evidence import Evidence
from evaluation.findings.assisted import (
    FEWEST,
    PROBABILITY,
    Assisted,
    Drawn,
    Foretold,
    Hidden,
    alike,
    assisted,
    foretold,
    hidden,
)
from evaluation.findings.comparisons import columns
from evaluation.findings.judged import Judged, judged
from evaluation.findings.next_items import Next, next_items
from evaluation.measuring.measurements import label_of
from evaluation.ratings import TableError, eras_pooled
from evaluation.statistics.estimate import Estimate
from studies.questions import Measured

SERIES = ("answers alone", "with the metrics")


@plugin
class MetricAssisted:
    """Shares or means of each condition from answers and metrics together, and a plan."""

    label: ClassVar[str] = "How many ratings do metrics save?"
    version: ClassVar[int] = 1
    takes: ClassVar[tuple[Measured, ...]] = ("ordinal",)
    fewest_painters: ClassVar[int] = FEWEST

    question: str = "acceptability"
    """Name of the question."""
    of: Literal["answers", "psr"] = "answers"
    """What is estimated: the mean answer, or PSR, the share of answers at the points that count as
    success of a protection."""
    points: Annotated[tuple[int, ...], Field(min_length=1)] | None = None
    """For `of: psr`, the points that count, as in the analysis psr."""
    metrics: tuple[MetricChoice, ...] = ()
    """What answers are foretold by, as in metric_validity, or a calibrated metric of an earlier
    study; empty: every metric that was measured."""
    drawn: Drawn = "artists"
    """What is drawn again beside raters: `artists` speaks of other artists, `items` of other
    pictures by these very artists."""
    next_items: Annotated[int, Field(ge=2, le=10_000)] = 40
    """How many items the plan names to be rated next: what the next study's budget allows."""
    draws: Annotated[int, Field(ge=5, le=1000)] = 40
    """Random halves of the ratings that are hidden, to see what metrics would have saved."""
    level: Annotated[float, Field(gt=0.5, lt=1)] = 0.95
    """Nominal coverage of the intervals."""
    pooled: bool = False
    """Whether populations are analysed together (and said to be) instead of each apart."""

    @classmethod
    def names(cls, asked: Sequence[str]) -> Mapping[str, Sequence[str]]:
        """What the settings may name in an experiment file."""
        return {"question": asked, "metrics": names()}

    def run(self, evidence: Evidence, seed: int) -> Finding:
        """Every condition twice, what was saved, what would have been, and the plan."""
        found = judged(
            evidence,
            self.question,
            numbers_of(self.metrics),
            success=self.points,
            of_success=self.of == "psr",
        )
        _check_probabilities(found)
        told = foretold(found, drawn=self.drawn, level=self.level)
        conditions = assisted(told)
        if not conditions:
            raise TableError("No condition has two answers, so no share can be estimated.")
        halves = hidden(told, seed=seed, draws=self.draws)
        plan = next_items(told, n=self.next_items, seed=seed)
        simulated = bool(found.answers["simulated"].iloc[0])
        return Finding(
            claim=self._claim(found, conditions, halves),
            table=_table(conditions, found),
            chart=self._chart(conditions, found, simulated),
            caption=f"{self._what()} of every condition with intervals: from the answers alone, and"
            " from answers and metrics together.",
            notes=(*self._notes(found, told, plan), *eras_pooled(found.answers)),
            sentences=tuple(_sentences(conditions, found)),
            exhibits=tuple(_exhibits(found, halves, plan)),
            assumptions=tuple(_assumptions(found, told, seed)),
            limits=tuple(_limits(found, simulated)),
            attachments=(
                Attachment(
                    "rate-next.csv",
                    "Items to rate next",
                    plan.table.assign(simulated=simulated).to_csv(index=False, lineterminator="\n"),
                    "text/csv",
                ),
            ),
        )

    def _what(self) -> str:
        return "PSR (share of answers)" if self.of == "psr" else f"mean answer to “{self.question}”"

    def _claim(
        self, found: Judged, conditions: Sequence[Assisted], halves: Sequence[Hidden]
    ) -> str:
        rated, unrated = int(found.rated.sum()), int((~found.rated).sum())
        if not unrated:
            return (
                f"All {words.counted(rated, 'item')} are rated, so metrics have nothing to add:"
                f" {self._what()} rests on the answers alone ({self._ends(conditions)})."
                f" {_would_have(halves)}"
                f"{words.reasons(each.powered.classical for each in conditions)}"
            )
        helped = [each for each in conditions if not each.adds_nothing and each.unrated]
        share = f"{rated:,} of {rated + unrated:,} items are rated. "
        if not helped:
            return (
                f"{share}The metrics add nothing to {self._what()}: in no condition do they make"
                f" the interval narrower (λ near 0; {self._ends(conditions)})."
                f"{words.reasons(each.powered.classical for each in conditions)}"
            )
        mean = sum(each.powered.saved for each in helped) / len(helped)
        best = max(helped, key=lambda each: each.powered.saved)
        return (
            f"{share}In {len(helped)} of {words.counted(len(conditions), 'condition')} metrics make"
            f" the interval of {self._what()} narrower: at equal width they save {mean:.0%} of the"
            f" ratings on average, most for {best.condition}"
            f" ({words.said(best.saved, '.0%')}; {self._said(best.powered.estimate)} instead of"
            f" {self._said(best.powered.classical)} from answers alone)."
        )

    def _ends(self, conditions: Sequence[Assisted]) -> str:
        """The lowest and the highest condition, from the answers alone."""
        ranked = sorted(conditions, key=lambda each: each.powered.classical.value)
        ends = [ranked[0], ranked[-1]] if len(ranked) > 1 else ranked
        said = [f"{self._said(each.powered.classical)} for {each.condition}" for each in ends]
        return " to ".join(said)

    def _said(self, estimate: Estimate) -> str:
        return words.said(estimate, ".0%" if self.of == "psr" else ".2f")

    def _chart(self, conditions: Sequence[Assisted], found: Judged, simulated: bool) -> plots.Spec:
        rows = DataFrame(
            [
                {"condition": each.condition, "series": series, **columns("share", estimate)}
                for each in conditions
                for series, estimate in zip(
                    SERIES, (each.powered.classical, each.powered.estimate), strict=True
                )
            ]
        )
        return plots.intervals(
            rows,
            ("share", "share_low", "share_high"),
            row="condition",
            series="series",
            title="protection success rate" if self.of == "psr" else "mean answer",
            order=[each.condition for each in conditions],
            series_order=list(SERIES),
            domain=(0, 1) if self.of == "psr" else (1, float(len(found.worth))),
            simulated=simulated,
            percent=self.of == "psr",
        )

    def _notes(self, found: Judged, told: Foretold, plan: Next) -> Iterator[str]:
        yield (
            f"What metrics foretell ({words.listed([label_of(name) for name in found.names])}) is"
            " learnt from these answers by a cumulative logit, every item foretold by a fit that"
            " saw no answer about its"
            f" {'artist' if self.drawn == 'artists' else 'set of pictures'}. λ says how far it is"
            " believed: 1 wholly, 0 not at all."
        )
        who = (
            "artists"
            if self.drawn == "artists"
            else "sets of pictures (not artists: the intervals speak of these very artists)"
        )
        yield (
            f"Intervals ({self.level:.0%}) count raters and {who} as samples, two-way clustered;"
            " those of the answers alone are made alike, so both may be compared. “Effective” is"
            " how many answers the interval is worth."
        )
        if told.answers["probability"].nunique() > 1:
            yield (
                f"Items were chosen with the probabilities in the column “{PROBABILITY}”; answers"
                " are weighted by one over it."
            )
        yield from (f"Left out: {sentence}" for sentence in found.left_out)
        pool = "that nobody has rated" if plan.fresh else "of this study, all of which are rated:"
        more = "" if plan.fresh else " a plan for other raters, or for new pictures like these"
        yield (
            f"The plan draws items {pool}{more} at random within strata, with the stated"
            " probability (Neyman allocation). Keep the probabilities with the answers (a column"
            f" “{PROBABILITY}”), or the next estimate is biased."
        )
        if plan.why:
            yield f"No widths are foretold: {plan.why}"


def _check_probabilities(found: Judged) -> None:
    if PROBABILITY not in found.answers:
        return
    try:
        given = found.answers[PROBABILITY].astype("float64")
    except ValueError as error:
        raise TableError(f"The column “{PROBABILITY}” holds something that is no number.") from (
            error
        )
    if not ((given > 0) & (given <= 1)).all():
        raise TableError(
            f"The column “{PROBABILITY}” says how likely an item was to be chosen for rating: above"
            " 0, and 1 at most. It holds something else."
        )


def _would_have(halves: Sequence[Hidden]) -> str:
    said = [
        f"with {each.what} rated they would have saved {each.saved:.0%} of those ratings"
        if each.saved > 0
        else f"with {each.what} rated they would have saved none"
        for each in halves
    ]
    if not said:
        return "There are too few items to see what they would have saved."
    text = words.listed(said)
    return f"{text[0].upper()}{text[1:]}."


def _table(conditions: Sequence[Assisted], found: Judged) -> DataFrame:
    name = "share_psr" if found.of_success else "mean"
    return DataFrame(
        [
            {
                "condition": each.condition,
                "n": each.powered.classical.n,
                "rated items": each.rated,
                "unrated items": each.unrated,
                **columns(f"{name}_alone", each.powered.classical),
                **columns(f"{name}_assisted", each.powered.estimate),
                "lambda": each.powered.tuning,
                "r": each.powered.correlation,
                "effective": each.powered.effective_n,
                **columns("share_saved", each.saved),
                "method": each.powered.estimate.method,
            }
            for each in conditions
        ]
    )


def _sentences(conditions: Sequence[Assisted], found: Judged) -> Iterator[str]:
    spec = ".0%" if found.of_success else ".2f"
    for each in conditions:
        if not each.unrated:
            continue
        alone, both = each.powered.classical, each.powered.estimate
        if each.adds_nothing:
            yield (
                f"{each.condition}: the metrics add nothing (λ = {each.powered.tuning:.2f});"
                f" {words.said(alone, spec)}."
            )
        else:
            yield (
                f"{each.condition}: {words.said(both, spec)} instead of {words.said(alone, spec)}"
                f" (λ = {each.powered.tuning:.2f}; saves {words.said(each.saved, '.0%')} of the"
                " ratings)."
            )


def _exhibits(found: Judged, halves: Sequence[Hidden], plan: Next) -> Iterator[Exhibit]:
    width = "share_half_width" if found.of_success else "half_width"
    if halves:
        rows = [
            {
                "rated only": each.what,
                f"{width}_alone": each.classical,
                f"{width}_assisted": each.assisted,
                "share_saved": each.saved,
                "lambda": each.tuning,
                "draws": each.draws,
            }
            for each in halves
        ]
        title = "Had only a part been rated (means over conditions and random draws)"
        yield Exhibit(title, DataFrame(rows))
    if len(plan.widths):
        yield Exhibit(
            "Expected half width of the next intervals",
            plan.widths,
            caption="Mean over conditions, from the new ratings alone, with as many raters, and"
            " answers an item, as now.",
        )
    yield Exhibit("Where to rate next", plan.strata)
    shown = plan.table.drop(columns=["weight"])
    yield Exhibit("Items to rate next", concat([shown], ignore_index=True))


def _assumptions(found: Judged, told: Foretold, seed: int) -> Iterator[Assumption]:
    like = alike(found, seed=seed)
    name = "Rated items are a fair sample"
    if told.answers["probability"].nunique() > 1:
        yield Assumption(
            name,
            None,
            "They were chosen with known probabilities, which the estimate makes up for; that these"
            " are the true ones no table can tell.",
        )
    elif like is None:
        yield Assumption(name, None, "No condition has rated and unrated items to compare.")
    else:
        differ = like.p < words.SIGNIFICANT
        yield Assumption(
            name,
            False if differ else None,
            f"Rated and unrated items differ most in {label_of(like.metric)}: by"
            f" {like.largest:.2f} standard deviations within conditions"
            f" ({words.p_value(like.p)}, items dealt anew within conditions). "
            + (
                "That is more than chance: estimates with the metrics may be biased."
                if differ
                else "That may be chance; whether they were chosen at random, the design must say."
            ),
        )
    raters, units = told.answers["participant"].nunique(), told.answers["unit"].nunique()
    what = "artists" if told.drawn == "artists" else "sets of pictures"
    yield Assumption(
        "Enough raters and units",
        min(raters, units) >= 5,
        f"{raters} raters and {units} {what} are the samples; with fewer than five of either"
        " intervals are rough.",
    )


def _limits(found: Judged, simulated: bool) -> Iterator[str]:
    if simulated:
        yield "Answers are SIMULATED: what metrics save says nothing about people."
    yield (
        "What metrics save is bounded by how well they foretell these raters: r = 0.5 saves a"
        " quarter at best, 0.7 half."
    )
    yield (
        "Unrated items by artists who are rated save pictures, not artists; only unrated items by"
        " other artists save artists."
    )
    if not (~found.rated).any():
        yield "Every item is rated: what would have been saved comes of hiding answers at random."
