"""ViT-GPT2: a picture's patches read by a vision transformer, told by GPT-2.

`nlpconnect/vit-gpt2-image-captioning`, which IMPRESS takes (and Glaze, by its authors' account):
beam search with 4 beams and at most 16 tokens, as that network's page uses it.
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
class VitGpt2:
    """A sentence by beam search, without the opening that says it is a painting."""

    label: ClassVar[str] = "ViT-GPT2 image captioning"
    version: ClassVar[int] = 1
    presets: ClassVar[Mapping[str, Settings]] = {"impress": {"stripped": ("a painting of",)}}
    needs: ClassVar[tuple[str, ...]] = ("captioner",)

    longest: Annotated[int, Field(ge=1, le=200)] = 16
    """Tokens of a sentence at most."""
    beams: Annotated[int, Field(ge=1, le=32)] = 4
    """Sentences that are followed at once."""
    stripped: tuple[str, ...] = ("a painting of", "there is")
    """Openings that are taken away: captions of paintings that all say so teach nothing."""

    def caption(self, images: Tensor, networks: Networks, progress: Progress) -> Sequence[str]:
        """`images` [N, 3, H, W] in [0, 1] → a sentence each."""
        network = networks.captioner
        check_architecture(network.architecture, "VisionEncoderDecoderModel", "vit_gpt2")
        told = network.caption(images, self.longest, self.beams, progress=progress)
        return cleaned(told, self.stripped)
