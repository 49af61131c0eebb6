"""What raters say of each metric, level by level: standings, ranks, and the sentences. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import factorial

from pandas import DataFrame

from evaluation import words
from evaluation.analyses import Exhibit
from evaluation.charts import plots_levels
from evaluation.charts.plots import Spec
from evaluation.findings.comparisons import columns
from evaluation.findings.metric_levels import NAMES, Difference, Grid
from evaluation.findings.verdicts import (
    CANNOT_TELL,
    FALLS_SHORT,
    STANDS_IN,
    Standing,
    by_ranks_too,
    standing,
)
from evaluation.measuring.measurements import label_of
from evaluation.statistics import meta
from evaluation.statistics.estimate import Estimate

OVER: dict[meta.Over, str] = {
    "none": "Over all pictures",
    "group-by-painter": "Within painters",
    "group-by-item": "Within artworks",
    "condition": "Over conditions",
    "group-by-condition": "Within conditions",
}
FEW = 4
"""Metrics that a sentence names before it counts them."""


@dataclass(frozen=True)
class Verdicts:
    """Every metric at every level of a grid."""

    grid: Grid
    known: tuple[str, ...]
    enough: float

    @cached_property
    def standings(self) -> Mapping[tuple[meta.Over, int], meta.Standing]:
        return {
            (over, k): self.grid.standing(over, k)
            for over in self.grid.overs
            for k in range(len(self.known))
        }

    @cached_property
    def differences(self) -> Mapping[meta.By, Sequence[Difference]]:
        return {by: self.grid.differences(by) for by in self.grid.levels}

    def verdict(self, over: meta.Over, metric: int) -> Standing:
        """What is shown; over conditions, nothing where chance alone could order so few."""
        if over == "condition" and self.grid.too_few("condition"):
            return CANNOT_TELL
        found = self.standings[over, metric]
        said = standing(found.share, self.enough)
        if over == "group-by-painter" or (said == STANDS_IN and over != "condition"):
            return said
        rho = self.grid.agreement(over, metric)
        return by_ranks_too(said, rho, found.ceiling, self.enough)

    def ranked(self, by: meta.By) -> list[tuple[int, int]]:
        """Metric and cluster, best first; metrics of one cluster cannot be told apart."""
        values = {k: self.standings[by, k].agreement.value for k in range(len(self.known))}
        told = [k for k, value in values.items() if value == value]
        order = sorted(told, key=lambda k: (-values[k], self.known[k]))
        shown = {(d.first, d.second): d for d in self.differences[by] if d.shown}

        def beats(m: int, k: int) -> bool:
            found = shown.get((min(m, k), max(m, k)))
            return found is not None and (found.estimate.value > 0) == (m < k)

        return list(zip(order, meta.clusters_of(order, beats), strict=True))

    @cached_property
    def table(self) -> DataFrame:
        """One row a metric and level."""
        return DataFrame(
            [
                {
                    "metric": label_of(name),
                    "level": NAMES[over],
                    "verdict": self.verdict(over, k),
                    **columns("share_ceiling", self.standings[over, k].share),
                    **columns("agreement", self.standings[over, k].agreement),
                    **columns("ceiling", self.standings[over, k].ceiling),
                    "over": self.grid.over(over),
                    "n": self.standings[over, k].agreement.n,
                    "method": _method(self.standings[over, k]),
                }
                for k, name in enumerate(self.known)
                for over in self.grid.overs
            ]
        )

    def correlations(self) -> DataFrame:
        """Spearman's rho of each metric, and what it would be by chance."""
        return DataFrame(
            [
                {
                    "metric": label_of(name),
                    "level": NAMES[by],
                    "over": self.grid.over(by),
                    **columns("spearman", estimate),
                    "chance_low": chance.low,
                    "chance_high": chance.high,
                    "method": estimate.method,
                }
                for k, name in enumerate(self.known)
                for by in self.grid.levels
                for estimate, chance in [(self.grid.agreement(by, k), self.grid.chance(by, k))]
            ]
        )

    def chart(self, correlations: DataFrame, simulated: bool) -> Spec:
        """At a glance: metrics by level with intervals, the ceiling's band, and chance."""
        ends = correlations[["metric", "level", "chance_low", "chance_high"]]
        rows = self.table.merge(ends, on=["metric", "level"], how="left")
        ceilings = DataFrame(
            [
                {"level": NAMES[over], **columns("ceiling", found.estimate)}
                for over, found in self.grid.ceilings.items()
            ]
        )
        return plots_levels.verdicts_by_level(
            rows.dropna(subset=["agreement"]),
            ceilings,
            list(map(label_of, self.known)),
            enough=self.enough,
            simulated=simulated,
        )

    def claims(self, whom: str) -> str:
        """What stands in anywhere, and what every metric reaches over all pictures."""
        lead = f"Of the ceiling, what a perfect metric would correlate with {whom}:"
        return f"{self._headline()} {lead} {self._claim('none')}"

    def _headline(self) -> str:
        """“LPIPS is shown to stand in for raters over conditions.”, or that none is."""
        told = []
        for k, name in enumerate(self.known):
            levels = [
                OVER[over].lower() for over in self.grid.overs if self.verdict(over, k) == STANDS_IN
            ]
            if levels:
                told.append(
                    f"{label_of(name)} is shown to stand in for raters {words.listed(levels)}."
                )
        return " ".join(told) or "No metric is shown to stand in for raters at any level."

    def sentences(self) -> Iterator[str]:
        """Levels that the claim leaves out; then which metrics differ, level by level."""
        yield from (self._claim(over) for over in self.grid.overs if over != "none")
        for by in self.grid.levels:
            yield from self._told_apart(by)

    def _claim(self, over: meta.Over) -> str:
        """“Over all pictures (60 pictures, ceiling 0.90 [0.82, 0.95]) stand in: …”"""
        most = self.grid.ceilings[over].estimate
        if not most.defined:
            told = f"{OVER[over]} ({self._counted(over)}) the ceiling is undefined"
            return f"{told}: {_reason(most)}."
        said = f"{OVER[over]} ({self._counted(over)}, ceiling {words.said(most)})"
        parts = [
            part
            for word in (STANDS_IN, FALLS_SHORT, CANNOT_TELL)
            if (part := self._those(over, word))
        ]
        parts += self._unsaid(over)
        reasons = words.reasons(
            self.standings[over, k].share
            for k in range(len(self.known))
            if self.standings[over, k].share.defined
        )
        few = self._few(over)
        return f"{said} {'; '.join(parts)}.{few or reasons}"

    def _counted(self, over: meta.Over) -> str:
        noun = {
            "none": "picture",
            "group-by-painter": "painter",
            "group-by-item": "artwork",
        }.get(over, "condition")
        return words.counted(self.grid.over(over), noun)

    def _those(self, over: meta.Over, word: Standing) -> str:
        """“stands in: LPIPS with 92% [85%, 99%]”, of the ceiling"""
        found = [
            k
            for k in range(len(self.known))
            if self.verdict(over, k) == word and self.standings[over, k].share.defined
        ]
        found.sort(key=lambda k: -_or(self.standings[over, k].share.value, -9.0))
        if not found:
            return ""
        named = [
            f"{label_of(self.known[k])} with {words.said(self.standings[over, k].share, '.0%')}"
            for k in found[:FEW]
        ]
        if len(found) > FEW:
            named.append(words.counted(len(found) - FEW, "other") + " with less")
        many = len(found) > 1
        told = {
            STANDS_IN: "stand in" if many else "stands in",
            FALLS_SHORT: "fall short" if many else "falls short",
            CANNOT_TELL: "cannot be told",
        }[word]
        return f"{told}: {words.listed(named)}"

    def _unsaid(self, over: meta.Over) -> list[str]:
        """“nothing can be said of X: it is the same everywhere”"""
        why: dict[str, list[str]] = {}
        for k, name in enumerate(self.known):
            share = self.standings[over, k].share
            if not share.defined:
                why.setdefault(_reason(share), []).append(label_of(name))
        return [
            f"nothing can be said of {words.listed(names)}: {reason}"
            for reason, names in why.items()
        ]

    def _few(self, over: meta.Over) -> str:
        if over != "condition" or not self.grid.too_few("condition"):
            return ""
        perfect = words.p_value(2 / factorial(self.grid.conditions))
        return (
            f" {self.grid.conditions} conditions are too few to tell a metric from chance: even a"
            f" perfect order of them has {perfect}."
        )

    def _told_apart(self, by: meta.By) -> Iterator[str]:
        """Which metrics differ at a level, as ranks, or that none do."""
        found = [d for d in self.differences[by] if d.estimate.has_interval and d.p == d.p]
        if not found:
            return
        if not any(d.shown for d in found):
            widest = max(max(d.estimate.high, -d.estimate.low) for d in found)
            yield (
                f"{OVER[by]}, no two metrics differ significantly; differences up to {widest:.2f}"
                " cannot be ruled out."
            )
            return
        said = [self._difference(d) for d in found if d.shown]
        more = f" and {len(said) - FEW} more" if len(said) > FEW else ""
        yield (
            f"{OVER[by]}, these differ significantly: {words.listed(said[:FEW])}{more}. In order,"
            f" those that cannot be told apart together: {self._order(by)}."
        )

    def _difference(self, found: Difference) -> str:
        names = [label_of(self.known[k]) for k in (found.first, found.second)]
        value, low, high = (
            words.signed(number, ".2f")
            for number in (found.estimate.value, found.estimate.low, found.estimate.high)
        )
        return f"{names[0]} minus {names[1]} {value} [{low}, {high}]"

    def _order(self, by: meta.By) -> str:
        clusters: dict[int, list[str]] = {}
        for k, cluster in self.ranked(by):
            clusters.setdefault(cluster, []).append(label_of(self.known[k]))
        return "; ".join(words.listed(names) for names in clusters.values())


