"""Style transfer by Gram matrices: the picture's content in the brushwork and colours of another.

Gatys, Ecker and Bethge, “Image Style Transfer Using Convolutional Neural Networks” (CVPR 2016),
with the trunk of the perceptual network in place of VGG-19. It stands in for the diffusion
img2img of the published cloaks, needs no diffusion model and runs on a laptop.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, ClassVar

import torch
from pydantic import Field
from torch import Generator, Tensor

from config.plugins import Settings, plugin
from generation.lots import Lot, in_lots
from generation.networks import Networks
from generation.networks.perceptual import Features
from generation.optimise import Adam, Objective, cosine, minimise
from generation.pixels import quantise
from generation.progress import Progress


@plugin
class Gram:
    """min_y ‖F_c(y) − F_c(x)‖² / ‖F_c(x)‖² + w · mean_l ‖G_l(y) − G_l(s)‖² / ‖G_l(s)‖² + t · TV(y).

    F_l are the trunk's activations, G_l their Gram matrices over positions, c the `content_layer`,
    s the style's picture, TV the mean absolute difference of neighbours; relative, so that the
    weights mean the same for every trunk and pair. Adam from x in the colours of s (their mean and
    covariance, as in Gatys et al., “Preserving Color in Neural Artistic Style Transfer”, 2016).
    """

    label: ClassVar[str] = "Gram-matrix style transfer (Gatys et al.)"
    version: ClassVar[int] = 1
    presets: ClassVar[Mapping[str, Settings]] = {}
    needs: ClassVar[tuple[str, ...]] = ("perceptual",)

    steps: Annotated[int, Field(ge=1, le=10_000)] = 100
    """Steps of Adam."""
    style_weight: Annotated[float, Field(ge=0)] = 10.0
    """Weight w of the style against the content."""
    content_layer: Annotated[int, Field(ge=0, le=4)] = 3
    """Layer c that holds the content; 0 is the trunk's first and finest."""
    smoothness: Annotated[float, Field(ge=0)] = 30.0
    """Weight t of total variation."""
    rate: Annotated[float, Field(gt=0, le=1)] = 0.02
    """First step size on [0, 1]; falls by a cosine."""
    last_rate: Annotated[float, Field(ge=0, le=1)] = 0.002
    """Last step size on [0, 1]."""

    def transfer(
        self,
        images: Tensor,
        style: Tensor | None,
        networks: Networks,
        generators: Sequence[Generator],
        progress: Progress,
    ) -> Tensor:
        """`images`, `style` [N, 3, H, W] in [0, 1], pair by pair → images on the 8-bit grid."""
        if style is None:
            raise ValueError("gram needs a style: a picture by the painter to be imitated.")

        def paint(lot: Lot) -> Tensor:
            return self._paint(lot, networks)

        return in_lots(paint, images, style, progress=progress)

    def _paint(self, lot: Lot, networks: Networks) -> Tensor:
        images, style = lot.images
        painted = minimise(
            _recoloured(images, style),
            self._objective(images, style, networks),
            Adam(),
            cosine(self.rate, self.last_rate),
            lambda moved: moved.clamp(0, 1),
            self.steps,
            lot.progress,
        )
        return quantise(painted)

    def _objective(self, images: Tensor, style: Tensor, networks: Networks) -> Objective:
        trunk = networks.perceptual.activations
        with torch.no_grad():
            grams = [_gram(layer) for layer in trunk(style)]
            content = trunk(images)[self.content_layer]

        def loss(painted: Tensor) -> Tensor:
            layers: Features = trunk(painted)
            styles = [
                _relative(_gram(layer), gram) for layer, gram in zip(layers, grams, strict=True)
            ]
            return (
                _relative(layers[self.content_layer], content)
                + self.style_weight * torch.stack(styles).mean(0)
                + self.smoothness * _variation(painted)
            )

        return loss


def _gram(layer: Tensor) -> Tensor:
    """Gram matrices [N, C, C] of activations [N, C, H, W]: how channels go together."""
    flat = layer.flatten(2)
    return flat @ flat.transpose(1, 2) / flat.shape[2]


def _relative(ours: Tensor, theirs: Tensor) -> Tensor:
    difference, size = (ours - theirs).flatten(1), theirs.flatten(1)
    return difference.square().sum(1) / size.square().sum(1).clamp_min(1e-12)


def _variation(images: Tensor) -> Tensor:
    across, down = images.diff(dim=3), images.diff(dim=2)
    return across.abs().mean((1, 2, 3)) + down.abs().mean((1, 2, 3))


def _recoloured(images: Tensor, style: Tensor) -> Tensor:
    """`images` with the mean colour and the covariance of colours of `style`, clamped."""
    (mean, root), (goal, goal_root) = _colours(images), _colours(style)
    flat = (images.flatten(2) - mean).double()
    moved: Tensor = goal_root @ torch.linalg.pinv(root) @ flat
    return (moved.float() + goal).view_as(images).clamp(0, 1)


def _colours(images: Tensor) -> tuple[Tensor, Tensor]:
    """Mean [N, 3, 1] and symmetric square root of the covariance [N, 3, 3] of colours."""
    flat = images.flatten(2)
    mean = flat.mean(2, keepdim=True)
    centred = (flat - mean).double()
    values, vectors = torch.linalg.eigh(centred @ centred.transpose(1, 2) / flat.shape[2])
    root = vectors @ torch.diag_embed(values.clamp_min(0).sqrt()) @ vectors.transpose(1, 2)
    return mean, root
