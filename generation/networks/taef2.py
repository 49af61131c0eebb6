"""TAEF2: the tiny autoencoder for the latent space of FLUX.2 (sharp, 2.7 M weights).

Written from the names and shapes in the files (madebyollin/taesd, MIT): chains of residual blocks
at 64 channels; the blocks next to the latent also see the whole picture through GroupNorm.
Positions in the chains are those of the files.
"""

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional

WIDTH = 64
LATENT_CHANNELS = 32


class _Block(nn.Module):
    """x → relu(conv(x) + x), three 3×3 convolutions; where `pooled`, x ← x + pool(x) first."""

    def __init__(self, pooled: bool = False) -> None:
        super().__init__()
        self.conv = nn.Sequential(
            _conv(WIDTH, WIDTH), nn.ReLU(), _conv(WIDTH, WIDTH), nn.ReLU(), _conv(WIDTH, WIDTH)
        )
        self.pool: nn.Module | None = _pool() if pooled else None

    def forward(self, inputs: Tensor) -> Tensor:
        if self.pool is not None:
            inputs = inputs + self.pool(inputs)
        return functional.relu(self.conv(inputs) + inputs)


class _SoftClamp(nn.Module):
    """Keeps latents within ±3."""

    def forward(self, latents: Tensor) -> Tensor:
        return torch.tanh(latents / 3) * 3


def _conv(inputs: int, outputs: int, stride: int = 1, bias: bool = True) -> nn.Module:
    return nn.Conv2d(inputs, outputs, kernel_size=3, padding=1, stride=stride, bias=bias)


def _pool() -> nn.Module:
    # four groups: with any other number the reconstructions of real pictures fall by 2 to 7 dB
    return nn.Sequential(
        nn.Conv2d(WIDTH, 4 * WIDTH, kernel_size=1, bias=False),
        nn.GroupNorm(4, 4 * WIDTH),
        nn.ReLU(),
        nn.Conv2d(4 * WIDTH, WIDTH, kernel_size=1, bias=False),
    )


def _blocks(pooled: bool = False) -> list[nn.Module]:
    return [_Block(pooled) for _ in range(3)]


def _down() -> nn.Module:
    return _conv(WIDTH, WIDTH, stride=2, bias=False)


def _up() -> list[nn.Module]:
    return [nn.Upsample(scale_factor=2), _conv(WIDTH, WIDTH, bias=False)]


def _encoder() -> nn.Module:
    """Images [N, 3, H, W] in [0, 1] → latents [N, 32, H/8, W/8]."""
    return nn.Sequential(
        _conv(3, WIDTH),
        _Block(),
        _down(),
        *_blocks(),
        _down(),
        *_blocks(),
        _down(),
        *_blocks(pooled=True),
        _conv(WIDTH, LATENT_CHANNELS),
    )


def _decoder() -> nn.Module:
    """Latents [N, 32, h, w] → images [N, 3, 8h, 8w] around [0, 1]."""
    return nn.Sequential(
        _SoftClamp(),
        _conv(LATENT_CHANNELS, WIDTH),
        nn.ReLU(),
        *_blocks(pooled=True),
        *_up(),
        *_blocks(),
        *_up(),
        *_blocks(),
        *_up(),
        _Block(),
        _conv(WIDTH, 3),
    )


def load_parts(weights: Mapping[str, Mapping[str, Tensor]]) -> tuple[nn.Module, nn.Module]:
    """Encoder and decoder with `weights["encoder"]` and `weights["decoder"]`, in float32."""
    encoder, decoder = _encoder(), _decoder()
    encoder.load_state_dict(dict(weights["encoder"]))
    decoder.load_state_dict(dict(weights["decoder"]))
    return encoder.to(torch.float32), decoder.to(torch.float32)
