"""Looking at data while they come in, without being fooled by it.

obrien_fleming, look     a few planned looks that share one error rate
confidence_sequence      limits that hold at every number of raters at once, exact
anytime                  the same for any estimate, for large numbers of raters
stop_at_precision        stop when the interval is short enough: nearly harmless
"""

from evaluation.statistics.sequential.anytime import (
    ConfidenceSequence,
    anytime,
    confidence_sequence,
)
from evaluation.statistics.sequential.precision import Precision, stop_at_precision
from evaluation.statistics.sequential.spending import Boundaries, Look, look, obrien_fleming

__all__ = [
    "Boundaries",
    "ConfidenceSequence",
    "Look",
    "Precision",
    "anytime",
    "confidence_sequence",
    "look",
    "obrien_fleming",
    "stop_at_precision",
]
