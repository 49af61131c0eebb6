"""What a study is to find out about metrics: does one agree with people, does one agree better.

A metric sees the conditions' effects and the pictures' merits, each with error of its own:

    m_ci = s_C (r_C z_c + √(1 - r_C²) e_c) + s_P (r_P z_ci + √(1 - r_P²) e_ci)

with z the standardised truth, s_C and s_P its standard deviations between conditions and between
the pictures of one. The error e_c of whole conditions (CLIP likes one purifier, LPIPS another) is
what real metrics have, and what makes swapping columns an invalid test.
"""

from dataclasses import dataclass, replace
from math import sqrt
from typing import Literal

import numpy as np

from evaluation.statistics import meta
from evaluation.statistics.answers import Floats
from evaluation.statistics.estimate import BadData
from evaluation.statistics.meta.coefficients import Coefficient
from evaluation.statistics.meta.grid import By
from evaluation.statistics.power.design import Design
from evaluation.statistics.power.questions import REPLICATES, Answer
from evaluation.statistics.power.study import Study
from evaluation.statistics.power.truth import Truth

FEWEST_CONDITIONS = 5


@dataclass(frozen=True)
class Metric:
    """How well a metric knows the truth; answers are noisier, so it agrees with them by less.

    between  correlation with what conditions do to people's judgement
    within  correlation with the pictures' merits under one condition
    """

    between: float
    within: float

    def __post_init__(self) -> None:
        if not (-1 <= self.between <= 1 and -1 <= self.within <= 1):
            raise BadData(
                f"A metric's correlations lie from -1 to 1; given: {self.between}, {self.within}."
            )


@dataclass(frozen=True)
class Correlation:
    """Does a metric agree with people at all? `meta.agreement`, its interval above 0."""

    metric: Metric
    by: By = "condition"
    coefficient: Coefficient = "pearson"

    def ask(self, study: Study, alpha: float) -> Answer:
        values = measured(study, [self.metric], 0.0)[0]
        found = meta.agreement(
            study.grid, values, by=self.by, coefficient=self.coefficient, level=1 - alpha
        )
        return Answer(found.has_interval and found.low > 0, found)

    def true_value(self, truth: Truth) -> float:  # noqa: ARG002 (a question has one signature)
        """Answers add noise of their own, so there is no simple number."""
        return float("nan")

    def null(self, truth: Truth) -> "tuple[Correlation, Truth]":
        """A metric that knows nothing; half of its false alarms are below 0 and not counted."""
        return replace(self, metric=Metric(0.0, 0.0)), truth

    def check(self, design: Design, truth: Truth) -> None:  # noqa: ARG002 (likewise)
        """There are conditions enough, and they differ."""
        _conditions(truth, self.by)

    def __str__(self) -> str:
        return f"does the metric agree with people ({self.coefficient}, by {self.by})?"


@dataclass(frozen=True)
class MetricDifference:
    """Does the first metric agree with people better or worse than the second?

    `meta.compare_metrics` with one of its safe tests, p < alpha.

    shared  correlation of the two metrics' errors
    """

    first: Metric
    second: Metric
    shared: float = 0.0
    by: By = "condition"
    coefficient: Coefficient = "pearson"
    test: Literal["permutation", "williams", "bootstrap"] = "permutation"

    def ask(self, study: Study, alpha: float) -> Answer:
        one, other = measured(study, [self.first, self.second], self.shared)
        found = meta.compare_metrics(
            study.grid,
            one,
            other,
            generator=study.generator,
            by=self.by,
            coefficient=self.coefficient,
            tests=[self.test],
            replicates=REPLICATES,
            level=1 - alpha,
        )
        return Answer(found.tests[self.test].p < alpha, found.difference)

    def true_value(self, truth: Truth) -> float:  # noqa: ARG002 (likewise)
        """Answers add noise of their own, so there is no simple number."""
        return float("nan")

    def null(self, truth: Truth) -> "tuple[MetricDifference, Truth]":
        """Two metrics as good as the first, with different errors."""
        return replace(self, second=self.first), truth

    def check(self, design: Design, truth: Truth) -> None:  # noqa: ARG002 (likewise)
        """There are conditions enough, and the test is about them."""
        _conditions(truth, self.by)
        if not 0 <= self.shared < 1:
            raise BadData(f"shared is a correlation from 0 to below 1; given: {self.shared}.")
        if self.test == "williams" and (
            self.by != "condition" or self.coefficient not in ("pearson", "spearman")
        ):
            raise BadData("Williams' test is about means of conditions; take the permutation.")

    def __str__(self) -> str:
        return f"do two metrics agree differently with people ({self.test}, by {self.by})?"


def measured(study: Study, metrics: list[Metric], shared: float) -> list[Floats]:
    """[C, I] each: what metrics say of a study's pictures, their errors correlating by `shared`."""
    means, merits, rng = study.effects, study.merits, study.generator
    between, within = float(means.std()), float(merits.std())
    z_between = (means - means.mean())[:, None] / (between or 1.0)
    z_within = merits / (within or 1.0)
    common = rng.standard_normal((len(means), 1)), rng.standard_normal(merits.shape)
    found = []
    for metric in metrics:
        own = rng.standard_normal((len(means), 1)), rng.standard_normal(merits.shape)
        errors = [
            sqrt(shared) * one + sqrt(1 - shared) * other
            for one, other in zip(common, own, strict=True)
        ]
        found.append(
            between * _seen(z_between, errors[0], metric.between)
            + within * _seen(z_within, errors[1], metric.within)
        )
    return found


def _seen(true: Floats, error: Floats, correlation: float) -> Floats:
    return np.asarray(correlation * true + sqrt(1 - correlation**2) * error)


def _conditions(truth: Truth, by: By) -> None:
    count = len(truth.effects)
    if by != "group-by-condition" and count < FEWEST_CONDITIONS:
        raise BadData(
            f"Agreement over conditions needs {FEWEST_CONDITIONS} of them at least; there are "
            f"{count}."
        )
    if truth.conditions == 0 and len(set(truth.effects.values())) < 2:
        raise BadData(
            "All conditions have the same effect, so no metric can order them; give them effects, "
            "or a standard deviation (conditions=...)."
        )
