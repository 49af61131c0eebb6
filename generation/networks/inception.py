"""Inception-v3 (Szegedy et al. 2016) up to its pooled layer: what FID and its kin compare.

One architecture, torchvision's, and three ways to use it that give different features:

- `fid`: the network of Heusel et al. 2017, of 1,008 classes, ported from TensorFlow. Its average
  poolings leave the frame out of the mean, and the last block pools by the maximum; pictures are
  scaled to 299 × 299 (bilinear, without antialiasing, as the PyTorch port of FID does) in [-1, 1].
- `torchvision`: ImageNet weights of 1,000 classes; the same scaling, torchvision's own pooling, and
  ImageNet's mean and deviation. Not FID: its distances are other numbers.
- `art`: that of Wright and Ommer 2022 (ArtFID), trained on art; pictures at their own size in
  [0, 1], torchvision's pooling.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import torch
from torch import Tensor
from torch.nn import functional
from torchvision.models.inception import Inception3

from generation.lots import in_lots
from generation.networks.files import NetworkUnavailable, Source
from generation.networks.reading import frozen, intact, state_dict

Use = Literal["fid", "torchvision", "art"]
FID_CLASSES, CLASSES = 1008, 1000
SIDE = 299
SMALLEST = 75
"""Pixels a side below which nothing is left to pool; only `art` sees pictures at their own size."""
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
BLOCKS = (
    "Conv2d_1a_3x3", "Conv2d_2a_3x3", "Conv2d_2b_3x3", "maxpool1", "Conv2d_3b_1x1",
    "Conv2d_4a_3x3", "maxpool2", "Mixed_5b", "Mixed_5c", "Mixed_5d", "Mixed_6a", "Mixed_6b",
    "Mixed_6c", "Mixed_6d", "Mixed_6e", "Mixed_7a", "Mixed_7b", "Mixed_7c",
)  # fmt: skip


def _average(layer: Tensor) -> Tensor:
    return functional.avg_pool2d(layer, 3, 1, 1, count_include_pad=False)


def _maximum(layer: Tensor) -> Tensor:
    return functional.max_pool2d(layer, 3, 1, 1)


OTHER_POOLS: Mapping[str, Callable[[Tensor], Tensor]] = {
    **dict.fromkeys(
        (
            "Mixed_5b", "Mixed_5c", "Mixed_5d", "Mixed_6b", "Mixed_6c", "Mixed_6d", "Mixed_6e",
            "Mixed_7b",
        ),
        _average,
    ),
    "Mixed_7c": _maximum,
}  # fmt: skip
"""What the pooling branches of FID's network do instead of torchvision's mean with the frame."""


@dataclass(frozen=True)
class Inception:
    """One Inception network, frozen."""

    device: torch.device
    network: Any
    use: Use

    @torch.no_grad()
    def pooled(self, images: Tensor) -> Tensor:
        """Images [N, 3, H, W] in [0, 1] → [N, 2048] float32."""
        if self.use == "art" and min(images.shape[-2:]) < SMALLEST:
            raise ValueError(f"this Inception network takes pictures of {SMALLEST} pixels at least")
        return in_lots(lambda lot: self._pooled(lot.images[0]), images.to(self.device))

    def _pooled(self, images: Tensor) -> Tensor:
        layer = self._prepared(images)
        for name in BLOCKS:
            layer = self._through(name, layer)
        found: Tensor = layer.mean((2, 3))
        return found

    def _through(self, name: str, layer: Tensor) -> Tensor:
        block = getattr(self.network, name)
        pool = OTHER_POOLS.get(name) if self.use == "fid" else None
        if pool is None:
            through: Tensor = block(layer)
            return through
        *others, _ = block._forward(layer)  # the pooling branch comes last
        return torch.cat([*others, block.branch_pool(pool(layer))], 1)

    def _prepared(self, images: Tensor) -> Tensor:
        if self.use == "art":
            return images
        scaled = functional.interpolate(images, (SIDE, SIDE), mode="bilinear", align_corners=False)
        if self.use == "fid":
            return scaled * 2 - 1
        mean, deviation = (
            torch.tensor(each, device=images.device).view(1, 3, 1, 1) for each in (MEAN, DEVIATION)
        )
        return (scaled - mean) / deviation


def load_inception(source: Source, device: torch.device) -> Inception:
    """The network of a file; raises NetworkUnavailable where it holds another one."""
    path = source.files["weights"]
    weights = {
        name: value for name, value in state_dict(path).items() if not name.startswith("AuxLogits")
    }
    art = source.family == "inception_art"  # of which only the pooled layer is used: any classes
    classes = len(weights["fc.weight"]) if "fc.weight" in weights else CLASSES
    with intact(path):
        network = Inception3(num_classes=classes, aux_logits=False, init_weights=False)
        told = network.load_state_dict(weights, strict=False)
    absent = [name for name in told.missing_keys if not (art and name.startswith("fc."))]
    if absent or told.unexpected_keys:
        raise NetworkUnavailable(
            f"{path} holds no Inception-v3 network with torchvision's names of layers."
        )
    use: Use = "art" if art else ("fid" if classes == FID_CLASSES else "torchvision")
    return Inception(device, frozen(network.float(), device), use)
