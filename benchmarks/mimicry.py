"""DreamBooth steps and paintings per second, beside diffusers' own unbatched loop on one device.

The plain training loop is what diffusers' DreamBooth example does at each step: pixels through the
autoencoder, prompts through the text encoder, the UNet forward and back, torch's AdamW; float32,
torch's default memory layout, one picture after the other where a batch has several. The plain
painting loop calls StableDiffusionPipeline once a prompt, with the same scheduler and steps. The
same weights, pictures and prompts both ways.

    python benchmarks/mimicry.py [--network ID] [--batch 4] [--steps 30] [--images 8]

The network is the sandbox's where it is shipped, else one of the same architecture with random
weights. Rows “bfloat16” are there where that gains; the plain loops are float32. What is
done once (encoding the pictures and prompts) is part of our time. Rounds alternate and the fastest
of each counts; the last column compares processor time, which other work disturbs less.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # as config/__init__.py has it

import torch
from diffusers import DDPMScheduler, DPMSolverMultistepScheduler, StableDiffusionPipeline
from torch import Generator, Tensor

from generation import networks, pixels, sampling
from generation.mimicry.dreambooth import DreamBooth
from generation.networks import Networks, NetworkUnavailable
from generation.networks.autoencoders import native_bfloat16
from generation.networks.diffusion import Diffusion
from generation.progress import silent
from generation.samplers import Sampler

PICTURES = 12
RATE = 1e-5


def main() -> int:
    options = _options()
    with tempfile.TemporaryDirectory() as folder:
        loaded = _network(options, Path(folder))
        diffusion = loaded.diffusion
        print(
            f"{loaded.records['diffusion'].id}, {diffusion.resolution} px,"
            f" {sum(weight.numel() for weight in diffusion.unet.parameters()) / 1e6:.1f} M weights"
            f" in the UNet, {diffusion.device}, {torch.get_num_threads()} threads,"
            f" torch {torch.__version__}"
        )
        print(f"{'':44}{'plain /s':>10}{'ours /s':>10}{'ratio':>8}{'processor':>11}")
        precisions = ["float32", *(["bfloat16"] if native_bfloat16(diffusion.device) else [])]
        for precision in precisions[: 1 if diffusion.device.type == "cpu" else 2]:  # as auto does
            _training_row(options, loaded, precision)
        for precision in precisions:
            _painting_row(options, diffusion, precision)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    folder = os.environ.get("NETWORKS_DIR")
    parser.add_argument("--networks-dir", type=Path, default=Path(folder) if folder else None)
    parser.add_argument("--network", default="sandbox")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--steps", type=int, default=30)
    parser.add_argument("--images", type=int, default=8)
    parser.add_argument("--sampler-steps", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=2)
    return parser.parse_args()


def _network(options: argparse.Namespace, folder: Path) -> Networks:
    ids = {"diffusion": options.network}
    try:
        return networks.load(ids, options.networks_dir, options.device)
    except NetworkUnavailable as missing:
        if options.network != "sandbox":
            raise
        print(f"{missing} Random weights instead.")
    _untrained(folder / "untrained")
    return networks.load({"diffusion": "untrained"}, folder, options.device)


def _untrained(folder: Path) -> None:
    """The sandbox's architecture before it learnt anything."""
    from torch import nn

    from generation.sandbox.training.autoencoder import untrained
    from generation.sandbox.training.denoiser import untrained_text_encoder, untrained_unet
    from generation.sandbox.training.shipping import ship_pipeline
    from generation.sandbox.training.words import tokenizer

    words = tokenizer(_captions())
    parts = {"unet": untrained_unet(), "text": untrained_text_encoder(words)}
    ship_pipeline(untrained(), nn.ModuleDict(parts), words, folder)


def _captions() -> list[str]:
    scenes = ("a harbour", "a forest", "a mountain", "a street")
    return [f"{scenes[number % 4]} at dusk, by ada" for number in range(PICTURES)]


def _pictures(side: int) -> Tensor:
    generator = Generator().manual_seed(1)
    coarse = torch.rand(PICTURES, 3, 16, 16, generator=generator)
    return pixels.quantise(torch.nn.functional.interpolate(coarse, side, mode="bilinear"))


def _training_row(options: argparse.Namespace, loaded: Networks, precision: str) -> None:
    images, captions = _pictures(loaded.diffusion.resolution), _captions()
    method = DreamBooth(steps=options.steps, batch=options.batch, rate=RATE, precision=precision)
    plain = _Plain(loaded.diffusion, images.to(loaded.device), captions)

    def ours() -> None:
        generator = Generator().manual_seed(0)
        method.learn(images.to(loaded.device), captions, loaded, generator, silent)

    name = f"DreamBooth steps, batch {options.batch} ({precision})"
    _race(options, name, lambda: plain.train(options.steps, options.batch), ours, options.steps)


