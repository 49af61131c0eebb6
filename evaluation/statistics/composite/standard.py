"""Metrics made comparable by what the training images say, and by nothing else."""

from dataclasses import dataclass

import numpy as np

from evaluation.statistics.answers import Floats

CONSTANT = 1e-12
"""Spread over size that is what rounding leaves of none."""


@dataclass(frozen=True)
class Standard:
    """How each column of metrics is filled, capped, centred and scaled; arrays [p]."""

    fill: Floats
    """stands in for a missing value: the median of the training images"""
    low: Floats
    """smallest finite value in training; stands in for minus infinity"""
    high: Floats
    """largest finite value in training; stands in for infinity (PSNR of equal pictures)"""
    centre: Floats
    spread: Floats
    """standard deviation in training; 1 where the column was constant"""

    @classmethod
    def of(cls, features: Floats) -> "Standard":
        """Of the training images, [n, p]; a column without a finite value becomes 0 throughout."""
        finite = np.isfinite(features)
        if finite.all():  # the usual case, and much faster
            return cls._of(features, np.median(features, 0), features.min(0), features.max(0))
        known = np.where(finite, features, np.nan)
        known[:, ~finite.any(0)] = 0.0
        return cls._of(features, np.nanmedian(known, 0), np.nanmin(known, 0), np.nanmax(known, 0))

    @classmethod
    def _of(cls, features: Floats, fill: Floats, low: Floats, high: Floats) -> "Standard":
        filled = _filled(features, fill, low, high)
        spread, size = filled.std(0), np.abs(filled).max(0, initial=0.0)
        flat = spread <= CONSTANT * size
        return cls(fill, low, high, filled.mean(0), np.where(flat, 1.0, spread))

    def __call__(self, features: Floats) -> Floats:
        """[m, p] of any images, standardised; never missing, never infinite."""
        return (_filled(features, self.fill, self.low, self.high) - self.centre) / self.spread

    def outside(self, features: Floats) -> Floats:
        """[m, p]: 1 where a value lies outside those of the training images; 0 where missing."""
        with np.errstate(invalid="ignore"):
            beyond = (features < self.low) | (features > self.high)
        return np.asarray(beyond & ~np.isnan(features), dtype=np.float64)


def _filled(features: Floats, fill: Floats, low: Floats, high: Floats) -> Floats:
    capped = np.where(features == np.inf, high, np.where(features == -np.inf, low, features))
    return np.where(np.isnan(capped), fill, capped)
