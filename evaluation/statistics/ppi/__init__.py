"""Prediction-powered inference: few answers of people, many predictions of a metric."""

from evaluation.statistics.folds import cross_predict
from evaluation.statistics.ppi.engine import Powered
from evaluation.statistics.ppi.estimators import difference, mean, proportion

__all__ = ["Powered", "cross_predict", "difference", "mean", "proportion"]
