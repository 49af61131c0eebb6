"""Small likelihoods: Newton's method that says when it failed, and errors that know who answered.

A model of few parameters gives its log-likelihood, its gradient and its (expected) information.
The standard errors are sandwiches, A⁻¹ B A⁻¹ with A the information and B the spread of the scores
of whole raters, or of raters and artworks, as in `clustered`: answers of one person are never taken
for those of several (Cameron, Gelbach, Miller 2011, doi:10.1198/jbes.2010.07136).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import inf, sqrt

import numpy as np
from scipy.sparse import csr_array
from scipy.stats import t as student

from evaluation.statistics.answers import Codes, Floats
from evaluation.statistics.estimate import BadData, is_rounding

Likelihood = Callable[[Floats], tuple[float, Floats, Floats]]
"""parameters [P] → log-likelihood, gradient [P], information [P, P]"""

STEPS = 100
SETTLED = 1e-12  # half the squared length of a step, in units of log-likelihood


class NotConverged(BadData):
    """A likelihood whose maximum was not found; nothing of such a fit is ever returned."""


@dataclass(frozen=True)
class Optimum:
    """Where the likelihood is largest."""

    parameters: Floats
    log_likelihood: float
    information: Floats
    gradient_norm: float

    @property
    def covariance(self) -> Floats:
        return np.asarray(np.linalg.inv(self.information), dtype=np.float64)


def maximise(likelihood: Likelihood, start: Floats) -> Optimum:
    """Newton's method (Fisher scoring, where the information is the expected one), halving steps.

    Raises NotConverged where the maximum is at infinity or the information is singular.
    """
    at = start
    value, gradient, information = likelihood(at)
    for _ in range(STEPS):
        step = _step(gradient, information)
        gain = float(gradient @ step) / 2
        if gain < SETTLED:
            return Optimum(at, value, information, float(np.linalg.norm(gradient)))
        at, value, gradient, information = _better(likelihood, at, step, value)
    raise NotConverged(f"The fit did not settle within {STEPS} steps; its estimates mean nothing.")


def _step(gradient: Floats, information: Floats) -> Floats:
    try:
        return np.asarray(np.linalg.solve(information, gradient))
    except np.linalg.LinAlgError as error:
        raise NotConverged("The data do not tell the model's parameters apart.") from error


def _better(
    likelihood: Likelihood, at: Floats, step: Floats, value: float
) -> tuple[Floats, float, Floats, Floats]:
    for halvings in range(30):
        there = at + step / 2**halvings
        found, gradient, information = likelihood(there)
        if found >= value - 1e-10 * abs(value):
            return there, found, gradient, information
    raise NotConverged("The fit found no way up from where it stands; its estimates mean nothing.")


@dataclass(frozen=True)
class Spread:
    """The variance of any contrast of the parameters, by what was sampled.

    Each of `clusterings` sums answers to clusters ([G, answers or kinds of answer], sparse) and
    `influence` [answers or kinds of answer, P] says how far each moves the parameters.
    """

    influence: Floats
    clusterings: tuple[csr_array, ...]
    """none: the model's own covariance; one: raters; three: raters, artworks, and their cells"""
    covariance: Floats
    said: str
    floors: int = 2
    """how many of the one-way variances a two-way one may not fall below: raters', artworks'"""

    @property
    def freedom(self) -> float:
        """Of Student's t: clusters of the scarcer kind, less one; infinite without clusters."""
        if not self.clusterings:
            return inf
        return min(clustering.shape[0] for clustering in self.clusterings[:2]) - 1

    @cached_property
    def _terms(self) -> list[Floats]:
        """[P, P] each: the covariance by each clustering; without one, the model's own."""
        if not self.clusterings:
            return [self.covariance]
        return [
            _between(clustering @ self.influence, corrected=k < 2)
            for k, clustering in enumerate(self.clusterings)
        ]

    def variances(self, contrasts: Floats) -> Floats:
        """[M], of contrasts @ parameters, contrasts [M, P]."""
        each = [np.einsum("mp,pq,mq->m", contrasts, term, contrasts) for term in self._terms]
        if len(each) < 3:
            return np.asarray(np.maximum(each[0], 0.0))
        # the sum can fall below one of its terms by chance, as in `clustered`
        both = [each[0] + each[1] - each[2], *each[: self.floors]]
        return np.asarray(np.maximum.reduce(both))

    def loadings(self, contrasts: Floats) -> Floats:
        """L [M, P], L Lᵀ being the covariance of contrasts, for comparing several at once.

        Correlations are those of the one-way terms' sum, which is always a covariance; variances
        are those of `variances`.
        """
        roots, axes = np.linalg.eigh(np.sum(self._terms[:2], axis=0))
        rough = contrasts @ (axes * np.sqrt(np.maximum(roots, 0.0)))
        scale = np.sqrt(self.variances(contrasts) / (rough**2).sum(1))
        return np.asarray(rough * scale[:, None])

    def se(self, contrast: Floats) -> float:
        """Standard error of contrast @ parameters."""
        return sqrt(self.variances(contrast[None])[0])

    def alike(self, contrast: Floats) -> bool:
        """Whether clusters answered so alike that their spread says nothing about the contrast."""
        if not self.clusterings:
            return False
        independent = max(float(contrast @ self.covariance @ contrast), 0.0)
        return is_rounding(self.se(contrast), sqrt(independent), sqrt(SETTLED))

    def limits(self, value: float, contrast: Floats, level: float) -> tuple[float, float, float]:
        """low, high, se"""
        se = self.se(contrast)
        half = se * float(student.ppf((1 + level) / 2, self.freedom))
        return value - half, value + half, se

    def p(self, value: float, contrast: Floats) -> float:
        """Two-sided, against 0."""
        return float(2 * student.sf(abs(value) / self.se(contrast), self.freedom))


