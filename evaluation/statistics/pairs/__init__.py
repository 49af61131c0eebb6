"""Pairs: which of two was preferred, by whom, and what that says about every item.

bradley_terry, thurstone, davidson   strengths, position effect, ties, fit
intransitivity                       do raters go round in circles?
next_pairs                           which pairs to show next
"""

from evaluation.statistics.pairs.choosing import NextPair, next_pairs
from evaluation.statistics.pairs.circles import Intransitivity, intransitivity
from evaluation.statistics.pairs.fitting import bradley_terry, davidson, thurstone
from evaluation.statistics.pairs.goodness import Fit
from evaluation.statistics.pairs.preferences import Preferences

__all__ = [
    "Fit",
    "Intransitivity",
    "NextPair",
    "Preferences",
    "bradley_terry",
    "davidson",
    "intransitivity",
    "next_pairs",
    "thurstone",
]
