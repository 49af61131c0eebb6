"""Metrics against raters: how well they agree, at which level, and which metric agrees better."""

from evaluation.statistics.meta.ceiling import Ceiling, ceiling
from evaluation.statistics.meta.chance import Chance, chance_level
from evaluation.statistics.meta.compare import (
    MetricComparison,
    RankedMetric,
    Test,
    agreement,
    clusters_of,
    compare_metrics,
    rank_clusters,
)
from evaluation.statistics.meta.grid import By, Grid, grid_ratings
from evaluation.statistics.meta.judged import Judged, Over
from evaluation.statistics.meta.pairwise import (
    PairwiseAccuracy,
    calibrated_accuracy,
    pairwise_accuracy,
)
from evaluation.statistics.meta.permutation import Tested, permutation_test
from evaluation.statistics.meta.rated import Rated, finite
from evaluation.statistics.meta.soft import soft_pairwise_accuracy
from evaluation.statistics.meta.standing import Standing, on_raters_scale, standing
from evaluation.statistics.meta.ties import TieCalibration, tie_calibration

__all__ = [
    "By",
    "Ceiling",
    "Chance",
    "Grid",
    "Judged",
    "MetricComparison",
    "Over",
    "PairwiseAccuracy",
    "RankedMetric",
    "Rated",
    "Standing",
    "Test",
    "Tested",
    "TieCalibration",
    "agreement",
    "calibrated_accuracy",
    "ceiling",
    "chance_level",
    "clusters_of",
    "compare_metrics",
    "finite",
    "grid_ratings",
    "on_raters_scale",
    "pairwise_accuracy",
    "permutation_test",
    "rank_clusters",
    "soft_pairwise_accuracy",
    "standing",
    "tie_calibration",
]
