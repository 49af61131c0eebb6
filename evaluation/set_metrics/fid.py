"""FID: Fréchet distance of two sets of pictures in the features of a network.

Heusel, Ramsauer, Unterthiner, Nessler, Hochreiter 2017 (arXiv:1706.08500). It is FID only with the
network `inception_fid`; of other features it is a Fréchet distance, and says so. The Glaze authors
call it unreliable for art; at the sizes of a study of people it is above all biased: a set has
fewer pictures than the features have dimensions.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field

from config.plugins import Settings, plugin
from evaluation.measuring.picture_sets import (
    Distance,
    Draws,
    Floats,
    PictureSet,
    SetValue,
    compared,
)
from evaluation.seeing.frechet_warnings import frechet_warnings
from evaluation.seeing.set_distances import frechet, frechet_extrapolated
from evaluation.set_metrics import Features

REPEATS = 20
"""Orders that the extrapolated estimate averages; a replicate takes one."""


@plugin
class Fid:
    """|μ - ν|² + Tr(S + R - 2 (S R)^½); 0 for equal sets."""

    label: ClassVar[str] = "FID"
    version: ClassVar[int] = 1
    presets: ClassVar[Mapping[str, Settings]] = {"clip": {"features": "clip"}}
    paired: ClassVar[bool] = False

    features: Features = "inception"
    """What is compared: the study's network in this role."""
    extrapolated: bool = False
    """FID∞ instead: a line through subsets, read at infinitely many pictures (Chong and Forsyth
    2020). It takes the bias away only where there are many more pictures than dimensions."""
    replicates: Annotated[int, Field(ge=100, le=10_000)] = 200
    """Of the bootstrap, and of dealing out by chance."""
    level: Annotated[float, Field(gt=0.5, lt=1)] = 0.95
    """Nominal coverage of the interval."""

    def compare(
        self, sample: PictureSet, reference: PictureSet, network: str, seed: int
    ) -> SetValue:
        """Fréchet distance with its interval and warnings."""
        draws = Draws(self.replicates, self.level, seed)
        if not self.extrapolated:
            found = compared(sample, reference, frechet, draws)
            said = [*frechet_warnings(sample, reference, network)]
        else:
            found = compared(sample, reference, _at_infinity(seed), draws)
            said = self._of_the_line(sample, reference)
        return replace(found, warnings=(*said, *found.warnings))

    @staticmethod
    def _of_the_line(sample: PictureSet, reference: PictureSet) -> list[str]:
        fewest = min(len(sample), len(reference))
        if fewest > 2 * sample.dimensions:
            return []
        return [
            f"Extrapolated from {fewest // 2} to {fewest} pictures in {sample.dimensions:,}"
            " dimensions, where the bias is no line yet: it is not taken away."
        ]


def _at_infinity(seed: int) -> Distance:
    generator = np.random.default_rng(seed)

    def distance(sample: PictureSet, reference: PictureSet, mine: Floats, theirs: Floats) -> float:
        whole = bool((mine == 1).all() and (theirs == 1).all())
        drawn = [
            each.taken(np.repeat(np.arange(len(each)), weights.astype(int)))
            for each, weights in ((sample, mine), (reference, theirs))
        ]
        return frechet_extrapolated(drawn[0], drawn[1], REPEATS if whole else 1, generator)

    return distance
