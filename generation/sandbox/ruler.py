"""The ruler: what style a picture is painted in, by the world's own measure and no network.

`traits` of a picture → standardised, with their squares → ridge regression → style parameters. It
is fitted on paintings whose styles are known, whole, blurred, compressed and noisy, so it also
reads generated, cloaked and purified pictures. Simulated raters judge by it, and never by CLIP.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from generation.sandbox.oklab import Floats
from generation.sandbox.painters import PAINTERS
from generation.sandbox.style import PARAMETERS, vector_distance
from generation.sandbox.traits import traits

Vectors = NDArray[np.float64]

SHIPPED = Path(__file__).parent / "weights" / "ruler.npz"

_REACH = 4.0
"""Standard deviations beyond which a trait counts as no further: strange pictures stay readable."""


@dataclass(frozen=True)
class Ruler:
    """Coefficients: traits' `mean` and `spread` [T], `slopes` [2T + 1, P]; pictures' `side`."""

    mean: Vectors
    spread: Vectors
    slopes: Vectors
    side: int

    def measure(self, images: Floats) -> Vectors:
        """Estimated style vectors [N, P] in [0, 1] of `images` float32 [N, 3, H, W] in [0, 1]."""
        return self.read(traits(_sized(images, self.side)))

    def read(self, found: Vectors) -> Vectors:
        """Estimated style vectors [N, P] from traits [N, T]."""
        estimated: Vectors = _terms((found - self.mean) / self.spread) @ self.slopes
        return np.clip(estimated, 0, 1)

    def save(self, path: Path) -> None:
        """Write the coefficients, as an .npz of float32."""
        np.savez_compressed(
            path,
            mean=self.mean.astype(np.float32),
            spread=self.spread.astype(np.float32),
            slopes=self.slopes.astype(np.float32),
            side=np.int32(self.side),
        )


def fit(images: Floats, styles: Vectors, penalty: float = 3.0) -> Ruler:
    """A ruler from `images` [N, 3, H, W] and the vectors [N, P] of the styles they are painted in.

    Raises ValueError where the numbers of images and styles differ or are no more than a few.
    """
    return fit_traits(traits(images), styles, images.shape[-1], penalty)


def fit_traits(found: Vectors, styles: Vectors, side: int, penalty: float = 3.0) -> Ruler:
    """The same from traits [N, T] of pictures `side` pixels wide."""
    if len(found) != len(styles) or len(found) < 8 or styles.shape[1] != len(PARAMETERS):
        raise ValueError(
            f"A ruler needs at least 8 pictures and for each a style vector of {len(PARAMETERS)} "
            f"(given: {len(found)} pictures, styles {list(styles.shape)})."
        )
    mean = np.asarray(found.mean(axis=0), dtype=np.float64)
    spread = np.asarray(found.std(axis=0) + 1e-6, dtype=np.float64)
    terms = _terms((found - mean) / spread)
    ridge = penalty * np.eye(terms.shape[1])
    ridge[-1, -1] = 0.0  # the constant is not held back
    slopes = np.linalg.solve(terms.T @ terms + ridge, terms.T @ styles)
    return Ruler(mean, spread, np.asarray(slopes, dtype=np.float64), side)


def load(path: Path = SHIPPED) -> Ruler:
    """A ruler that `save` wrote. Raises FileNotFoundError where there is none."""
    with np.load(path) as stored:
        return Ruler(
            stored["mean"].astype(np.float64),
            stored["spread"].astype(np.float64),
            stored["slopes"].astype(np.float64),
            int(stored["side"]),
        )


def measure(images: Floats) -> Vectors:
    """Style vectors [N, P] of `images` [N, 3, H, W] in [0, 1], by the shipped ruler."""
    return _shipped().measure(images)


def distance_to(painter: str, images: Floats) -> Vectors:
    """Style distance [N] in [0, 1] of each image from what `painter` (a key of PAINTERS) does."""
    return vector_distance(measure(images), PAINTERS[painter].style.vector())


@cache
def _shipped() -> Ruler:
    return load()


def _terms(standard: Vectors) -> Vectors:
    """Traits, their squares, and a constant: [N, 2T + 1]."""
    held = np.clip(standard, -_REACH, _REACH)
    return np.concatenate([held, held**2 - 1, np.ones((len(held), 1))], axis=1)


def _sized(images: Floats, side: int) -> Floats:
    """Pictures at the side the ruler was fitted at; traits are counted in its pixels."""
    if images.ndim != 4 or images.shape[1] != 3:
        raise ValueError(f"The ruler reads images [N, 3, H, W], not {list(images.shape)}.")
    if images.shape[-2:] == (side, side):
        return images
    return np.stack([[_resized(channel, side) for channel in image] for image in images])


def _resized(channel: Floats, side: int) -> Floats:
    wide = Image.fromarray(channel.astype(np.float32)).resize(
        (side, side), Image.Resampling.BICUBIC
    )
    held: Floats = np.clip(np.asarray(wide), 0, 1)
    return held
