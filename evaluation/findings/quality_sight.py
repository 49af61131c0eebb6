"""What metrics see of human-rated style and quality: the table, told in words. Pure.

The numbers are those of `evaluation.statistics.association.attributes`: sensitivities to style
given quality and to quality given style, in standard deviations, freed of the raters' noise.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from pandas import DataFrame, Series

from evaluation import words
from evaluation.analyses import Assumption
from evaluation.evidence import Evidence
from evaluation.findings.comparisons import columns
from evaluation.findings.verdicts import BLIND, SEES, SIGHTS, Sight, sight
from evaluation.measuring.measurements import direction_of, label_of, wide
from evaluation.ratings import TableError, answers_to
from evaluation.statistics.association.attributes import Attributes, Seen, attributes
from evaluation.statistics.estimate import Estimate
from evaluation.statistics.meta import finite

SUCCESS = "raters' success answers"
STRATA: Mapping[str, str | None] = {"artists": "artist", "artworks": "cluster", "nothing": None}
"""Within what pictures are compared → the column that says it."""
RELIABLE = 0.5
FEW = 4
"""Metrics that are told in a sentence each."""


@dataclass(frozen=True)
class Asked:
    """Names of the questions; the last may be None."""

    style: str
    quality: str
    success: str | None


@dataclass(frozen=True)
class Sights:
    """Verdicts on metrics, and on the raters' own success answers where they were asked."""

    found: Attributes
    verdicts: Mapping[str, Sight]
    """by metric"""
    matters: bool
    """whether it is shown that success answers depend on quality, given style"""
    bound: float

    @property
    def table(self) -> DataFrame:
        """One row a metric, and first the raters' success answers."""
        return DataFrame([self._row(name, seen) for name, seen in self.found.targets.items()])

    def _row(self, name: str, seen: Seen) -> dict[str, object]:
        partial = seen.partial_success or Estimate.undefined(level=0.95, n=0, reason="")
        return {
            "metric": label_of(name),
            "items": self.found.items,
            **columns("slope_style", seen.slope[0]),
            **columns("slope_quality", seen.slope[1]),
            "verdict": self.verdicts.get(name, "what the metrics are held against"),
            **columns("raw_slope_style", seen.raw[0]),
            **columns("raw_slope_quality", seen.raw[1]),
            **columns("share_style", seen.share[0]),
            **columns("share_quality", seen.share[1]),
            **columns("partial_style", seen.partial[0]),
            **columns("partial_quality", seen.partial[1]),
            **columns("partial_success", partial),
            "method": seen.slope[1].method,
        }

    @property
    def claim(self) -> str:
        """The sentences where metrics are few; of many, which of them each verdict is on."""
        if len(self.verdicts) <= FEW:
            return " ".join(self.sentences)
        parts = [self._said(SUCCESS, self.found.targets[SUCCESS])] if self._asked else []
        for verdict in SIGHTS:
            names = [name for name, found in self.verdicts.items() if found == verdict]
            if names:
                told = words.listed([self._short(name) for name in names])
                parts.append(f"{verdict[0].upper()}{verdict[1:]}: {told}.")
        return " ".join(parts)

    @property
    def _asked(self) -> bool:
        return SUCCESS in self.found.targets

    def _short(self, name: str) -> str:
        return f"{label_of(name)} ({words.said(self.found.targets[name].slope[1])})"

    @property
    def sentences(self) -> tuple[str, ...]:
        """One sentence a target."""
        return tuple(self._said(name, seen) for name, seen in self.found.targets.items())

    def _said(self, name: str, seen: Seen) -> str:
        style, quality = (words.said(each) for each in seen.slope)
        if name == SUCCESS:
            told = "depend" if self.matters else "are not shown to depend"
            return (
                f"Given style, the raters' own success answers {told} on quality:"
                f" {quality} SDs for one of quality, beside {style} for one of style."
            )
        verdict = self.verdicts[name]
        said = f"{label_of(name)} {_verb(verdict)}: {quality} SDs for one of quality, given style"
        return f"{said}; {style} for one of style, given quality.{self._why(seen, verdict)}"

    def _why(self, seen: Seen, verdict: Sight) -> str:
        slope, narrow = seen.slope[1], seen.equivalence[1]
        if verdict == SEES and slope.high < 0:
            return " It goes the wrong way round: the better the picture, the worse its value."
        within = narrow.has_interval and -self.bound < narrow.low and narrow.high < self.bound
        if within and slope.excludes(0):
            return f" It does differ from 0, and is shown to lie within ±{self.bound:g}."
        if within and verdict != BLIND:
            return (
                f" It is shown to lie within ±{self.bound:g}, but not that quality matters to the"
                " raters' success answers, which the word “blind” takes."
            )
        if verdict == "cannot tell" and slope.excludes(0):
            return f" It differs from 0, but is not shown to exceed ±{self.bound:g}."
        return ""

    @property
    def assumptions(self) -> tuple[Assumption, ...]:
        """What was checked."""
        style, quality = self.found.reliability
        reliable = min(style.value, quality.value)
        between = self.found.between
        return (
            Assumption(
                "Reliable ratings",
                bool(reliable >= RELIABLE) if np.isfinite(reliable) else None,
                f"Of the variance of items' scores {style.value:.0%} is no noise for style and"
                f" {quality.value:.0%} for quality; below {RELIABLE:.0%} much is extrapolated.",
            ),
            Assumption(
                "Style and quality can be told apart",
                bool(abs(between.value) < 0.8) if between.defined else None,
                f"Freed of noise they correlate by {words.said(between)}; above 0.8 what each does"
                " beside the other rests on few pictures.",
            ),
            Assumption(
                "Points count as numbers",
                None,
                "The distance from one point of a scale to the next is taken to be the same"
                " everywhere; sensitivities are straight lines. This was not checked.",
            ),
        )


