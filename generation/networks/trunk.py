"""A small LPIPS network of the project's own: five stages of convolutions and linear weights.

It answers through the same interface as the LPIPS of Zhang et al. (2018): features scaled to unit
length over channels, squared differences, non-negative weights, a mean over positions and a sum
over stages. One safetensors file holds it, with its configuration in the file's metadata.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from generation.networks.perceptual import EPSILON, Features

METADATA = "trunk"
"""The key of the configuration in the file's metadata."""


@dataclass(frozen=True)
class TrunkConfig:
    """The shape of a trunk: one entry a stage."""

    widths: tuple[int, ...] = (16, 32, 64, 96, 128)
    """Channels of each stage."""
    depths: tuple[int, ...] = (2, 2, 2, 1, 1)
    """Convolutions of each stage; the first of a stage halves the picture's sides."""

    def __post_init__(self) -> None:
        if len(self.widths) != len(self.depths) or not self.widths or min(self.depths) < 1:
            raise ValueError("A trunk needs one width and one depth of at least 1 a stage.")


class Trunk(nn.Module):
    """Images [N, 3, H, W] in [0, 1] → the activations of each stage [N, C_l, H/2^(l+1), W/2^(l+1)].

    Sides of at least 2**stages pixels. Every pixel is seen: convolutions are padded, and a stride
    never skips a column. 0.24 M weights as configured by default.
    """

    def __init__(self, config: TrunkConfig | None = None) -> None:
        super().__init__()
        self.config = config or TrunkConfig()
        widths = (3, *self.config.widths)
        self.stages = nn.ModuleList(
            _stage(ins, outs, depth)
            for (ins, outs), depth in zip(pairwise(widths), self.config.depths, strict=True)
        )
        self.weights = nn.ParameterList(
            nn.Parameter(torch.full((1, width, 1, 1), 1 / len(self.config.widths)))
            for width in self.config.widths
        )
        """Linear weights w_l [1, C_l, 1, 1] of the squared differences; kept at 0 or more."""

    def forward(self, images: Tensor) -> Features:
        """Activations of all stages, after their ReLU."""
        layers = []
        layer = images * 2 - 1
        for stage in self.stages:
            layer = stage(layer)
            layers.append(layer)
        return tuple(layers)

    def compare(self, images: Tensor, originals: Tensor) -> Tensor:
        """Distances [N] with gradients to everything, for training; negative weights count as 0."""
        layers = zip(self(images), self(originals), self.weights, strict=True)
        distances = [
            ((_unit(ours) - _unit(theirs)).square() * weight.clamp_min(0)).sum(1).mean((1, 2))
            for ours, theirs, weight in layers
        ]
        total: Tensor = torch.stack(distances).sum(0)
        return total

    def save(self, path: Path, dtype: torch.dtype = torch.float16) -> None:
        """One safetensors file of `dtype`, the configuration in its metadata."""
        state = {
            name: (tensor.clamp_min(0) if name.startswith("weights.") else tensor)
            .detach()
            .to("cpu", dtype)
            .contiguous()
            for name, tensor in self.state_dict().items()
        }
        save_file(state, path, metadata={METADATA: json.dumps(asdict(self.config))})

    @classmethod
    def load(cls, path: Path) -> "Trunk":
        """The trunk of a file that `save` wrote, float32; raises ValueError where it is none."""
        trunk = cls(_config(path))
        state: Mapping[str, Tensor] = load_file(path)
        trunk.load_state_dict({name: tensor.float() for name, tensor in state.items()})
        if any(bool((weight < 0).any()) for weight in trunk.weights):
            raise ValueError("its linear weights are negative")
        return trunk


def _config(path: Path) -> TrunkConfig:
    with safe_open(path, framework="pt") as file:
        metadata = file.metadata() or {}
    if METADATA not in metadata:
        raise ValueError(f"its metadata lack “{METADATA}”")
    stored = json.loads(metadata[METADATA])
    return TrunkConfig(tuple(stored["widths"]), tuple(stored["depths"]))


def _stage(ins: int, outs: int, depth: int) -> nn.Sequential:
    layers: list[nn.Module] = []
    for number in range(depth):
        stride, before = (2, ins) if number == 0 else (1, outs)
        layers += [nn.Conv2d(before, outs, 3, stride, padding=1), nn.ReLU()]
    return nn.Sequential(*layers)


def _unit(layer: Tensor) -> Tensor:
    # the square root's gradient at 0 is infinite: a dead position must not poison the training
    length = layer.square().sum(1, keepdim=True).clamp_min(EPSILON**2).sqrt()
    return layer / (length + EPSILON)
