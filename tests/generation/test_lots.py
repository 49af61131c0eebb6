"""Lots: every image meets its network in a batch of the same shape, whatever its company."""

import pytest
import torch
from torch import Tensor

from generation.lots import SIZE, Lot, in_lots
from generation.networks import Networks, load
from tests.generation.tiny import generators, pictures


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_all_lots_have_one_size_and_results_keep_their_order(count: int) -> None:
    sizes = []

    def work(lot: Lot) -> Tensor:
        sizes.append(len(lot.images[0]))
        return lot.images[0] + 1

    images = pictures(count)
    assert torch.equal(in_lots(work, images), images + 1)
    assert set(sizes) == {SIZE["cpu"]}


def test_partners_stay_together() -> None:
    images, targets = pictures(3, 1), pictures(3, 2)
    made = in_lots(lambda lot: lot.images[0] - lot.images[1], images, targets)
    assert torch.equal(made, images - targets)


def test_a_filler_draws_from_no_images_generator() -> None:
    drawn = in_lots(
        lambda lot: torch.stack([torch.rand(2, generator=one) for one in lot.generators]),
        pictures(3),
        generators=generators(3),
    )
    alone = torch.stack([torch.rand(2, generator=one) for one in generators(3)])
    assert torch.equal(drawn, alone)


def test_progress_runs_over_all_lots_once() -> None:
    heard = []

    def work(lot: Lot) -> Tensor:
        for step in (1, 2):
            lot.progress(step, 2)
        return lot.images[0]

    in_lots(work, pictures(3), progress=lambda done, total, message="": heard.append((done, total)))
    assert heard == [(1, 4), (2, 4), (3, 4), (4, 4)]


def gradients(images: Tensor, networks: Networks) -> Tensor:
    """A step's worth of every network, there and back, at the lots' own size."""

    def work(lot: Lot) -> Tensor:
        moved = lot.images[0].clone().requires_grad_(True)
        autoencoder, perceptual = networks.autoencoder, networks.perceptual
        decoded = autoencoder.decode(autoencoder.encode(moved))
        distance = perceptual.distance(decoded, perceptual.features(lot.images[0]))
        loss = (decoded - moved).square().mean((1, 2, 3)) + distance
        return torch.autograd.grad(loss.sum(), moved)[0]

    return in_lots(work, images)


@pytest.mark.real_data
@pytest.mark.parametrize("autoencoder", ["sd1_vaelight", "taef2"])
@pytest.mark.parametrize("threads", [1, 2, 3])
def test_on_real_networks_no_image_feels_its_company_or_its_place(
    autoencoder: str, threads: int, real_data
) -> None:
    ids = {"autoencoder": autoencoder, "perceptual": "lpips_squeeze"}
    networks = load(ids, real_data / "weights")
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        images = pictures(3, height=96, width=136)
        together = gradients(images, networks)
        turned = gradients(images.flip(0), networks).flip(0)
        alone = torch.cat([gradients(images[i : i + 1], networks) for i in range(3)])
    finally:
        torch.set_num_threads(before)
    assert torch.equal(together, alone)
    assert torch.equal(together, turned)
