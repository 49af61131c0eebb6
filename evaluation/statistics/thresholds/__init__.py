"""Thresholds: at which level of a ladder people say yes half the time, or nine times in ten."""

from evaluation.statistics.thresholds.psychometric import Psychometric, psychometric

__all__ = ["Psychometric", "psychometric"]
