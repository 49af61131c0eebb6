"""What a simulated eye makes of faults: where a picture looks wrong, and how plainly. Pure.

A plain model, made for simulated raters only, and none of the metrics that studies put to the test:
changes of lightness masked by the original's contrast, or what of a picture alone is finer than
paint. Published as data about people it would be wrong; it is marked SIMULATED.
"""

from dataclasses import dataclass
from random import Random

import numpy as np
from numpy import float64, uint8
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from studies.simulated.visibility import graininess, lightness, visibility
from studies.trial_forms.marks import DIGITS, Place

SIDE = 24
"""Cells of the map along each side."""

Map = NDArray[float64]


@dataclass(frozen=True)
class Faults:
    """Where and how plainly."""

    where: Map
    """[SIDE, SIDE], 0 and more"""
    plain: float
    """on a latent scale from 1 (nothing) to 5"""


def faults_beside(original: NDArray[uint8], altered: NDArray[uint8]) -> Faults:
    """Faults of a picture beside the one it was made from; both [H, W, 3]."""
    before, after = (gaussian_filter(lightness(picture), 0.7) for picture in (original, altered))
    mean = gaussian_filter(before, 4)
    contrast = np.sqrt(np.maximum(gaussian_filter(before**2, 4) - mean**2, 0))
    masked = np.abs(after - before) / (1 + contrast / 4)
    return Faults(_cells(masked), visibility(original, altered))


def faults_alone(picture: NDArray[uint8]) -> Faults:
    """Faults of a picture alone [H, W, 3]: where it is grainy."""
    light = lightness(picture)
    return Faults(_cells(np.abs(light - gaussian_filter(light, 1))), graininess(picture))


def marked(weights: Map, count: int, *, spread: float, lapses: float, rng: Random) -> list[Place]:
    """`count` places drawn where `weights` [SIDE, SIDE] are, each off by `spread` (SD, in shares).

    The share `lapses` of them, and all where no weight is above 0, fall anywhere.
    """
    flat = weights.ravel().tolist()
    somewhere = sum(flat) > 0
    places = []
    for _ in range(count):
        lapse = not somewhere or rng.random() < lapses
        cell = rng.randrange(len(flat)) if lapse else rng.choices(range(len(flat)), flat)[0]
        y, x = divmod(cell, weights.shape[1])
        shares = [
            (at + 0.5) / side + rng.gauss(0, spread)
            for at, side in ((x, weights.shape[1]), (y, weights.shape[0]))
        ]
        places.append((_inside(shares[0]), _inside(shares[1])))
    return places


def _inside(share: float) -> float:
    return round(min(1.0, max(0.0, share)), DIGITS)


def _cells(values: Map) -> Map:
    """Means over SIDE × SIDE cells of a picture [H, W] of any size."""
    rows, columns = (
        np.minimum(np.arange(length) * SIDE // length, SIDE - 1) for length in values.shape
    )
    code = rows[:, None] * SIDE + columns[None, :]
    total = np.bincount(code.ravel(), values.ravel(), SIDE * SIDE)
    count = np.bincount(code.ravel(), minlength=SIDE * SIDE)
    found: Map = (total / np.maximum(count, 1)).reshape(SIDE, SIDE)
    return found