def difference_exhibits(verdicts: Verdicts) -> list[Exhibit]:
    """Ranks with clusters, and every two metrics at every level; nothing for one metric."""
    if len(verdicts.known) < 2:
        return []
    ranks = [
        {
            "level": NAMES[by],
            "rank": cluster,
            "metric": label_of(verdicts.known[k]),
            **columns("agreement", verdicts.standings[by, k].agreement),
        }
        for by in verdicts.grid.levels
        for k, cluster in verdicts.ranked(by)
    ]
    pairs = [
        {
            "comparison": f"{label_of(verdicts.known[d.first])} minus"
            f" {label_of(verdicts.known[d.second])}",
            "level": NAMES[by],
            "over": verdicts.grid.over(by),
            **columns("difference", d.estimate),
            "p": d.p,
            "p_holm": d.adjusted,
            "verdict": _word(d, len(found)),
            "test": d.test,
            "method": d.estimate.method,
        }
        for by, found in verdicts.differences.items()
        for d in found
    ]
    caption = (
        "A new rank begins with the first metric that every metric of the rank above beats (tests"
        " of every two metrics, p after Holm within a level, and an interval without 0). Metrics"
        " of one rank cannot be told apart; they need not be equal."
    )
    told = [Exhibit("Ranks of metrics", DataFrame(ranks), caption=caption)] if ranks else []
    if not pairs:
        return told
    return [*told, Exhibit("Differences between metrics", DataFrame(pairs))]


def _word(found: Difference, family: int) -> str:
    """Significant only where the test and the interval agree."""
    said = words.verdict(found.p, found.adjusted, family)
    if said == "significant" and not found.shown:
        return "not significant: the interval holds 0"
    return said


def _reason(estimate: Estimate) -> str:
    return estimate.method.removeprefix("undefined: ").removeprefix("no interval: ")


def _method(found: meta.Standing) -> str:
    return found.share.method if not found.share.has_interval else found.agreement.method


def _or(value: float, other: float) -> float:
    return value if value == value else other
