"""Fine-tuning against references: diffusers' scheduler and average, peft's layers, a plain loop."""

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Generator

from config.plugins import record
from generation.finetuning.settings import Training
from generation.mimicry import MIMICRY
from generation.networks import Networks
from generation.progress import silent
from tests.generation import tiny_pipeline
from tests.generation.teaching import Learn, learn
from tests.generation.tiny import pictures

every_mimicry = pytest.mark.parametrize("name", MIMICRY.names())


@every_mimicry
def test_what_is_learnt_lowers_the_loss_on_the_pictures(name: str, every_network: Networks) -> None:
    settings = {"rate": 1e-2, "steps": 60} if name == "lora" else {"rate": 2e-3, "steps": 30}
    mimic = learn(name, every_network, batch=4, **settings)
    losses = [loss for _, loss, _ in mimic.record["losses"]]
    assert sum(losses[-10:]) < 0.9 * sum(losses[:10])


@pytest.mark.parametrize("prediction", ["epsilon", "v_prediction", "sample"])
def test_the_loss_is_that_of_diffusers_own_scheduler(prediction: str, tmp_path: Path) -> None:
    """A batch by hand: noise and velocity as diffusers' DDPMScheduler gives them."""
    from diffusers import DDPMScheduler

    from generation.finetuning.denoising import denoising

    folder = tiny_pipeline.write_pipeline(tmp_path, prediction=prediction)
    diffusion = tiny_pipeline.load_diffusion(folder)
    latents, words = torch.randn(3, 4, 8, 8, generator=Generator().manual_seed(1)), ["rain"] * 3
    with torch.no_grad():
        embedded = diffusion.embed(words)
        drawn = Generator().manual_seed(2)
        losses = denoising(diffusion).losses(diffusion.unet, latents, embedded, drawn)
        drawn.manual_seed(2)
        noise = torch.randn(latents.shape, generator=drawn)
        times = torch.randint(1000, (3,), generator=drawn)
        scheduler = DDPMScheduler.from_config(dict(diffusion.scheduler))
        goal = {
            "epsilon": noise,
            "v_prediction": scheduler.get_velocity(latents, noise, times),
            "sample": latents,
        }[prediction]
        noisy = scheduler.add_noise(latents, noise, times)
        predicted = diffusion.unet(noisy, times, embedded).sample
    assert torch.allclose(losses, (predicted - goal).square().mean((1, 2, 3)), atol=1e-4)


def test_one_step_is_that_of_a_plain_loop(every_network: Networks) -> None:
    """Two batches of one picture, means of latents: torch.optim.AdamW by hand."""
    from copy import deepcopy

    from generation.finetuning.denoising import denoising
    from generation.recipe import generator_seed

    images = pictures(1, height=32, width=32).repeat(3, 1, 1, 1)
    settings = {"steps": 1, "batch": 1, "accumulate": 2, "clip": 0.05}
    settings |= {"latents": "mean", "precision": "float32"}
    mimic = learn("dreambooth", every_network, images=images, captions=["rain"] * 3, **settings)
    diffusion, unet = (
        every_network.diffusion,
        deepcopy(every_network.diffusion.unet).requires_grad_(True),
    )
    optimiser = torch.optim.AdamW(unet.parameters(), lr=1e-3, weight_decay=0.01)
    with torch.no_grad():
        latents = diffusion.autoencoder.encode(images[:1]) * diffusion.scaling
        embedded = diffusion.embed(["rain"])
    total = torch.zeros(())
    for part in (0, 1):
        seed = generator_seed(mimic.record["seed"], f"step 0.{part}")
        generator = Generator().manual_seed(seed)
        torch.randint(1, (1,), generator=generator)  # which view of the picture
        losses = denoising(diffusion).losses(unet, latents, embedded, generator)
        total = total + losses.mean() / 2
    total.backward()
    torch.nn.utils.clip_grad_norm_(unet.parameters(), 0.05)
    optimiser.step()
    assert mimic.record["losses"] == [[1, pytest.approx(float(total.detach()), abs=1e-5), 1e-3]]
    for part, weight in unet.named_parameters():
        assert torch.allclose(mimic.tensors[f"unet.{part}"].float(), weight, atol=1e-3)


def test_on_a_cpu_auto_is_float32_because_bfloat16_is_slower_there(learnt: Learn) -> None:
    auto, exact, low = (
        learnt("lora", steps=2, precision=precision).record["losses"]
        for precision in ("auto", "float32", "bfloat16")
    )
    assert auto == exact
    assert auto != low
    assert auto[0][1] == pytest.approx(low[0][1], rel=0.02)


def test_class_images_count_by_their_weight(every_network: Networks) -> None:
    prior = {"prior": True, "class_images": 1, "class_steps": 1, "class_prompt": "rain"}
    losses = [
        learn("dreambooth", every_network, steps=1, prior_weight=weight, **prior).record["losses"][
            0
        ][1]
        for weight in (0.0, 1.0, 3.0)
    ]
    assert losses[2] - losses[0] == pytest.approx(3 * (losses[1] - losses[0]), rel=1e-3)
    assert losses[1] > 1.3 * losses[0]


def test_the_moving_average_follows_diffusers(every_network: Networks) -> None:
    from diffusers.training_utils import EMAModel

    from generation.finetuning.training_run import TrainingRun
    from generation.finetuning.tuned import Tuned

    layer = torch.nn.Linear(3, 2)
    method = MIMICRY.build("text_to_image", {"ema": 0.5})
    run = TrainingRun(Tuned(layer, None), None, method, 10)  # type: ignore[arg-type]
    theirs = EMAModel(layer.parameters(), decay=0.5)
    for step in range(1, 10):
        with torch.no_grad():
            for weight in layer.parameters():
                weight.add_(step)
        run.step = step
        run._average()
        theirs.step(layer.parameters())
    for mine, other in zip(run.averages, theirs.shadow_params, strict=True):
        assert torch.allclose(mine, other, rtol=1e-5)


