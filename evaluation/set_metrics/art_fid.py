"""ArtFID: is the style that of the artist, and the content still that of the picture?

Wright and Ommer 2022, “ArtFID: Quantitative Evaluation of Neural Style Transfer”
(arXiv:2207.12280): (1 + LPIPS) · (1 + FID), LPIPS of each picture to the one that it was made
from, FID of the features of an Inception network trained on art (`inception_art`) between the
pictures and the artist's. It needs pictures that were made from pictures: a mimic's paintings
from words have no content to keep. The authors use tens of thousands of pictures (FID∞).
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, ClassVar

from pydantic import Field

from config.plugins import Settings, plugin
from evaluation.measuring.picture_sets import Draws, Floats, PictureSet, SetValue, compared
from evaluation.seeing.frechet_warnings import frechet_warnings
from evaluation.seeing.set_distances import frechet
from evaluation.set_metrics import Features
from evaluation.statistics.estimate import BadData


@plugin
class ArtFid:
    """(1 + LPIPS) · (1 + FID); 1 for equal sets whose content is untouched."""

    label: ClassVar[str] = "ArtFID"
    version: ClassVar[int] = 1
    presets: ClassVar[Mapping[str, Settings]] = {}
    paired: ClassVar[bool] = True

    features: Features = "inception"
    """What the style is compared by: the study's network in this role, `inception_art` for the
    authors' numbers."""
    replicates: Annotated[int, Field(ge=100, le=10_000)] = 200
    """Of the bootstrap, and of dealing out by chance (which leaves the content as it is)."""
    level: Annotated[float, Field(gt=0.5, lt=1)] = 0.95
    """Nominal coverage of the interval."""

    def compare(
        self, sample: PictureSet, reference: PictureSet, network: str, seed: int
    ) -> SetValue:
        """Both parts, drawn again together."""
        if sample.content is None:
            raise BadData(
                "ArtFID compares each picture with the one that it was made from, and these were"
                " made from none."
            )
        found = compared(sample, reference, _both, Draws(self.replicates, self.level, seed))
        said = frechet_warnings(sample, reference, network)
        return replace(found, warnings=(*said, *found.warnings))


def _both(sample: PictureSet, reference: PictureSet, mine: Floats, theirs: Floats) -> float:
    assert sample.content is not None, "refused before"
    content = float(mine @ sample.content / mine.sum())
    return (1 + content) * (1 + frechet(sample, reference, mine, theirs))
