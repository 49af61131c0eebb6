"""Shares of conditions, and their differences as a family: tested together, paired. Pure.

A share is of answers between two points of a scale: the protection success rate, or how many are
willing to post. Both analyses that give one ask the library (`evaluation.statistics.psr`) here.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np
from pandas import DataFrame

from evaluation import words
from evaluation.analyses import Exhibit
from evaluation.statistics import psr
from evaluation.statistics.estimate import Estimate
from evaluation.statistics.multiplicity import bonferroni_level, holm

Interval = Literal["clustered", "bootstrap", "model"]
SAID: dict[str, str] = {
    "clustered": "two-way clustered on the logit, t of the scarcer of the two less one",
    "bootstrap": "crossed bootstrap, both drawn again and answers never, expanded for few of them",
    "model": "a logistic mixed model, averaged over both",
}
Points = tuple[int, int]
"""First and last point of a scale that count."""


@dataclass(frozen=True)
class How:
    """What the intervals of an analysis are made of."""

    seed: int
    interval: Interval = "clustered"
    replicates: int = 2000
    level: float = 0.95

    @property
    def method(self) -> dict[str, Any]:
        """As `psr` takes it, but the level; every call draws alike, in whatever order it comes."""
        drawn = np.random.default_rng(self.seed) if self.interval == "bootstrap" else None
        return {"interval": self.interval, "generator": drawn, "replicates": self.replicates}

    @property
    def said(self) -> str:
        """“two-way clustered …”, for notes."""
        times = f", {self.replicates:,} times" if self.interval == "bootstrap" else ""
        return f"{SAID[self.interval]}{times}"


class Tested(Protocol):
    """A difference with its p: `psr.PsrDifference`, `clustered.Difference`."""

    @property
    def estimate(self) -> Estimate: ...
    @property
    def p(self) -> float: ...
    def at(self, level: float) -> Estimate | None:
        """With an interval of another level; None where the test must be done anew for it."""


@dataclass(frozen=True)
class Compared:
    """A difference as one of a family."""

    estimate: Estimate
    joint: Estimate
    """with an interval that holds together with those of the whole family (Bonferroni)"""
    p: float
    adjusted: float
    """Holm's p within the family"""
    family: int

    @property
    def verdict(self) -> str:
        return words.verdict(self.p, self.adjusted, self.family)

    def sentence(self, name: str) -> str:
        """“NAME: +87 points [79, 93], significant (p < 0.001).”"""
        if not self.estimate.defined:
            return f"{name}: not compared ({self.estimate.method.removeprefix('undefined: ')})."
        said = f"{name}: {words.points(self.estimate)}"
        if not self.estimate.has_interval:
            return f"{said}, untested ({self.estimate.method})."
        return f"{said}, {self.verdict} ({words.p_value(self.adjusted)})."

    @property
    def columns(self) -> dict[str, Any]:
        """As columns of a table of shares."""
        return {
            **columns("share_difference", self.estimate),
            "share_difference_joint_low": self.joint.low,
            "share_difference_joint_high": self.joint.high,
            "p": self.p,
            "p_holm": self.adjusted,
            "verdict": self.verdict,
        }


@dataclass(frozen=True)
class Pair:
    """Answers about two conditions; what is compared is the second minus the first.

    Rows with the columns value, participant, cluster and, where `strata` names it, that one.
    """

    first: DataFrame
    second: DataFrame
    success: Points
    strata: str = ""

    def column(self, name: str) -> list[Any]:
        return [*self.first[name], *self.second[name]]

    @property
    def side(self) -> list[bool]:
        return [False] * len(self.first) + [True] * len(self.second)

    def difference(self, how: How, level: float) -> psr.PsrDifference:
        return psr.difference(*self._columns, **self._options(how), level=level)

    def equivalence(self, how: How, margin: float) -> psr.Equivalence:
        return psr.equivalence(*self._columns, **self._options(how), margin=margin)

    def non_inferiority(self, how: How, margin: float) -> psr.NonInferiority:
        return psr.non_inferiority(*self._columns, **self._options(how), margin=margin)

    @property
    def _columns(self) -> tuple[list[Any], list[Any], list[Any], list[bool]]:
        value, who, what = (self.column(name) for name in ("value", "participant", "cluster"))
        return value, who, what, self.side

    def _options(self, how: How) -> dict[str, Any]:
        strata = self.column(self.strata) if self.strata else None
        return {"success": self.success, "strata": strata, **how.method}


