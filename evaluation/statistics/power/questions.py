"""What a study is to find out about protection success rates, and what every question is.

A question analyses a study as the analysis will, and knows the truth under which “yes” is wrong.
"""

from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from evaluation.statistics import psr
from evaluation.statistics.answers import Codes, Floats
from evaluation.statistics.estimate import BadData, Estimate
from evaluation.statistics.power.design import Design
from evaluation.statistics.power.study import Study
from evaluation.statistics.power.truth import Truth

Interval = Literal["clustered", "bootstrap", "model"]
Columns = tuple[Floats, Codes, Codes, NDArray[np.bool_]]
REPLICATES = 500
"""Of bootstraps inside a simulated study: fewer than in an analysis, of which there is one."""


@dataclass(frozen=True)
class Answer:
    """What one study says."""

    yes: bool
    estimate: Estimate


class Question(Protocol):
    """What is asked of every study."""

    def ask(self, study: Study, alpha: float) -> Answer:
        """The analysis; BadData where the study allows none."""

    def true_value(self, truth: Truth) -> float:
        """What the estimate estimates; nan where that is no simple number."""

    def null(self, truth: Truth) -> "tuple[Question, Truth] | None":
        """The same question where “yes” is wrong; None where it is about precision alone."""

    def check(self, design: Design, truth: Truth) -> None:
        """Refuses, with BadData, what the design or the truth cannot answer."""

    def __str__(self) -> str: ...


@dataclass(frozen=True)
class _Pair:
    """Two conditions and the interval of their PSR difference."""

    first: str
    second: str
    interval: Interval = "clustered"

    def true_value(self, truth: Truth) -> float:
        """PSR of the second minus PSR of the first."""
        return truth.psr(self.second) - truth.psr(self.first)

    def check(self, design: Design, truth: Truth) -> None:  # noqa: ARG002 (a question has one signature)
        """Both conditions are there."""
        two_conditions(truth, self.first, self.second)


@dataclass(frozen=True)
class Difference(_Pair):
    """Do the PSRs of two conditions differ? `psr.difference`, p < alpha."""

    def ask(self, study: Study, alpha: float) -> Answer:
        found = _difference(study, self.first, self.second, self.interval, 1 - alpha)
        return Answer(found.p < alpha, found.estimate)

    def null(self, truth: Truth) -> "tuple[Difference, Truth]":
        """Both conditions with the effect of the first."""
        return self, truth.with_effect(self.second, truth.effects[self.first])

    def __str__(self) -> str:
        return f"does the PSR of {self.second} differ from that of {self.first} ({self.interval})?"


@dataclass(frozen=True)
class Equivalence(_Pair):
    """Do the PSRs differ by less than `margin`? `psr.equivalence`: two one-sided tests."""

    margin: float = field(kw_only=True)

    def ask(self, study: Study, alpha: float) -> Answer:
        table, options = _columns(study, self.first, self.second, self.interval)
        found = psr.equivalence(*table, margin=self.margin, alpha=alpha, **options)
        return Answer(found.equivalent, found.difference.estimate)

    def null(self, truth: Truth) -> "tuple[Equivalence, Truth]":
        """A difference of just the margin, toward one half."""
        share = truth.psr(self.first)
        apart = share + (self.margin if share <= 0.5 else -self.margin)
        return self, truth.with_psr(self.second, apart)

    def check(self, design: Design, truth: Truth) -> None:
        """The margin is one that a PSR can differ by."""
        super().check(design, truth)
        _margin(self.margin)
        self.null(truth)

    def __str__(self) -> str:
        return f"do {self.first} and {self.second} differ by less than ±{self.margin:.1%}?"


