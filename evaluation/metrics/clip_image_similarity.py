"""CLIP image similarity: how near a picture lies to the artist's originals in CLIP's space.

The cosine of CLIP image embeddings, as Diff-Protect reports it (Xue et al. 2024, arXiv:2311.12832)
between a picture and its original; here between an imitation and each of the victim's originals
that raters see beside it, of which the mean is taken.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal

from config.plugins import plugin

if TYPE_CHECKING:
    from torch import Tensor

    from generation.networks import Networks
    from generation.networks.clip import Clip


@plugin
class ClipImageSimilarity:
    """Cosine of the two embeddings; 1 for equal pictures."""

    label: ClassVar[str] = "CLIP image similarity"
    version: ClassVar[int] = 1
    needs: ClassVar[tuple[str, ...]] = ("clip",)
    against: ClassVar[Literal["originals"]] = "originals"
    higher_is_closer: ClassVar[bool] = True
    unit: ClassVar[str] = "cosine"
    parts: ClassVar[Mapping[str, str]] = {}

    def score(self, images: "Tensor", references: "Tensor", networks: "Networks") -> "Tensor":
        """[N, 3, H, W] and [N, 3, H', W'] in [0, 1] → [N] float64 in [-1, 1]."""
        mine, theirs = (_embedded(networks.clip, each).double() for each in (images, references))
        return (mine * theirs).sum(1).clamp(-1, 1).cpu()


def _embedded(clip: "Clip", images: "Tensor") -> "Tensor":
    """[N, D]; equal pictures go through the network once, since most pairs share one."""
    # brings torch, which the web process, reading labels here, must not load
    import torch  # noqa: PLC0415

    places: dict[bytes, int] = {}
    where = [places.setdefault(image.cpu().numpy().tobytes(), len(places)) for image in images]
    first = [where.index(place) for place in range(len(places))]
    return clip.embed_images(images[first])[torch.tensor(where, device=images.device)]