class _Plain:
    """diffusers' DreamBooth example as it stands by default: everything anew at each step."""

    def __init__(self, diffusion: Diffusion, images: Tensor, captions: list[str]) -> None:
        nchw: Any = {"memory_format": torch.contiguous_format}
        self.diffusion, self.images, self.captions = diffusion, images * 2 - 1, captions
        self.vae = deepcopy(diffusion.autoencoder.network).to(**nchw)
        self.text = deepcopy(diffusion.text_encoder)
        self.base = deepcopy(diffusion.unet).to(**nchw)
        self.scheduler = DDPMScheduler.from_config(dict(diffusion.scheduler))

    def train(self, steps: int, batch: int) -> None:
        unet = deepcopy(self.base).requires_grad_(True).train()
        optimiser = torch.optim.AdamW(unet.parameters(), lr=RATE)
        generator = Generator().manual_seed(0)
        for step in range(steps):
            for picture in range(batch):  # one at a time, gradients summed
                self._loss(unet, (step * batch + picture) % PICTURES, generator).div(
                    batch
                ).backward()
            torch.nn.utils.clip_grad_norm_(unet.parameters(), 1.0)
            optimiser.step()
            optimiser.zero_grad()

    def _loss(self, unet: Any, number: int, generator: Generator) -> Tensor:
        diffusion = self.diffusion
        with torch.no_grad():
            drawn = self.vae.encode(self.images[number : number + 1]).latent_dist.sample(generator)
            latents = drawn * diffusion.scaling
            words = self.text(diffusion.tokenise(self.captions[number : number + 1]))[0]
        noise = torch.randn(latents.shape, generator=generator).to(latents)
        times = torch.randint(1000, (1,), generator=generator).to(latents.device)
        noisy = self.scheduler.add_noise(latents, noise, times)
        return (unet(noisy, times, words).sample - noise).square().mean()


def _painting_row(options: argparse.Namespace, diffusion: Diffusion, precision: str) -> None:
    prompts = [_captions()[number % 4] for number in range(options.images)]
    sampler = Sampler(steps=options.sampler_steps, guidance=4.0, precision=precision)
    pipeline = _pipeline(diffusion)

    def generators() -> list[Generator]:
        return [Generator().manual_seed(number) for number in range(options.images)]

    def plain() -> None:
        for prompt, generator in zip(prompts, generators(), strict=True):
            pipeline(
                prompt, num_inference_steps=sampler.steps, guidance_scale=4.0, generator=generator
            )

    def ours() -> None:
        sampling.paint(diffusion, prompts, "", sampler, generators(), silent)

    name = f"paintings, {sampler.steps} steps ({precision})"
    _race(options, name, plain, ours, options.images)


def _pipeline(diffusion: Diffusion) -> Any:
    nchw: Any = {"memory_format": torch.contiguous_format}
    pipeline = StableDiffusionPipeline(
        vae=deepcopy(diffusion.autoencoder.network).to(**nchw),
        text_encoder=deepcopy(diffusion.text_encoder),
        tokenizer=diffusion.tokenizer,
        unet=deepcopy(diffusion.unet).to(**nchw),
        scheduler=DPMSolverMultistepScheduler.from_config(dict(diffusion.scheduler)),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def _race(
    options: argparse.Namespace,
    name: str,
    plain: Callable[[], None],
    ours: Callable[[], None],
    units: int,
) -> None:
    """Both ways in turn, the fastest round of each."""
    clocks = (perf_counter, process_time)
    spent: dict[str, list[list[float]]] = {"plain": [], "ours": []}
    for _ in range(options.rounds):
        for way, work in (("plain", plain), ("ours", ours)):
            start = [clock() for clock in clocks]
            work()
            ended = [clock() for clock in clocks]
            spent[way].append([end - begin for begin, end in zip(start, ended, strict=True)])
    least = {
        way: [min(times) for times in zip(*rounds, strict=True)] for way, rounds in spent.items()
    }
    rates = {way: units / wall for way, (wall, _) in least.items()}
    wall, processor = (
        theirs / mine for theirs, mine in zip(least["plain"], least["ours"], strict=True)
    )
    print(
        f"{name:44}{rates['plain']:10.3f}{rates['ours']:10.3f}{wall:7.2f}x{processor:10.2f}x",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