def share(rows: DataFrame, success: Points, how: How) -> psr.ProtectionSuccess:
    """Of one condition's answers and items; rows with value, participant, item and cluster."""
    who, what, drawn = (rows[name] for name in ("participant", "item", "cluster"))
    return psr.protection_success_rate(
        rows["value"], who, what, clusters=drawn, success=success, level=how.level, **how.method
    )


def family(tests: Sequence[Callable[[float], Tested]], level: float) -> list[Compared]:
    """Every test at its own level and at the one at which all intervals hold together."""
    if not tests:
        return []
    joint = bonferroni_level(len(tests), level=level)
    alone = [test(level) for test in tests]
    adjusted = holm([found.p for found in alone]).tolist()
    return [
        Compared(own.estimate, _at(joint, own, test), own.p, p, len(tests))
        for own, test, p in zip(alone, tests, adjusted, strict=True)
    ]


def _at(level: float, found: Tested, test: Callable[[float], Tested]) -> Estimate:
    """What was found, at another level; tested again only where its interval asks for that."""
    again = found.at(level)
    return test(level).estimate if again is None else again


def within_margin(
    named: Sequence[tuple[str, Pair]], how: How, margin: float
) -> tuple[Exhibit, str]:
    """A table of which differences are shown to be too small to matter, and a sentence.

    Two one-sided tests each, of level 5 %: that the difference lies within ±`margin`, and that it
    is not below -`margin`. Holm's p over the table, apart for either question.
    """
    equal = [pair.equivalence(how, margin) for _, pair in named]
    inferior = [pair.non_inferiority(how, margin) for _, pair in named]
    p_equal, p_inferior = (holm([found.p for found in tests]) for tests in (equal, inferior))
    alike = [p < words.SIGNIFICANT for p in p_equal]
    table = DataFrame(
        [
            {
                "comparison": name,
                "n": found.difference.estimate.n,
                **columns("share_difference_90", found.difference.estimate),
                "p_equivalent": p_equal[k],
                "equivalent": _shown(p_equal[k]),
                "p_not_lower": p_inferior[k],
                "not_lower": _shown(p_inferior[k]),
            }
            for k, ((name, _), found) in enumerate(zip(named, equal, strict=True))
        ]
    )
    reach = f"±{100 * margin:.3g} points"
    shown = [name for (name, _), same in zip(named, alike, strict=True) if same]
    said = (
        f"Shown to differ by less than {reach}: {words.listed(shown)}."
        if shown
        else f"No two conditions are shown to differ by less than {reach}."
    )
    caption = (
        f"“Equivalent”: the difference lies within {reach}, “not lower”: it is above"
        f" −{100 * margin:.3g} points; one-sided tests of level 5% each, p after Holm. That a"
        " difference is not significant is no evidence of either."
    )
    return Exhibit(f"Too small to matter: within {reach}?", table, caption=caption), said


def worth(found: Sequence[psr.ProtectionSuccess]) -> list[str]:
    """A note: how much less answers say than as many independent ones would; none without one."""
    effects = [each.design_effect for each in found if np.isfinite(each.design_effect)]
    if not effects:
        return []
    least, most = f"{min(effects):.1f}", f"{max(effects):.1f}"
    return [
        f"Design effect {least if least == most else f'{least} to {most}'}: that many answers say"
        " as much as one of an independent rater about an unrelated picture would, because raters"
        " and pictures repeat."
    ]


def columns(name: str, estimate: Estimate) -> dict[str, float]:
    """An estimate as three columns of a table."""
    return {name: estimate.value, f"{name}_low": estimate.low, f"{name}_high": estimate.high}


def _shown(p: float) -> str:
    if p != p:
        return "untested"
    return "shown" if p < words.SIGNIFICANT else "not shown"
