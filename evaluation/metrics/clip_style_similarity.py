"""CLIP style similarity: how near a picture comes to all of the imitated painter's originals.

The cosine of CLIP image embeddings (CLIP-I of DreamBooth, Ruiz et al. 2023, arXiv:2208.12242: mean
over all pairs of made and real pictures). `clip_image_similarity` asks the same of the originals
that stand beside the picture alone.
"""

from typing import TYPE_CHECKING, ClassVar

from config.plugins import plugin
from evaluation.measuring.galleries import Embed
from evaluation.seeing.style_similarity import StyleSimilarity

if TYPE_CHECKING:
    from generation.networks import Networks


@plugin
class ClipStyleSimilarity(StyleSimilarity):
    """Mean cosine to the painter's originals in CLIP's space, of any open_clip network."""

    label: ClassVar[str] = "CLIP style similarity"
    needs: ClassVar[tuple[str, ...]] = ("clip",)

    def embedder(self, networks: "Networks") -> Embed:
        """CLIP's image tower."""
        return networks.clip.embed_images
