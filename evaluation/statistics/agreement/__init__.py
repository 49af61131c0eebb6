"""Agreement of raters with each other and with themselves.

krippendorff_alpha                  any scale, missing answers
gwet_ac, fleiss_kappa               categories; AC does not collapse where one of them is common
weighted_kappa, test_retest         two answers to the same items
icc, kendall_w                      scores, ranks
split_half, noise_ceiling           means over raters, and what a metric can reach
"""

from evaluation.statistics.agreement.alpha import Agreement, krippendorff_alpha
from evaluation.statistics.agreement.ceiling import NoiseCeiling, noise_ceiling
from evaluation.statistics.agreement.chance import ChanceCorrected, fleiss_kappa, gwet_ac
from evaluation.statistics.agreement.coincidences import Level
from evaluation.statistics.agreement.concordance import Concordance, kendall_w
from evaluation.statistics.agreement.halves import SplitHalf, split_half
from evaluation.statistics.agreement.intraclass import Icc, icc
from evaluation.statistics.agreement.kappa import weighted_kappa
from evaluation.statistics.agreement.retest import TestRetest, test_retest

__all__ = [
    "Agreement",
    "ChanceCorrected",
    "Concordance",
    "Icc",
    "Level",
    "NoiseCeiling",
    "SplitHalf",
    "TestRetest",
    "fleiss_kappa",
    "gwet_ac",
    "icc",
    "kendall_w",
    "krippendorff_alpha",
    "noise_ceiling",
    "split_half",
    "test_retest",
    "weighted_kappa",
]
