"""Aesthetic score: a head, learnt from people's marks, on CLIP's embedding of a picture.

LAION's predictors (Schuhmann et al. 2022, arXiv:2210.08402): a linear layer (`sa_0_4_vit_l_14_
linear`), or a stack of them without activations between (`sac+logos+ava1-l14-linearMSE`), on unit
embeddings of OpenAI's ViT-L/14; marks from 1 to 10. The head and the CLIP network must be those
that belong together.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal

from config.plugins import plugin

if TYPE_CHECKING:
    from torch import Tensor

    from generation.networks import Networks


@plugin
class Aesthetic:
    """The head's mark of a picture, on the scale that it was trained on."""

    label: ClassVar[str] = "Aesthetic score"
    version: ClassVar[int] = 1
    needs: ClassVar[tuple[str, ...]] = ("clip", "aesthetic")
    against: ClassVar[Literal["nothing"]] = "nothing"
    higher_is_closer: ClassVar[bool] = True
    unit: ClassVar[str] = "mark"
    parts: ClassVar[Mapping[str, str]] = {}

    activation: Literal["none", "relu"] = "none"
    """Between the layers of the head; LAION's have none."""

    def score(self, images: "Tensor", references: "Tensor", networks: "Networks") -> "Tensor":
        """[N, 3, H, W] in [0, 1] → [N] float64; the references are not looked at.

        Raises ValueError where the head was not made for embeddings of this length.
        """
        seen = networks.clip.embed_images(images).double()
        return networks.aesthetic.marks(seen, relu=self.activation == "relu").cpu()
