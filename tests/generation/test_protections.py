"""Cloaks: where they draw the latent, and that their presets are the published settings."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from PIL import Image
from torch import Tensor

from generation import pixels
from generation.budgets import measure
from generation.latent_shift import latent_shift
from generation.networks import Networks, load
from generation.noise import uniform
from generation.progress import silent
from generation.protections import PROTECTIONS
from generation.protections.glaze import Glaze
from generation.protections.photoguard_encoder import PhotoguardEncoder
from tests.generation.tiny import generators, pictures

IMAGES, TARGETS = pictures(2, seed=1), pictures(2, seed=2)


def glaze(networks: Networks, seed: int = 0, **settings) -> Tensor:
    recipe = Glaze(**{"steps": 20, **settings})
    return recipe.protect(IMAGES, networks, generators(2, seed), silent, TARGETS)


def photoguard(networks: Networks, target: Tensor | None = None, **settings) -> Tensor:
    recipe = PhotoguardEncoder(**{"steps": 20, **settings})
    return recipe.protect(IMAGES, networks, generators(2), silent, target)


def from_latent(networks: Networks, images: Tensor, aim: Tensor) -> Tensor:
    """Distance [N] of images' latents from an aim."""
    return torch.linalg.vector_norm((networks.autoencoder.encode(images) - aim).flatten(1), dim=1)


def test_glaze_draws_the_latent_to_its_target(tiny_networks: Networks) -> None:
    aim = tiny_networks.autoencoder.encode(TARGETS)
    cloaked = glaze(tiny_networks, budget=0.05)
    assert (
        from_latent(tiny_networks, cloaked, aim) < 0.9 * from_latent(tiny_networks, IMAGES, aim)
    ).all()


def test_a_larger_budget_draws_the_latent_further(tiny_networks: Networks) -> None:
    aim = tiny_networks.autoencoder.encode(TARGETS)
    small, large = (
        from_latent(tiny_networks, glaze(tiny_networks, budget=budget), aim)
        for budget in (0.01, 0.05)
    )
    assert (large < small).all()


def test_glaze_without_a_penalty_is_still_shortened_to_its_budget(tiny_networks: Networks) -> None:
    cloaked = glaze(tiny_networks, alpha=0.0, budget=0.01, rate=1.0, last_rate=1.0, steps=60)
    assert max(measure(cloaked, IMAGES, tiny_networks.perceptual)["lpips"]) <= 0.01


def test_soft_glaze_only_penalises(tiny_networks: Networks) -> None:
    soft = {"alpha": 0.0, "budget": 0.01, "rate": 1.0, "last_rate": 1.0, "steps": 60}
    cloaked = glaze(tiny_networks, hard=False, **soft)
    assert min(measure(cloaked, IMAGES, tiny_networks.perceptual)["lpips"]) > 0.01


def test_glaze_changes_nothing_that_lpips_cannot_see(tiny_networks: Networks) -> None:
    change = glaze(tiny_networks, budget=0.05) - IMAGES
    assert change[..., -1, :].abs().max() == 0
    assert change[..., :, -1].abs().max() == 0


def test_sampled_latents_depend_on_the_seed_and_means_do_not(tiny_networks: Networks) -> None:
    still = {"start": 0.0}
    assert torch.equal(glaze(tiny_networks, 1, **still), glaze(tiny_networks, 2, **still))
    assert not torch.equal(
        glaze(tiny_networks, 1, sampled=True, **still),
        glaze(tiny_networks, 2, sampled=True, **still),
    )


def test_an_autoencoder_without_spread_is_its_mean(tiny_networks: Networks, monkeypatch) -> None:
    kind = type(tiny_networks.autoencoder)
    monkeypatch.setattr(kind, "posterior", lambda self, images: (_mean(self, images), None))
    monkeypatch.setattr(kind, "encode", _mean)
    still = {"start": 0.0}
    assert torch.equal(glaze(tiny_networks, sampled=True, **still), glaze(tiny_networks, **still))


