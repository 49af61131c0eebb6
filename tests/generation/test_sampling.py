"""Sampling: the pictures of diffusers' own pipelines, and the same ones in any company."""

from pathlib import Path

import pytest
import torch
from diffusers import StableDiffusionImg2ImgPipeline, StableDiffusionPipeline
from torch import Tensor

from generation.networks.diffusion import Diffusion
from generation.progress import Cancelled, silent
from generation.refusals import PromptError
from generation.sampling import SCHEDULERS, Sampler, SamplingError, paint, repaint
from tests.generation import tiny_pipeline
from tests.generation.tiny import generators, pictures

PROMPTS = ["paint a harbour", "art by b", "a third, longer one"]
WAYS = [("dpmpp", 0.0), ("ddim", 0.0), ("ddim", 1.0)]
HALF_A_LEVEL = 0.5 / 255 + 1e-5


def theirs(pipeline, scheduler: str, **options) -> Tensor:
    """What diffusers' own pipeline makes, before rounding to 8 bits."""
    pipeline.set_progress_bar_config(disable=True)
    config = {**pipeline.scheduler.config, "clip_sample": False}
    pipeline.scheduler = SCHEDULERS[scheduler].from_config(config)
    images: Tensor = pipeline(
        PROMPTS, num_inference_steps=6, output_type="pt", generator=generators(3), **options
    ).images
    return images


def pipeline(cls, folder: Path):
    return cls.from_pretrained(folder / tiny_pipeline.PIPELINE, requires_safety_checker=False)


@pytest.mark.parametrize(("scheduler", "eta"), WAYS)
def test_a_seed_paints_what_diffusers_pipeline_paints(
    scheduler: str, eta: float, pipelines_folder: Path, tiny_diffusion: Diffusion
) -> None:
    sampler = Sampler(scheduler, steps=6, guidance=4.0, eta=eta)
    ours = paint(tiny_diffusion, PROMPTS, "blurred", sampler, generators(3), silent)
    reference = theirs(
        pipeline(StableDiffusionPipeline, pipelines_folder), scheduler,
        guidance_scale=4.0, eta=eta, negative_prompt=["blurred"] * 3,
    )  # fmt: skip
    torch.testing.assert_close(ours, reference, atol=HALF_A_LEVEL, rtol=0)


@pytest.mark.parametrize(("scheduler", "eta"), WAYS)
def test_a_picture_is_repainted_as_by_diffusers_pipeline(
    scheduler: str, eta: float, pipelines_folder: Path, tiny_diffusion: Diffusion
) -> None:
    images, sampler = pictures(3), Sampler(scheduler, steps=6, eta=eta)
    ours = repaint(tiny_diffusion, images, PROMPTS, 0.5, sampler, generators(3), silent)
    img2img = pipeline(StableDiffusionImg2ImgPipeline, pipelines_folder)
    reference = theirs(img2img, scheduler, image=images, strength=0.5, guidance_scale=7.5, eta=eta)
    torch.testing.assert_close(ours, reference, atol=HALF_A_LEVEL, rtol=0)


@pytest.mark.parametrize(("scheduler", "eta"), WAYS)
def test_a_painting_is_bit_for_bit_the_same_alone_and_in_company(
    scheduler: str, eta: float, tiny_diffusion: Diffusion
) -> None:
    sampler = Sampler(scheduler, steps=4, eta=eta)
    together = paint(tiny_diffusion, PROMPTS, "", sampler, generators(3), silent)
    alone = [
        paint(tiny_diffusion, [prompt], "", sampler, [generator], silent)
        for prompt, generator in zip(PROMPTS, generators(3), strict=True)
    ]
    assert torch.equal(together, torch.cat(alone))


def test_a_repainted_picture_is_the_same_alone_and_in_company(tiny_diffusion: Diffusion) -> None:
    images, sampler = pictures(3), Sampler(steps=4)
    together = repaint(tiny_diffusion, images, PROMPTS, 0.5, sampler, generators(3), silent)
    alone = [
        repaint(tiny_diffusion, images[i : i + 1], [PROMPTS[i]], 0.5, sampler, [one], silent)
        for i, one in enumerate(generators(3))
    ]
    assert torch.equal(together, torch.cat(alone))


