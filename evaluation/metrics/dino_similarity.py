"""DINO similarity: how near a picture comes to the imitated painter's originals in DINO's space.

DINO and DINOv2 (Caron et al. 2021, arXiv:2104.14294; Oquab et al. 2023, arXiv:2304.07193) learn
from pictures without words, and tell subjects apart that CLIP calls the same: the cosine of class
tokens, as DreamBooth reports it (Ruiz et al. 2023, arXiv:2208.12242, ViT-S/16).
"""

from typing import TYPE_CHECKING, ClassVar

from config.plugins import plugin
from evaluation.measuring.galleries import Embed
from evaluation.seeing.style_similarity import StyleSimilarity

if TYPE_CHECKING:
    from generation.networks import Networks


@plugin
class DinoSimilarity(StyleSimilarity):
    """Mean cosine to the painter's originals by class tokens of DINO or DINOv2."""

    label: ClassVar[str] = "DINO similarity"
    needs: ClassVar[tuple[str, ...]] = ("dino",)

    def embedder(self, networks: "Networks") -> Embed:
        """The class token after the last layer."""
        return networks.dino.embed_images
