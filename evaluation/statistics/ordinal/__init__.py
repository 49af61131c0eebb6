"""Ordinal regression of crossed ratings: cumulative link models with and without random effects."""

from evaluation.statistics.ordinal.comparison import (
    Comparison,
    ProportionalOdds,
    drop_each,
    likelihood_ratio,
    proportional_odds,
)
from evaluation.statistics.ordinal.fit import Fit
from evaluation.statistics.ordinal.marginal import (
    Contrast,
    SuccessRates,
    contrasts,
    marginal_means,
    shares,
    success_rates,
)
from evaluation.statistics.ordinal.model import clm, clmm
from evaluation.statistics.ordinal.profile import profile
from evaluation.statistics.ordinal.ratings import rating_model
from evaluation.statistics.ordinal.terms import Group

__all__ = [
    "Comparison",
    "Contrast",
    "Fit",
    "Group",
    "ProportionalOdds",
    "SuccessRates",
    "clm",
    "clmm",
    "contrasts",
    "drop_each",
    "likelihood_ratio",
    "marginal_means",
    "profile",
    "proportional_odds",
    "rating_model",
    "shares",
    "success_rates",
]
