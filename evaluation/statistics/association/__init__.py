"""How strongly things go together: correlations, areas under curves, calibration, importance."""

from evaluation.statistics.association.coefficients import Correlation, correlation
from evaluation.statistics.association.crossed_roc import crossed_auc
from evaluation.statistics.association.dependent import (
    DependentComparison,
    compare_correlations,
    compare_dependent,
)
from evaluation.statistics.association.importance import Dominance, dominance
from evaluation.statistics.association.reliability_curve import Calibration, calibration
from evaluation.statistics.association.roc import AucDifference, auc, delong

__all__ = [
    "AucDifference",
    "Calibration",
    "Correlation",
    "DependentComparison",
    "Dominance",
    "auc",
    "calibration",
    "compare_correlations",
    "compare_dependent",
    "correlation",
    "crossed_auc",
    "delong",
    "dominance",
]
