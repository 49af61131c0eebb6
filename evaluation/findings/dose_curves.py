"""Curves of answers along the budgets of a protection, and along what was measured. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite

from pandas import DataFrame

from evaluation.evidence import Evidence
from evaluation.findings.comparisons import How, Points, columns, share
from evaluation.measuring.measurements import direction_of
from evaluation.ratings import NO_LEVEL, amount, answers_to, clean_protection, undegraded
from evaluation.statistics.estimate import Estimate
from evaluation.statistics.thresholds import Psychometric, psychometric

GUESSED = 4
"""Levels from which on the share of those who see what is not there can be estimated beside."""


@dataclass(frozen=True)
class Asked:
    """A question as yes or no."""

    question: str
    said: str
    """what a yes says, e.g. “would post it”"""
    inside: Points
    """points of its scale that are a yes"""
    rises: bool
    """whether more should say yes the higher the budget"""


@dataclass(frozen=True)
class Fitted:
    """The curves of one protection and one question."""

    protection: str
    asked: Asked
    rows: DataFrame
    """answers with hit and level, the untouched arm among them"""
    budgets: Psychometric
    distances: Psychometric | None
    """on what was measured; None where nothing was"""
    from_zero: bool
    """whether untouched pictures have a distance of 0"""

    @property
    def thresholds(self) -> Mapping[float, Estimate]:
        """The budget of each target, none below 0."""
        return {
            target: _from_untouched(found, target, self.asked)
            for target, found in self.budgets.thresholds.items()
        }

    @property
    def at_distance(self) -> Mapping[float, Estimate]:
        """What was measured there, no distance below 0; empty where nothing was."""
        found = self.distances.thresholds if self.distances else {}
        if not self.from_zero:
            return found
        return {target: _from_untouched(each, target, self.asked) for target, each in found.items()}


def _from_untouched(found: Estimate, target: float, asked: Asked) -> Estimate:
    """A level of 0 is the untouched picture, and nothing is less altered than that."""
    if not found.defined:
        return found
    if found.value < 0:
        sort = "more" if asked.rises else "fewer"
        reason = f"{sort} than {target:.0%} {asked.said} even where nothing was altered"
        return Estimate.undefined(level=found.level, n=found.n, reason=reason)
    return replace(found, low=max(found.low, 0.0)) if found.has_interval else found


def curves(
    evidence: Evidence, asked: Asked, metric: str, targets: Sequence[float], level: float
) -> Iterator[Fitted]:
    """One of every protection with two budgets or more that are numbers; unpurified pictures."""
    answers = _levelled(evidence.ratings, asked)
    clean = clean_protection(answers)
    found = evidence.measurements
    values = found[found["metric"] == metric].set_index("item")["value"]

    def curve(rows: DataFrame, column: str) -> Psychometric:
        untouched = asked.rises and clean is not None
        guessed = untouched and rows["amount"].nunique() >= GUESSED
        return psychometric(
            rows[column], rows["hit"], raters=rows["participant"], artworks=rows["cluster"],
            guess=None if guessed else 0.0, targets=targets, level=level,
        )  # fmt: skip

    for protection in sorted(set(answers["protection"]) - {clean}):
        rows = answers[answers["protection"].isin([clean, protection])]
        if rows["amount"].nunique() < 2:
            continue
        placed = rows.assign(distance=rows["item"].map(values).astype("float64"))
        placed = placed[placed["distance"].map(isfinite)]
        measured = curve(placed, "distance") if len(placed) else None
        zero = direction_of(metric) < 0
        yield Fitted(str(protection), asked, rows, curve(rows, "amount"), measured, zero)


def _levelled(ratings: DataFrame, asked: Asked) -> DataFrame:
    answers = answers_to(ratings, asked.question)
    answers = answers[undegraded(answers) & (answers["purification"] == NO_LEVEL)]
    hit = answers["value"].between(*asked.inside).astype(float)
    answers = answers.assign(hit=hit, amount=answers["budget"].map(amount).astype("float64"))
    return answers[answers["amount"].map(isfinite)]


def observed(fitted: Sequence[Fitted], how: How) -> DataFrame:
    """Shares by protection and budget, a series a question; columns as `plots.dose_response`."""
    rows = []
    for found in fitted:
        for (level, budget), part in found.rows.groupby(["amount", "budget"], sort=True):
            estimate = share(part, found.asked.inside, how).answers
            rows.append(
                {
                    "condition": f"{found.protection} {budget}",
                    "protection": found.protection,
                    "budget": budget,
                    "amount": level,
                    "purification": found.asked.said,
                    **columns("share", estimate),
                }
            )
    return DataFrame(rows).drop_duplicates(["protection", "amount", "purification"])
