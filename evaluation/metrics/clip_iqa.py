"""CLIP-IQA: does CLIP think a picture nearer to “Good photo.” than to “Bad photo.”?

Wang, Chan and Loy 2023 (arXiv:2207.12396): softmax over the two logits of a pair of antonyms. The
authors take a ResNet-50 CLIP whose positional embedding is left out, so that pictures need no
resizing; here any open_clip network is taken as it is, with its own preprocessing.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field

from config.plugins import Settings, plugin

if TYPE_CHECKING:
    from torch import Tensor

    from generation.networks import Networks
    from generation.networks.clip import Clip

Sentence = Annotated[str, Field(min_length=1, max_length=200)]
GENERAL = (("Good photo.", "Bad photo."),)


@plugin
class ClipIqa:
    """Probability of the good one of two opposite sentences, mean over the pairs."""

    label: ClassVar[str] = "CLIP-IQA"
    version: ClassVar[int] = 1
    presets: ClassVar[Mapping[str, Settings]] = {
        "painting": {"prompts": [["Good painting.", "Bad painting."]]},
        "faults": {
            "prompts": [
                ["Sharp image.", "Blurry image."],
                ["Clean image.", "Noisy image."],
                ["High quality image.", "Low quality image."],
            ]
        },
    }
    needs: ClassVar[tuple[str, ...]] = ("clip",)
    against: ClassVar[Literal["nothing"]] = "nothing"
    higher_is_closer: ClassVar[bool] = True
    unit: ClassVar[str] = "probability"
    parts: ClassVar[Mapping[str, str]] = {}

    prompts: Annotated[
        tuple[tuple[Sentence, Sentence], ...], Field(min_length=1, max_length=50)
    ] = GENERAL
    """Pairs of sentences, the good one first."""

    def score(self, images: "Tensor", references: "Tensor", networks: "Networks") -> "Tensor":
        """[N, 3, H, W] in [0, 1] → [N] float64 in [0, 1]; the references are not looked at."""
        clip = networks.clip
        seen = clip.embed_images(images).double()
        logits = clip.logit_scale * seen @ _anchors(clip, self.prompts).T
        good = logits.view(len(images), -1, 2).softmax(2)[:, :, 0]
        return good.mean(1).cpu()


@lru_cache(maxsize=4)  # a function of a frozen network and texts: the same for every batch
def _anchors(clip: "Clip", prompts: tuple[tuple[str, str], ...]) -> "Tensor":
    return clip.embed_texts([sentence for pair in prompts for sentence in pair]).double()
