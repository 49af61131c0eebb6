"""Pearson correlations row by row, with their slopes: how each entry and its weight move them."""

from dataclasses import dataclass

import numpy as np

from evaluation.statistics.answers import Floats

FEWEST = 3
"""entries that a correlation needs; two always give ±1"""


@dataclass(frozen=True)
class RowCorrelations:
    """r of each row, and its slopes; 0 everywhere in rows that have no correlation."""

    r: Floats
    """[B]; nan with fewer than three entries or no variance"""
    by_weight: Floats
    """[B, I]"""
    by_x: Floats
    """[B, I]"""
    by_y: Floats
    """[B, I]"""

    @classmethod
    def of(cls, x: Floats, y: Floats, weight: Floats) -> "RowCorrelations":
        """`x`, `y` and `weight` are [B, I]; entries of weight 0 are missing."""
        there = weight > 0
        total = np.maximum(weight.sum(1, keepdims=True), 1e-300)
        x, y = (_centred(np.where(there, column, 0.0), weight, total) for column in (x, y))
        spread_x, spread_y = (
            np.sqrt((weight * column**2).sum(1, keepdims=True) / total) for column in (x, y)
        )
        known = (there.sum(1, keepdims=True) >= FEWEST) & (spread_x > 1e-10) & (spread_y > 1e-10)
        zx, zy = (
            np.where(known & there, column / np.where(known, spread, 1.0), 0.0)
            for column, spread in ((x, spread_x), (y, spread_y))
        )
        r = (weight * zx * zy).sum(1, keepdims=True) / total
        by_weight = (zx * zy - r * (zx**2 + zy**2) / 2) / total
        by_x = weight * (zy - r * zx) / np.where(known, spread_x, 1.0) / total
        by_y = weight * (zx - r * zy) / np.where(known, spread_y, 1.0) / total
        return cls(np.where(known, r, np.nan)[:, 0], by_weight, by_x, by_y)


def _centred(column: Floats, weight: Floats, total: Floats) -> Floats:
    return np.asarray(column - (weight * column).sum(1, keepdims=True) / total)
