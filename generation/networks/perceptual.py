"""LPIPS (Zhang et al., 2018) through the `lpips` package, with the reference's features kept.

A step of an optimisation compares a moving image with one that stands still: the standing image's
features are computed once, and only the moving image runs through the trunk.
"""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch import Tensor
from torch.nn.functional import interpolate

Features = Sequence[Tensor]

EPSILON = 1e-10
"""LPIPS's own guard against division by zero."""


class Perceptual(Protocol):
    """A perceptual distance between images [N, 3, H, W] in [0, 1]; gradients flow."""

    def activations(self, images: Tensor) -> Features:
        """What the trunk's layers say, [N, C_l, H_l, W_l] each: for Gram matrices."""

    def features(self, images: Tensor) -> Features:
        """The activations scaled to unit length over channels: what `distance` compares."""

    def distance(self, images: Tensor, reference: Features) -> Tensor:
        """Distance [N] of each image from the one whose `features` are `reference`."""

    def spread(self, images: Tensor, reference: Features) -> Tensor:
        """The same before it is averaged over the picture: [N, H, W], whose mean is about it."""


@dataclass(frozen=True)
class Lpips:
    """LPIPS version 0.1; equals `lpips.LPIPS` on the same images in [-1, 1]."""

    network: Any

    def activations(self, images: Tensor) -> Features:
        return tuple(self.network.net(self.network.scaling_layer(images * 2 - 1)))

    def features(self, images: Tensor) -> Features:
        return tuple(_unit(layer) for layer in self.activations(images))

    def distance(self, images: Tensor, reference: Features) -> Tensor:
        layers = zip(self.activations(images), reference, self._weights(), strict=True)
        distances = [_LayerDistance.apply(ours, theirs, weight) for ours, theirs, weight in layers]
        total: Tensor = torch.stack(distances).sum(0)
        return total

    def spread(self, images: Tensor, reference: Features) -> Tensor:
        size = images.shape[-2:]
        layers = zip(self.features(images), reference, self._weights(), strict=True)
        maps = [((ours - theirs).square() * w).sum(1, keepdim=True) for ours, theirs, w in layers]
        larger = [interpolate(m, size=size, mode="bilinear", align_corners=False) for m in maps]
        total: Tensor = torch.cat(larger, 1).sum(1)
        return total

    def _weights(self) -> Sequence[Tensor]:
        return [linear.model[-1].weight for linear in self.network.lins]


@dataclass(frozen=True)
class TrunkLpips(Lpips):
    """The same distance around the project's own small trunk (networks/trunk.py)."""

    def activations(self, images: Tensor) -> Features:
        return tuple(self.network(images))

    def _weights(self) -> Sequence[Tensor]:
        return list(self.network.weights)


class _LayerDistance(torch.autograd.Function):
    """d = mean over positions of Σ_c w_c (u_c − r_c)², u = a / (‖a‖ + ε), and its gradient.

    a [N, C, H, W] are activations, r the reference's unit features, w [1, C, 1, 1] the layer's
    weights. ∂d/∂a = 2 / (H·W·‖a‖) · (v − u Σ_c u_c v_c) with v = w (u − r): by hand, because
    autograd goes through memory three times as often for the same.
    """

    @staticmethod
    def forward(ctx: Any, layer: Tensor, reference: Tensor, weight: Tensor) -> Tensor:
        length = _length(layer)
        unit = layer / length
        gap = unit - reference
        weighted = gap * weight
        ctx.save_for_backward(unit, weighted, length)
        return gap.mul_(weighted).mean((2, 3)).sum(1)

    @staticmethod
    def backward(ctx: Any, *upstream: Tensor) -> tuple[Tensor, None, None]:
        unit, weighted, length = ctx.saved_tensors
        along = (unit * weighted).sum(1, keepdim=True)
        scale = upstream[0].view(-1, 1, 1, 1) * (2 / (unit.shape[2] * unit.shape[3])) / length
        return torch.addcmul(weighted, unit, along, value=-1).mul_(scale), None, None


def _unit(layer: Tensor) -> Tensor:
    return layer / _length(layer)


def _length(layer: Tensor) -> Tensor:
    length: Tensor = torch.linalg.vector_norm(layer, dim=1, keepdim=True)
    return length + EPSILON


def load_lpips(net: str, trunk: Mapping[str, Tensor]) -> Lpips:
    """LPIPS `net` (squeeze, vgg, alex) around a trunk: torchvision's state dict, any float type.

    The linear layers come with the lpips package. No network connection is ever used.
    """
    # lpips and torchvision take seconds to import, and a worker may never need them
    from lpips import LPIPS  # noqa: PLC0415

    with warnings.catch_warnings():
        # the package says pretrained=False the way torchvision used to spell it
        warnings.simplefilter("ignore", UserWarning)
        network = LPIPS(net=net, version="0.1", pnet_rand=True, verbose=False)
    for part in network.net.children():
        for number, layer in part.named_children():
            prefix = f"features.{number}."
            named = {key: value for key, value in trunk.items() if key.startswith(prefix)}
            layer.load_state_dict({key.removeprefix(prefix): value for key, value in named.items()})
    return Lpips(network)
