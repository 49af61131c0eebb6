"""Composite metrics: several made into one, and how well it does on artists it never saw."""

from evaluation.statistics.composite.leaks import leaks
from evaluation.statistics.composite.nested import NestedCv, nested_cv
from evaluation.statistics.composite.regression import default_models, monotone, ridge
from evaluation.statistics.composite.scores import Scores

__all__ = ["NestedCv", "Scores", "default_models", "leaks", "monotone", "nested_cv", "ridge"]
