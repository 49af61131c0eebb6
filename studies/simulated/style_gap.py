"""What a simulated eye makes of a mimicry: how alike two groups of pictures are painted.

A plain model, made for simulated raters only. It measures styles by the sandbox's own ruler
(closed-form statistics of pixels, no network): it is none of the metrics that studies put to the
test, and never CLIP. Published as data about people it would be wrong; it is marked SIMULATED.
"""

from collections.abc import Sequence
from functools import lru_cache
from math import exp

import numpy as np
from numpy import float64, uint8
from numpy.typing import NDArray

from generation.sandbox import ruler
from generation.sandbox.style import vector_distance

HALFWAY = 0.22
"""Distance of styles that the average simulated rater calls 3 of 5. Two groups of four pictures by
one painter of the sandbox are 0.01 to 0.06 apart, the same after its autoencoder, which no mimic
can better, 0.04 to 0.26 (median 0.12); two painters are 0.31 apart in the median."""
STEEPNESS = 0.04
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
    styles = [_style(picture.tobytes(), picture.shape) for picture in pictures]
    mean: NDArray[float64] = np.mean(styles, axis=0)
    return mean


@lru_cache(maxsize=64)  # a function of its arguments alone; originals stand beside many paintings
def _style(levels: bytes, shape: tuple[int, ...]) -> NDArray[float64]:
    """The style vector of one picture [H, W, 3] of 8 bits."""
    picture = np.frombuffer(levels, uint8).reshape(shape)
    scaled = picture.transpose(2, 0, 1)[None].astype(np.float32) / np.float32(255)
    measured: NDArray[float64] = ruler.measure(np.ascontiguousarray(scaled))[0]
    return measured
