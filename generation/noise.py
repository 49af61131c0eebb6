"""Random numbers for images: one CPU generator an image, so its draws do not depend on the others.

Numbers are drawn on the CPU whatever the device: a seed means the same noise everywhere.
"""

from collections.abc import Sequence

import torch
from torch import Generator, Tensor


def uniform(like: Tensor, generators: Sequence[Generator], reach: float) -> Tensor:
    """Uniform in [-reach, reach], of the shape [N, ...] of `like`; row i from `generators[i]`."""
    rows = [torch.rand(like.shape[1:], generator=generator) for generator in generators]
    return (torch.stack(rows) * 2 - 1).to(like) * reach


def normal(like: Tensor, generators: Sequence[Generator], sigma: float = 1.0) -> Tensor:
    """Normal with mean 0 and deviation `sigma`, of the shape of `like`; row i from generator i."""
    rows = [torch.randn(like.shape[1:], generator=generator) for generator in generators]
    return torch.stack(rows).to(like) * sigma
