"""The perceptual trunk: it learns to tell paintings apart, then how strong a distortion looks.

Two parts of one loss. The trunk's last layer names painter, scene and mood of a crop; and the
distance of a picture from its stronger distortion must be above that of its weaker one, as people
see it (the ranking half of Zhang et al., “The Unreasonable Effectiveness of Deep Features as a
Perceptual Metric”, CVPR 2018, with strengths that are known instead of asked for). The linear
weights are then scaled so that white noise of sigma 0.05 lies where LPIPS puts it (`NOISE_LPIPS`).
"""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Generator, Tensor, nn

from generation.networks.trunk import Trunk
from generation.sandbox.training.corpus import Corpus, crops

CROP = 96
NOISE_SIGMA, NOISE_LPIPS = 0.05, 0.10
"""White noise and the distance it is scaled to: about the mean of LPIPS (squeeze) for paintings."""


class TrunkLesson:
    """`network` holds the trunk and three heads that are thrown away."""

    def __init__(self, corpus: Corpus, batch: int = 16) -> None:
        self.corpus, self.batch = corpus, batch
        self.labels = [
            _numbered([getattr(subject, part) for subject in corpus.subjects])
            for part in ("painter", "scene", "mood")
        ]
        trunk = Trunk()
        width = trunk.config.widths[-1]
        heads = nn.ModuleList(nn.Linear(width, int(labels.max()) + 1) for labels in self.labels)
        self.network = nn.ModuleDict({"trunk": trunk, "heads": heads})

    def loss(self, generator: Generator) -> Tensor:
        indices = self.corpus.draw(self.batch, generator)
        images = crops(self.corpus.batch(indices), CROP, generator)
        weak, strong = distorted(images, generator)
        return self._named(images, indices) + self._ranked(images, weak, strong)

    def _named(self, images: Tensor, indices: Tensor) -> Tensor:
        features = self.network["trunk"](images)[-1].mean((2, 3))
        heads = self.network["heads"]
        losses = [
            F.cross_entropy(head(features), labels[indices])
            for head, labels in zip(heads, self.labels, strict=True)  # type: ignore[call-overload]
        ]
        return torch.stack(losses).mean()

    def _ranked(self, images: Tensor, weak: Tensor, strong: Tensor) -> Tensor:
        trunk = self.network["trunk"]
        near, far = trunk.compare(weak, images), trunk.compare(strong, images)  # type: ignore[operator]
        ratio = torch.log(far + 1e-4) - torch.log(near + 1e-4)
        return F.softplus(-4 * ratio).mean()


def _numbered(names: Sequence[str]) -> Tensor:
    order = {name: number for number, name in enumerate(dict.fromkeys(names))}
    return torch.tensor([order[name] for name in names])


def distorted(images: Tensor, generator: Generator) -> tuple[Tensor, Tensor]:
    """Each image distorted weakly and more strongly in one drawn way."""
    pairs = []
    for image in images:
        way = WAYS[int(torch.randint(len(WAYS), (1,), generator=generator))]
        low, high = sorted(torch.rand(2, generator=generator).tolist())
        seed = int(torch.randint(2**31, (1,), generator=generator))
        high = max(high, min(1.0, low + 0.1))
        pairs.append([way(image[None], level, seed).clamp(0, 1) for level in (low, high)])
    weak, strong = zip(*pairs, strict=True)
    return torch.cat(weak), torch.cat(strong)


def _noise(image: Tensor, level: float, seed: int) -> Tensor:
    drawn = torch.randn(image.shape, generator=Generator().manual_seed(seed))
    return image + drawn * 0.15 * level


def _blotches(image: Tensor, level: float, seed: int) -> Tensor:
    """Coarse coloured noise, as cloaks look."""
    side = image.shape[-1] // 4
    drawn = torch.randn((1, 3, side, side), generator=Generator().manual_seed(seed))
    return image + F.interpolate(drawn, size=image.shape[-2:], mode="bicubic") * 0.15 * level


def _blur(image: Tensor, level: float, seed: int) -> Tensor:  # noqa: ARG001 (nothing is drawn)
    sigma = 0.3 + 2.5 * level
    offsets = torch.arange(-6, 7, dtype=image.dtype)
    line = torch.exp(-((offsets / sigma) ** 2) / 2)
    line = (line / line.sum()).expand(3, 1, 13)
    padded = F.pad(image, (6, 6, 6, 6), mode="reflect")
    across = F.conv2d(padded, line[:, :, None, :], groups=3)
    return F.conv2d(across, line[:, :, :, None], groups=3)


def _contrast(image: Tensor, level: float, seed: int) -> Tensor:  # noqa: ARG001 (nothing is drawn)
    return image.mean() + (image - image.mean()) * (1 - 0.6 * level)


def _tint(image: Tensor, level: float, seed: int) -> Tensor:
    drawn = torch.randn((1, 3, 1, 1), generator=Generator().manual_seed(seed))
    return image + F.normalize(drawn, dim=1) * 0.25 * level


def _shift(image: Tensor, level: float, seed: int) -> Tensor:
    pixels = round(1 + 7 * level)
    return torch.roll(image, (pixels, -pixels if seed % 2 else pixels), dims=(2, 3))


WAYS = (_noise, _noise, _blotches, _blotches, _blur, _contrast, _tint, _shift)


@torch.no_grad()
def calibrated(trunk: Trunk, images: Tensor) -> Trunk:
    """`trunk` with linear weights scaled by one number: see `NOISE_LPIPS`."""
    drawn = torch.randn(images.shape, generator=Generator().manual_seed(0))
    noisy = (images + drawn * NOISE_SIGMA).clamp(0, 1)
    scale = NOISE_LPIPS / float(trunk.compare(noisy, images).mean())
    for weights in trunk.weights:
        weights.mul_(scale)
    return trunk
