"""A style: the numbers by which a painter paints, and how far apart two styles are."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]


def _parameter(meaning: str, weight: float, usual: float = 0.0) -> float:
    """A parameter in [0, 1]; `weight`, its share in `style_distance`: how much the eye notices."""
    declared: float = field(default=usual, metadata={"meaning": meaning, "weight": weight})
    return declared


@dataclass(frozen=True, kw_only=True)
class Style:
    """A point in the one space of all styles; each parameter lies in [0, 1].

    A parameter that shows only through another (`stroke_length` through `strokes`, `facet_size` and
    `seams` through `facets`) is 0 where that other is 0: equal pictures have equal styles.
    """

    warmth: float = _parameter("0 cold and blue, 0.5 as lit, 1 warm and golden", 1.0, 0.5)
    tint: float = _parameter("0 green, 0.5 as lit, 1 rose", 0.7, 0.5)
    saturation: float = _parameter("0 grey, 0.5 as seen, 1 twice as vivid", 1.5, 0.5)
    contrast: float = _parameter("spread of light and dark; 0.5 as seen", 0.8, 0.5)
    key: float = _parameter("0 dark pictures, 0.5 as lit, 1 pale ones", 1.0, 0.5)
    turn: float = _parameter("hues turned: 0 by −90°, 0.5 not at all, 1 by +90°", 1.0, 0.5)
    fauve: float = _parameter(
        "colour given by tone and not by nature: violet darks, golden lights", 1.0
    )
    limited: float = _parameter("few colours: 0 all of them, 1 five", 0.8)
    simplicity: float = _parameter("small shapes dropped and large ones rounded", 0.9)
    flatness: float = _parameter("each thing in one colour, without modelling", 0.6)
    softness: float = _parameter("edges and gradients softened", 0.6)
    paper: float = _parameter("how much bare paper shows", 1.2)
    outline: float = _parameter("dark contours around things", 1.0)
    strokes: float = _parameter("opacity of brush strokes", 1.2)
    stroke_length: float = _parameter("strokes from 6 to 56 px long (at 256 px)", 0.7)
    stroke_width: float = _parameter("strokes and dots from 3 to 16 px wide (at 256 px)", 0.8)
    turbulence: float = _parameter("0 strokes follow the form, 1 they swirl on their own", 0.7)
    broken: float = _parameter("colour differs from stroke to stroke, facet to facet", 0.7)
    dots: float = _parameter("opacity of dots instead of strokes", 1.2)
    facets: float = _parameter("strength of flat angular facets", 1.2)
    facet_size: float = _parameter("facets from 8 to 56 px wide (at 256 px)", 0.8)
    seams: float = _parameter("dark joints between facets", 0.6)
    hatching: float = _parameter("tone given by inked lines", 1.2)
    relief: float = _parameter("thick paint that catches the light", 0.8)
    bleed: float = _parameter("wet paint: wandering edges, pigment pooled along them", 0.9)
    grain: float = _parameter("texture of paper or canvas", 0.4)

    def __post_init__(self) -> None:
        for name, value in self.values().items():
            if not 0 <= value <= 1:
                raise ValueError(f"The style parameter {name} lies in [0, 1] (given: {value}).")

    def values(self) -> Mapping[str, float]:
        """The parameters by name, in their order."""
        return {name: getattr(self, name) for name in PARAMETERS}

    def vector(self) -> Vector:
        """The parameters, float64 [P], in the order of `PARAMETERS`."""
        return np.array(list(self.values().values()), dtype=np.float64)


PARAMETERS: tuple[str, ...] = tuple(one.name for one in fields(Style))
WEIGHTS: Vector = np.array([one.metadata["weight"] for one in fields(Style)], dtype=np.float64)


def vector_distance(left: Vector, right: Vector) -> Vector:
    """Distance of style vectors [..., P]: weighted root mean square difference."""
    squares = WEIGHTS * (np.asarray(left) - np.asarray(right)) ** 2
    distance: Vector = np.sqrt(squares.sum(axis=-1) / WEIGHTS.sum())
    return distance


def style_distance(left: Style, right: Style) -> float:
    """How far apart two styles are, in [0, 1]: a metric (weighted Euclidean, over its maximum)."""
    return float(vector_distance(left.vector(), right.vector()))
