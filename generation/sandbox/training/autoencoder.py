"""The autoencoder: diffusers' AutoencoderKL, f = 8, 4 channels, small.

Loss as in Rombach et al., “High-Resolution Image Synthesis with Latent Diffusion Models” (CVPR
2022, appendix G), without the adversarial part: L1, perceptual distance (LPIPS, squeeze), and a
slight pull of the latents towards a standard normal (KL).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from diffusers import AutoencoderKL
from torch import Generator, Tensor

from generation.networks.perceptual import Perceptual
from generation.sandbox.training.corpus import Corpus, crops
from generation.sandbox.training.course import in_bfloat16

CROP = 128
KL = 1e-6


@dataclass(frozen=True)
class Stage:
    """What counts, beside L1, from a step on."""

    perceptual: float
    tones: float
    """Error of the mean lights of 8 × 8 pixels."""
    hues: float
    """Error of their mean hues: red against green, blue against yellow."""


STAGES: Mapping[int, Stage] = {
    0: Stage(perceptual=0.5, tones=0.0, hues=0.0),
    1000: Stage(perceptual=0.15, tones=2.0, hues=0.0),
    3000: Stage(perceptual=0.15, tones=2.0, hues=2.0),
}
"""From step → stage: textures first, then light, then hues. All at once, a network of this size
learns none of them for a long time; without the last, red and green stay one grey."""


def untrained() -> AutoencoderKL:
    """1.6 million weights: 8 × 8 pixels become 4 numbers."""
    return AutoencoderKL(
        in_channels=3,
        out_channels=3,
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        block_out_channels=(16, 32, 64, 96),
        layers_per_block=1,
        latent_channels=4,
        norm_num_groups=8,
        mid_block_add_attention=False,
        sample_size=256,
    )


class AutoencoderLesson:
    """Crops through encoder and decoder."""

    def __init__(self, corpus: Corpus, teacher: Perceptual, batch: int = 8) -> None:
        self.corpus, self.teacher, self.batch = corpus, teacher, batch
        self.network: Any = untrained()

    def loss(self, step: int, generator: Generator) -> Tensor:
        images = crops(self.corpus.batch(self.corpus.draw(self.batch, generator)), CROP, generator)
        kl = torch.zeros(())

        def rebuilt() -> Tensor:
            nonlocal kl
            latents = self.network.encode(images * 2 - 1).latent_dist
            kl = latents.kl().mean() / latents.mean[0].numel()
            drawn = torch.randn(latents.mean.shape, generator=generator)
            pixels: Tensor = self.network.decode(latents.mean + latents.std * drawn).sample
            return pixels / 2 + 0.5

        pictures = in_bfloat16(rebuilt)
        perceived = self.teacher.distance(pictures, self.teacher.features(images)).mean()
        stage, gap = stage_at(step), pictures - images
        tones, hues = _tones_and_hues(gap)
        seen = stage.perceptual * perceived + stage.tones * tones + stage.hues * hues
        return gap.abs().mean() + seen + KL * kl


def stage_at(step: int) -> Stage:
    """The stage of the step number `step`."""
    return STAGES[max(start for start in STAGES if start <= step)]


def _tones_and_hues(gap: Tensor) -> tuple[Tensor, Tensor]:
    """Errors of the mean colours of 8 × 8 pixels: in light, and in the two opponent hues."""
    red, green, blue = F.avg_pool2d(gap, 8).unbind(1)
    light, warm, cold = (red + green + blue) / 3, red - green, blue - (red + green) / 2
    return light.abs().mean(), warm.abs().mean() + cold.abs().mean()


@torch.no_grad()
def latents_of(network: AutoencoderKL, corpus: Corpus) -> Tensor:
    """The latent means of every painting, [N, 4, 32, 32], as the network gives them."""
    lots = torch.split(torch.arange(len(corpus.subjects)), 8)
    return torch.cat([network.encode(corpus.batch(lot) * 2 - 1).latent_dist.mean for lot in lots])


def standard(latents: Tensor) -> Tensor:
    """`latents` [N, 4, h, w] as the standardised autoencoder gives them, without asking it."""
    shift, scale = latents.mean((0, 2, 3)), latents.std((0, 2, 3))
    return (latents - shift[:, None, None]) / scale[:, None, None]


@torch.no_grad()
def standardised(network: AutoencoderKL, latents: Tensor) -> AutoencoderKL:
    """The same autoencoder with latents of mean 0 and deviation 1 in each channel.

    The two 1 × 1 convolutions around the latent take the change in, so that nothing else changes
    and the scaling factor is 1.
    """
    mean, deviation = latents.mean((0, 2, 3)), latents.std((0, 2, 3))
    encode, decode = network.quant_conv, network.post_quant_conv
    encode.bias[:4] = (encode.bias[:4] - mean) / deviation
    encode.weight[:4] /= deviation[:, None, None, None]
    encode.bias[4:] -= 2 * deviation.log()  # log variances
    decode.bias += decode.weight[:, :, 0, 0] @ mean
    decode.weight *= deviation[None, :, None, None]
    network.register_to_config(scaling_factor=1.0)
    return network