def spread(
    optimum: Optimum,
    scores: Floats,
    kinds: Codes,
    *,
    raters: Codes | None,
    artworks: Codes | None,
    floors: int = 2,
) -> Spread:
    """Sandwich by raters, by raters and artworks, or (neither given) the model's own covariance.

    scores  [K, P], gradient of one answer of each kind; kinds [n], the kind of each answer;
    raters, artworks  [n], codes from 0; floors  1 where the model has effects of raters: what it
    leaves of their answers is negatively related, so that artworks alone would seem too variable.
    """
    covariance = optimum.covariance
    given = [codes for codes in (raters, artworks) if codes is not None]
    if len(given) == 2:
        given.append(np.unique(given[0] * (given[1].max() + 1) + given[1], return_inverse=True)[1])
    sums = tuple(_clustering(codes, kinds, len(scores)) for codes in given)
    said = _said(sums, raters is None)
    return Spread(scores @ covariance, sums, covariance, said, floors)


def _said(sums: Sequence[csr_array], of_artworks: bool) -> str:
    if not sums:
        return "answers taken for independent: give raters"
    if len(sums) == 1:
        noun, held = ("artworks", "raters") if of_artworks else ("raters", "artworks")
        count = sums[0].shape[0]
        return f"clustered by {count} {noun}, the {held} held, t({count - 1})"
    counts = [clustering.shape[0] for clustering in sums[:2]]
    return f"clustered by {counts[0]} raters and {counts[1]} artworks, t({min(counts) - 1})"


def _clustering(codes: Codes, kinds: Codes, width: int) -> csr_array:
    """[G, K]: how many answers of each kind each cluster has."""
    shape = (int(codes.max()) + 1, width)
    return csr_array((np.ones(len(codes)), (codes.ravel(), kinds)), shape=shape)


def _between(sums: Floats, *, corrected: bool) -> Floats:
    """Spread of the clusters' sums [G, P]; the small-sample factor G/(G - 1) as in `clustered`."""
    groups = len(sums)
    factor = groups / (groups - 1) if corrected and groups > 1 else 1.0
    return np.asarray(factor * (sums.T @ sums))
