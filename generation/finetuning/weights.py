"""A network with some of its weights replaced, sharing all others."""

from collections.abc import Mapping
from copy import deepcopy

import torch
from torch import Tensor, nn


def with_weights(network: nn.Module, weights: Mapping[str, Tensor]) -> nn.Module:
    """A frozen copy in which `weights` stand for those of the same names; the others are shared.

    Raises ValueError where there is no such weight or it has another shape.
    """
    held = dict(network.named_parameters())
    wrong = [name for name, new in weights.items() if _shape(held, name) != new.shape]
    if wrong:
        raise ValueError(f"The network has no weight {wrong[0]} {list(weights[wrong[0]].shape)}.")
    shared = [*held.values(), *network.buffers()]
    kept: dict[int, object] = {id(tensor): tensor for tensor in shared}
    for name, new in weights.items():
        copied = torch.empty_like(held[name]).copy_(new)
        kept[id(held[name])] = nn.Parameter(copied, requires_grad=False)
    return deepcopy(network, kept)


def _shape(held: Mapping[str, nn.Parameter], name: str) -> torch.Size | None:
    return held[name].shape if name in held else None
