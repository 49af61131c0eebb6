"""Composite metrics: several made into one, and how well it does on artists it never saw."""

from evaluation.statistics.composite.cumulative import Cumulative, cumulative, ordinal_models
from evaluation.statistics.composite.leaks import leaks
from evaluation.statistics.composite.learning import Learnt, learn
from evaluation.statistics.composite.nested import NestedCv, nested_cv
from evaluation.statistics.composite.regression import default_models, monotone, ridge
from evaluation.statistics.composite.scores import Scores
from evaluation.statistics.composite.standard import Standard

__all__ = [
    "Cumulative",
    "Learnt",
    "NestedCv",
    "Scores",
    "Standard",
    "cumulative",
    "default_models",
    "leaks",
    "learn",
    "monotone",
    "nested_cv",
    "ordinal_models",
    "ridge",
]
