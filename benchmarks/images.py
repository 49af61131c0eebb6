"""Seconds per image for glaze and impress, beside a plain loop with the same networks and steps.

The plain loop is what one writes from the papers with torch and the lpips package: frozen networks,
torch.optim.Adam, LPIPS of both pictures at each step, one picture after the other, torch's default
memory layout. Both start from the same pixels; the final losses stand beside the times.

    python benchmarks/images.py --networks-dir FOLDER [--autoencoder taef2] [--images 8]

Impress by default lets the autoencoder compute in bfloat16 where the processor does so natively;
the last row holds it to float32. Rounds alternate and the fastest of each counts, so that other
work on the machine disturbs less. Times are shown, never judged.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from math import cos, pi
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # as config/__init__.py has it

import torch
from lpips import LPIPS
from torch import Generator, Tensor, nn

from generation import networks, pixels
from generation.networks import Networks, NetworkUnavailable
from generation.networks.autoencoders import native_bfloat16
from generation.noise import normal, uniform
from generation.progress import silent
from generation.protections.glaze import Glaze
from generation.purifications.impress import Impress

SIZE = 256


@dataclass(frozen=True)
class Plain:
    """The networks as a reader would load them: NCHW, float32, LPIPS from its package."""

    encoder: nn.Module
    decoder: nn.Module
    low: float
    lpips: LPIPS

    def encode(self, images: Tensor) -> Tensor:
        return self.encoder(images * (1 - self.low) + self.low)

    def decode(self, latents: Tensor) -> Tensor:
        return (self.decoder(latents) - self.low) / (1 - self.low)

    def distance(self, images: Tensor, originals: Tensor) -> Tensor:
        return self.lpips(images * 2 - 1, originals * 2 - 1).flatten()


def main() -> int:
    options = _options()
    ids = {"autoencoder": options.autoencoder, "perceptual": "lpips_squeeze"}
    try:
        ours = networks.load(ids, options.networks_dir)
    except NetworkUnavailable as missing:
        print(f"Not measured: {missing}")
        return 0
    plain = _plain(ours)
    images, targets = _pictures(options.images, 1), _pictures(options.images, 2)
    print(
        f"{options.images} images of {SIZE} px, {options.steps} steps, {options.autoencoder},"
        f" lpips_squeeze, {torch.get_num_threads()} threads, torch {torch.__version__}"
    )
    print(f"{'':20}{'plain s/img':>12}{'ours s/img':>12}{'ratio':>8}{'plain loss':>14}{'ours':>12}")
    for row in _rows(options, images, targets, ours, plain):
        _race(row, options)
    return 0


@dataclass(frozen=True)
class Row:
    """One method both ways, and the loss that says how well either ended."""

    name: str
    theirs: Callable[[], Tensor]
    mine: Callable[[], Tensor]
    loss: Callable[[Tensor], float]


def _rows(
    options: argparse.Namespace, images: Tensor, targets: Tensor, ours: Networks, plain: Plain
) -> list[Row]:
    glaze = Glaze(steps=options.steps, hard=False)
    default = Impress(steps=options.steps)
    exact = Impress(steps=options.steps, precision="float32")
    precision = "bfloat16" if native_bfloat16(ours.device) else "float32"

    def impress_row(recipe: Impress, name: str) -> Row:
        return Row(
            name,
            lambda: _plain_impress(recipe, images, plain),
            lambda: recipe.purify(images, ours, _generators(images), silent),
            lambda made: _impress_loss(recipe, made, images, plain),
        )

    return [
        Row(
            "glaze (float32)",
            lambda: _plain_glaze(glaze, images, targets, plain),
            lambda: glaze.protect(images, ours, _generators(images), silent, targets),
            lambda made: _glaze_loss(glaze, made, images, targets, plain),
        ),
        impress_row(default, f"impress ({precision})"),
        impress_row(exact, "impress (float32)"),
    ]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    folder = os.environ.get("NETWORKS_DIR")
    parser.add_argument("--networks-dir", type=Path, default=Path(folder) if folder else None)
    parser.add_argument("--autoencoder", default="sd1_vaelight")
    parser.add_argument("--images", type=int, default=4)
    parser.add_argument("--steps", type=int, default=15)
    parser.add_argument("--rounds", type=int, default=2)
    return parser.parse_args()


def _race(row: Row, options: argparse.Namespace) -> None:
    """Both ways in turn, the fastest round of each."""
    seconds: dict[str, list[float]] = {"plain": [], "ours": []}
    made: dict[str, Tensor] = {}
    for _ in range(options.rounds):
        for way, work in (("plain", row.theirs), ("ours", row.mine)):
            start = time.perf_counter()
            made[way] = work()
            seconds[way].append((time.perf_counter() - start) / options.images)
    plain, ours = min(seconds["plain"]), min(seconds["ours"])
    print(
        f"{row.name:20}{plain:12.3f}{ours:12.3f}{plain / ours:7.2f}x"
        f"{row.loss(made['plain']):14.5f}{row.loss(made['ours']):12.5f}"
    )


def _plain(ours: Networks) -> Plain:
    """The same weights, each tensor in torch's default layout."""
    nchw = torch.contiguous_format
    autoencoder, lpips = ours.autoencoder, LPIPS(net="squeeze", pnet_rand=True, verbose=False)
    lpips.load_state_dict(ours.perceptual.network.state_dict())
    encoder, decoder = (_copy(part) for part in (autoencoder.encoder, autoencoder.decoder))
    lpips = lpips.eval().requires_grad_(False).to(memory_format=nchw)
    return Plain(encoder, decoder, autoencoder.low, lpips)


