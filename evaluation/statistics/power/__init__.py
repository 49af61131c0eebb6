"""How large must a study be: planned studies are simulated and analysed by the engines themselves.

simulate      power, error rate and precision of one design
sample_size   the smallest number of raters or artworks that reaches a power

A `Design` (size), a `Truth` (what is assumed of people, pictures and conditions) and a question:

Difference, Equivalence, NonInferiority, Precision   protection success rates (`psr`)
Effect                                               the rating model (`ordinal.rating_model`)
Correlation, MetricDifference                        metrics against raters (`meta`)
ExpertsAgainstCrowd                                  two groups of raters (`groups`)
"""

from evaluation.statistics.power.design import Design
from evaluation.statistics.power.metrics import Correlation, Metric, MetricDifference
from evaluation.statistics.power.questions import (
    Difference,
    Equivalence,
    NonInferiority,
    Precision,
    Question,
)
from evaluation.statistics.power.scales import Effect, ExpertsAgainstCrowd
from evaluation.statistics.power.simulation import Power, simulate
from evaluation.statistics.power.size import SampleSize, sample_size
from evaluation.statistics.power.truth import DEVIATIONS, Truth

__all__ = [
    "DEVIATIONS",
    "Correlation",
    "Design",
    "Difference",
    "Effect",
    "Equivalence",
    "ExpertsAgainstCrowd",
    "Metric",
    "MetricDifference",
    "NonInferiority",
    "Power",
    "Precision",
    "Question",
    "SampleSize",
    "Truth",
    "sample_size",
    "simulate",
]
