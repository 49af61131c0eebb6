"""Where the files of a network are, and what they hash to. Imports no torch."""

import csv
import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.util import find_spec
from pathlib import Path

from huggingface_hub import snapshot_download
from huggingface_hub.errors import HfHubHTTPError

WEIGHTS = "diffusion_pytorch_model.safetensors"
CONFIG = "config.json"

SMALL_AUTOENCODERS: Mapping[str, Mapping[str, str]] = {
    "sd1_vaelight": {
        "encoder": "sd1_vaelight_encoder.safetensors",
        "decoder": "sd1_vaelight_decoder.safetensors",
    },
    "taef2": {"encoder": "taef2_encoder.pth", "decoder": "taef2_decoder.pth"},
}
TRUNKS: Mapping[str, str] = {
    "lpips_squeeze": "squeezenet1_1-b8a52dc0.pth",
    "lpips_vgg": "vgg16-397923af.pth",
    "lpips_alex": "alexnet-owt-7be5be79.pth",
}
"""Torchvision's ImageNet weights as torch hub's cache names them: name, start of the sha256."""
OFFLINE_TRUNKS: Mapping[str, str] = {"lpips_squeeze": "squeezenet1_1_imagenet_fp16.safetensors"}
"""Trunks that may lie in the networks folder; they come first, being named on purpose."""


class NetworkUnavailable(RuntimeError):
    """A network that is not there or not the one expected; the sentence says what to put where."""


@dataclass(frozen=True)
class Source:
    """The files of one network: what they are for → where they are."""

    family: str
    files: Mapping[str, Path]
    revision: str = ""

    @cached_property
    def sha256(self) -> str:
        """Of the lines “name sha256”, one a file, sorted: paths do not count."""
        lines = sorted(f"{name} {file_sha256(path)}\n" for name, path in self.files.items())
        return hashlib.sha256("".join(lines).encode()).hexdigest()


def locate(network_id: str, folder: Path | None) -> Source:
    """The files of the network called `network_id`, each as its manifest says it should be."""
    if network_id in SMALL_AUTOENCODERS:
        return _small_autoencoder(network_id, folder)
    if network_id in TRUNKS:
        return _lpips(network_id, folder)
    for candidate in (folder / network_id if folder else None, Path(network_id)):
        if candidate is not None and _holds_autoencoder(candidate):
            return _diffusers(network_id, candidate, revision="")
    name, _, revision = network_id.partition("@")
    if name.count("/") == 1 and not name.startswith(("/", ".")):
        return _hub(name, revision)
    known = ", ".join([*SMALL_AUTOENCODERS, *TRUNKS])
    raise NetworkUnavailable(
        f"There is no network “{network_id}”: name a hub id (owner/name), a diffusers folder with"
        f" {CONFIG}, or one of {known}."
    )


def file_sha256(path: Path) -> str:
    """The file's sha256, remembered as long as its time and size stay the same."""
    status = path.stat()
    return _sha256(path, status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=256)
def _sha256(path: Path, _mtime_ns: int, _size: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _small_autoencoder(network_id: str, folder: Path | None) -> Source:
    names = SMALL_AUTOENCODERS[network_id]
    if folder is None or not all((folder / name).is_file() for name in names.values()):
        raise NetworkUnavailable(
            f"The autoencoder “{network_id}” is missing: put {' and '.join(names.values())} into"
            f" the networks folder ({_named(folder)})."
        )
    files = {part: _as_in_manifest(folder / name) for part, name in names.items()}
    return Source(network_id, files)


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
        return _as_in_manifest(folder / offline)
    cached = _torch_home() / "hub" / "checkpoints" / TRUNKS[network_id]
    if not cached.is_file():
        raise NetworkUnavailable(
            f"The trunk of “{network_id}” is missing: put"
            + (f" {offline} into the networks folder ({_named(folder)}), or" if offline else "")
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


def _hub(name: str, revision: str) -> Source:
    """From the hub's cache, else from the hub; a whole pipeline's repository has it in `vae/`."""
    for cached in (True, False):
        snapshot = _snapshot(name, revision, cached)
        if snapshot and any(
            (folder / WEIGHTS).is_file() for folder in (snapshot, snapshot / "vae")
        ):
            return _diffusers(name, snapshot, revision=snapshot.name)
    raise NetworkUnavailable(
        f"The network “{name}” is neither in the hub's cache nor to be had from the hub now: run"
        f" “hf download {name}” where there is a connection, or name a diffusers folder."
    )


def _snapshot(name: str, revision: str, cached: bool) -> Path | None:
    wanted = [CONFIG, WEIGHTS, f"vae/{CONFIG}", f"vae/{WEIGHTS}"]
    try:
        folder = snapshot_download(
            name, revision=revision or None, allow_patterns=wanted, local_files_only=cached
        )
    except (HfHubHTTPError, OSError, ValueError):  # absent, refused, unreachable, misspelt
        return None
    return Path(folder)


def _holds_autoencoder(folder: Path) -> bool:
    return (folder / CONFIG).is_file() or (folder / "vae" / CONFIG).is_file()


def _diffusers(network_id: str, folder: Path, revision: str) -> Source:
    inner = folder / "vae" if (folder / "vae" / CONFIG).is_file() else folder
    files = {"config": inner / CONFIG, "weights": inner / WEIGHTS}
    missing = [path.name for path in files.values() if not path.is_file()]
    if missing:
        raise NetworkUnavailable(
            f"The network “{network_id}” lacks {' and '.join(missing)} in {inner}:"
            " save it there with diffusers' save_pretrained."
        )
    return Source("diffusers", files, revision)


def _as_in_manifest(path: Path) -> Path:
    manifest = path.parent / "MANIFEST.csv"
    if not manifest.is_file():
        return path
    expected = _manifest_sha256s(manifest).get(path.name)
    if expected and file_sha256(path) != expected:
        raise NetworkUnavailable(
            f"{path} is not the file that MANIFEST.csv beside it names (its sha256 is"
            f" {file_sha256(path)[:12]}…, not {expected[:12]}…): fetch it again."
        )
    return path


def _manifest_sha256s(manifest: Path) -> Mapping[str, str]:
    try:
        with manifest.open(newline="", encoding="utf-8-sig") as file:
            return {row["path"]: row["sha256"] for row in csv.DictReader(file)}
    except (KeyError, OSError, UnicodeDecodeError, csv.Error):
        raise NetworkUnavailable(
            f"{manifest} cannot be read as CSV in UTF-8 with the columns path and sha256: mend it,"
            " or take it away."
        ) from None


def _named(folder: Path | None) -> str:
    return f"NETWORKS_DIR, now {folder}" if folder else "set NETWORKS_DIR to it"
