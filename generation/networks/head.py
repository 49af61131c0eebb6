"""Heads on an embedding: the linear layers of a file, one after the other, down to one mark."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import torch
from torch import Tensor

from generation.networks.files import NetworkUnavailable, Source
from generation.networks.reading import state_dict

Layer = tuple[Tensor, Tensor]
"""Weight [out, in] and bias [out]."""


@dataclass(frozen=True)
class Head:
    """Linear layers, in float64."""

    path: Path
    layers: tuple[Layer, ...]

    def marks(self, vectors: Tensor, *, relu: bool = False) -> Tensor:
        """Unit vectors [N, D] → [N] float64; raises ValueError where D is not the head's."""
        wanted = self.layers[0][0].shape[1]
        if vectors.shape[1] != wanted:
            raise ValueError(
                f"the head {self.path.name} was made for embeddings of {wanted} numbers, and the"
                f" CLIP network gives {vectors.shape[1]}: name the network that it belongs to."
            )
        for number, (weight, bias) in enumerate(self.layers):
            vectors = vectors.double() @ weight.T + bias
            if relu and number < len(self.layers) - 1:
                vectors = vectors.relu()
        return vectors[:, 0]


def load_head(source: Source, device: torch.device) -> Head:
    """The head in a file; raises NetworkUnavailable where its layers do not lead to one number."""
    path = source.files["weights"]
    state = state_dict(path)
    names = sorted((name for name in state if name.endswith("weight")), key=_number)
    layers = tuple(_layer(state, name, device) for name in names if state[name].dim() == 2)
    widths = [(weight.shape[1], weight.shape[0]) for weight, _ in layers]
    joined = all(before[1] == after[0] for before, after in pairwise(widths))
    if not layers or not joined or widths[-1][1] != 1:
        raise NetworkUnavailable(
            f"{path} holds no head: a head is linear layers, each as wide as the one before it is"
            " long, the last of one number."
        )
    return Head(path, layers)


def _layer(state: Mapping[str, Tensor], name: str, device: torch.device) -> Layer:
    weight = state[name].double().to(device)
    bias = state.get(f"{name.removesuffix('weight')}bias", torch.zeros(len(weight)))
    return weight, bias.double().to(device)


def _number(name: str) -> tuple[int, ...]:
    """Layers in the order of the numbers in their names: `layers.2` before `layers.10`."""
    return tuple(int(number) for number in re.findall(r"\d+", name))
