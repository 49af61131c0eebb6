"""Purifiers: what they do to a picture, and that their presets are the published settings."""

import io

import pytest
import torch
from PIL import Image
from torch import Tensor

from generation import pixels
from generation.budgets import measure
from generation.networks import Networks
from generation.progress import silent
from generation.purifications import PURIFICATIONS
from tests.generation.tiny import generators, pictures

IMAGES = pictures(2, seed=1, height=64, width=64)


def purify(
    name: str, networks: Networks | None = None, images: Tensor = IMAGES, **settings
) -> Tensor:
    recipe = PURIFICATIONS.build(name, settings)
    return recipe.purify(images, networks, generators(len(images)), silent)


def inconsistency(networks: Networks, images: Tensor) -> Tensor:
    """‖x − D(E(x))‖², mean, per image."""
    decoded = networks.autoencoder.decode(networks.autoencoder.encode(images))
    return (images - decoded).square().mean((1, 2, 3))


def test_impress_makes_a_picture_reproducible(tiny_networks: Networks) -> None:
    purified = purify("impress", tiny_networks, steps=80, rate=0.02, precision="float32")
    assert (
        inconsistency(tiny_networks, purified) < 0.5 * inconsistency(tiny_networks, IMAGES)
    ).all()


def test_impress_keeps_near_the_picture_where_distance_costs(tiny_networks: Networks) -> None:
    free, bound = (
        purify("impress", tiny_networks, steps=60, rate=0.02, delta=0.001, alpha=alpha, sigma=0)
        for alpha in (0.0, 100.0)
    )
    far, near = (
        measure(purified, IMAGES, tiny_networks.perceptual)["lpips"] for purified in (free, bound)
    )
    assert max(near) < min(far)


def test_impress_is_the_published_optimisation(tiny_networks: Networks) -> None:
    """Against a loop on [-1, 1] with the published step size and large ε, but for rounding."""
    ours = purify(
        "impress", tiny_networks, IMAGES[:1], steps=8, sigma=0, precision="float32", alpha=0.0
    )
    autoencoder = tiny_networks.autoencoder
    x = (IMAGES[:1] * 2 - 1).requires_grad_(True)
    optimiser = torch.optim.Adam([x], lr=0.01, eps=1e-5)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, 8, eta_min=1e-5)
    for _ in range(8):
        optimiser.zero_grad()
        decoded = autoencoder.decode(autoencoder.encode(x / 2 + 0.5)) * 2 - 1
        (x - decoded).square().mean().backward()
        optimiser.step()
        schedule.step()
        x.data.clamp_(-1, 1)
    theirs = pixels.quantise(x.detach() / 2 + 0.5)
    assert (ours - theirs).abs().max() <= 1.01 / 255
    assert ((ours - theirs) == 0).float().mean() > 0.99


@pytest.mark.parametrize(
    ("preset", "alpha", "rate", "steps", "sigma"),
    [("style-mimicry", 0.1, 0.01, 3000, 0.1), ("malicious-editing", 0.01, 0.005, 1000, 0.05)],
)
def test_impress_presets_are_the_published_numbers(
    preset: str, alpha: float, rate: float, steps: int, sigma: float
) -> None:
    """Table in the paper; σ from the scripts, which count on [-1, 1]."""
    built = PURIFICATIONS.build("impress", preset=preset)
    assert (built.delta, built.alpha, built.steps) == (0.1, alpha, steps)
    assert (2 * built.rate, 2 * built.sigma) == pytest.approx((rate, sigma))
    assert built.epsilon == 1e-5


def test_bfloat16_ends_as_well_as_float32(tiny_networks: Networks) -> None:
    ends = [
        inconsistency(tiny_networks, purify("impress", tiny_networks, steps=60, precision=one))
        for one in ("float32", "bfloat16")
    ]
    torch.testing.assert_close(ends[0], ends[1], rtol=0.1, atol=1e-4)


def test_jpeg_is_pillows(tiny_networks: Networks) -> None:
    buffer = io.BytesIO()
    pixels.to_image(IMAGES[:1]).save(buffer, format="JPEG", quality=30, subsampling="4:2:0")
    expected = pixels.to_tensor(Image.open(buffer))
    assert torch.equal(purify("jpeg", images=IMAGES[:1], quality=30), expected)


def test_jpeg_keeps_more_at_a_higher_quality_and_full_colour() -> None:
    lost = [
        measure(purify("jpeg", quality=quality, subsampling=subsampling), IMAGES)["l2"][0]
        for quality, subsampling in ((15, "4:2:0"), (75, "4:2:0"), (75, "4:4:4"))
    ]
    assert lost == sorted(lost, reverse=True)


@pytest.mark.parametrize(("scale", "sigma"), [("0..1", 0.1), ("-1..1", 0.2), ("0..255", 25.5)])
def test_noise_has_its_deviation_on_its_range(scale: str, sigma: float) -> None:
    grey = torch.full((2, 3, 128, 128), 0.5)
    noisy = purify("gaussian_noise", images=grey, sigma=sigma, scale=scale)
    assert (noisy - grey).std().item() == pytest.approx(0.1, rel=0.02)
    assert (noisy - grey).mean().item() == pytest.approx(0, abs=0.002)


def test_each_image_has_noise_of_its_own() -> None:
    noisy = purify("gaussian_noise", images=torch.full((2, 3, 16, 16), 0.5))
    assert not torch.equal(noisy[0], noisy[1])


def test_noise_presets_are_the_readings_of_the_literature() -> None:
    deviations = {
        preset: PURIFICATIONS.build("gaussian_noise", preset=preset).sigma
        for preset in PURIFICATIONS.presets("gaussian_noise")
    }
    assert deviations == pytest.approx(
        {
            "noise-sigma-0.05": 0.05,
            "noise-sigma-0.10": 0.10,
            "noise-sigma-0.15": 0.15,
            "noise-var-0.15": 0.387298,
        }
    )


def test_resizing_halves_and_doubles_with_the_named_filter() -> None:
    picture = pixels.to_image(IMAGES[:1])
    small = picture.resize((32, 32), Image.Resampling.BILINEAR)
    expected = pixels.to_tensor(small.resize((64, 64), Image.Resampling.BILINEAR))
    assert torch.equal(
        purify("resize", images=IMAGES[:1], factor=0.5, interpolation="bilinear"), expected
    )


def test_resizing_takes_the_finest_stripes_away() -> None:
    stripes = (torch.arange(64) % 2).expand(1, 3, 64, 64).float()
    assert purify("resize", images=stripes).std() < 0.1