def test_prompt_negative_prompt_seed_and_guidance_each_make_another_picture(
    tiny_diffusion: Diffusion,
) -> None:
    def made(prompt: str = "art", negative: str = "", seed: int = 0, guidance: float = 4) -> Tensor:
        sampler = Sampler(steps=3, guidance=guidance)
        return paint(tiny_diffusion, [prompt], negative, sampler, generators(1, seed), silent)

    first = made()
    assert torch.equal(first, made())
    others = [made(prompt="boat"), made(negative="blur"), made(seed=1), made(guidance=1)]
    assert not any(torch.equal(first, other) for other in others)


def test_paintings_are_on_the_8_bit_grid_and_of_the_size_asked(tiny_diffusion: Diffusion) -> None:
    sampler = Sampler(steps=2)
    own = paint(tiny_diffusion, ["art"], "", sampler, generators(1), silent)
    larger = paint(tiny_diffusion, ["art"], "", sampler, generators(1), silent, size=48)
    assert own.shape[-1] == tiny_pipeline.SIZE
    assert larger.shape == (1, 3, 48, 48)
    assert torch.equal((larger * 255).round() / 255, larger)


def test_little_strength_keeps_the_picture_and_much_does_not(tiny_diffusion: Diffusion) -> None:
    images, sampler = pictures(2), Sampler(steps=10)
    autoencoder = tiny_diffusion.autoencoder
    kept = autoencoder.decode(autoencoder.encode(images)).clamp(0, 1)
    little, much = (
        repaint(tiny_diffusion, images, ["a", "b"], strength, sampler, generators(2), silent)
        for strength in (0.1, 1.0)
    )
    assert (little - kept).square().mean() < (much - kept).square().mean()


def test_progress_counts_every_step_once_and_can_end_the_work(tiny_diffusion: Diffusion) -> None:
    heard = []
    sampler = Sampler(steps=3)
    paint(
        tiny_diffusion, PROMPTS, "", sampler, generators(3),
        lambda done, total, message="": heard.append((done, total)),
    )  # fmt: skip
    assert heard == [(step, heard[-1][1]) for step in range(1, heard[-1][1] + 1)]

    def cancel(done: int, total: int, message: str = "") -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        paint(tiny_diffusion, PROMPTS, "", sampler, generators(3), cancel)


def test_a_prompt_over_the_limit_is_refused_before_anything_is_painted(
    tiny_diffusion: Diffusion,
) -> None:
    long = "paint " * 40
    with pytest.raises(PromptError, match=r"“paint paint.*has 82 tokens.*reads 24: shorten"):
        paint(tiny_diffusion, ["art", long.strip()], "", Sampler(), generators(2), silent)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"scheduler": "euler"}, "dpmpp or ddim"),
        ({"steps": 0}, "1 to 1000 steps"),
        ({"eta": 0.5}, "take ddim"),
        ({"guidance": float("nan")}, "guidance"),
    ],
)
def test_settings_that_no_sampler_has_are_refused(settings, says: str) -> None:
    with pytest.raises(SamplingError, match=says):
        Sampler(**settings)


def test_sizes_strengths_and_counts_that_cannot_be_are_refused(tiny_diffusion: Diffusion) -> None:
    sampler = Sampler(steps=4)
    with pytest.raises(SamplingError, match="multiples of 4 pixels, not 30"):
        paint(tiny_diffusion, ["art"], "", sampler, generators(1), silent, size=30)
    odd = torch.zeros(1, 3, 32, 34)
    with pytest.raises(SamplingError, match="multiples of 4 pixels, not 34 × 32"):
        repaint(tiny_diffusion, odd, ["art"], 0.5, sampler, generators(1), silent)
    with pytest.raises(SamplingError, match="no step"):
        repaint(tiny_diffusion, pictures(1), ["art"], 0.2, sampler, generators(1), silent)
    with pytest.raises(SamplingError, match="2 prompts, 1 generators"):
        paint(tiny_diffusion, ["art", "art"], "", sampler, generators(1), silent)
