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
    """min_y Σ_l ‖G_l(y) − G_l(style)‖² / ‖G_l(style)‖² · w / L + ‖F_c(y) − F_c(x)‖² / ‖F_c(x)‖².

    F_l are the trunk's activations, G_l their Gram matrices over positions, L the number of layers,
    c the `content_layer`; relative, so that the weight w means the same for every trunk and pair.
    Adam from the picture itself.
    """

    label: ClassVar[str] = "Gram-matrix style transfer (Gatys et al.)"
    version: ClassVar[int] = 1
    presets: ClassVar[Mapping[str, Settings]] = {}
    needs: ClassVar[tuple[str, ...]] = ("perceptual",)

    steps: Annotated[int, Field(ge=1, le=10_000, description="steps of Adam")] = 150
    style_weight: Annotated[float, Field(ge=0, description="w: style against content")] = 10.0
    content_layer: Annotated[
        int, Field(ge=0, le=4, description="c: 0 the trunk's first, finest layer")
    ] = 3
    rate: Annotated[float, Field(gt=0, le=1, description="Adam's first step size")] = 0.02
    last_rate: Annotated[float, Field(ge=0, le=1, description="and its last, by cosine")] = 0.002

    def transfer(
        self,
        images: Tensor,
        style: Tensor,
        networks: Networks,
        generators: Sequence[Generator],
        progress: Progress,
    ) -> Tensor:
        """`images`, `style` [N, 3, H, W] in [0, 1], pair by pair → images on the 8-bit grid."""

        def paint(lot: Lot) -> Tensor:
            return self._paint(lot, networks)

        return in_lots(paint, images, style, progress=progress)

    def _paint(self, lot: Lot, networks: Networks) -> Tensor:
        images, style = lot.images
        painted = minimise(
            images,
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
            return self.style_weight * torch.stack(styles).mean(0) + _relative(
                layers[self.content_layer], content
            )

        return loss


def _gram(layer: Tensor) -> Tensor:
    """Gram matrices [N, C, C] of activations [N, C, H, W]: how channels go together."""
    flat = layer.flatten(2)
    return flat @ flat.transpose(1, 2) / flat.shape[2]


def _relative(ours: Tensor, theirs: Tensor) -> Tensor:
    difference, size = (ours - theirs).flatten(1), theirs.flatten(1)
    return difference.square().sum(1) / size.square().sum(1).clamp_min(1e-12)