def _mean(autoencoder, images: Tensor) -> Tensor:
    mean: Tensor = autoencoder.network.encode(images * 2 - 1).latent_dist.mean
    return mean


def test_glaze_is_the_published_optimisation(
    tiny_networks: Networks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Against a loop on [-1, 1] as the IMPRESS authors describe theirs, before the rounding."""
    monkeypatch.setattr("generation.protections.glaze.quantise", lambda images: images)
    settings = {**Glaze.presets["impress-repro"], "sampled": False, "start": 0.0, "steps": 5}
    recipe = Glaze(**settings, hard=False)
    ours = recipe.protect(IMAGES[:1], tiny_networks, generators(1), silent, TARGETS[:1])
    autoencoder, perceptual = tiny_networks.autoencoder, tiny_networks.perceptual
    reference = perceptual.features(IMAGES[:1])
    aim = autoencoder.encode(TARGETS[:1])
    x = (IMAGES[:1] * 2 - 1).requires_grad_(True)
    optimiser = torch.optim.Adam([x], lr=0.01)
    for _ in range(5):
        optimiser.zero_grad()
        latent = (autoencoder.encode(x / 2 + 0.5) - aim).square().mean()
        distance = perceptual.distance(x / 2 + 0.5, reference)
        (latent + 30 * (distance - 0.05).clamp_min(0).sum()).backward()
        optimiser.step()
        x.data.clamp_(-1, 1)
        x.data[..., -1, :] = IMAGES[:1, :, -1, :] * 2 - 1  # ours leaves what LPIPS cannot see
        x.data[..., :, -1] = IMAGES[:1, :, :, -1] * 2 - 1
    difference = ours - (x.detach() / 2 + 0.5)
    assert difference.abs().mean() < 1e-5
    assert difference.abs().max() < 0.25 / 255


def test_glaze_presets_are_the_published_numbers() -> None:
    """IMPRESS's script counts on [-1, 1]: p 0.05, α 30, 500 steps, lr 0.01, start in ±p."""
    repro = PROTECTIONS.build("glaze", preset="impress-repro")
    assert (repro.budget, repro.alpha, repro.steps, repro.sampled) == (0.05, 30, 500, True)
    assert 2 * repro.rate * repro.budget == pytest.approx(0.01)
    assert 2 * repro.start * repro.budget == pytest.approx(repro.budget)
    assert PROTECTIONS.build("glaze", preset="glaze-default").budget == 0.07


def test_glaze_is_never_called_glaze() -> None:
    assert Glaze.label == "Glaze-style (re-implementation)"


@pytest.mark.parametrize("aim", ["zero_latent", "grey", "image"])
def test_photoguard_draws_the_latent_to_its_aim(aim: str, tiny_networks: Networks) -> None:
    encode: Callable[[Tensor], Tensor] = tiny_networks.autoencoder.encode
    goal = {
        "zero_latent": torch.zeros(()),
        "grey": encode(torch.full_like(IMAGES, 0.5)),
        "image": encode(TARGETS),
    }[aim]
    immunised = photoguard(tiny_networks, TARGETS, aim=aim, budget=0.06)
    before, after = (from_latent(tiny_networks, x, goal) for x in (IMAGES, immunised))
    assert (after < 0.95 * before).all()


def test_photoguard_is_the_published_optimisation(
    tiny_networks: Networks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Against a loop on [-1, 1] as in the img2img notebook, same start, before rounding."""
    monkeypatch.setattr("generation.protections.photoguard_encoder.settle", lambda moved, *_: moved)
    settings = {**PhotoguardEncoder.presets["notebook-img2img"], "steps": 6}
    recipe = PhotoguardEncoder(**settings)
    ours = recipe.protect(IMAGES[:1], tiny_networks, generators(1), silent)
    original = IMAGES[:1] * 2 - 1
    x = original + 2 * uniform(IMAGES[:1], generators(1), 0.03)
    x = x.clamp(-1, 1)
    for step in range(6):
        x.requires_grad_(True)
        norm = tiny_networks.autoencoder.encode(x / 2 + 0.5).norm()
        (gradient,) = torch.autograd.grad(norm, x)
        moved = x.detach() - (0.02 - (0.02 - 0.0002) * step / 6) * gradient.sign()
        x = (original + (moved - original).clamp(-0.06, 0.06)).clamp(-1, 1)
    assert ((ours - (x / 2 + 0.5)).abs() < 1e-6).float().mean() > 0.99


def test_photoguard_uses_its_whole_budget(tiny_networks: Networks) -> None:
    immunised = photoguard(tiny_networks, budget=8 / 255)
    assert measure(immunised, IMAGES)["linf"] == [8 / 255, 8 / 255]


def test_photoguard_needs_the_picture_it_aims_at(tiny_networks: Networks) -> None:
    with pytest.raises(ValueError, match="needs a target image"):
        photoguard(tiny_networks, aim="image")


@pytest.mark.parametrize(
    ("preset", "budget", "first", "last", "steps"),
    [
        ("notebook-img2img", 0.06, 0.02, 0.0002, 1000),
        ("notebook-inpainting", 0.06, 0.01, 0.0001, 1000),
        ("demo-app", 0.12, 0.01, 0.01, 200),
    ],
)
def test_photoguard_presets_are_the_published_numbers(
    preset: str, budget: float, first: float, last: float, steps: int
) -> None:
    """The notebooks and the demo count on [-1, 1]."""
    built = PROTECTIONS.build("photoguard_encoder", preset=preset)
    assert 2 * built.budget == pytest.approx(budget)
    assert 2 * built.rate * built.budget == pytest.approx(first)
    assert 2 * built.last_rate * built.budget == pytest.approx(last)
    assert built.steps == steps


# with the small real networks


@pytest.fixture(scope="module")
def real_networks(real_data: Path) -> Networks:
    """The autoencoder of Stable Diffusion 1.x's latents in small, and LPIPS."""
    return load(
        {"autoencoder": "sd1_vaelight", "perceptual": "lpips_squeeze"}, real_data / "weights"
    )


@pytest.fixture(scope="module")
def paintings(real_data: Path) -> Tensor:
    """Two paintings [2, 3, 128, 128] by Monet and two by Hokusai."""
    paths = [
        path
        for painter in ("monet", "hokusai")
        for path in sorted((real_data / "artworks" / painter).glob("*.*"))[:2]
    ]
    squares = [pixels.square(Image.open(path), 128, "centre") for path in paths]
    return torch.cat([pixels.to_tensor(square) for square in squares])


@pytest.mark.real_data
@pytest.mark.parametrize("budget", [0.03, 0.07])
def test_on_paintings_glaze_moves_the_latent_five_times_further_than_noise(
    budget: float, real_networks: Networks, paintings: Tensor
) -> None:
    images, targets = paintings, paintings.flip(0)
    recipe = Glaze(budget=budget, steps=40)
    cloaked = recipe.protect(images, real_networks, generators(4), silent, targets)
    aims = real_networks.autoencoder.encode(targets)
    shifts = latent_shift(cloaked, images, aims, real_networks, generators(4))
    assert max(shift.lpips for shift in shifts) <= budget
    assert min(shift.ratio for shift in shifts) >= 5


@pytest.mark.real_data
@pytest.mark.parametrize("levels", [4, 16])
def test_on_paintings_photoguard_moves_the_latent_five_times_further_than_noise(
    levels: int, real_networks: Networks, paintings: Tensor
) -> None:
    recipe = PhotoguardEncoder(budget=levels / 255, steps=40)
    immunised = recipe.protect(paintings, real_networks, generators(4), silent)
    aims = real_networks.autoencoder.encode(torch.full_like(paintings, 0.5))
    shifts = latent_shift(immunised, paintings, aims, real_networks, generators(4))
    assert measure(immunised, paintings)["linf"] == [levels / 255] * 4
    assert min(shift.ratio for shift in shifts) >= 5
