"""BLIP: bootstrapped captions (Li et al., ICML 2022), freely or going on from a given opening.

`Salesforce/blip-image-captioning-base` or `-large`. Hönig et al. ask its successor BLIP-2 with the
opening “An illustration of”.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, ClassVar

from pydantic import Field
from torch import Tensor

from config.plugins import Settings, plugin
from generation.networks import Networks
from generation.progress import Progress
from generation.wording import check_architecture, cleaned


@plugin
class Blip:
    """A sentence by beam search that begins with `opening`, which is then taken away if wanted."""

    label: ClassVar[str] = "BLIP image captioning"
    version: ClassVar[int] = 1
    presets: ClassVar[Mapping[str, Settings]] = {
        "hoenig": {"opening": "an illustration of", "stripped": ()}
    }
    needs: ClassVar[tuple[str, ...]] = ("captioner",)

    longest: Annotated[int, Field(ge=1, le=200)] = 20
    """New tokens of a sentence at most."""
    beams: Annotated[int, Field(ge=1, le=32)] = 4
    """Sentences that are followed at once."""
    opening: str = ""
    """How each sentence begins; empty: as the network likes."""
    stripped: tuple[str, ...] = ("a painting of", "an illustration of", "there is")
    """Openings that are taken away: captions of paintings that all say so teach nothing."""

    def caption(self, images: Tensor, networks: Networks, progress: Progress) -> Sequence[str]:
        """`images` [N, 3, H, W] in [0, 1] → a sentence each."""
        network = networks.captioner
        check_architecture(network.architecture, "BlipForConditionalGeneration", "blip")
        told = network.caption(images, self.longest, self.beams, self.opening, progress)
        return cleaned(told, self.stripped)
