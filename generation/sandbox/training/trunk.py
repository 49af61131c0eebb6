"""The perceptual trunk: a quarter of a million weights that see distances as LPIPS does.

Two parts of one loss. The distance between a painting and a distorted one is drawn to that of LPIPS
(squeeze; Zhang et al., “The Unreasonable Effectiveness of Deep Features as a Perceptual Metric”,
CVPR 2018), so that budgets mean here what they mean in the papers; and the trunk's last layer names
painter, scene and mood of a crop, so that its features are of use beyond the distortions it saw.
"""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Generator, Tensor, nn

from generation.networks.perceptual import Perceptual
from generation.networks.trunk import Trunk
from generation.sandbox.training.corpus import Corpus, crops

CROP = 96
NAMING = 0.1
"""Weight of the naming part."""


class TrunkLesson:
    """`network` holds the trunk and three heads that are thrown away."""

    def __init__(self, corpus: Corpus, teacher: Perceptual, batch: int = 12) -> None:
        self.corpus, self.teacher, self.batch = corpus, teacher, batch
        self.labels = [
            _numbered([getattr(subject, part) for subject in corpus.subjects])
            for part in ("painter", "scene", "mood")
        ]
        trunk = Trunk()
        width = trunk.config.widths[-1]
        heads = nn.ModuleList(nn.Linear(width, int(labels.max()) + 1) for labels in self.labels)
        self.network = nn.ModuleDict({"trunk": trunk, "heads": heads})

    def loss(self, step: int, generator: Generator) -> Tensor:  # noqa: ARG002 (any step alike)
        indices = self.corpus.draw(self.batch, generator)
        images = crops(self.corpus.batch(indices), CROP, generator)
        return NAMING * self._named(images, indices) + self._seen(images, generator)

    def _named(self, images: Tensor, indices: Tensor) -> Tensor:
        features = self.network["trunk"](images)[-1].mean((2, 3))
        heads = self.network["heads"]
        losses = [
            F.cross_entropy(head(features), labels[indices])
            for head, labels in zip(heads, self.labels, strict=True)  # type: ignore[call-overload]
        ]
        return torch.stack(losses).mean()

    def _seen(self, images: Tensor, generator: Generator) -> Tensor:
        pictures = distorted(images, generator)
        with torch.no_grad():
            wanted = self.teacher.distance(pictures, self.teacher.features(images))
        found = self.network["trunk"].compare(pictures, images)  # type: ignore[operator]
        return F.l1_loss(found, wanted) + F.l1_loss((found + 1e-3).log(), (wanted + 1e-3).log()) / 5


def _numbered(names: Sequence[str]) -> Tensor:
    order = {name: number for number, name in enumerate(dict.fromkeys(names))}
    return torch.tensor([order[name] for name in names])


def distorted(images: Tensor, generator: Generator) -> Tensor:
    """Each image distorted in one or two drawn ways, each of a drawn strength."""
    pictures = []
    for number, image in enumerate(images):
        picture = image[None]
        for _ in range(1 + int(torch.randint(2, (1,), generator=generator))):
            way = WAYS[int(torch.randint(len(WAYS), (1,), generator=generator))]
            level = float(torch.rand(1, generator=generator)) ** 1.5
            seed = int(torch.randint(2**31, (1,), generator=generator))
            picture = way(picture, level, seed).clamp(0, 1)
        if number % 6 == 5:  # far apart: half of it another picture
            picture = (picture + images[number - 1 : number]) / 2
        pictures.append(picture)
    return torch.cat(pictures)


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