def _copy(network: nn.Module) -> nn.Module:
    return deepcopy(network).to(memory_format=torch.contiguous_format)


def _pictures(count: int, seed: int) -> Tensor:
    """Soft coloured shapes with some grain, on the 8-bit grid: pictures enough to be cloaked."""
    generator = Generator().manual_seed(seed)
    picture = torch.zeros(count, 3, SIZE, SIZE)
    for cells, weight in ((4, 0.6), (16, 0.25), (64, 0.1), (SIZE, 0.05)):
        grain = torch.rand(count, 3, cells, cells, generator=generator)
        picture += weight * nn.functional.interpolate(grain, SIZE, mode="bilinear")
    return pixels.quantise(picture)


def _generators(images: Tensor) -> list[Generator]:
    return [Generator().manual_seed(number) for number in range(len(images))]


def _cosine(first: float, last: float, step: int, steps: int) -> float:
    return last + (first - last) * (1 + cos(pi * step / steps)) / 2


def _plain_glaze(recipe: Glaze, images: Tensor, targets: Tensor, plain: Plain) -> Tensor:
    cloaked = []
    for image, target, generator in zip(images, targets, _generators(images), strict=True):
        original, aim = image[None], plain.encode(target[None])
        scale = (plain.encode(original) - aim).square().mean()
        noise = uniform(original, [generator], recipe.start * recipe.budget)
        moved = (original + noise).clamp(0, 1).requires_grad_(True)
        optimiser = torch.optim.Adam([moved])
        for step in range(recipe.steps):
            optimiser.param_groups[0]["lr"] = recipe.budget * _cosine(
                recipe.rate, recipe.last_rate, step, recipe.steps
            )
            optimiser.zero_grad()
            latent = (plain.encode(moved) - aim).square().mean() / scale
            excess = (plain.distance(moved, original) - recipe.budget).clamp_min(0)
            (latent + recipe.alpha * excess.sum()).backward()
            optimiser.step()
            with torch.no_grad():
                moved.clamp_(0, 1)
                moved[..., -1, :] = original[..., -1, :]  # what SqueezeNet's LPIPS cannot see
                moved[..., :, -1] = original[..., :, -1]
        cloaked.append(pixels.quantise(moved.detach()))
    return torch.cat(cloaked)


@torch.no_grad()
def _glaze_loss(
    recipe: Glaze, made: Tensor, images: Tensor, targets: Tensor, plain: Plain
) -> float:
    aims = plain.encode(targets)
    latents = (plain.encode(made) - aims).square().mean((1, 2, 3))
    scales = (plain.encode(images) - aims).square().mean((1, 2, 3))
    excess = (plain.distance(made, images) - recipe.budget).clamp_min(0)
    return float((latents / scales + recipe.alpha * excess).mean())


def _plain_impress(recipe: Impress, images: Tensor, plain: Plain) -> Tensor:
    purified = []
    for image, generator in zip(images, _generators(images), strict=True):
        original = image[None]
        noise = normal(original, [generator], recipe.sigma)
        moved = (original + noise).clamp(0, 1).requires_grad_(True)
        optimiser = torch.optim.Adam([moved], eps=2 * recipe.epsilon)
        for step in range(recipe.steps):
            optimiser.param_groups[0]["lr"] = _cosine(
                recipe.rate, recipe.last_rate, step, recipe.steps
            )
            optimiser.zero_grad()
            consistency = (2 * (moved - plain.decode(plain.encode(moved)))).square().mean()
            excess = (plain.distance(moved, original) - recipe.delta).clamp_min(0)
            (consistency + recipe.alpha * excess.sum()).backward()
            optimiser.step()
            with torch.no_grad():
                moved.clamp_(0, 1)
        purified.append(pixels.quantise(moved.detach()))
    return torch.cat(purified)


@torch.no_grad()
def _impress_loss(recipe: Impress, made: Tensor, images: Tensor, plain: Plain) -> float:
    reconstructed = plain.decode(plain.encode(made))
    consistency = (2 * (made - reconstructed)).square().mean((1, 2, 3))
    excess = (plain.distance(made, images) - recipe.delta).clamp_min(0)
    return float((consistency + recipe.alpha * excess).mean())


if __name__ == "__main__":
    sys.exit(main())
