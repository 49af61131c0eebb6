"""A fitted cumulative link model: estimates, what they rest on, and what had to be said."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import inf, isinf, sqrt

import numpy as np
import pandas as pd
from scipy.stats import t as student

from evaluation.statistics.answers import Floats
from evaluation.statistics.estimate import BadData, Estimate
from evaluation.statistics.formula import Recipe
from evaluation.statistics.ordinal.cautions import scarcest
from evaluation.statistics.ordinal.fitting import Fitted
from evaluation.statistics.ordinal.laplace import Laplace
from evaluation.statistics.ordinal.response import Response
from evaluation.statistics.ordinal.terms import Group

_VAGUE = 1.5  # relative standard error of a standard deviation
SEPARATED = "it has no finite estimate, because it separates the answers"


@dataclass(frozen=True)
class Call:
    """What was asked for, so that it can be asked again with a change."""

    data: pd.DataFrame
    response: str
    fixed: str
    groups: tuple[Group, ...]
    link: str
    thresholds: str
    nodes: int
    level: float
    freedom: float = inf
    """of Wald's intervals and tests: inf is the normal, G - 1 is t, widened by √(G / (G - 1))"""


@dataclass(frozen=True)
class Fit:
    """P(Y ≤ j) = F(θ_j - x'β - Σ b): higher coefficients mean higher answers.

    Intervals of coefficients and thresholds are Wald's, of standard deviations Wald's on the log;
    `profile` has likelihood intervals. Where the fit did not converge every estimate is undefined.
    """

    call: Call
    fitted: Fitted
    recipe: Recipe
    answers: Response
    notes: tuple[str, ...]
    """in words: what was dropped, held at a boundary, or has no finite estimate"""

    @property
    def converged(self) -> bool:
        return self.fitted.maximum.converged

    @property
    def gradient_norm(self) -> float:
        """Largest entry of the gradient at the estimates."""
        return self.fitted.maximum.gradient_norm

    @property
    def log_likelihood(self) -> float:
        return self.fitted.maximum.point.value

    @property
    def parameters(self) -> int:
        """Thresholds, coefficients and standard deviations, those held at 0 included."""
        return self.fitted.problem.fixed + len(self.fitted.problem.terms)

    @property
    def n(self) -> int:
        return self.fitted.problem.n

    @property
    def aic(self) -> float:
        return 2 * (self.parameters - self.log_likelihood)

    @cached_property
    def condition_number(self) -> float:
        """Of the information: beyond about 1e6 the data hardly tell some parameters apart."""
        return float(np.linalg.cond(self.fitted.maximum.information))

    @property
    def method(self) -> str:
        problem = self.fitted.problem
        if not problem.terms:
            return "maximum likelihood"
        if self.fitted.nodes > 1:
            return f"adaptive Gauss-Hermite, {self.fitted.nodes} nodes"
        return "Laplace approximation"

    @cached_property
    def coefficients(self) -> Mapping[str, Estimate]:
        """β by name; those that the data do not determine are undefined and say so."""
        problem = self.fitted.problem
        known = {
            name: self.combination(np.eye(problem.size)[problem.alphas + k])
            for k, name in enumerate(problem.effects)
        }
        reason = "these data do not determine it: a combination of the others (an empty cell?)"
        return {
            name: known.get(
                name, Estimate.undefined(level=self.call.level, n=self.n, reason=reason)
            )
            for name in self.recipe.names
        }

    @cached_property
    def thresholds(self) -> Mapping[str, Estimate]:
        """θ by name, “1|2” and so on."""
        structure, size = self.fitted.problem.structure, self.fitted.problem.size
        rows = np.hstack(
            [structure.matrix, np.zeros((len(structure.names), size - structure.matrix.shape[1]))]
        )
        return {
            name: self.combination(row) for name, row in zip(structure.names, rows, strict=True)
        }

    @cached_property
    def standard_deviations(self) -> Mapping[str, Estimate]:
        """σ of each random intercept by name, “rater”, “rater:condition”."""
        problem = self.fitted.problem
        return {term.name: self._deviation(k) for k, term in enumerate(problem.terms)}

    @property
    def odds_ratios(self) -> Mapping[str, Estimate]:
        """exp β, for the logit link: the odds of a higher answer, this rater and this picture."""
        return {name: _exponentiated(found) for name, found in self.coefficients.items()}

    @cached_property
    def covariance(self) -> pd.DataFrame:
        """Of thresholds' parameters, coefficients and log standard deviations.

        Raises BadData where the fit did not converge.
        """
        if not self.converged:
            raise BadData(f"There is no covariance, because {self.unconverged}.")
        names = list(self.fitted.problem.names)
        return pd.DataFrame(self.fitted.covariance, index=names, columns=names)

    def modes(self, term: str) -> pd.DataFrame:
        """The conditional modes of one random intercept: columns `mode` and `se`, a row a level.

        Standard errors hold thresholds, coefficients and deviations at their estimates. Raises
        BadData for an intercept that the fit has not, and where it did not converge.
        """
        problem = self.fitted.problem
        known = [one.name for one in problem.terms]
        if term not in known:
            raise BadData(f"The fit has no random intercept {term!r}; it has {', '.join(known)}.")
        if not self.converged:
            raise BadData(f"There are no modes, because {self.unconverged}.")
        k = known.index(term)
        laplace = Laplace(problem)
        found = laplace.modes(self.fitted.maximum.values)
        assert found is not None  # the estimates are where they were found
        sigma = problem.parts(self.fitted.maximum.values).sigma[k]
        table = {
            "mode": sigma * laplace.part(found.u, k),
            "se": sigma * np.sqrt(laplace.part(found.system.diagonal(), k)),
        }
        return pd.DataFrame(table, index=list(problem.terms[k].labels))

    def combination(self, weights: Floats) -> Estimate:
        """A linear combination of the parameters, with Wald's interval."""
        level = self.call.level
        if self.fitted.escapes(weights):
            return Estimate.undefined(level=level, n=self.n, reason=SEPARATED)
        if not self.converged:
            return Estimate.undefined(level=level, n=self.n, reason=self.unconverged)
        used = np.flatnonzero(weights)
        part = weights[used]
        value = float(part @ self.fitted.maximum.values[used])
        se = float(np.sqrt(part @ self.fitted.covariance[np.ix_(used, used)] @ part))
        reach = self.reach * se
        return Estimate(
            value, value - reach, value + reach, se, level, self.n, f"{self.method}, {self.wald}"
        )

    def _deviation(self, term: int) -> Estimate:
        problem, level = self.fitted.problem, self.call.level
        if not self.converged:
            return Estimate.undefined(level=level, n=self.n, reason=self.unconverged)
        if problem.held[term]:
            reason = "estimated at its boundary, 0; profile() gives an upper limit"
            return Estimate.without_interval(0.0, level=level, n=self.n, reason=reason)
        k = problem.fixed + problem.free_terms.index(term)
        value = float(np.exp(self.fitted.maximum.values[k]))
        relative = float(np.sqrt(self.fitted.covariance[k, k]))
        if relative > _VAGUE:
            reason = "so near its boundary, 0, that Wald's says nothing; profile() gives limits"
            return Estimate.without_interval(value, level=level, n=self.n, reason=reason)
        stretch = float(np.exp(self.reach * relative))
        method = f"{self.method}, {self.wald} on the log scale"
        return Estimate(
            value, value / stretch, value * stretch, value * relative, level, self.n, method
        )

    @property
    def reach(self) -> float:
        """Standard errors from an estimate to its limits."""
        return self.inflation * float(student.ppf((1 + self.call.level) / 2, self.call.freedom))

    @property
    def inflation(self) -> float:
        """What few raters or artworks widen standard errors by, as two-way clustered ones are."""
        freedom = self.call.freedom
        return 1.0 if isinf(freedom) else sqrt((freedom + 1) / freedom)

    @property
    def wald(self) -> str:
        if not isinf(self.call.freedom):
            return f"Wald, t({self.call.freedom:g})"
        if not self.fitted.problem.terms:
            return "Wald, normal, answers taken for independent"
        few = scarcest(self.fitted.problem.terms)
        if few is None:
            return "Wald, normal"
        return f"Wald, normal, which is short with {few.levels} levels of {few.name}"

    @property
    def unconverged(self) -> str:
        """The sentence in place of an estimate."""
        return f"the fit did not converge (largest gradient {self.gradient_norm:.2g})"

    def __str__(self) -> str:
        lines = [
            f"{self.call.response} ~ {self.call.fixed}, {self.call.link}, {self.method}; "
            f"n = {self.n}, log-likelihood {self.log_likelihood:.3f}"
        ]
        for title, found in (
            ("coefficients", self.coefficients),
            ("thresholds", self.thresholds),
            ("standard deviations", self.standard_deviations),
        ):
            if found:
                lines += [
                    f"{title}:",
                    *(f"  {name:24} {value:.3f}" for name, value in found.items()),
                ]
        return "\n".join([*lines, *(f"note: {note}" for note in self.notes)])


def _exponentiated(found: Estimate) -> Estimate:
    if not found.defined:
        return found
    value, low, high = (float(np.exp(x)) for x in (found.value, found.low, found.high))
    return Estimate(
        value, low, high, value * found.se, found.level, found.n, f"exp of {found.method}"
    )
