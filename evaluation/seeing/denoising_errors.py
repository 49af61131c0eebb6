"""How well a diffusion network denoises one picture under each of several prompts. Imports torch.

The error of Ho et al. 2020: noise a latent to a timestep, compare the noise with what the network
says it is. Networks that predict v or the picture are read as the noise that follows from it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Literal

import torch
from torch import Generator, Tensor
from torch.nn.functional import interpolate

from generation.finetuning.denoising import Denoising, denoising
from generation.lots import Lot, in_lots
from generation.networks.autoencoders import Precision, autocast
from generation.networks.diffusion import Diffusion
from generation.recipe import generator_seed

SIZE = {"cpu": 4, "cuda": 32}
"""Passes in a lot; always as many, so that a result does not depend on its company."""
WARM = 2
"""Lots before a timed one: the first also builds what later ones find ready."""


@dataclass(frozen=True)
class Denoised:
    """Errors of one network under these prompts."""

    network: Diffusion
    prompts: tuple[str, ...]
    seed: int
    loss: Literal["l2", "l1"]
    size: int | None
    precision: Precision

    @torch.no_grad()
    def totals(
        self, image: Tensor, places: Sequence[int], steps: Sequence[int]
    ) -> tuple[float, ...]:
        """Of each prompt in `places` its errors summed over the timesteps, for [1, 3, H, W]."""
        if not steps:
            return (0.0,) * len(places)
        errors = self._errors(self._latent(image), places, steps)
        return tuple(errors.double().sum(1).tolist())

    @torch.no_grad()
    def seconds_a_pass(self, image: Tensor) -> float:
        """Mean over one lot, timed when the network is warm."""
        latent, lot = self._latent(image), SIZE.get(self.network.device.type, 1)
        steps = [500] * lot
        for _ in range(WARM):
            self._errors(latent, [0], steps)
        begun = perf_counter()
        self._errors(latent, [0], steps).sum().item()  # waits for the device
        return (perf_counter() - begun) / lot

    def _errors(self, latent: Tensor, places: Sequence[int], steps: Sequence[int]) -> Tensor:
        """[places, steps], float32, on the CPU."""
        device = self.network.device
        texts = self.network.embed([self.prompts[place] for place in places])
        process = denoising(self.network)
        noises = torch.stack([self._noise(latent, step) for step in steps]).to(device)
        times = torch.tensor(steps, device=device)
        rows = torch.cartesian_prod(torch.arange(len(places)), torch.arange(len(steps))).to(device)

        def work(lot: Lot) -> Tensor:
            place, step = lot.images[0].unbind(1)
            return self._compared(process, latent, noises[step], times[step], texts[place])

        found = in_lots(work, rows, size=SIZE.get(device.type, 1))
        return found.view(len(places), len(steps)).cpu()

    def _compared(
        self, process: Denoising, latent: Tensor, noise: Tensor, times: Tensor, texts: Tensor
    ) -> Tensor:
        """[B]: the error of each row."""
        signal, level = (part[times].view(-1, 1, 1, 1) for part in (process.signal, process.noise))
        noisy = (signal * latent + level * noise).contiguous(memory_format=torch.channels_last)
        with autocast(self.network.device, self.precision):
            said: Tensor = self.network.unet(
                noisy, times, encoder_hidden_states=texts, return_dict=False
            )[0]
        said = said.float()
        found = {
            "epsilon": lambda: said,
            "v_prediction": lambda: signal * said + level * noisy,
            "sample": lambda: (noisy - signal * said) / level,
        }[process.prediction]()
        gap = found - noise
        return (gap.square() if self.loss == "l2" else gap.abs()).mean((1, 2, 3))

    def _noise(self, latent: Tensor, step: int) -> Tensor:
        """[C, h, w], of the seed and the timestep alone; drawn on the CPU."""
        seed = generator_seed(self.seed, f"diffusion classifier, timestep {step}")
        return torch.randn(latent.shape[1:], generator=Generator().manual_seed(seed))

    def _latent(self, image: Tensor) -> Tensor:
        """The mean latent [1, C, h, w] of the picture's middle square, scaled."""
        side = self.size or self.network.resolution
        autoencoder = self.network.autoencoder.at(self.precision)
        seen = _fitted(image, side).to(self.network.device)
        mean = in_lots(lambda lot: autoencoder.encode(lot.images[0]), seen)
        return mean * self.network.scaling


def _fitted(image: Tensor, side: int) -> Tensor:
    """The middle square of [1, 3, H, W] after its shorter side was scaled to `side`: bicubic."""
    height, width = image.shape[-2:]
    scale = side / min(height, width)
    sizes = [max(side, round(length * scale)) for length in (height, width)]
    if (height, width) != tuple(sizes):
        image = interpolate(
            image, sizes, mode="bicubic", align_corners=False, antialias=True
        ).clamp(0, 1)
    top, left = ((length - side) // 2 for length in sizes)
    return image[..., top : top + side, left : left + side]
