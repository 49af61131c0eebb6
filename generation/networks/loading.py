"""Loads each network once per process and device, frozen; the half that needs torch."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from generation.networks import taef2, vaelight
from generation.networks.autoencoders import DiffusersAutoencoder, PlainAutoencoder
from generation.networks.perceptual import load_lpips
from generation.networks.sources import NetworkUnavailable, Source

OLD_ATTENTION: Mapping[str, str] = {
    "query": "to_q",
    "key": "to_k",
    "value": "to_v",
    "proj_attn": "to_out.0",
}
"""The attention layers of autoencoders saved before diffusers 0.12 (SD 1.x) → what they are now."""

_loaded: dict[tuple[str, str, str], Any] = {}
_lock = Lock()


def torch_device(name: str) -> torch.device:
    """The device called `name`; raises NetworkUnavailable where this machine has none."""
    try:
        device = torch.device(name)
    except RuntimeError:
        raise NetworkUnavailable(
            f"“{name}” names no device: set the device to “cpu”, “cuda” or “mps”."
        ) from None
    if device.type == "cpu":
        return device
    here = torch.accelerator.current_accelerator(check_available=True)
    count = torch.accelerator.device_count() if here and here.type == device.type else 0
    if count == 0:
        raise NetworkUnavailable(
            f"This machine has no {device.type.upper()} device: set the device to “cpu”."
        )
    if (device.index or 0) >= count:
        raise NetworkUnavailable(
            f"This machine has no device {name}: the last one is {device.type}:{count - 1}."
        )
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

    with _intact(source.files["config"]):
        config = dict(json.loads(source.files["config"].read_text(encoding="utf-8")))
    if config.get("_class_name") != "AutoencoderKL":
        raise NetworkUnavailable(
            f"{source.files['config']} describes a {config.get('_class_name')}; an AutoencoderKL"
            " is needed."
        )
    weights = _state_dict(source.files["weights"])
    with _intact(*source.files.values()):
        network = AutoencoderKL.from_config(config)
        network.load_state_dict({_renamed(name): value for name, value in weights.items()})
    factor = 2 ** (len(network.config.block_out_channels) - 1)
    return DiffusersAutoencoder(
        device=device, network=_frozen(network.float(), device), factor=factor
    )


def _renamed(name: str) -> str:
    """A weight's name as diffusers says it today."""
    *path, layer, kind = name.split(".")
    if len(path) > 1 and path[-2] == "attentions":
        layer = OLD_ATTENTION.get(layer, layer)
    return ".".join([*path, layer, kind])


def _vaelight(source: Source, device: torch.device) -> PlainAutoencoder:
    parts = {part: _state_dict(path) for part, path in source.files.items()}
    with _intact(*source.files.values()):
        loaded = vaelight.load_parts(parts)
    return _plain(loaded, device, low=-1.0)


def _taef2(source: Source, device: torch.device) -> PlainAutoencoder:
    parts = {part: _state_dict(path) for part, path in source.files.items()}
    with _intact(*source.files.values()):
        loaded = taef2.load_parts(parts)
    return _plain(loaded, device, low=0.0)


def _plain(
    parts: tuple[nn.Module, nn.Module], device: torch.device, low: float
) -> PlainAutoencoder:
    encoder, decoder = (_frozen(part, device) for part in parts)
    return PlainAutoencoder(device=device, encoder=encoder, decoder=decoder, low=low)


def _lpips(source: Source, device: torch.device) -> Any:
    trunk = _state_dict(source.files["trunk"])
    with _intact(source.files["trunk"]):
        lpips = load_lpips(source.family.removeprefix("lpips_"), trunk)
    _frozen(lpips.network, device)
    return lpips


def _state_dict(path: Path) -> Mapping[str, Tensor]:
    with _intact(path):
        if path.suffix == ".safetensors":
            return load_file(path)
        return dict(torch.load(path, weights_only=True, map_location="cpu"))


@contextmanager
def _intact(*paths: Path) -> Iterator[None]:
    """Whatever goes wrong inside, but for lack of memory, is the fault of the files at `paths`."""
    try:
        yield
    except (MemoryError, torch.OutOfMemoryError):
        raise
    except Exception as error:  # readers of damaged files raise nearly anything
        named = " and ".join(map(str, paths))
        reason = " ".join(str(error).split())[:120] or type(error).__name__
        raise NetworkUnavailable(
            f"{named} cannot be loaded as the network it should be ({reason}): fetch it again."
        ) from error


_LOADERS: Mapping[str, Mapping[str, Callable[[Source, torch.device], Any]]] = {
    "autoencoder": {"diffusers": _diffusers, "sd1_vaelight": _vaelight, "taef2": _taef2},
    "perceptual": {"lpips_squeeze": _lpips, "lpips_vgg": _lpips, "lpips_alex": _lpips},
}