def sights(
    evidence: Evidence,
    asked: Asked,
    metrics: Sequence[str],
    *,
    bound: float,
    within: str,
    drawn: str,
    level: float,
) -> Sights:
    """The verdict on every metric; raises TableError or BadData where raters were not asked."""
    table = _answers(evidence, asked)
    values = _turned(wide(evidence.measurements, metrics))
    table = table[table["item"].isin(values.index)]
    if table.empty:
        raise TableError("No item that was rated for style and quality has all metrics.")
    cluster = table["artist"] if drawn == "artists" else table["cluster"]
    column = STRATA[within]
    questions = ["style", "quality", *([SUCCESS] if asked.success else [])]
    found = attributes(
        {name: table[name] for name in questions},
        table["participant"],
        table["item"],
        {name: values[name].loc[table["item"]].to_numpy() for name in metrics},
        clusters=cluster,
        strata=None if column is None else table[column],
        level=level,
    )
    success = found.targets.get(SUCCESS)
    matters = success is not None and success.slope[1].low > 0
    verdicts = {
        name: sight(seen.slope[1], seen.equivalence[1], matters=matters, bound=bound)
        for name, seen in found.targets.items()
        if name != SUCCESS
    }
    return Sights(found, verdicts, matters, bound)


def _answers(evidence: Evidence, asked: Asked) -> DataFrame:
    """One row a rater and item who answered all of the questions, with a column each."""
    table: DataFrame | None = None
    named = {"style": asked.style, "quality": asked.quality}
    if asked.success:
        named[SUCCESS] = asked.success
    for column, question in named.items():
        rows = answers_to(evidence.ratings, question)
        kept = rows[["participant", "item", "artist", "cluster", "value"]]
        kept = kept.rename(columns={"value": column})
        keys = ["participant", "item", "artist", "cluster"]
        table = kept if table is None else table.merge(kept, on=keys)
    assert table is not None, "style and quality are always asked for"
    if table.empty:
        raise TableError(
            f"No rater answered {words.listed([f'“{name}”' for name in named.values()])} about the"
            " same picture: what goes with what cannot be told from different people's answers."
        )
    return table


def _turned(values: DataFrame) -> DataFrame:
    """Metrics by item, turned so that more is better; infinite ones one range beyond the others."""
    if values.empty:
        return values
    turned = finite(values.to_numpy(np.float64).T * _directions(values)[:, None])
    return DataFrame(turned.T, index=values.index, columns=values.columns)


def _directions(values: DataFrame) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array([float(direction_of(name)) for name in values.columns])


def _verb(verdict: Sight) -> str:
    return {BLIND: "is blind to quality", SEES: "sees quality"}.get(
        verdict, "may or may not see quality (cannot tell)"
    )


def measured_somewhere(
    measurements: DataFrame, names: Sequence[str]
) -> tuple[list[str], list[str]]:
    """Of the names: those that were measured, and those that were not."""
    there = set(measurements["metric"])
    return [n for n in names if n in there], [n for n in names if n not in there]


def of_metric(measurements: DataFrame, name: str) -> Series:
    """A metric's values by item."""
    return measurements[measurements["metric"] == name].set_index("item")["value"]
