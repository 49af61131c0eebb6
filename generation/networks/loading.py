"""Loads each network once per process and device, frozen; the half that needs torch."""

from collections.abc import Callable, Mapping
from threading import RLock
from typing import Any

import torch
from torch import nn

from generation.networks import taef2, vaelight
from generation.networks.autoencoders import PlainAutoencoder, load_diffusers
from generation.networks.files import NetworkUnavailable, Source
from generation.networks.head import load_head
from generation.networks.perceptual import TrunkLpips, load_lpips
from generation.networks.reading import frozen, intact, state_dict
from generation.networks.trunk import Trunk

Loader = Callable[[Source, torch.device], Any]

VAE_WEIGHTS = "vae/diffusion_pytorch_model.safetensors"

_loaded: dict[tuple[str, str, str], Any] = {}
_lock = RLock()
"""Of one thread, a pipeline loads its autoencoder while it is being loaded."""


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
    key = (source.family, source.sha256, str(device))
    with _lock:
        if key not in _loaded:
            _loaded[key] = _LOADERS[role][source.family](source, device)
        return _loaded[key]


def _vaelight(source: Source, device: torch.device) -> PlainAutoencoder:
    parts = {part: state_dict(path) for part, path in source.files.items()}
    with intact(*source.files.values()):
        loaded = vaelight.load_parts(parts)
    return _plain(loaded, device, low=-1.0)


def _taef2(source: Source, device: torch.device) -> PlainAutoencoder:
    parts = {part: state_dict(path) for part, path in source.files.items()}
    with intact(*source.files.values()):
        loaded = taef2.load_parts(parts)
    return _plain(loaded, device, low=0.0)


def _plain(
    parts: tuple[nn.Module, nn.Module], device: torch.device, low: float
) -> PlainAutoencoder:
    encoder, decoder = (frozen(part, device) for part in parts)
    return PlainAutoencoder(device=device, encoder=encoder, decoder=decoder, low=low)


def _lpips(source: Source, device: torch.device) -> Any:
    trunk = state_dict(source.files["trunk"])
    with intact(source.files["trunk"]):
        lpips = load_lpips(source.family.removeprefix("lpips_"), trunk)
    frozen(lpips.network, device)
    return lpips


def _trunk(source: Source, device: torch.device) -> TrunkLpips:
    with intact(source.files["trunk"]):
        trunk = Trunk.load(source.files["trunk"])
    return TrunkLpips(frozen(trunk, device))


def _pipeline(source: Source, device: torch.device) -> Any:
    # diffusers and transformers take seconds to import, and most workers' steps need neither
    from generation.networks.diffusion import load_pipeline  # noqa: PLC0415

    vae = {"config": source.files["vae/config.json"], "weights": source.files[VAE_WEIGHTS]}
    autoencoder = member("autoencoder", Source("diffusers", vae), device)
    return load_pipeline(source, device, autoencoder)


def _open_clip(source: Source, device: torch.device) -> Any:
    from generation.networks.clip import load_clip  # noqa: PLC0415  # as above

    return load_clip(source, device)


def _captioner(source: Source, device: torch.device) -> Any:
    from generation.networks.captioner import load_captioner  # noqa: PLC0415  # as above

    return load_captioner(source, device)


def _style(source: Source, device: torch.device) -> Any:
    from generation.networks.style import load_style  # noqa: PLC0415  # as above

    return load_style(source, device)


def _dino_of_transformers(source: Source, device: torch.device) -> Any:
    from generation.networks.dino import load_transformers  # noqa: PLC0415  # as above

    return load_transformers(source, device)


def _dino_of_timm(source: Source, device: torch.device) -> Any:
    from generation.networks.dino import load_timm  # noqa: PLC0415  # as above

    return load_timm(source, device)


def _transformers_clip(source: Source, device: torch.device) -> Any:
    from generation.networks.preference import load_transformers_clip  # noqa: PLC0415  # as above

    return load_transformers_clip(source, device)


def _open_clip_file(source: Source, device: torch.device) -> Any:
    from generation.networks.preference import load_open_clip_file  # noqa: PLC0415  # as above

    return load_open_clip_file(source, device)


def _dists(source: Source, device: torch.device) -> Any:
    from generation.networks.dists import load_dists  # noqa: PLC0415  # as above

    return load_dists(source, device)


def _svr(source: Source, device: torch.device) -> Any:
    from generation.networks.svr import load_regression  # noqa: PLC0415  # as above

    return load_regression(source, device)


def _inception(source: Source, device: torch.device) -> Any:
    from generation.networks.inception import load_inception  # noqa: PLC0415  # as above

    return load_inception(source, device)


_LOADERS: Mapping[str, Mapping[str, Loader]] = {
    "autoencoder": {"diffusers": load_diffusers, "sd1_vaelight": _vaelight, "taef2": _taef2},
    "perceptual": {
        "lpips_squeeze": _lpips,
        "lpips_vgg": _lpips,
        "lpips_alex": _lpips,
        "trunk": _trunk,
    },
    "diffusion": {"pipeline": _pipeline},
    "clip": {"open_clip": _open_clip},
    "captioner": {"captioner": _captioner},
    "style": {"csd": _style},
    "dino": {"transformers": _dino_of_transformers, "timm": _dino_of_timm},
    "aesthetic": {"head": load_head},
    "dists": {"dists": _dists},
    "brisque": {"svr": _svr},
    "preference": {
        "transformers_clip": _transformers_clip,
        "open_clip_file": _open_clip_file,
        "open_clip": _open_clip,
    },
    "inception": {"inception": _inception, "inception_art": _inception},
}
