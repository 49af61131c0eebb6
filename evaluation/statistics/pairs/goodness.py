"""Does one strength an item explain the answers, or do pairs go their own ways?

Pearson's X² holds the shares of every ordered pair against the model's. Answers of one person lean
the same way, so X² is larger than its table even where the model is right: with raters given it is
divided by what raters do to it (Rao and Scott 1984, doi:10.1214/aos/1176346391, second order).
"""

from dataclasses import dataclass
from math import nan

import numpy as np
from scipy.sparse import csr_array
from scipy.stats import chi2

from evaluation.statistics.answers import Floats
from evaluation.statistics.pairs.table import Comparisons


@dataclass(frozen=True)
class Fit:
    """A small p says that one scale is not enough; a large one that nothing speaks against it."""

    chi_square: float
    """Pearson's X²"""
    deviance: float
    freedom: int
    design_effect: float
    """how much raters enlarge X²: 1 for independent answers"""
    p: float
    method: str


def goodness(comparisons: Comparisons, log: Floats, jacobian: Floats) -> Fit:
    """log [C, K]: the model's log-chances; jacobian [C, K, P]: their derivatives."""
    kinds, parameters = log.shape[1], jacobian.shape[2]
    observed = comparisons.counts[:, :kinds]
    expected = observed.sum(1, keepdims=True) * np.exp(log)
    freedom = len(log) * (kinds - 1) - parameters
    chi_square = float(((observed - expected) ** 2 / expected).sum())
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(observed > 0, observed * np.log(observed / expected), 0.0)
    deviance = 2 * float(terms.sum())
    if freedom < 1:
        method = "none: there are as many parameters as shares"
        return Fit(chi_square, deviance, freedom, nan, nan, method)
    if comparisons.raters is None:
        p = float(chi2.sf(chi_square, freedom))
        return Fit(chi_square, deviance, freedom, 1.0, p, "Pearson, independent answers: no raters")
    sums = _by_rater(comparisons, expected, kinds, jacobian)
    return _corrected(chi_square, deviance, freedom, sums)


def _by_rater(comparisons: Comparisons, expected: Floats, kinds: int, jacobian: Floats) -> Floats:
    """[R, C K]: each rater's part of the standardised residuals, less what the fit absorbs."""
    assert comparisons.raters is not None
    raters, width = int(comparisons.raters.max()) + 1, expected.size
    kind = comparisons.cell * kinds + comparisons.outcome
    counted = csr_array((np.ones(comparisons.n), (comparisons.raters, kind)), (raters, width))
    given = counted.toarray().reshape(raters, -1, kinds)
    chances = expected / expected.sum(1, keepdims=True)
    residuals = given - given.sum(2, keepdims=True) * chances
    root = np.sqrt(expected).ravel()
    slopes = jacobian.reshape(width, -1) * root[:, None]
    standardised = residuals.reshape(raters, width) / root
    absorbed = np.linalg.lstsq(slopes, standardised.T, rcond=None)[0]
    return np.asarray(standardised - (slopes @ absorbed).T)


def _corrected(chi_square: float, deviance: float, freedom: int, parts: Floats) -> Fit:
    """The eigenvalues of the parts' covariance say how X² is spread where the model is right."""
    raters = len(parts)
    if raters < 2:
        return Fit(chi_square, deviance, freedom, nan, nan, "none: one rater")
    # around their mean: a misfit that all raters share is what is tested, not noise
    centred = parts - parts.mean(0)
    gram = centred @ centred.T * raters / (raters - 1)
    total, squares = float(np.trace(gram)), float((gram**2).sum())
    effective = total**2 / squares
    p = float(chi2.sf(chi_square * effective / total, effective))
    method = f"Pearson, Rao-Scott correction by {raters} raters"
    return Fit(chi_square, deviance, freedom, total / freedom, p, method)
