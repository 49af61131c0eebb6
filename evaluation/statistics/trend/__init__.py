"""Trends along ordered levels: dose and response.

page         within artworks (or raters) that went through all levels
jonckheere   over independent answers, or whole clusters of them
isotonic     the mean of each level, made monotone, with intervals
"""

from evaluation.statistics.trend.isotonic import Isotonic, isotonic
from evaluation.statistics.trend.jonckheere import jonckheere
from evaluation.statistics.trend.page import page
from evaluation.statistics.trend.result import Trend

__all__ = ["Isotonic", "Trend", "isotonic", "jonckheere", "page"]
