"""Many comparisons at once: p-values that say so."""

import numpy as np

from evaluation.statistics.answers import Floats, Labels
from evaluation.statistics.estimate import BadData


def holm(p_values: Labels) -> Floats:
    """Holm's step-down adjusted p-values (1979), in the order given; nan stays nan.

    Controls the chance of any false claim within the family, whatever depends on what.

    >>> holm([0.01, 0.04, 0.03]).tolist()
    [0.03, 0.06, 0.06]
    """
    p = np.asarray(p_values, dtype=np.float64)
    wrong = p[(p < 0) | (p > 1)]
    if len(wrong):
        raise BadData(f"A p-value lies between 0 and 1; given: {wrong[0]}.")
    adjusted = np.full(len(p), np.nan)
    known = np.flatnonzero(~np.isnan(p))
    order = known[np.argsort(p[known], kind="stable")]
    stepped = p[order] * (len(order) - np.arange(len(order)))
    adjusted[order] = np.minimum(np.maximum.accumulate(stepped), 1.0)
    return adjusted
