"""Tiny random networks, in the files that real ones come in, so that the real loading path runs."""

from pathlib import Path

import torch
from diffusers import AutoencoderKL
from safetensors.torch import save_file
from torch import Generator, Tensor
from torchvision.models import squeezenet1_1

from generation import networks, pixels
from generation.networks import Networks

AUTOENCODER = "tiny-autoencoder"
IDS = {"autoencoder": AUTOENCODER, "perceptual": "lpips_squeeze"}


def write_networks(folder: Path) -> Path:
    """A networks folder: a diffusers autoencoder (4 channels, f = 8) and a SqueezeNet trunk."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        autoencoder = AutoencoderKL(
            down_block_types=("DownEncoderBlock2D",) * 4,
            up_block_types=("UpDecoderBlock2D",) * 4,
            block_out_channels=(8, 8, 8, 8),
            layers_per_block=1,
            latent_channels=4,
            norm_num_groups=4,
        )
        trunk = squeezenet1_1(weights=None)
    autoencoder.save_pretrained(folder / AUTOENCODER)
    half = {name: tensor.half() for name, tensor in trunk.state_dict().items()}
    save_file(half, folder / "squeezenet1_1_imagenet_fp16.safetensors")
    return folder


def load_networks(folder: Path) -> Networks:
    """The networks that `write_networks` wrote."""
    return networks.load(IDS, folder)


def pictures(count: int, seed: int = 0, height: int = 32, width: int = 48) -> Tensor:
    """Soft random pictures [count, 3, height, width] on the 8-bit grid; by default not square."""
    generator = Generator().manual_seed(seed)
    coarse = torch.rand(count, 3, height // 8, width // 8, generator=generator)
    soft = torch.nn.functional.interpolate(coarse, (height, width), mode="bilinear")
    grain = torch.rand(count, 3, height, width, generator=generator)
    return pixels.quantise(0.9 * soft + 0.1 * grain)


def generators(count: int, seed: int = 0) -> list[Generator]:
    """One generator an image, each seeded on its own."""
    return [Generator().manual_seed(seed + number) for number in range(count)]