@dataclass(frozen=True)
class NonInferiority(_Pair):
    """Is the second PSR not lower by `margin`? `psr.non_inferiority`: one one-sided test."""

    margin: float = field(kw_only=True)

    def ask(self, study: Study, alpha: float) -> Answer:
        table, options = _columns(study, self.first, self.second, self.interval)
        found = psr.non_inferiority(*table, margin=self.margin, alpha=alpha, **options)
        return Answer(found.non_inferior, found.difference.estimate)

    def null(self, truth: Truth) -> "tuple[NonInferiority, Truth]":
        """The second lower by just the margin."""
        return self, truth.with_psr(self.second, truth.psr(self.first) - self.margin)

    def check(self, design: Design, truth: Truth) -> None:
        """A PSR can be lower by the margin at all."""
        super().check(design, truth)
        _margin(self.margin)
        if truth.psr(self.first) <= self.margin:
            raise BadData(
                f"{self.first} has a PSR of {truth.psr(self.first):.1%}, so nothing can be lower "
                f"by {self.margin:.1%}; choose a smaller margin."
            )

    def __str__(self) -> str:
        return f"is {self.second} not worse than {self.first} by {self.margin:.1%}?"


@dataclass(frozen=True)
class Precision:
    """Is the PSR of a condition (or its difference from `against`) known to ± `half_width`?

    “Yes” is an interval no wider than twice that: the share of studies is called assurance.
    """

    condition: str
    half_width: float
    against: str | None = None
    interval: Interval = "clustered"

    def ask(self, study: Study, alpha: float) -> Answer:
        if self.against is not None:
            found = _difference(study, self.against, self.condition, self.interval, 1 - alpha)
            return self._answer(found.estimate)
        mine = study.under(self.condition)
        whole = psr.protection_success_rate(
            study.values[mine],
            study.rater[mine],
            study.artwork[mine],
            success=study.truth.success,
            interval=self.interval,
            generator=study.generator,
            replicates=REPLICATES,
            level=1 - alpha,
        )
        return self._answer(whole.answers)

    def _answer(self, found: Estimate) -> Answer:
        return Answer((found.high - found.low) / 2 <= self.half_width, found)

    def true_value(self, truth: Truth) -> float:
        """The population's PSR, or its difference."""
        beside = truth.psr(self.against) if self.against is not None else 0.0
        return truth.psr(self.condition) - beside

    def null(self, truth: Truth) -> None:  # noqa: ARG002 (a question has one signature)
        """There is nothing to be wrong about but the interval itself."""
        return

    def check(self, design: Design, truth: Truth) -> None:  # noqa: ARG002 (likewise)
        """The conditions are there, and the width is one."""
        if self.against is None:
            truth.require(self.condition)
        else:
            two_conditions(truth, self.against, self.condition)
        if not 0 < self.half_width < 1:
            raise BadData(f"A half width is a share, e.g. 0.05; given: {self.half_width}.")

    def __str__(self) -> str:
        of = self.condition if self.against is None else f"{self.condition} minus {self.against}"
        return f"is the PSR of {of} known to ±{self.half_width:.1%} ({self.interval})?"


def _margin(margin: float) -> None:
    if not 0 < margin < 0.5:
        raise BadData(f"A margin is a share, e.g. 0.05, below 0.5; given: {margin}.")


def two_conditions(truth: Truth, first: str, second: str) -> None:
    """Refuses conditions that are not there, or one only."""
    truth.require(first, second)
    if first == second:
        raise BadData(f"Two conditions are compared; both are {first!r}.")


def _columns(
    study: Study, first: str, second: str, interval: Interval
) -> tuple[Columns, dict[str, Any]]:
    """The table of two conditions and the options of the engine."""
    after = study.under(second)
    kept = after | study.under(first)
    table = study.values[kept], study.rater[kept], study.artwork[kept], after[kept]
    options = {
        "success": study.truth.success,
        "interval": interval,
        "generator": study.generator,
        "replicates": REPLICATES,
    }
    return table, options


def _difference(
    study: Study, first: str, second: str, interval: Interval, level: float
) -> psr.PsrDifference:
    table, options = _columns(study, first, second, interval)
    return psr.difference(*table, level=level, **options)
