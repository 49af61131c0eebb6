"""How far a cloak moved the latent toward its target, against noise of the same LPIPS."""

import pytest

from generation.latent_shift import latent_shift
from generation.networks import Networks
from generation.progress import silent
from generation.protections.glaze import Glaze
from tests.generation.tiny import generators, pictures


def test_arriving_at_the_target_is_the_whole_way(tiny_networks: Networks) -> None:
    images, targets = pictures(3, 1), pictures(3, 2)
    aims = tiny_networks.autoencoder.encode(targets)
    shifts = latent_shift(targets, images, aims, tiny_networks, generators(3))
    assert [shift.toward for shift in shifts] == pytest.approx([1, 1, 1], abs=1e-4)


def test_standing_still_is_no_way(tiny_networks: Networks) -> None:
    images = pictures(2, 1)
    aims = tiny_networks.autoencoder.encode(pictures(2, 2))
    shifts = latent_shift(images, images, aims, tiny_networks, generators(2))
    assert [(shift.toward, shift.lpips, shift.noise_lpips) for shift in shifts] == [(0, 0, 0)] * 2


def test_the_noise_is_as_visible_as_the_cloak(tiny_networks: Networks) -> None:
    images, targets = pictures(2, 1), pictures(2, 2)
    cloaked = Glaze(steps=5, budget=0.05).protect(
        images, tiny_networks, generators(2), silent, targets
    )
    aims = tiny_networks.autoencoder.encode(targets)
    for shift in latent_shift(cloaked, images, aims, tiny_networks, generators(2)):
        assert shift.noise_lpips == pytest.approx(shift.lpips, rel=0.05)
        assert shift.noise_lpips <= shift.lpips


def test_a_cloak_aims_better_than_noise(tiny_networks: Networks) -> None:
    images, targets = pictures(2, 1), pictures(2, 2)
    cloaked = Glaze(steps=30, budget=0.05).protect(
        images, tiny_networks, generators(2), silent, targets
    )
    aims = tiny_networks.autoencoder.encode(targets)
    assert (
        min(s.ratio for s in latent_shift(cloaked, images, aims, tiny_networks, generators(2))) > 5
    )
