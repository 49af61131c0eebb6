"""What a simulated eye makes of the quality of pictures beside an artist's: blur, grain, blocks.

A plain model, made for simulated raters only: closed-form statistics of lightness, no network and
none of the metrics that studies put to the test. It knows nothing of conditions, only pixels.
Published as data about people it would be wrong; it is marked SIMULATED.
"""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy import float64, uint8
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from studies.simulated.visibility import lightness

FINE = 1.0
"""σ in pixels: what is finer is detail or grain."""
BLOCK = 8
"""Side of JPEG's blocks, in pixels."""
HALVED = 1.1
"""Points of a five-point scale that halving or doubling the fine detail costs beyond `SPARED`."""
SPARED = 0.5
"""Difference of fine detail that costs nothing, in octaves: a mimic's paintings are a bit soft."""
BLOCKY = 2.5
"""Points that edges of blocks cost which are twice as steep as what lies between them."""


def soundness(originals: Sequence[NDArray[uint8]], paintings: Sequence[NDArray[uint8]]) -> float:
    """How good the paintings look, on a latent scale from 1 (bad) to 5 (excellent).

    5 less what it costs that their fine detail (RMS of L* above `FINE`) is less or more than the
    originals', and that there are edges on a grid of `BLOCK` pixels. Pictures [H, W, 3].
    """
    detail_there = np.mean([_measured(picture)[0] for picture in originals])
    measured = np.array([_measured(picture) for picture in paintings])
    octaves = np.abs(np.log2(measured[:, 0] / detail_there))
    worn = HALVED * np.maximum(octaves - SPARED, 0)
    blocks = BLOCKY * np.maximum(measured[:, 1] - 1, 0)
    return float(np.clip(np.mean(5 - worn - blocks), 0.5, 5.5))


def _measured(picture: NDArray[uint8]) -> tuple[float, float]:
    return _flaws(picture.tobytes(), picture.shape)


@lru_cache(maxsize=64)  # a function of its arguments alone; originals stand beside many paintings
def _flaws(levels: bytes, shape: tuple[int, ...]) -> tuple[float, float]:
    """Fine detail (RMS of L*), and how much steeper a grid's edges are than what lies between."""
    light = lightness(np.frombuffer(levels, uint8).reshape(shape))
    detail = float(np.sqrt(np.mean((light - gaussian_filter(light, FINE)) ** 2)))
    return max(detail, 0.05), max(_steeper(light), _steeper(light.T))


def _steeper(light: NDArray[float64]) -> float:
    steps = np.abs(np.diff(light, axis=1)).mean(0)
    edge = np.arange(1, len(steps) + 1) % BLOCK == 0
    between = float(steps[~edge].mean())
    return float(steps[edge].mean()) / max(between, 0.05)
