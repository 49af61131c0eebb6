"""CSD: how near a picture comes to the painter's originals by contrastive style descriptors.

Somepalli et al. 2024 (arXiv:2404.01292): a CLIP image tower (ViT-L/14) fine-tuned on LAION-Styles;
the dot product of `style_output` (768 numbers of length 1) with the mean of the references', which
is the mean of the dot products. `content_output` is not looked at.
"""

from typing import TYPE_CHECKING, ClassVar

from config.plugins import plugin
from evaluation.measuring.galleries import Embed
from evaluation.seeing.style_similarity import StyleSimilarity

if TYPE_CHECKING:
    from generation.networks import Networks


@plugin
class Csd(StyleSimilarity):
    """Mean dot product with the style descriptors of the painter's originals."""

    label: ClassVar[str] = "CSD style similarity"
    needs: ClassVar[tuple[str, ...]] = ("style",)

    def embedder(self, networks: "Networks") -> Embed:
        """The descriptor's `style_output`."""
        return networks.style.embed_images
