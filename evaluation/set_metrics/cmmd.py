"""CMMD: squared maximum mean discrepancy of CLIP embeddings with a Gaussian kernel.

Jayasumana, Ramalingam, Veit, Glasner, Chakrabarti, Kumar 2024, “Rethinking FID” (arXiv:2401.09603):
unit embeddings of CLIP ViT-L/14 at 336 pixels, sigma 10, times 1000. With a sigma that wide on the
unit sphere the kernel is nearly linear, so CMMD is nearly 1000 / sigma² times the squared distance
of the two mean embeddings.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from config.plugins import Settings, plugin
from evaluation.measuring.picture_sets import Draws, Floats, PictureSet, SetValue, compared
from evaluation.seeing.set_distances import discrepancy, gaussian
from evaluation.set_metrics import Features

FEW = 20


@plugin
class Cmmd:
    """scale · MMD² with exp(-|x - y|² / 2σ²)."""

    label: ClassVar[str] = "CMMD"
    version: ClassVar[int] = 1
    presets: ClassVar[Mapping[str, Settings]] = {"authors": {"estimator": "authors"}}
    paired: ClassVar[bool] = False
    features: ClassVar[Features] = "clip"

    sigma: Annotated[float, Field(gt=0, le=1000)] = 10.0
    """Width of the kernel."""
    scale: Annotated[float, Field(gt=0, le=1_000_000)] = 1000.0
    """What MMD² is multiplied by."""
    estimator: Literal["unbiased", "authors"] = "unbiased"
    """`authors`: their code also pairs every picture with itself, which adds to the value the more
    the fewer pictures there are. `unbiased` leaves those pairs out."""
    replicates: Annotated[int, Field(ge=100, le=10_000)] = 1000
    """Of the bootstrap, and of dealing out by chance."""
    level: Annotated[float, Field(gt=0.5, lt=1)] = 0.95
    """Nominal coverage of the interval."""

    def compare(
        self, sample: PictureSet, reference: PictureSet, network: str, seed: int
    ) -> SetValue:
        """The scaled discrepancy with its interval and warnings."""
        plain = discrepancy(gaussian(self.sigma), unbiased=self.estimator == "unbiased")

        def distance(one: PictureSet, other: PictureSet, mine: Floats, theirs: Floats) -> float:
            return self.scale * plain(one, other, mine, theirs)

        found = compared(sample, reference, distance, Draws(self.replicates, self.level, seed))
        said = self._few(sample, reference)
        return replace(found, warnings=(*said, *found.warnings))

    def _few(self, sample: PictureSet, reference: PictureSet) -> list[str]:
        fewest = min(len(sample), len(reference))
        if self.estimator == "authors":
            return [
                "The authors' estimator is biased upward, the more the fewer pictures: read it"
                " against what chance gives, not against 0."
            ]
        if fewest >= FEW:
            return []
        return [f"Only {fewest} pictures: without bias, but far from precise; read the interval."]
