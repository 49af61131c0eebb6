"""Files of perceptual networks: LPIPS around torchvision's trunks, and the project's own trunk."""

import os
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from generation.networks.files import NetworkUnavailable, Source, as_in_manifest, file_sha256
from generation.networks.folders import candidates, named, shipped

TRUNKS: Mapping[str, str] = {
    "lpips_squeeze": "squeezenet1_1-b8a52dc0.pth",
    "lpips_vgg": "vgg16-397923af.pth",
    "lpips_alex": "alexnet-owt-7be5be79.pth",
}
"""Torchvision's ImageNet weights as torch hub's cache names them: name, start of the sha256."""
OFFLINE_TRUNKS: Mapping[str, str] = {"lpips_squeeze": "squeezenet1_1_imagenet_fp16.safetensors"}
"""Trunks that may lie in the networks folder; they come first, being named on purpose."""
OWN = "lpips.safetensors"
"""What a folder with a trunk of networks/trunk.py holds."""


def locate_perceptual(network_id: str, folder: Path | None) -> Source:
    """LPIPS by its trunk's name, or a folder with a trunk of the project's own."""
    if network_id in TRUNKS:
        return _lpips(network_id, folder)
    if network_id == "sandbox_lpips":
        root = shipped(network_id, "lpips")
        return _own(root / OWN, root.parent)
    for candidate, root in candidates(network_id, folder):
        if (candidate / OWN).is_file():
            return _own(candidate / OWN, root)
    raise NetworkUnavailable(
        f"There is no perceptual network “{network_id}”: name a folder with {OWN}, or one of"
        f" {', '.join([*TRUNKS, 'sandbox_lpips'])}."
    )


def _own(path: Path, root: Path) -> Source:
    if not path.is_file():
        raise NetworkUnavailable(f"{path} is missing: run “manage.py train_sandbox”.")
    return Source("trunk", {"trunk": as_in_manifest(path, root)})


def _lpips(network_id: str, folder: Path | None) -> Source:
    package = find_spec("lpips")
    assert package is not None, "lpips is a dependency"
    assert package.origin is not None
    net = network_id.removeprefix("lpips_")
    linear = Path(package.origin).parent / "weights" / "v0.1" / f"{net}.pth"
    return Source(network_id, {"linear": linear, "trunk": _trunk(network_id, folder)})


def _trunk(network_id: str, folder: Path | None) -> Path:
    offline = OFFLINE_TRUNKS.get(network_id)
    if folder and offline and (folder / offline).is_file():
        return as_in_manifest(folder / offline)
    cached = _torch_home() / "hub" / "checkpoints" / TRUNKS[network_id]
    if not cached.is_file():
        raise NetworkUnavailable(
            f"The trunk of “{network_id}” is missing: put"
            + (f" {offline} into the networks folder ({named(folder)}), or" if offline else "")
            + f" https://download.pytorch.org/models/{cached.name} into {cached.parent}."
        )
    expected = cached.stem.rpartition("-")[2]
    if not file_sha256(cached).startswith(expected):
        raise NetworkUnavailable(
            f"{cached} is not torchvision's file (its sha256 does not start with {expected}):"
            " delete it and fetch it again."
        )
    return cached


def _torch_home() -> Path:
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(os.environ.get("TORCH_HOME") or Path(cache) / "torch")
