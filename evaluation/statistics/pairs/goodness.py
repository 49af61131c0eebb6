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

from evaluation.statistics.answers import Codes, Floats
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
    return _corrected(chi_square, deviance, freedom, _by_rater(comparisons, expected, jacobian))


def _by_rater(comparisons: Comparisons, expected: Floats, jacobian: Floats) -> Floats:
    """[R, R]: products of raters' parts of the standardised residuals, less what the fit absorbs.

    A rater has residuals only where he answered, so they are sparse; what the fit absorbs is their
    projection on the model's slopes.
    """
    assert comparisons.raters is not None
    raters, kinds = int(comparisons.raters.max()) + 1, expected.shape[1]
    root = np.sqrt(expected).ravel()
    own = _sums(comparisons.raters, comparisons.cell * kinds + comparisons.outcome, raters, root)
    chances = (expected / expected.sum(1, keepdims=True)).ravel()
    answered = np.concatenate([comparisons.cell * kinds + kind for kind in range(kinds)])
    due = _sums(np.tile(comparisons.raters, kinds), answered, raters, root / chances)
    parts = own - due
    slopes = jacobian.reshape(len(root), -1) * root[:, None]
    absorbed = parts @ np.linalg.qr(slopes)[0]
    return np.asarray((parts @ parts.T).toarray() - absorbed @ absorbed.T)


def _sums(rater: Codes, kind: Codes, raters: int, divisor: Floats) -> csr_array:
    """[R, C K]: how often each rater has each kind, divided by `divisor`."""
    return csr_array((1 / divisor[kind], (rater, kind)), (raters, len(divisor)))


def _corrected(chi_square: float, deviance: float, freedom: int, products: Floats) -> Fit:
    """The eigenvalues of the parts' covariance say how X² is spread where the model is right."""
    raters = len(products)
    if raters < 2:
        return Fit(chi_square, deviance, freedom, nan, nan, "none: one rater")
    # around their mean: a misfit that all raters share is what is tested, not noise
    rows = products.mean(1, keepdims=True)
    gram = (products - rows - rows.T + products.mean()) * raters / (raters - 1)
    total, squares = float(np.trace(gram)), float((gram**2).sum())
    effective = total**2 / squares
    p = float(chi2.sf(chi_square * effective / total, effective))
    method = f"Pearson, Rao-Scott correction by {raters} raters"
    return Fit(chi_square, deviance, freedom, total / freedom, p, method)
