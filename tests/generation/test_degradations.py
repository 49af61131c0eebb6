"""Degradations: more strength is more damage, and a picture's fate does not hang on its company."""

from itertools import pairwise

import numpy as np
import pytest
import torch
from scipy.ndimage import gaussian_filter

from generation.degradations import DEGRADATIONS
from generation.networks import Networks
from generation.progress import silent
from generation.purifications import PURIFICATIONS
from tests.generation.tiny import generators, pictures

IMAGES = pictures(3, seed=4, height=64, width=48)
LADDERS = {
    "gaussian_blur": (0.5, 1, 2, 4),
    "gaussian_noise": (0.02, 0.1, 0.3),
    "jpeg": (20, 70, 95),
    "resize": (1.5, 3, 8),
    "reconstruction": (1, 3, 9),
}


def degraded(name, networks, images=IMAGES, **settings):
    method = DEGRADATIONS.build(name, settings)
    return method.degrade(images, networks, generators(len(images)), silent)


def test_every_degradation_has_a_ladder_here() -> None:
    assert sorted(LADDERS) == DEGRADATIONS.names()


# an autoencoder that was never trained does all its damage in the first round
@pytest.mark.parametrize("name", [name for name in LADDERS if name != "reconstruction"])
def test_more_strength_is_more_damage_to_every_picture(name: str, tiny_networks: Networks) -> None:
    smooth = torch.from_numpy(gaussian_filter(IMAGES.numpy(), (0, 0, 1, 1)))
    moved = [
        (degraded(name, tiny_networks, smooth, strength=strength) - smooth).square().mean((1, 2, 3))
        for strength in LADDERS[name]
    ]
    assert all((low < high).all() for low, high in pairwise(moved))


@pytest.mark.parametrize("name", LADDERS)
def test_results_are_whole_pictures_and_alone_as_in_company(
    name: str, tiny_networks: Networks
) -> None:
    together = degraded(name, tiny_networks)
    assert together.shape == IMAGES.shape
    assert together.min() >= 0
    assert together.max() <= 1
    assert torch.equal((together * 255).round() / 255, together)
    method = DEGRADATIONS.build(name)
    alone = method.degrade(IMAGES[2:], tiny_networks, generators(3)[2:], silent)
    assert torch.equal(alone[0], together[2])


def test_blur_is_the_gaussian_of_scipy() -> None:
    ours = degraded("gaussian_blur", None, strength=1.5)
    theirs = gaussian_filter(
        IMAGES.numpy().astype(np.float64), (0, 0, 1.5, 1.5), mode="mirror", truncate=3.34
    )
    assert np.abs(ours.numpy() - theirs).max() < 1.2 / 255


def test_blur_wider_than_the_picture_is_still_a_picture() -> None:
    small = pictures(1, height=8, width=8)
    assert degraded("gaussian_blur", None, small, strength=60).std() < small.std()


def test_a_picture_has_the_same_noise_at_every_strength() -> None:
    grey = torch.full((1, 3, 32, 32), 0.5)
    weak, strong = (degraded("gaussian_noise", None, grey, strength=s) - 0.5 for s in (0.05, 0.1))
    assert (strong - 2 * weak).abs().max() < 2 / 255


def test_the_strength_of_jpeg_is_what_the_quality_lacks_of_100() -> None:
    quality = PURIFICATIONS.build("jpeg", {"quality": 15})
    assert torch.equal(
        degraded("jpeg", None, strength=85),
        quality.purify(IMAGES, None, generators(3), silent),
    )


def test_rounds_are_passed_one_after_another(tiny_networks: Networks) -> None:
    once = degraded("reconstruction", tiny_networks, strength=1, precision="float32")
    twice = degraded("reconstruction", tiny_networks, strength=2, precision="float32")
    again = degraded("reconstruction", tiny_networks, once, strength=1, precision="float32")
    assert (again - twice).abs().median() < 1.5 / 255  # rounded in between
    assert (once - twice).abs().median() > 3 / 255
