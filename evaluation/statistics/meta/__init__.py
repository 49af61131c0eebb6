"""Metrics against raters: how well they agree, at which level, and which metric agrees better."""

from evaluation.statistics.meta.chance import Chance, chance_level
from evaluation.statistics.meta.compare import (
    MetricComparison,
    RankedMetric,
    Test,
    agreement,
    compare_metrics,
    rank_clusters,
)
from evaluation.statistics.meta.grid import By, Grid, grid_ratings
from evaluation.statistics.meta.pairwise import (
    PairwiseAccuracy,
    calibrated_accuracy,
    pairwise_accuracy,
)
from evaluation.statistics.meta.permutation import Tested, permutation_test
from evaluation.statistics.meta.rated import Rated, finite
from evaluation.statistics.meta.soft import soft_pairwise_accuracy
from evaluation.statistics.meta.ties import TieCalibration, tie_calibration

__all__ = [
    "By",
    "Chance",
    "Grid",
    "MetricComparison",
    "PairwiseAccuracy",
    "RankedMetric",
    "Rated",
    "Test",
    "Tested",
    "TieCalibration",
    "agreement",
    "calibrated_accuracy",
    "chance_level",
    "compare_metrics",
    "finite",
    "grid_ratings",
    "pairwise_accuracy",
    "permutation_test",
    "rank_clusters",
    "soft_pairwise_accuracy",
    "tie_calibration",
]
