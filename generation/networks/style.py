"""Contrastive style descriptors: a CLIP image tower and the matrix that makes of it a style.

The published layout (Somepalli et al. 2024): `backbone.…`, a CLIP VisionTransformer without its own
projection, `last_layer_style` and `last_layer_content`; bare, or as `model_state_dict` of a
training checkpoint, there with `module.` before each name.
"""

from argparse import Namespace
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import open_clip
import torch
from open_clip.transformer import QuickGELU, VisionTransformer
from torch import Tensor
from torch.nn.functional import normalize

from generation.lots import Lot, in_lots
from generation.networks.clip import ALONE
from generation.networks.files import NetworkUnavailable, Source
from generation.networks.reading import frozen, intact, state_dict
from generation.pixels import to_image

HEAD_WIDTH = 64
"""Of every CLIP image tower by OpenAI; the file does not say it."""


@dataclass(frozen=True)
class StyleDescriptor:
    """An image tower, frozen, and its style projection."""

    device: torch.device
    network: Any
    projection: Tensor
    """[width, D]"""
    preprocess: Any
    """Pillow image → [3, h, w]: shortest side to the network's, bicubic, centre, CLIP's scaling."""

    def embed_images(self, images: Tensor) -> Tensor:
        """Images [N, 3, H, W] in [0, 1] → `style_output`, unit vectors [N, D], float32."""

        def embed(lot: Lot) -> Tensor:
            seen = torch.stack([self.preprocess(to_image(image)) for image in lot.images[0]])
            features: Tensor = self.network(seen.to(self.device)) @ self.projection
            return normalize(features.float(), dim=-1)

        with torch.no_grad():
            return in_lots(embed, images, size=ALONE)


def load_style(source: Source, device: torch.device) -> StyleDescriptor:
    """The descriptor in a file; raises NetworkUnavailable where it is none, or damaged."""
    path = source.files["weights"]
    state = _named_plainly(_tensors(path))
    tower = {
        name.removeprefix("backbone."): value
        for name, value in state.items()
        if name.startswith("backbone.")
    }
    if not tower or "last_layer_style" not in state:
        raise NetworkUnavailable(
            f"{path} holds no style descriptor: CSD's weights are called backbone.… and"
            " last_layer_style."
        )
    with intact(path):
        network = _tower(tower)
        network.load_state_dict(tower)
    side = network.image_size[0]
    return StyleDescriptor(
        device=device,
        network=frozen(network, device),
        projection=state["last_layer_style"].float().to(device),
        preprocess=open_clip.image_transform(side, is_train=False),
    )


def _tensors(path: Path) -> Mapping[str, Tensor]:
    """A training checkpoint holds its arguments and numpy's numbers, which run no code."""
    plain = [Namespace, np.dtype, *(type(np.dtype(name)) for name in ("f4", "f8", "i8"))]
    scalar = np.float64(0).__reduce__()[0]
    named = [(scalar, f"numpy.{part}.multiarray.scalar") for part in ("core", "_core")]
    allowed: list[Any] = [*plain, *named]
    with torch.serialization.safe_globals(allowed):
        found: Mapping[str, Any] = state_dict(path)
    inner = found.get("model_state_dict", found)
    return {name: value for name, value in inner.items() if isinstance(value, Tensor)}


def _named_plainly(state: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
    return {name.removeprefix("module."): value.float() for name, value in state.items()}


def _tower(state: Mapping[str, Tensor]) -> Any:
    """An empty tower of the sizes that the tensors have."""
    width, _, patch, _ = state["conv1.weight"].shape
    side = round((len(state["positional_embedding"]) - 1) ** 0.5)
    blocks = {name.split(".")[2] for name in state if name.startswith("transformer.resblocks.")}
    tower = VisionTransformer(
        image_size=side * patch,
        patch_size=patch,
        width=width,
        layers=len(blocks),
        heads=width // HEAD_WIDTH,
        mlp_ratio=state["transformer.resblocks.0.mlp.c_fc.weight"].shape[0] / width,
        output_dim=width,
        act_layer=QuickGELU,
    )
    tower.proj = None
    return tower
