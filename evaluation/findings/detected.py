"""How often an altered picture was found beside its original, and d′. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from pandas import DataFrame
from scipy.stats import norm

from evaluation.statistics.estimate import Estimate

CHANCE = 0.5


@dataclass(frozen=True)
class Told:
    """How often the altered picture of one condition was found."""

    name: str
    levels: Mapping[str, str]
    rows: DataFrame
    """participant, cluster, right: 1, 0, or 0.5 for “not sure”"""
    share: Estimate
    """of right choices, “not sure” left out"""
    split: Estimate
    """the same with “not sure” counted as half right"""
    joint: Estimate
    """`share`, with an interval that holds together with those of all other conditions"""

    @property
    def d_prime(self) -> tuple[float, float, float]:
        """d′ and its interval, nan where the share is 0 or 1: it is infinite there."""
        ends = np.array([self.share.value, self.share.low, self.share.high])
        found = np.sqrt(2) * norm.ppf(ends)
        value, low, high = np.where(np.isfinite(found), found, np.nan).tolist()
        return value, low, high

    @property
    def verdict(self) -> str:
        """What the joint interval shows."""
        if not self.joint.has_interval:
            return "cannot tell"
        if not self.joint.excludes(CHANCE):
            return "not shown to be seen"
        return "seen" if self.joint.value > CHANCE else "taken for the original"
