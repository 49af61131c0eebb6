"""The protection success rate, and how conditions differ by it.

protection_success_rate             one condition, by answers and by artworks
compare                             all conditions, each against the clean one
difference, equivalence, non_inferiority   two conditions on shared raters and artworks
"""

from evaluation.statistics.psr.conditions import PsrComparison, compare
from evaluation.statistics.psr.differences import (
    Equivalence,
    NonInferiority,
    PsrDifference,
    difference,
    equivalence,
    non_inferiority,
)
from evaluation.statistics.psr.share import (
    IndependenceWarning,
    ProtectionSuccess,
    protection_success_rate,
)

__all__ = [
    "Equivalence",
    "IndependenceWarning",
    "NonInferiority",
    "ProtectionSuccess",
    "PsrComparison",
    "PsrDifference",
    "compare",
    "difference",
    "equivalence",
    "non_inferiority",
    "protection_success_rate",
]
