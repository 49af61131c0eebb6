"""The result of a model of pairs: strengths, differences, chances, and how well the model fits."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from itertools import combinations
from math import exp, nan

import numpy as np
import pandas as pd
from scipy.special import expit, logit

from evaluation.statistics.answers import Floats
from evaluation.statistics.estimate import BadData, Estimate
from evaluation.statistics.likelihood import Spread
from evaluation.statistics.multiplicity import simultaneous_by_loadings
from evaluation.statistics.pairs.goodness import Fit
from evaluation.statistics.pairs.models import Model, with_ties


@dataclass(frozen=True)
class Fitted:
    """The parameters of a fit; the first I - 1 are coordinates of the strengths, summing to 0."""

    model: Model
    parameters: Floats
    basis: Floats
    """[I, P]: strengths = basis @ parameters"""
    spread: Spread

    @property
    def tie(self) -> float:
        """log ν; 0 where the model has none."""
        return float(self.parameters[-1]) if self.has_tie else 0.0

    @property
    def has_tie(self) -> bool:
        return self.model is with_ties


@dataclass(frozen=True)
class Preferences:
    """What pairs say about items. Where nothing can be estimated, `problem` says why."""

    model: str
    strengths: Mapping[Hashable, Estimate]
    """on the model's scale (log-odds, or standard deviations), against the mean of all items"""
    position: Estimate | None
    """added to the strength of the item shown first"""
    ties: Estimate | None
    """ν of Davidson: between equal items, P(tie) = ν / (2 + ν) without a position effect"""
    fit: Fit | None
    log_likelihood: float
    n: int
    problem: str
    fitted: Fitted | None
    level: float

    def difference(self, one: Hashable, other: Hashable) -> Estimate:
        """How much stronger `one` is than `other`, on the model's scale.

        This, not the overlap of two strengths' intervals, is the comparison of two items.
        """
        contrast = self._row(one) - self._row(other) if self.fitted else np.empty(0)
        return self._estimate(contrast)

    def p(self, one: Hashable, other: Hashable) -> float:
        """Two-sided p-value of no difference; nan where the difference has no interval.

        Adjust a family of them (`multiplicity`).
        """
        if self.fitted is None:
            raise BadData(f"There is no difference to test: {self.problem}.")
        contrast = self._row(one) - self._row(other)
        if unknown(self.fitted, contrast):
            return nan
        return self.fitted.spread.p(float(contrast @ self.fitted.parameters), contrast)

    def preferred(self, one: Hashable, other: Hashable) -> Estimate:
        """The chance that `one` is preferred to `other` (a tie is no preference), either first.

        The interval is symmetric on the logit.
        """
        fitted = self.fitted
        if fitted is None:
            return self._estimate(np.empty(0))
        contrast = self._row(one) - self._row(other)
        eta = contrast @ fitted.parameters
        log, by_eta, by_tie = fitted.model(np.array([eta]), fitted.tie)
        slope = by_eta[0, 0] * contrast
        if fitted.has_tie:
            slope = slope + by_tie[0, 0] * np.eye(len(slope))[-1]
        chance = exp(log[0, 0])
        reason = unknown(fitted, slope)
        if reason:
            return Estimate.without_interval(chance, level=self.level, n=self.n, reason=reason)
        low, high, se = fitted.spread.limits(float(logit(chance)), slope / (1 - chance), self.level)
        ends = float(expit(low)), float(expit(high))
        method = f"{self._method}, logit scale"
        return Estimate(chance, *ends, se * chance * (1 - chance), self.level, self.n, method)

    def differences(
        self, *, generator: np.random.Generator
    ) -> Mapping[tuple[Hashable, Hashable], tuple[Estimate, float]]:
        """All pairs of items: the difference with its interval, and its p, for the whole family.

        Intervals hold all at once, and p-values are adjusted likewise (max-T, Tukey's case).
        """
        pairs = list(combinations(self.strengths, 2))
        if self.fitted is None:
            return dict.fromkeys(pairs, (self._estimate(np.empty(0)), nan))
        contrasts = np.array([self._row(one) - self._row(other) for one, other in pairs])
        if any(unknown(self.fitted, contrast) for contrast in contrasts):
            return {pair: (self.difference(*pair), nan) for pair in pairs}
        family = simultaneous_by_loadings(
            contrasts @ self.fitted.parameters,
            self.fitted.spread.loadings(contrasts),
            n=self.n,
            generator=generator,
            freedom=self.fitted.spread.freedom,
            level=self.level,
        )
        return dict(zip(pairs, zip(family.estimates, family.p.tolist(), strict=True), strict=True))

    def chances(self) -> pd.DataFrame:
        """Predicted share of comparisons in which the row's item is preferred to the column's."""
        items = list(self.strengths)
        table = [
            [float("nan") if a == b else self.preferred(a, b).value for b in items] for a in items
        ]
        return pd.DataFrame(table, index=pd.Index(items), columns=pd.Index(items))

    def _row(self, item: Hashable) -> Floats:
        items = list(self.strengths)
        if item not in self.strengths:
            raise BadData(f"“{item}” was in no comparison; there are {items}.")
        assert self.fitted is not None
        return np.asarray(self.fitted.basis[items.index(item)])

    def _estimate(self, contrast: Floats) -> Estimate:
        if self.fitted is None:
            return Estimate.undefined(level=self.level, n=self.n, reason=self.problem)
        return contrasted(self.fitted, contrast, self.n, self.level, self._method)

    @property
    def _method(self) -> str:
        return next(iter(self.strengths.values())).method


def contrasted(fitted: Fitted, contrast: Floats, n: int, level: float, method: str) -> Estimate:
    """contrast @ parameters, with its interval."""
    value = float(contrast @ fitted.parameters)
    reason = unknown(fitted, contrast)
    if reason:
        return Estimate.without_interval(value, level=level, n=n, reason=reason)
    low, high, se = fitted.spread.limits(value, contrast, level)
    return Estimate(value, low, high, se, level, n, method)


def unknown(fitted: Fitted, contrast: Floats) -> str:
    """Why a contrast has no interval; or ""."""
    if fitted.spread.freedom < 1:
        return "one rater or one artwork says nothing about others"
    if fitted.spread.alike(contrast):
        return "raters (or artworks) are so alike that their spread says nothing"
    return ""
