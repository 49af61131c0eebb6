"""What metrics of likeness to a painter share: cosines to the originals, as they are or corrected.

Cosines of style embeddings have hubs: pictures that lie near everybody's. On 91 painters, 23 are
on average nearer to others than to themselves by the plain cosine of CSD (Frochte 2026,
arXiv:2605.09030). Cross-domain similarity local scaling (CSLS, Conneau et al. 2018,
arXiv:1710.04087, equation 3) takes off how near each of the two lies to its neighbours.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import Field

from config.plugins import plugin
from evaluation.measuring.galleries import Embed, Gallery, GalleryError, vectors

if TYPE_CHECKING:
    from torch import Tensor

    from generation.networks import Networks


@plugin
class StyleSimilarity:
    """Mean over the painter's originals; a subclass says what embeds pictures."""

    version: ClassVar[int] = 1
    presets: ClassVar[Mapping[str, Mapping[str, Any]]] = {"csls": {"correction": "csls"}}
    against: ClassVar[Literal["gallery"]] = "gallery"
    higher_is_closer: ClassVar[bool] = True
    unit: ClassVar[str] = "cosine"
    parts: ClassVar[Mapping[str, str]] = {}

    correction: Literal["none", "csls"] = Field(
        "none",
        description="`csls`: twice the cosine, minus the mean cosine of the picture, and of the"
        " original, to their nearest neighbours among the originals of all painters",
    )
    neighbours: Annotated[int, Field(ge=1, le=100)] = Field(
        10, description="how many nearest neighbours csls takes the mean over"
    )

    def embedder(self, networks: "Networks") -> Embed:
        """What makes pictures [N, 3, H, W] in [0, 1] into unit vectors [N, D]."""
        raise NotImplementedError

    def check(self, gallery: Gallery) -> None:
        """Raises GalleryError where the pictures do not suffice."""
        if not gallery.own:
            raise GalleryError("the painter has no original to compare with.")
        if self.correction == "none":
            return
        if not gallery.others:
            raise GalleryError(
                "CSLS needs originals of other painters beside the painter's: measure without"
                " `correction: csls`, or study two painters or more."
            )
        there = len(gallery.own) + len(gallery.rest) - 1
        if self.neighbours > there:
            raise GalleryError(
                f"CSLS over {self.neighbours} nearest neighbours needs as many other originals, and"
                f" there are {there}: set `neighbours` to fewer."
            )

    def score(
        self, images: "Tensor", galleries: Sequence[Gallery], networks: "Networks"
    ) -> "Tensor":
        """[N, 3, H, W] in [0, 1], N galleries → [N] float64, in [-1, 1] where not corrected."""
        # brings torch, which the web process, reading labels here, must not load
        import torch  # noqa: PLC0415

        embed = self.embedder(networks)
        seen = embed(images).double().cpu()
        pairs = zip(seen, galleries, strict=True)
        return torch.stack([self._likeness(mine, gallery, embed) for mine, gallery in pairs])

    def _likeness(self, mine: "Tensor", gallery: Gallery, embed: Embed) -> "Tensor":
        self.check(gallery)
        own = vectors(gallery, gallery.own, embed)
        cosines = own @ mine
        if self.correction == "none":
            return cosines.mean().clamp(-1, 1)
        whole = vectors(gallery, (*gallery.own, *gallery.rest), embed)
        near_picture = (whole @ mine).topk(self.neighbours).values.mean()
        among = own @ whole.T
        among.fill_diagonal_(-float("inf"))  # an original is no neighbour of itself
        near_originals = among.topk(self.neighbours, dim=1).values.mean(1)
        return (2 * cosines - near_picture - near_originals).mean()
