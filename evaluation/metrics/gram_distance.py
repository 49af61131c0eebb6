"""Gram distance: how unlike the textures of a picture and of an artist's original are.

The style loss of Gatys, Ecker, Bethge 2016 (doi:10.1109/CVPR.2016.265, equations 3 to 5) on the
layers of the perceptual network in use, all layers alike; between an imitation and each of the
victim's originals that raters see beside it, of which the mean is taken.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, Literal

from config.plugins import plugin
from evaluation.seeing.windows import at_least

if TYPE_CHECKING:
    from torch import Tensor

    from generation.networks import Networks

SMALLEST = 32


@plugin
class GramDistance:
    """Mean over layers of ¼ ‖G - G'‖², G = F Fᵀ / (channels × positions); 0 for equal pictures.

    Dividing by the positions makes pictures of different sizes comparable. The numbers depend on
    the network throughout: they order pictures, and mean nothing by themselves.
    """

    label: ClassVar[str] = "Gram distance"
    version: ClassVar[int] = 1
    needs: ClassVar[tuple[str, ...]] = ("perceptual",)
    against: ClassVar[Literal["originals"]] = "originals"
    higher_is_closer: ClassVar[bool] = False
    unit: ClassVar[str] = ""
    parts: ClassVar[Mapping[str, str]] = {}

    def score(self, images: "Tensor", references: "Tensor", networks: "Networks") -> "Tensor":
        """[N, 3, H, W] and [N, 3, H', W'] in [0, 1], 32 × 32 at least → [N] float64, 0 and more."""
        for each in (images, references):
            at_least(each, SMALLEST, self.label)
        mine, theirs = (_grams(each, networks) for each in (images, references))
        distances = [
            (one - other).square().sum((1, 2)) / 4 for one, other in zip(mine, theirs, strict=True)
        ]
        return sum(distances[1:], distances[0]).cpu() / len(distances)


def _grams(images: "Tensor", networks: "Networks") -> Sequence["Tensor"]:
    """Of each layer [N, C, C] float64; equal pictures go through the network once, alone."""
    import torch  # noqa: PLC0415  # torch: only in workers

    places: dict[bytes, int] = {}
    where = [places.setdefault(image.cpu().numpy().tobytes(), len(places)) for image in images]
    found = []
    for first in (where.index(place) for place in range(len(places))):
        layers = networks.perceptual.activations(images[first : first + 1])
        found.append([_gram(layer) for layer in layers])
    return [torch.cat([found[place][number] for place in where]) for number in range(len(found[0]))]


def _gram(layer: "Tensor") -> "Tensor":
    maps = layer.flatten(2).double()
    return maps @ maps.mT / (maps.shape[1] * maps.shape[2])
