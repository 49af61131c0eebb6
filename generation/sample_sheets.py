"""Sample sheets: a few paintings side by side, small, as one PNG."""

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from generation import pixels

SIDE = 256
"""Longest side of a picture on a sheet, pixels."""
GAP = 4


def sheet(images: Tensor) -> bytes:
    """`images` [N, 3, H, W] in [0, 1] in one row, as PNG."""
    scale = SIDE / max(images.shape[-2:])
    if scale < 1:
        images = interpolate(images, scale_factor=scale, mode="bilinear", antialias=True)
    gap = torch.ones(3, images.shape[-2], GAP)
    row = [part for image in images.cpu() for part in (gap, image)][1:]
    return pixels.write_png(torch.cat(row, -1).clamp(0, 1))
