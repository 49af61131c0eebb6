"""What networks say of a picture, as vectors that set metrics compare. Imports torch. Pure."""

import hashlib
import json
from dataclasses import asdict

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from evaluation.set_metrics import Features
from generation.networks import NetworkRecord, Networks

CODE = 1
"""Raise it when vectors change: they are computed anew."""
LPIPS = "lpips"
"""The kind of a pair's distance, kept like a vector of one number."""

Vector = NDArray[np.float32]


def version(kind: Features | str, record: NetworkRecord) -> str:
    """What a vector depends on besides its picture, as a hash."""
    document = {"features": kind, "code": CODE, "network": asdict(record)}
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()


@torch.no_grad()
def vector(kind: Features, image: Tensor, networks: Networks) -> Vector:
    """[1, 3, H, W] in [0, 1] → [D] float32."""
    image = image.to(networks.device)
    if kind == "clip":
        found = networks.clip.embed_images(image)
    elif kind == "inception":
        found = networks.inception.pooled(image)
    else:
        found = networks.perceptual.activations(image)[-1].mean((2, 3))
    return found[0].float().cpu().numpy()


@torch.no_grad()
def content(image: Tensor, original: Tensor, networks: Networks) -> Vector:
    """LPIPS of two pictures [1, 3, H, W] of one size, as a vector of one number."""
    if image.shape != original.shape:
        raise ValueError(
            f"a picture of {image.shape[-1]}×{image.shape[-2]} pixels cannot be compared with the"
            f" one it was made from, of {original.shape[-1]}×{original.shape[-2]}."
        )
    network = networks.perceptual
    features = network.features(original.to(networks.device))
    found = network.distance(image.to(networks.device), features)
    return found.float().cpu().numpy()
