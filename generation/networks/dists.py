"""DISTS (Ding, Ma, Wang, Simoncelli 2020, arXiv:2004.07728): structure and texture of VGG's maps.

The trunk is VGG-16 up to relu5_3 with its pooling replaced by a weighted root mean square of 3 × 3
positions (equation 3); maps are compared by their means (texture) and their covariance (structure),
and a weighted sum of both over all channels is taken (equations 5 to 7).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor
from torch.nn.functional import conv2d, pad

from generation.networks.files import Source
from generation.networks.reading import intact, state_dict

STAGES = ((0, 2), (5, 7), (10, 12, 14), (17, 19, 21), (24, 26, 28))
"""Numbers of VGG-16's convolutions, as torchvision counts its layers."""
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""Of ImageNet's pixels, which the trunk expects to be taken out."""
STABLE = 1e-6
"""c1 and c2 of the paper."""

Convolution = tuple[Tensor, Tensor]


@dataclass(frozen=True)
class Dists:
    """A trunk and the weights of its channels; `alpha` and `beta` [1, C] add up to 1 together."""

    stages: tuple[tuple[Convolution, ...], ...]
    alpha: Tensor
    beta: Tensor

    def distance(self, images: Tensor, references: Tensor) -> Tensor:
        """[N, 3, H, W] in [0, 1], twice → [N] float64 in about [0, 1]; 0 for equal pictures."""
        texture, structure = [], []
        for mine, theirs in zip(self.maps(images), self.maps(references), strict=True):
            light, form = _alike(mine.double().flatten(2), theirs.double().flatten(2))
            texture.append(light)
            structure.append(form)
        alike = self.alpha * torch.cat(texture, 1) + self.beta * torch.cat(structure, 1)
        return 1 - alike.sum(1)

    def maps(self, images: Tensor) -> Sequence[Tensor]:
        """The pixels themselves, and the last maps of each stage."""
        mean, deviation = (images.new_tensor(each).view(1, 3, 1, 1) for each in (MEAN, DEVIATION))
        layer, found = (images - mean) / deviation, [images]
        for number, stage in enumerate(self.stages):
            layer = _pooled(layer) if number else layer
            for weight, bias in stage:
                layer = conv2d(layer, weight, bias, padding=1).relu()
            found.append(layer)
        return found


def _pooled(layer: Tensor) -> Tensor:
    """√(mean of squares) of 3 × 3 positions by a Hanning window, every second of them."""
    line = layer.new_tensor([0.25, 0.5, 0.25])
    window = (line[:, None] * line)[None, None]
    flat = pad(layer.square(), [1, 1, 1, 1]).flatten(0, 1)[:, None]
    pooled = (conv2d(flat, window, stride=2) + 1e-12).sqrt()
    return pooled.view(*layer.shape[:2], *pooled.shape[-2:])


def _alike(mine: Tensor, theirs: Tensor) -> tuple[Tensor, Tensor]:
    """Texture and structure [N, C] of maps [N, C, positions]."""
    mean, other = mine.mean(2), theirs.mean(2)
    texture = (2 * mean * other + STABLE) / (mean.square() + other.square() + STABLE)
    left, right = mine - mean[..., None], theirs - other[..., None]
    spread = left.square().mean(2) + right.square().mean(2)
    structure = (2 * (left * right).mean(2) + STABLE) / (spread + STABLE)
    return texture, structure


def load_dists(source: Source, device: torch.device) -> Dists:
    """The network of a source; raises NetworkUnavailable where its files are none."""
    weights = state_dict(source.files["weights"])
    trunk = state_dict(source.files["trunk"]) if "trunk" in source.files else weights
    with intact(*source.files.values()):
        stages = tuple(
            tuple(_convolution(trunk, number, device) for number in stage) for stage in STAGES
        )
        alpha, beta = (weights[name].double().flatten()[None] for name in ("alpha", "beta"))
        channels = 3 + sum(len(stage[-1][1]) for stage in stages)
        if alpha.shape[1] != channels or beta.shape[1] != channels:
            raise ValueError(f"it weights {alpha.shape[1]} channels of {channels}")
        total = alpha.sum() + beta.sum()
        return Dists(stages, (alpha / total).to(device), (beta / total).to(device))


def _convolution(trunk: Mapping[str, Tensor], number: int, device: torch.device) -> Convolution:
    pair = (trunk[f"features.{number}.{name}"].float().to(device) for name in ("weight", "bias"))
    return cast(Convolution, tuple(pair))
