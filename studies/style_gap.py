"""What a simulated eye makes of a mimicry: how alike two groups of pictures are painted.

A plain model, made for simulated raters only. It measures styles by the sandbox's own ruler
(closed-form statistics of pixels, no network): it is none of the metrics that studies put to the
test, and never CLIP. Published as data about people it would be wrong; it is marked SIMULATED.
"""

from collections.abc import Sequence
from math import exp

import numpy as np
from numpy import float64, uint8
from numpy.typing import NDArray

from generation.sandbox import ruler
from generation.sandbox.style import vector_distance

HALFWAY = 0.16
"""Distance of styles that the average simulated rater calls 3 of 5."""
STEEPNESS = 0.025
"""Change of distance that moves the odds of resembling by a factor of e."""


def gap(left: Sequence[NDArray[uint8]], right: Sequence[NDArray[uint8]]) -> float:
    """Style distance, in [0, 1], between two groups of pictures [H, W, 3] of any sizes.

    Styles are measured picture by picture and averaged within each group, so that what a single
    picture shows matters little.
    """
    return float(vector_distance(_mean_style(left), _mean_style(right)))


def resemblance(originals: Sequence[NDArray[uint8]], paintings: Sequence[NDArray[uint8]]) -> float:
    """How alike the styles look, on a latent scale from 1 (strangers) to 5 (one hand).

    A logistic psychometric function of the distance: 1 + 4 / (1 + exp((d - halfway) / steepness)).
    """
    odds = (gap(originals, paintings) - HALFWAY) / STEEPNESS
    return 1 + 4 / (1 + exp(odds))


def _mean_style(pictures: Sequence[NDArray[uint8]]) -> NDArray[float64]:
    styles = [ruler.measure(_channels(picture)) for picture in pictures]
    mean: NDArray[float64] = np.concatenate(styles).mean(axis=0)
    return mean


def _channels(picture: NDArray[uint8]) -> NDArray[np.float32]:
    """[H, W, 3] of 8 bits as float32 [1, 3, H, W] in [0, 1]."""
    scaled = picture.astype(np.float32) / np.float32(255)
    return np.ascontiguousarray(scaled.transpose(2, 0, 1)[None])