def test_a_lora_merged_for_painting_is_the_adapted_network(every_network: Networks) -> None:
    """W + (alpha / rank)·B·A against peft's own layers, at a scale that is not 1."""
    from peft import LoraConfig, inject_adapter_in_model

    from generation.finetuning.tuned import UNET_ATTENTION
    from generation.finetuning.weights import with_weights

    mimic = learn("lora", every_network, steps=2, rank=2, alpha=6.0, rate=1e-2)
    config = LoraConfig(r=2, lora_alpha=6, target_modules=UNET_ATTENTION)
    with torch.random.fork_rng(devices=[]):
        adapted = inject_adapter_in_model(config, with_weights(every_network.diffusion.unet, {}))
    for key, weight in adapted.named_parameters():
        if "lora_" in key:
            held = mimic.tensors[f"unet.{key.replace('.default.', '.')}"]
            assert held.abs().max() > 0
            weight.data = held.float()
    latents, words = torch.randn(1, 4, 8, 8), every_network.diffusion.embed(["rain"])
    with torch.no_grad():
        theirs = adapted(latents, 10, words).sample
        mine = mimic.onto(every_network.diffusion).unet(latents, 10, words).sample
    assert torch.allclose(theirs, mine, atol=1e-4)


def test_diffusers_itself_paints_with_our_lora_file(
    every_network: Networks, pipelines_folder: Path, tmp_path: Path, learnt: Learn
) -> None:
    from diffusers import StableDiffusionPipeline

    mimic = learnt("lora", rate=1e-2)
    (tmp_path / "lora.safetensors").write_bytes(mimic.to_bytes())
    pipeline = StableDiffusionPipeline.from_pretrained(
        pipelines_folder / tiny_pipeline.PIPELINE, safety_checker=None
    )
    latents, words = torch.randn(1, 4, 8, 8), every_network.diffusion.embed(["rain"])
    with torch.no_grad():
        pipeline.load_lora_weights(tmp_path, weight_name="lora.safetensors")
        theirs = pipeline.unet(latents, 10, words).sample
        mine = mimic.onto(every_network.diffusion).unet(latents, 10, words).sample
    assert torch.allclose(theirs, mine, atol=1e-4)


def test_flipped_pictures_are_encoded_flipped(every_network: Networks) -> None:
    from generation.finetuning.examples import Examples, encode

    images = pictures(2, height=32, width=32)
    encoded = encode(every_network.diffusion, images, True, silent)
    assert encoded["means"].shape[:2] == (2, 2)
    mirrored = (
        every_network.diffusion.autoencoder.encode(images.flip(-1))
        * every_network.diffusion.scaling
    )
    assert torch.allclose(encoded["means"][:, 1], mirrored, atol=1e-5)
    examples = Examples(encoded["means"], encoded["deviations"], torch.tensor([0, 0]))
    drawn = examples.draw(torch.zeros(40, dtype=torch.long), "mean", Generator().manual_seed(1))
    views = [int(torch.equal(latent, encoded["means"][0, 1])) for latent in drawn]
    assert 8 < sum(views) < 32


def test_every_picture_is_drawn_once_before_any_is_drawn_again() -> None:
    from generation.finetuning.examples import shuffled

    stream = shuffled(5, 0, 20, seed=1, name="pictures").tolist()
    epochs = [stream[start : start + 5] for start in range(0, 20, 5)]
    assert all(sorted(epoch) == [0, 1, 2, 3, 4] for epoch in epochs)
    assert len({tuple(epoch) for epoch in epochs}) > 1
    assert shuffled(5, 7, 3, seed=1, name="pictures").tolist() == stream[7:10]


def test_epochs_are_passes_over_the_pictures() -> None:
    method = MIMICRY.build("lora", {"epochs": 50, "batch": 4})
    assert isinstance(method, Training)
    assert method.length(10) == 125
    assert method.length(24) == 300


RESPONSE = "response-to-impress"
PUBLISHED: list[tuple[str, str, dict[str, Any]]] = [
    ("text_to_image", "impress", {"steps": 500, "rate": 5e-6, "batch": 8, "accumulate": 4}),
    ("text_to_image", "hoenig", {"steps": 2000, "rate": 5e-6, "batch": 4}),
    ("dreambooth", "diffusers", {"steps": 400, "rate": 5e-6, "batch": 1, "prior": False}),
    ("dreambooth", "diffusers-prior", {"steps": 800, "class_images": 200, "prior_weight": 1}),
    ("dreambooth", "diffusers-text-encoder", {"rate": 2e-6, "text_encoder": True}),
    ("dreambooth", "copyrightmeter", {"steps": 1000, "rate": 5e-7, "batch": 2}),
    ("dreambooth", f"{RESPONSE}-600", {"steps": 600}),
    ("dreambooth", f"{RESPONSE}-1000", {"steps": 1000}),
    ("lora", "gridpure", {"steps": 200, "rate": 1e-4}),
    ("lora", "copyrightmeter", {"epochs": 50, "rate": 1e-4, "batch": 4}),
]


@pytest.mark.parametrize(("name", "preset", "published"), PUBLISHED)
def test_presets_hold_the_published_numbers(
    name: str, preset: str, published: dict[str, Any]
) -> None:
    settings = record(MIMICRY.build(name, preset=preset))
    assert {key: settings[key] for key in published} == published
