"""Opinion scores: what raters think of each item, and what each rater adds of their own.

mos                a mean and its interval an item
subject_bias       scores freed of raters' bias and weighted by their consistency (P.910)
bt500_screening    whom BT.500 would reject: reported, never acted upon
"""

from evaluation.statistics.opinion.mos import Opinions, mos
from evaluation.statistics.opinion.recovery import SubjectBias, subject_bias
from evaluation.statistics.opinion.screening import Screened, Screening, bt500_screening
from evaluation.statistics.opinion.summary import Recovered

__all__ = [
    "Opinions",
    "Recovered",
    "Screened",
    "Screening",
    "SubjectBias",
    "bt500_screening",
    "mos",
    "subject_bias",
]
