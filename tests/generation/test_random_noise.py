"""Random noise as a control: as strong as a cloak, and aimed at nothing."""

import pytest
import torch
from torch import Tensor

from generation.budgets import CLOSE, MARGIN, measure
from generation.networks import Networks
from generation.progress import silent
from generation.protections.random_noise import RandomNoise
from tests.generation.tiny import generators, pictures

IMAGES = pictures(3, seed=1)


def noisy(networks: Networks, seed: int = 0, **settings: object) -> Tensor:
    method = RandomNoise(**settings)  # type: ignore[arg-type]
    return method.protect(IMAGES, networks, generators(3, seed), silent)


@pytest.mark.parametrize("distribution", ["uniform", "normal"])
@pytest.mark.parametrize(("norm", "budget"), [("lpips", 0.05), ("l2", 2.0), ("linf", 8 / 255)])
def test_the_saved_picture_uses_up_its_budget_and_no_more(
    tiny_networks: Networks, norm: str, budget: float, distribution: str
) -> None:
    moved = noisy(tiny_networks, budget=budget, norm=norm, distribution=distribution)
    for realised in measure(moved, IMAGES, tiny_networks.perceptual)[norm]:
        assert 0.9 * CLOSE * (1 - MARGIN) * budget <= realised <= budget


def test_the_same_seed_draws_the_same_noise_at_every_budget(tiny_networks: Networks) -> None:
    small, large = (
        noisy(tiny_networks, budget=budget, norm="l2") - IMAGES for budget in (2.0, 4.0)
    )
    alike = torch.nn.functional.cosine_similarity(small.flatten(1), large.flatten(1))
    assert (alike > 0.9).all()
    other = noisy(tiny_networks, seed=9, budget=2.0, norm="l2") - IMAGES
    assert (torch.nn.functional.cosine_similarity(small.flatten(1), other.flatten(1)) < 0.2).all()


def test_a_budget_of_nothing_changes_nothing(tiny_networks: Networks) -> None:
    assert torch.equal(noisy(tiny_networks, budget=0.0, norm="lpips"), IMAGES)
