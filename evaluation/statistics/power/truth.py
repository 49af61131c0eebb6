"""What is assumed to be true: how people answer under each condition, and how much they differ.

An answer is the point of the scale where a judgement falls,

    P(Y ≤ j) = F(θ_j - η),  η = effect + rater + artwork + stimulus + rater:condition

with normal intercepts: the ordinal rating model (`ordinal.rating_model`), so that a pilot's fit can
be taken as it is. A population's PSR is the integral of this over all of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import sqrt
from typing import Any

import numpy as np
from scipy.optimize import brentq

from evaluation.statistics.answers import Floats
from evaluation.statistics.estimate import BadData
from evaluation.statistics.ordinal import Fit
from evaluation.statistics.ordinal.links import LinkName, link_of

DEVIATIONS = ("rater", "artwork", "stimulus", "rater_condition")
_NODES = 60
_FAR = 60.0


@dataclass(frozen=True)
class Truth:
    """A population of raters, artworks and pictures, and what conditions do to answers.

    thresholds  θ, ascending: one fewer than the scale has points; points count from 1
    effects  condition → η; higher means higher answers. All conditions that the study will have
    success  first and last point that count as success of the protection
    rater, artwork, stimulus, rater_condition  standard deviations on the link's scale: of people's
            level, of artworks, of pictures around their artwork, of how people take a condition.
            The defaults are a rough guess (benchmarks of this library); a pilot is better.
    conditions  standard deviation of further effects that conditions draw anew in each study: for
            questions about metrics, which speak of other conditions like these
    experts  what is added to the judgement of experts
    shared  correlation of the true scores of experts and crowd, within a condition
    """

    thresholds: tuple[float, ...]
    effects: Mapping[str, float]
    success: tuple[int, int] = (1, 1)
    rater: float = 0.9
    artwork: float = 0.7
    stimulus: float = 0.6
    rater_condition: float = 0.5
    conditions: float = 0.0
    experts: float = 0.0
    shared: float = 1.0
    link: LinkName = "logit"

    def __post_init__(self) -> None:
        low, high = self.success
        if not self.thresholds or list(self.thresholds) != sorted(set(self.thresholds)):
            raise BadData(f"Thresholds ascend, at least one of them; given: {self.thresholds}.")
        if not 1 <= low <= high <= self.points:
            raise BadData(
                f"success is the first and the last of points 1 to {self.points}; given: "
                f"{self.success}."
            )
        if not self.effects:
            raise BadData("Name at least one condition and its effect.")
        numbers = [*self.thresholds, *self.effects.values(), self.experts]
        spreads = [getattr(self, name) for name in (*DEVIATIONS, "conditions")]
        if not np.isfinite(numbers + spreads).all() or min(spreads) < 0:
            raise BadData("Effects are finite numbers and standard deviations not negative.")
        if not -1 <= self.shared <= 1:
            raise BadData(f"shared is a correlation, from -1 to 1; given: {self.shared}.")

    @classmethod
    def of_psr(
        cls,
        psr: Mapping[str, float],
        *,
        thresholds: tuple[float, ...] = (0.0,),
        success: tuple[int, int] = (1, 1),
        **others: Any,
    ) -> "Truth":
        """The effects under which each condition has this PSR in the population.

        Without thresholds the answers are yes (1, success) and no (2). `others` are fields of
        `Truth`. Raises BadData for a PSR that is not between 0 and 1, exclusive.

        >>> truth = Truth.of_psr({"clean": 0.05, "cloak": 0.60})
        >>> round(truth.psr("cloak"), 6)
        0.6
        """
        found = cls(thresholds, dict.fromkeys(psr, 0.0), success, **others)
        for condition, share in psr.items():
            found = found.with_psr(condition, share)
        return found

    @classmethod
    def of_fit(
        cls,
        fit: Fit,
        *,
        success: tuple[int, int] = (1, 1),
        by: str = "condition",
        rater: str | None = None,
        artwork: str | None = None,
    ) -> "Truth":
        """What a pilot found: thresholds, effects and standard deviations of a rating model.

        fit  of `ordinal.rating_model` with the condition as its only effect; intercepts that it
             dropped count as 0
        rater, artwork  columns of raters and artworks, where they are not called `participant` or
             `rater`, and `artwork`

        The estimates are taken as if they were the truth, which they are not: a pilot's effect is
        rough, and exaggerated where it was chosen for being large. Raises BadData for a fit that
        did not converge, or with effects beside the condition.
        """
        if not fit.converged:
            raise BadData(f"The pilot says nothing, because {fit.unconverged}.")
        levels = fit.recipe.levels.get(by)
        if levels is None or fit.recipe.effects != ((by,),):
            raise BadData(
                f"The pilot's formula must be {by!r} alone, or power would be for one group only; "
                f"given: {fit.call.fixed!r}."
            )
        effects = {str(levels[0]): 0.0}
        for level in levels[1:]:
            effects[str(level)] = fit.coefficients[fit.recipe.naming(by, level, False)].value
        thresholds = tuple(found.value for found in fit.thresholds.values())
        if not np.isfinite([*effects.values(), *thresholds]).all():
            raise BadData(
                "The pilot leaves an effect or a threshold without a finite estimate (all answers "
                "alike under a condition?); assume one by hand."
            )
        link: Any = fit.call.link
        return cls(thresholds, effects, success, **_deviations(fit, by, rater, artwork), link=link)

    @property
    def points(self) -> int:
        """Of the scale."""
        return len(self.thresholds) + 1

    @property
    def names(self) -> tuple[str, ...]:
        """Of the conditions, in their order."""
        return tuple(self.effects)

    @property
    def spread(self) -> float:
        """Standard deviation of η within a condition."""
        return sqrt(sum(getattr(self, name) ** 2 for name in DEVIATIONS) + self.conditions**2)

    def psr(self, condition: str) -> float:
        """The population's share of answers at the points that count as success."""
        self.require(condition)
        return float(self._share(self.effects[condition]))

    def with_effect(self, condition: str, effect: float) -> "Truth":
        """The same but for one condition's effect."""
        self.require(condition)
        return replace(self, effects={**self.effects, condition: effect})

    def with_psr(self, condition: str, share: float) -> "Truth":
        """The same but for one condition, whose effect is set so that its PSR is `share`."""
        self.require(condition)
        if not 0 < share < 1:
            raise BadData(f"A PSR to plan with lies between 0 and 1, exclusive; given: {share}.")
        if self.success[0] > 1 and self.success[1] < self.points:
            raise BadData(
                "Only a success at one end of the scale fixes the effect that a PSR stands for; "
                f"given: points {self.success[0]} to {self.success[1]} of {self.points}."
            )
        effect = brentq(lambda eta: self._share(eta) - share, -_FAR, _FAR, xtol=1e-12)
        return self.with_effect(condition, float(effect))

    def require(self, *conditions: str) -> None:
        """Refuses a condition that the truth does not name."""
        for condition in conditions:
            if condition not in self.effects:
                known = ", ".join(self.effects)
                raise BadData(f"There is no condition {condition!r}; there are {known}.")

    def _share(self, effect: float) -> float:
        nodes, weights = np.polynomial.hermite_e.hermegauss(_NODES)
        eta: Floats = effect + self.spread * nodes
        cuts = np.array([-np.inf, *self.thresholds, np.inf])
        first, last = self.success
        below, upto = (link_of(self.link).cdf(cuts[k] - eta) for k in (first - 1, last))
        return float((weights * (upto - below)).sum() / weights.sum())

    def __str__(self) -> str:
        shares = ", ".join(f"{name} {self.psr(name):.1%}" for name in self.effects)
        spreads = ", ".join(
            f"{name.replace('_', ':')} {getattr(self, name):.2g}"
            for name in (*DEVIATIONS, "conditions")
            if getattr(self, name) or name != "conditions"
        )
        return f"PSR {shares}; standard deviations ({self.link}) {spreads}"


def _deviations(fit: Fit, by: str, rater: str | None, artwork: str | None) -> dict[str, float]:
    """Standard deviations of a rating model, by what its intercepts are about."""
    people = {rater} if rater else {"participant", "rater"}
    works = {artwork} if artwork else {"artwork"}
    found = dict.fromkeys(DEVIATIONS, 0.0)
    for group, deviation in zip(fit.call.groups, fit.standard_deviations.values(), strict=True):
        columns = {group} if isinstance(group, str) else set(group)
        if columns & people:
            noun = "rater_condition" if by in columns else "rater"
        else:
            noun = "artwork" if columns <= works else "stimulus"
        found[noun] = deviation.value
    return found
