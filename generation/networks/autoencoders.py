"""Autoencoders: images to latents and back, whatever range and classes the network has inside."""

import json
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol

import torch
from torch import Tensor, nn

from generation.networks.files import NetworkUnavailable, Source
from generation.networks.reading import frozen, intact, state_dict

Precision = Literal["auto", "float32", "bfloat16"]
"""`auto` is bfloat16 where the device multiplies it natively (twice as fast), else float32."""


class Autoencoder(Protocol):
    """A frozen autoencoder. Gradients flow through all three functions; nothing is clamped."""

    def encode(self, images: Tensor) -> Tensor:
        """Images [N, 3, H, W] in [0, 1] → means of the latents [N, C, H/f, W/f], unscaled.

        Raises ValueError where a side is no multiple of f.
        """

    def posterior(self, images: Tensor) -> tuple[Tensor, Tensor | None]:
        """As `encode`, with the standard deviations of the latents; None where it has none."""

    def decode(self, latents: Tensor) -> Tensor:
        """Latents [N, C, h, w] → images [N, 3, f·h, f·w] around [0, 1]."""

    def at(self, precision: Precision) -> "Autoencoder":
        """The same network, computing in `precision`; what goes in and out stays float32."""


def native_bfloat16(device: torch.device) -> bool:
    """Whether `device` multiplies bfloat16 in hardware: AVX512-BF16, AMX, Arm's, CUDA from 8.0."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    capabilities = torch.cpu.get_capabilities() if device.type == "cpu" else {}
    return any(bool(capabilities.get(name)) for name in ("avx512_bf16", "amx_bf16", "bf16"))


def autocast(device: torch.device, precision: Precision) -> AbstractContextManager[Any]:
    """Computes in `precision` inside; what needs float32 stays in float32."""
    lowered = precision == "bfloat16" or (precision == "auto" and native_bfloat16(device))
    return torch.autocast(device.type, torch.bfloat16) if lowered else nullcontext()


@dataclass(frozen=True)
class _Precise:
    """Runs a network in a precision: autocast leaves what needs float32 in float32."""

    device: torch.device
    precision: Precision = "float32"

    def at(self, precision: Precision) -> Any:
        return replace(self, precision=precision)

    def _autocast(self) -> AbstractContextManager[Any]:
        return autocast(self.device, self.precision)


@dataclass(frozen=True, kw_only=True)
class PlainAutoencoder(_Precise):
    """An encoder and a decoder module without spread; their images lie in [`low`, 1]."""

    encoder: nn.Module
    decoder: nn.Module
    low: float
    factor: int = 8

    def encode(self, images: Tensor) -> Tensor:
        _check_sides(images, self.factor)
        with self._autocast():
            latents: Tensor = self.encoder(images * (1 - self.low) + self.low)
        return latents.float()

    def posterior(self, images: Tensor) -> tuple[Tensor, Tensor | None]:
        return self.encode(images), None

    def decode(self, latents: Tensor) -> Tensor:
        with self._autocast():
            images: Tensor = self.decoder(latents)
        return (images.float() - self.low) / (1 - self.low)


@dataclass(frozen=True, kw_only=True)
class DiffusersAutoencoder(_Precise):
    """diffusers' AutoencoderKL, as Stable Diffusion 1.x, 2.x and XL use it (images in [-1, 1])."""

    network: Any
    factor: int

    def encode(self, images: Tensor) -> Tensor:
        return self.posterior(images)[0]

    def posterior(self, images: Tensor) -> tuple[Tensor, Tensor | None]:
        _check_sides(images, self.factor)
        with self._autocast():
            distribution = self.network.encode(images * 2 - 1).latent_dist
        return distribution.mean.float(), distribution.std.float()

    def decode(self, latents: Tensor) -> Tensor:
        with self._autocast():
            images: Tensor = self.network.decode(latents).sample
        return (images.float() + 1) / 2


OLD_ATTENTION: Mapping[str, str] = {
    "query": "to_q",
    "key": "to_k",
    "value": "to_v",
    "proj_attn": "to_out.0",
}
"""The attention layers of autoencoders saved before diffusers 0.12 (SD 1.x) → what they are now."""


def load_diffusers(source: Source, device: torch.device) -> DiffusersAutoencoder:
    """The AutoencoderKL of a source; raises NetworkUnavailable where it is none."""
    # diffusers takes seconds to import, and workers without such a network start sooner
    from diffusers import AutoencoderKL  # noqa: PLC0415

    with intact(source.files["config"]):
        config = dict(json.loads(source.files["config"].read_text(encoding="utf-8")))
    if config.get("_class_name") != "AutoencoderKL":
        raise NetworkUnavailable(
            f"{source.files['config']} describes a {config.get('_class_name')}; an AutoencoderKL"
            " is needed."
        )
    weights = state_dict(source.files["weights"])
    with intact(*source.files.values()):
        network = AutoencoderKL.from_config(config)
        network.load_state_dict({_renamed(name): value for name, value in weights.items()})
    factor = 2 ** (len(network.config.block_out_channels) - 1)
    return DiffusersAutoencoder(
        device=device, network=frozen(network.float(), device), factor=factor
    )


def _renamed(name: str) -> str:
    """A weight's name as diffusers says it today."""
    *path, layer, kind = name.split(".")
    if len(path) > 1 and path[-2] == "attentions":
        layer = OLD_ATTENTION.get(layer, layer)
    return ".".join([*path, layer, kind])


def _check_sides(images: Tensor, factor: int) -> None:
    height, width = images.shape[-2:]
    if height % factor or width % factor:
        raise ValueError(
            f"The autoencoder takes images whose sides are multiples of {factor} pixels, not"
            f" {width} × {height}: prepare them first."
        )
