"""Questions about answers on the whole scale: an effect, and two groups of raters."""

from dataclasses import dataclass, replace
from typing import Literal

from evaluation.statistics import groups, ordinal
from evaluation.statistics.estimate import BadData
from evaluation.statistics.power.design import Design
from evaluation.statistics.power.questions import REPLICATES, Answer, two_conditions
from evaluation.statistics.power.study import Study
from evaluation.statistics.power.truth import Truth


@dataclass(frozen=True)
class Effect:
    """Do answers under two conditions differ, on the whole scale? `ordinal.rating_model`.

    “Yes” is a Wald interval of the second's coefficient, the first being the reference, without 0.
    """

    first: str
    second: str

    def ask(self, study: Study, alpha: float) -> Answer:
        order = [self.first, self.second]
        order += [name for name in study.truth.names if name not in order]
        ordered = study.table["condition"].cat.reorder_categories(order)
        fit = ordinal.rating_model(
            study.table.assign(condition=ordered),
            response="value",
            rater="rater",
            artwork="artwork",
            link=study.truth.link,
            level=1 - alpha,
        )
        found = fit.coefficients[f"condition{self.second}"]
        return Answer(found.excludes(0.0), found)

    def true_value(self, truth: Truth) -> float:
        """The difference of the effects, on the link's scale."""
        return truth.effects[self.second] - truth.effects[self.first]

    def null(self, truth: Truth) -> "tuple[Effect, Truth]":
        """Both conditions with the effect of the first."""
        return self, truth.with_effect(self.second, truth.effects[self.first])

    def check(self, design: Design, truth: Truth) -> None:  # noqa: ARG002 (a question has one signature)
        """Both conditions are there."""
        two_conditions(truth, self.first, self.second)

    def __str__(self) -> str:
        return f"do answers to {self.second} differ from those to {self.first} (rating model)?"


@dataclass(frozen=True)
class ExpertsAgainstCrowd:
    """Do experts judge differently? `groups.expert_vs_crowd` over all conditions.

    what  `bias`: the difference of their mean answers, the interval of which leaves 0 out;
          `true_score_correlation`: its interval lies below 1
    """

    what: Literal["bias", "true_score_correlation"] = "bias"

    def ask(self, study: Study, alpha: float) -> Answer:
        found = groups.expert_vs_crowd(
            study.values,
            study.rater,
            study.condition * study.design.artworks + study.artwork,
            study.expert,
            clusters=study.artwork,
            generator=study.generator,
            replicates=REPLICATES,
            level=1 - alpha,
        )
        if self.what == "bias":
            return Answer(found.bias.excludes(0.0), found.bias)
        shared = found.true_score_correlation
        return Answer(shared.has_interval and shared.high < 1, shared)

    def true_value(self, truth: Truth) -> float:
        """The correlation within one condition; of the mean no simple number."""
        known = self.what != "bias" and len(truth.effects) == 1 and not truth.conditions
        return truth.shared if known else float("nan")

    def null(self, truth: Truth) -> "tuple[ExpertsAgainstCrowd, Truth]":
        """Experts who judge as the crowd does, in level or in what they see."""
        bias = self.what == "bias"
        return self, replace(truth, experts=0.0) if bias else replace(truth, shared=1.0)

    def check(self, design: Design, truth: Truth) -> None:  # noqa: ARG002 (a question has one signature)
        """There are both."""
        if min(design.experts, design.raters - design.experts) < 2:
            raise BadData(
                f"Both groups need two raters; there are {design.experts} experts among "
                f"{design.raters}."
            )

    def __str__(self) -> str:
        if self.what == "bias":
            return "do experts answer higher or lower than the crowd?"
        return "do experts see something else than the crowd (true scores correlate below 1)?"
