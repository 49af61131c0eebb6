"""Thresholds: where the latent judgement is cut into categories, and how freely.

θ = M α. With J categories: *flexible* leaves all J - 1 thresholds free; *equidistant* has a first
one and a spacing; *symmetric* has a centre (two for an even number of thresholds) and distances
from it (Christensen 2019, Cumulative link models for ordinal regression, section 2.3).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from scipy.linalg import block_diag

from evaluation.statistics.answers import Codes, Floats
from evaluation.statistics.estimate import BadData
from evaluation.statistics.ordinal.links import END

StructureName = Literal["flexible", "symmetric", "equidistant"]


@dataclass(frozen=True)
class Structure:
    """Thresholds as linear functions of α; several strata have their own each."""

    matrix: Floats
    """M [thresholds, α]"""
    parameters: tuple[str, ...]
    """names of α"""
    names: tuple[str, ...]
    """names of the thresholds, “1|2”, stratum by stratum"""
    cuts: int
    """thresholds of one stratum: categories less one"""

    @property
    def strata(self) -> int:
        return len(self.names) // self.cuts

    def extended(self, theta: Floats) -> Floats:
        """[strata * (cuts + 2)]: the thresholds with both infinite ends, flat."""
        rows = theta.reshape(-1, self.cuts)
        ends = np.full((len(rows), 1), END)
        return np.hstack([-ends, rows, ends]).ravel()

    def gathered(self, extended: Floats) -> Floats:
        """A sum per extended threshold → per threshold: the ends do not move."""
        return extended.reshape(-1, self.cuts + 2)[:, 1:-1].ravel()

    def ordered(self, theta: Floats) -> bool:
        return bool((np.diff(theta.reshape(-1, self.cuts), axis=1) > 0).all())

    def place(self, category: Codes, stratum: Codes) -> Codes:
        """Index of the upper limit of each answer in `extended`; the lower one is before it."""
        return stratum * (self.cuts + 2) + category + 1


def structure_of(name: str, labels: Sequence[str]) -> Structure:
    """The structure for these category labels, lowest first; BadData for an unknown name."""
    cuts = len(labels) - 1
    names = tuple(f"{low}|{high}" for low, high in pairwise(labels))
    if name == "flexible":
        return Structure(np.eye(cuts), names, names, cuts)
    if name not in {"symmetric", "equidistant"}:
        raise BadData(
            f"There are no {name!r} thresholds; choose flexible, symmetric or equidistant."
        )
    if cuts < 2:
        raise BadData(f"Thresholds that are {name} need three categories; there are {cuts + 1}.")
    if name == "equidistant":
        matrix = np.column_stack([np.ones(cuts), np.arange(cuts, dtype=np.float64)])
        return Structure(matrix, ("threshold.1", "spacing"), names, cuts)
    return _symmetric(cuts, names)


def in_strata(structure: Structure, strata: Sequence[str]) -> Structure:
    """The same structure anew in each stratum: thresholds that differ between conditions."""
    matrix = block_diag(*[structure.matrix for _ in strata])
    parameters = tuple(f"{s}:{name}" for s in strata for name in structure.parameters)
    names = tuple(f"{s}:{name}" for s in strata for name in structure.names)
    return Structure(matrix, parameters, names, structure.cuts)


def start(structure: Structure, theta: Floats) -> Floats:
    """α of the structure's thresholds nearest to `theta`, in order."""
    alpha = np.linalg.lstsq(structure.matrix, theta, rcond=None)[0]
    if structure.ordered(structure.matrix @ alpha):
        return np.asarray(alpha)
    evenly = np.tile(
        np.arange(structure.cuts) - (structure.cuts - 1) / 2, len(theta) // structure.cuts
    )
    return np.asarray(np.linalg.lstsq(structure.matrix, evenly, rcond=None)[0])


def _symmetric(cuts: int, names: tuple[str, ...]) -> Structure:
    half = cuts // 2
    distances = np.vstack([-np.eye(half)[::-1], np.zeros((cuts % 2, half)), np.eye(half)])
    if cuts % 2:
        matrix = np.column_stack([np.ones(cuts), distances])
        centres: tuple[str, ...] = ("central",)
    else:
        low = (np.arange(cuts) < half).astype(np.float64)
        matrix = np.column_stack([low, 1 - low, distances[:, 1:]])
        centres = ("central.1", "central.2")
    spacings = tuple(f"spacing.{k + 1}" for k in range(matrix.shape[1] - len(centres)))
    return Structure(matrix, centres + spacings, names, cuts)
