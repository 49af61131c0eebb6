"""The denoising loss of a diffusion network: noise a latent, ask for the noise back.

Ho et al. 2020 (epsilon), Salimans and Ho 2022 (v), Rombach et al. 2022 (in latent space). The
noise schedule is the network's own, as its scheduler's config has it.
"""

from dataclasses import dataclass

import torch
from diffusers import DDPMScheduler
from torch import Generator, Tensor, nn

from generation.networks.diffusion import Diffusion


@dataclass(frozen=True)
class Denoising:
    """How much of a latent is left at each timestep, and what the network predicts."""

    signal: Tensor
    """sqrt(ᾱ_t) [T], on the device."""
    noise: Tensor
    """sqrt(1 − ᾱ_t) [T]."""
    prediction: str
    """epsilon, v_prediction or sample."""

    def losses(
        self, unet: nn.Module, latents: Tensor, embeddings: Tensor, generator: Generator
    ) -> Tensor:
        """Mean square error [B] for scaled `latents` [B, C, h, w] under `embeddings` [B, L, D].

        Noise, then timesteps, are drawn from `generator` on the CPU.
        """
        noise = torch.randn(latents.shape, generator=generator).to(latents)
        times = torch.randint(len(self.signal), (len(latents),), generator=generator)
        times = times.to(latents.device)
        signal, level = (part[times].view(-1, 1, 1, 1) for part in (self.signal, self.noise))
        noisy = (signal * latents + level * noise).contiguous(memory_format=torch.channels_last)
        goal = {
            "epsilon": lambda: noise,
            "v_prediction": lambda: signal * noise - level * latents,
            "sample": lambda: latents,
        }[self.prediction]()
        predicted: Tensor = unet(noisy, times, encoder_hidden_states=embeddings, return_dict=False)[
            0
        ]
        losses: Tensor = (predicted.float() - goal).square().mean((1, 2, 3))
        return losses


def denoising(diffusion: Diffusion) -> Denoising:
    """As the network's scheduler is configured."""
    scheduler = DDPMScheduler.from_config(dict(diffusion.scheduler))
    left: Tensor = scheduler.alphas_cumprod.to(diffusion.device)
    return Denoising(left.sqrt(), (1 - left).sqrt(), diffusion.prediction)
