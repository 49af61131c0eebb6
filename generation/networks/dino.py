"""DINO and DINOv2: pictures as class tokens, of transformers or timm."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import timm
import torch
from PIL.Image import Image
from timm.data import create_transform, resolve_model_data_config
from torch import Tensor
from torch.nn.functional import normalize
from transformers import AutoImageProcessor, AutoModel

from generation.lots import Lot, in_lots
from generation.networks.clip import ALONE
from generation.networks.embedding_files import CONFIG
from generation.networks.files import Source
from generation.networks.reading import frozen, intact, quiet
from generation.pixels import to_image


@dataclass(frozen=True)
class Dino:
    """One network, frozen, with its own preprocessing."""

    device: torch.device
    network: Any
    preprocess: Callable[[Image], Tensor]
    """Pillow image → [3, h, w]"""
    token: Callable[[Any], Tensor]
    """What the network gives → [1, D]"""

    def embed_images(self, images: Tensor) -> Tensor:
        """Images [N, 3, H, W] in [0, 1] → unit vectors [N, D], float32: the class token."""

        def embed(lot: Lot) -> Tensor:
            seen = torch.stack([self.preprocess(to_image(image)) for image in lot.images[0]])
            return normalize(self.token(self.network(seen.to(self.device))).float(), dim=-1)

        with torch.no_grad():
            return in_lots(embed, images, size=ALONE)


def load_transformers(source: Source, device: torch.device) -> Dino:
    """A folder of transformers; the token after the last layer's norm (no pooling head)."""
    folder, weights = source.files[CONFIG].parent, source.files["weights"]
    with intact(weights), quiet():
        network = AutoModel.from_pretrained(
            folder,
            local_files_only=True,
            torch_dtype=torch.float32,
            use_safetensors=weights.suffix == ".safetensors",
        )
        processor = AutoImageProcessor.from_pretrained(
            folder, local_files_only=True, use_fast=False
        )

    def preprocess(image: Image) -> Tensor:
        seen: Tensor = processor(images=[image], return_tensors="pt").pixel_values[0]
        return seen

    def token(found: Any) -> Tensor:
        first: Tensor = found.last_hidden_state[:, 0]
        return first

    return Dino(device, frozen(network, device), preprocess, token)


def load_timm(source: Source, device: torch.device) -> Dino:
    """A folder of timm; what its own configuration pools (DINO's: the class token)."""
    folder = source.files[CONFIG].parent
    with intact(source.files["weights"]), quiet():
        network = timm.create_model(f"local-dir:{folder}", pretrained=True, num_classes=0)
        preprocess = create_transform(**resolve_model_data_config(network), is_training=False)
    return Dino(device, frozen(network, device), preprocess, _as_it_is)


def _as_it_is(found: Any) -> Tensor:
    pooled: Tensor = found
    return pooled
