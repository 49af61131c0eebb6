"""How many just noticeable differences is each level away from the original?

For studies that compare levels in place of the original (`aic3_triplet`; JPEG AIC-3, ISO/IEC
29170-3): a scale on which 1 means that three in four people find the difference, and the budget, or
dose, at which each ladder reaches it. Boosted pictures are led back to plain ones where a study
shows both.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Annotated, ClassVar

from pandas import DataFrame
from pydantic import Field

from config.plugins import plugin
from evaluation import words
from evaluation.analyses import Assumption, Exhibit, Finding
from evaluation.charts import plots
from evaluation.evidence import Evidence
from evaluation.findings import assumed
from evaluation.findings.comparisons import columns
from evaluation.findings.noticeable import Found, Ladder, noticeable
from evaluation.measuring.pair_table import counted_pairs
from evaluation.ratings import TableError, one_group
from evaluation.statistics.estimate import Estimate
from studies.questions import Measured

QUESTIONS = ("more_distorted", "more_distorted_boosted")
LIMITS = (
    "A distance in JND says how well a difference is found by people who look for it, in one place"
    " and beside the original: nobody looks at pictures so outside a study.",
    "It is about these raters' screens and distances from them; the table of viewing tells those.",
    "JND of one scale add up; of boosted pictures alone they are larger than those of plain ones.",
)


@plugin
class Jnd:
    """A scale of all compared levels with intervals, and the amount at 1 JND of each ladder."""

    label: ClassVar[str] = "How many just noticeable differences from the original?"
    version: ClassVar[int] = 1
    takes: ClassVar[tuple[Measured, ...]] = ("preference",)
    only_for: ClassVar[str] = "comparisons"
    """Studies whose plan names no analyses ask this one only where they are of this sort."""

    questions: tuple[str, ...] = QUESTIONS
    """Names of the questions which version is more distorted; those that end in `_boosted` are
    about boosted pictures."""
    reference: str = ""
    """The condition at 0, by its name; the untouched pictures when left out."""
    targets: Annotated[tuple[Annotated[float, Field(gt=0, le=10)], ...], Field(min_length=1)] = (
        1.0,
    )
    """Numbers of JND whose budgets and doses are wanted."""
    halves: bool = False
    """Count “not sure” as half a choice for each, as JPEG AIC-3 does, instead of estimating a band
    of unnoticed differences. Halving draws levels together."""
    level: Annotated[float, Field(gt=0.5, lt=1)] = 0.95
    """Nominal coverage of the intervals."""
    pooled: bool = False
    """Whether populations are analysed together (and said to be) instead of each apart."""

    @classmethod
    def names(cls, asked: Sequence[str]) -> Mapping[str, Sequence[str]]:
        """What the settings may name in an experiment file."""
        return {"questions": (*QUESTIONS, *asked)}

    def run(self, evidence: Evidence, seed: int) -> Finding:
        """The scale of this group of raters."""
        pairs = self._pairs(evidence)
        simulated = bool(evidence.ratings["simulated"].iloc[0])
        found = noticeable(
            pairs, self.reference or None, halves=self.halves, level=self.level, seed=seed
        )
        table = DataFrame([_row(found, name) for name in _in_order(found)])
        return Finding(
            claim=self._claim(found),
            table=table,
            chart=_chart(found, table, simulated),
            caption=f"Distance of each level from the original in {found.scale.unit}, with"
            " intervals; dashed: 1, which three in four people find.",
            sentences=tuple(self._sentences(found)),
            notes=tuple(self._notes(found)),
            exhibits=tuple(self._exhibits(found)),
            assumptions=tuple(_assumptions(found)),
            limits=LIMITS,
        )

    def _pairs(self, evidence: Evidence) -> DataFrame:
        """The comparisons of this group of raters."""
        one_group(evidence.ratings)
        mine = evidence.pairs["participant"].isin(evidence.ratings["participant"])
        asked = evidence.pairs["question"].isin(self.questions)
        table = counted_pairs(evidence.pairs[mine & asked])
        if table.empty:
            raise TableError(
                "No levels were compared in place of the original: a scale in JND needs the trial"
                " kind aic3_triplet, and the section study.compare with the factors of a ladder."
            )
        return table

    def _claim(self, found: Found) -> str:
        if found.scale.problem:
            return f"There is no scale in JND: {found.scale.problem}."
        told = [
            _reached(found, ladder, self.targets[0], found.at(ladder, self.targets[0]))
            for ladder in found.ladders
        ]
        return " ".join(told) or " ".join(list(self._sentences(found))[:2])

    def _sentences(self, found: Found) -> Iterator[str]:
        unit = found.scale.unit
        for name in _in_order(found):
            estimate = found.scale.levels[name]
            if estimate.defined:
                seen = "" if estimate.excludes(0.0) else "; that is not beyond chance"
                yield f"{name}: {words.said(estimate)} {unit} from the original{seen}."
        if found.scale.gain is not None and found.scale.gain.defined:
            yield (
                "Boosting made differences"
                f" {words.said(found.scale.gain)} times as large as they are in plain pictures."
            )

    def _exhibits(self, found: Found) -> Iterator[Exhibit]:
        rows = [
            {
                "ladder": ladder.name,
                "of": ladder.sort,
                "target": target,
                **columns("amount", at),
                "method": at.method,
            }
            for ladder in found.ladders
            for target in self.targets
            for at in [found.at(ladder, target)]
        ]
        if rows:
            yield Exhibit(
                f"Budgets and doses by {found.scale.unit}",
                DataFrame(rows),
                caption="Straight lines between the levels that were shown, made monotone; nothing"
                " is drawn out beyond them.",
            )

    def _notes(self, found: Found) -> Iterator[str]:
        yield (
            "Thurstone's case V by maximum likelihood; 1 JND is the distance at which a forced"
            " choice would be right three times in four. A weak prior (sd 4 JND) holds levels that"
            " all answers put at one end."
        )
        yield (
            f"Intervals ({self.level:.0%}) are percentiles over drawing {found.scale.drawn} again."
        )
        if found.unsure:
            how = (
                "count as half a choice for each, which draws levels together"
                if self.halves
                else "mean that the difference lay within a band, whose width is estimated"
            )
            yield f"{found.unsure:.0%} of the answers were not sure; they {how}."
        if found.scale.unit != "JND":
            yield (
                "Only boosted pictures were compared: the scale is theirs, and plain pictures lie"
                " closer together by an unknown factor."
            )
        elif found.scale.gain is not None:
            yield (
                "Plain and boosted pictures share one scale, that of plain ones, by one factor for"
                " all levels: an assumption that the standard does not make."
            )


def _in_order(found: Found) -> list[str]:
    """Ladders first, each from its least level on; then what is on none."""
    known = [str(name) for name in found.scale.levels]
    laddered = [name for ladder in found.ladders for name in ladder.amounts]
    return [*dict.fromkeys(laddered), *(name for name in known if name not in laddered)]


def _row(found: Found, name: str) -> dict[str, object]:
    estimate = found.scale.levels[name]
    of = (found.pairs["first"] == name) | (found.pairs["second"] == name)
    return {
        "condition": name,
        "n": int(of.sum()),
        "raters": found.pairs[of]["participant"].nunique(),
        **columns("jnd", estimate),
        "unit": found.scale.unit,
        "method": estimate.method,
    }


def _reached(found: Found, ladder: Ladder, target: float, at: Estimate) -> str:
    unit = found.scale.unit
    if not at.defined:
        return f"{ladder.name}: {target:g} {unit} at no {ladder.sort} shown ({at.method})."
    return f"{ladder.name}: {target:g} {unit} at a {ladder.sort} of {words.said(at, '.3g')}."


def _chart(found: Found, table: DataFrame, simulated: bool) -> plots.Spec:
    known = {name: ladder.name for ladder in found.ladders for name in ladder.amounts}
    rows = table.assign(ladder=table["condition"].map(lambda name: known.get(name, "other")))
    return plots.intervals(
        rows,
        ("jnd", "jnd_low", "jnd_high"),
        row="condition",
        series="ladder",
        title=f"distance from the original in {found.scale.unit}",
        order=list(rows["condition"]),
        series_order=list(dict.fromkeys(rows["ladder"])),
        domain=(0.0, 1.2),
        simulated=simulated,
        marked=1.0,
    )


def _assumptions(found: Found) -> Iterator[Assumption]:
    yield from assumed.samples(found.pairs)
    for ladder in found.ladders:
        values = [found.scale.levels[name].value for name in ladder.amounts]
        falls = any(after < before for before, after in pairwise(values))
        yield Assumption(
            f"More is more distorted ({ladder.name})",
            not falls,
            "Levels of the ladder in their order: "
            + ", ".join(f"{value:.2f}" for value in values)
            + (
                "; where they fall, the line between them is made level."
                if falls
                else f" {found.scale.unit}."
            ),
        )
