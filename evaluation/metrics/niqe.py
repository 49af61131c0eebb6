"""NIQE: how far a picture's statistics lie from those of clean pictures.

Mittal, Soundararajan, Bovik 2013 (doi:10.1109/LSP.2012.2227726), written anew from the paper. It
learns from no opinions, only from clean pictures; the authors' were 125 photographs. Ours come with
the project and are 155 public-domain paintings; or fit it on your own originals (`manage.py
fit_metric niqe ORIGINALS --to FILE`). Values of different fits are not comparable with each other.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import AfterValidator

from config.plugins import plugin
from evaluation.seeing.scene_model import patches, pinned, read

if TYPE_CHECKING:
    from torch import Tensor

    from generation.networks import Networks


@plugin
class Niqe:
    """Distance between two Gaussians: of the picture's patches, and of clean pictures' patches."""

    label: ClassVar[str] = "NIQE"
    version: ClassVar[int] = 1
    needs: ClassVar[tuple[str, ...]] = ()
    against: ClassVar[Literal["nothing"]] = "nothing"
    higher_is_closer: ClassVar[bool] = False
    unit: ClassVar[str] = ""
    parts: ClassVar[Mapping[str, str]] = {}

    clean: Annotated[str, AfterValidator(pinned)] = "paintings"
    """`paintings`, which come with the project (patches of 96 pixels, as the paper's), or the path
    of a file that `manage.py fit_metric niqe` wrote; its checksum is kept beside it."""

    def score(self, images: "Tensor", references: "Tensor", networks: "Networks") -> "Tensor":
        """[N, 3, H, W] in [0, 1], two patches at least → [N] float64, 0 and more."""
        import torch  # noqa: PLC0415  # torch: only in workers

        model = read(self.clean)
        found, _ = patches(images, model.block)
        found = found.cpu()
        mean = found.mean(1)
        centred = found - mean[:, None]
        covariance = centred.mT @ centred / (found.shape[1] - 1)
        pooled = (covariance + torch.tensor(model.covariance, dtype=torch.float64)) / 2
        gap = (mean - torch.tensor(model.mean, dtype=torch.float64))[..., None]
        inverse = torch.linalg.pinv(pooled, hermitian=True)
        squares: Tensor = (gap.mT @ inverse @ gap).flatten()
        return squares.clamp_min(0).sqrt()
