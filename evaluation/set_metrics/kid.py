"""KID: squared maximum mean discrepancy with a polynomial kernel, without bias.

Bińkowski, Sutherland, Arbel, Gretton 2018, “Demystifying MMD GANs” (arXiv:1801.01401). The authors
average subsets of 1,000 to save memory; here all pictures are used at once, which has the same
mean and less variance. Unbiased at any size, so sets of different sizes may be compared; it can be
below 0.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, ClassVar

from pydantic import Field

from config.plugins import Settings, plugin
from evaluation.measuring.picture_sets import Draws, PictureSet, SetValue, compared
from evaluation.seeing.set_distances import discrepancy, polynomial
from evaluation.set_metrics import Features

FEW = 20


@plugin
class Kid:
    """MMD² with (x·y / D + 1)³; around 0 for sets that do not differ."""

    label: ClassVar[str] = "KID"
    version: ClassVar[int] = 1
    presets: ClassVar[Mapping[str, Settings]] = {"clip": {"features": "clip"}}
    paired: ClassVar[bool] = False

    features: Features = "inception"
    """What is compared: the study's network in this role."""
    replicates: Annotated[int, Field(ge=100, le=10_000)] = 1000
    """Of the bootstrap, and of dealing out by chance."""
    level: Annotated[float, Field(gt=0.5, lt=1)] = 0.95
    """Nominal coverage of the interval."""

    def compare(
        self, sample: PictureSet, reference: PictureSet, network: str, seed: int
    ) -> SetValue:
        """The discrepancy with its interval and warnings."""
        distance = discrepancy(polynomial, unbiased=True)
        found = compared(sample, reference, distance, Draws(self.replicates, self.level, seed))
        return replace(found, warnings=(*_few(sample, reference), *found.warnings))


def _few(sample: PictureSet, reference: PictureSet) -> list[str]:
    fewest = min(len(sample), len(reference))
    if fewest >= FEW:
        return []
    return [f"Only {fewest} pictures: without bias, but far from precise; read the interval."]
