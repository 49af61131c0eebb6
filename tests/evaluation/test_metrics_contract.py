"""What every metric of the catalogue keeps, however it is made: shapes, batches, bad pictures."""

from pathlib import Path

import pytest
import torch
from torch import Tensor

from evaluation.measuring.galleries import Gallery
from evaluation.metrics import METRICS, Metric, is_costly
from generation.networks import Networks, load
from generation.pixels import quantise
from tests.evaluation import tiny_networks, tiny_quality

CHEAP = [name for name in METRICS.names() if not is_costly(METRICS.load(name))]
"""The costly have a door of their own (evaluation/measuring/costly.py), and tests of it."""
HELD = ("counterpart", "originals", "gallery", "genre", "prompt", "nothing")
SIDE = 192
"""Large enough for all: NIQE wants two patches of 96 pixels, MS-SSIM 161 pixels a side."""


@pytest.fixture(scope="module")
def networks(clip_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Networks:
    """A small network in every role that a metric has."""
    home = tmp_path_factory.mktemp("roles")
    (home / "tiny-clip").symlink_to(clip_folder / "tiny-clip")
    for write in (tiny_networks.write_csd, tiny_networks.write_dinos, tiny_networks.write_scorer):
        write(home)
    tiny_networks.write_head(home, 16)
    tiny_quality.write_dists(home)
    tiny_quality.write_brisque(home)
    named = {
        "autoencoder": "sandbox", "perceptual": "sandbox_lpips", "clip": "tiny-clip",
        "style": "csd", "dino": "dino", "preference": "scorer", "aesthetic": "head.pth",
        "dists": "tiny-dists", "brisque": "tiny-brisque",
    }  # fmt: skip
    return load(named, home)


def noise(seed: int, count: int, height: int = SIDE, width: int = SIDE) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return quantise(0.25 + torch.rand(count, 3, height, width, generator=generator) / 2)


def original(name: str) -> Tensor:
    return noise(int(name), 1, 64, 48)


GALLERY = Gallery(("1", "2"), (("3", "4"), ("5", "6")), original)


def held(metric: Metric, images: Tensor, references: Tensor) -> object:
    """What the images are held against, by the metric's kind."""
    several = len(images)
    return {
        "counterpart": references,
        "originals": references,
        "nothing": images,
        "genre": ["Cubism"] * several,
        "prompt": ["a harbour"] * several,
        "gallery": [GALLERY] * several,
    }[metric.against]


def scored(name: str, images: Tensor, references: Tensor, networks: Networks) -> Tensor:
    metric = METRICS.build(name)
    with torch.no_grad():
        return metric.score(images, held(metric, images, references), networks)


@pytest.mark.parametrize("name", METRICS.names())
def test_a_metric_says_what_it_is(name: str) -> None:
    metric = METRICS.load(name)
    assert metric.against in HELD
    assert metric.label
    assert isinstance(metric.version, int)
    assert isinstance(metric.higher_is_closer, bool)
    assert isinstance(metric.unit, str)
    assert all(part.isidentifier() for part in metric.parts)
    assert isinstance(metric.needs, tuple)


@pytest.mark.parametrize("name", CHEAP)
def test_each_picture_gets_its_numbers_whatever_is_beside_it(name: str, networks: Networks) -> None:
    images, references = noise(1, 3), noise(2, 3)
    before = images.clone()
    together = scored(name, images, references, networks)
    parts = len(METRICS.load(name).parts)
    assert together.shape == ((3, parts) if parts else (3,))
    assert together.dtype == torch.float64
    assert together.isfinite().all()
    assert torch.equal(images, before)
    again = scored(name, images.flip(0), references.flip(0), networks).flip(0)
    alone = torch.cat(
        [scored(name, images[k : k + 1], references[k : k + 1], networks) for k in range(3)]
    )
    # networks in float32 choose their algorithm by the batch; arithmetic in float64 does not
    exact = not METRICS.load(name).needs
    for other in (again, alone):
        torch.testing.assert_close(
            other, together, rtol=1e-9 if exact else 1e-4, atol=1e-12 if exact else 1e-6
        )


@pytest.mark.parametrize("name", CHEAP)
def test_the_same_pictures_give_the_same_bits(name: str, networks: Networks) -> None:
    images, references = noise(3, 2), noise(4, 2)
    first, second = (scored(name, images, references, networks) for _ in range(2))
    assert torch.equal(first, second)


@pytest.mark.parametrize("name", CHEAP)
@pytest.mark.parametrize("level", [0.0, 100 / 255, 1.0])
def test_a_picture_of_one_colour_has_a_number(name: str, level: float, networks: Networks) -> None:
    flat, other = torch.full((1, 3, SIDE, SIDE), level), noise(5, 1)
    for images, references in ((flat, flat), (flat, other), (other, flat)):
        found = scored(name, images, references, networks)
        assert not found.isnan().any()
        if (images is not references) or METRICS.load(name).against == "nothing":
            assert found.isfinite().all()


@pytest.mark.parametrize("name", CHEAP)
@pytest.mark.parametrize(("height", "width"), [(1, 1), (1, 300), (5, 9), (21, 34)])
def test_a_tiny_picture_is_scored_or_refused_with_its_size(
    name: str, height: int, width: int, networks: Networks
) -> None:
    images, references = noise(6, 1, height, width), noise(7, 1, height, width)
    said = f"{width}×{height}"
    try:
        assert scored(name, images, references, networks).isfinite().all()
    except ValueError as error:
        said = str(error)
    assert f"{width}×{height}" in said


@pytest.mark.parametrize("name", CHEAP)
@pytest.mark.parametrize(("height", "width"), [(193, 251), (300, 200)])
def test_sides_may_be_odd_and_unlike(
    name: str, height: int, width: int, networks: Networks
) -> None:
    metric = METRICS.load(name)
    size = (181, 224) if metric.against == "originals" else (height, width)
    found = scored(name, noise(8, 2, height, width), noise(9, 2, *size), networks)
    assert found.isfinite().all()


@pytest.mark.parametrize(
    "name", [name for name in CHEAP if METRICS.load(name).against == "counterpart"]
)
def test_the_picture_itself_is_the_closest_and_more_noise_is_farther(
    name: str, networks: Networks
) -> None:
    metric, clean = METRICS.load(name), noise(10, 1)
    change = torch.randn(clean.shape, generator=torch.Generator().manual_seed(11))
    values = [
        scored(name, quantise(clean + amount * change), clean, networks).item()
        for amount in (0.0, 0.02, 0.1)
    ]
    assert values == sorted(values, reverse=metric.higher_is_closer)
    assert len(set(values)) == 3
