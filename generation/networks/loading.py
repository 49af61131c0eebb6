"""Loads each network once per process and device, frozen; the half that needs torch."""

import json
from collections.abc import Callable, Mapping
from threading import Lock
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from generation.networks import taef2, vaelight
from generation.networks.autoencoders import DiffusersAutoencoder, PlainAutoencoder
from generation.networks.perceptual import load_lpips
from generation.networks.sources import NetworkUnavailable, Source

_loaded: dict[tuple[str, str, str], Any] = {}
_lock = Lock()


def torch_device(name: str) -> torch.device:
    """The device called `name`; raises NetworkUnavailable where this machine has none."""
    device = torch.device(name)
    if device.type == "cuda" and not torch.cuda.is_available():
        raise NetworkUnavailable("This machine has no CUDA device: set the device to “cpu”.")
    return device


def member(role: str, source: Source, device: torch.device) -> Any:
    """The network of a source in its role, from this process's memory where it is there already."""
    if source.family not in _LOADERS[role]:
        known = ", ".join(_LOADERS[role])
        raise NetworkUnavailable(
            f"A network of family {source.family} cannot be the {role}: name one of {known}."
        )
    key = (source.family, source.sha256, str(device))
    with _lock:
        if key not in _loaded:
            _loaded[key] = _LOADERS[role][source.family](source, device)
        return _loaded[key]


def _frozen(network: nn.Module, device: torch.device) -> nn.Module:
    """In eval mode, without gradients, channels last: convolutions run about twice as fast."""
    network = network.eval().requires_grad_(False).to(device)
    return network.to(memory_format=torch.channels_last)


def _diffusers(source: Source, device: torch.device) -> DiffusersAutoencoder:
    # diffusers takes seconds to import, and workers without such a network start sooner
    from diffusers import AutoencoderKL  # noqa: PLC0415

    config = json.loads(source.files["config"].read_text())
    if config.get("_class_name") != "AutoencoderKL":
        raise NetworkUnavailable(
            f"{source.files['config']} describes a {config.get('_class_name')}; an AutoencoderKL"
            " is needed."
        )
    network = AutoencoderKL.from_config(config)
    network.load_state_dict(load_file(source.files["weights"]))
    factor = 2 ** (len(network.config.block_out_channels) - 1)
    return DiffusersAutoencoder(
        device=device, network=_frozen(network.float(), device), factor=factor
    )


def _vaelight(source: Source, device: torch.device) -> PlainAutoencoder:
    parts = {part: load_file(path) for part, path in source.files.items()}
    return _plain(vaelight.load_parts(parts), device, low=-1.0)


def _taef2(source: Source, device: torch.device) -> PlainAutoencoder:
    parts = {part: _state_dict(path) for part, path in source.files.items()}
    return _plain(taef2.load_parts(parts), device, low=0.0)


def _plain(
    parts: tuple[nn.Module, nn.Module], device: torch.device, low: float
) -> PlainAutoencoder:
    encoder, decoder = (_frozen(part, device) for part in parts)
    return PlainAutoencoder(device=device, encoder=encoder, decoder=decoder, low=low)


def _lpips(source: Source, device: torch.device) -> Any:
    lpips = load_lpips(source.family.removeprefix("lpips_"), _state_dict(source.files["trunk"]))
    _frozen(lpips.network, device)
    return lpips


def _state_dict(path: Any) -> Mapping[str, Tensor]:
    if path.suffix == ".safetensors":
        tensors: Mapping[str, Tensor] = load_file(path)
    else:
        tensors = torch.load(path, weights_only=True, map_location="cpu")
    return tensors


_LOADERS: Mapping[str, Mapping[str, Callable[[Source, torch.device], Any]]] = {
    "autoencoder": {"diffusers": _diffusers, "sd1_vaelight": _vaelight, "taef2": _taef2},
    "perceptual": {"lpips_squeeze": _lpips, "lpips_vgg": _lpips, "lpips_alex": _lpips},
}
