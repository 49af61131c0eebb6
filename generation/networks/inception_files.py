"""Files of Inception networks: FID's, torchvision's, ArtFID's, or any by path. No torch."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from generation.networks.files import NetworkUnavailable, Source, as_in_manifest, file_sha256
from generation.networks.folders import named
from generation.networks.single_files import locate_file


@dataclass(frozen=True)
class Published:
    """A published file of weights."""

    name: str
    address: str
    begins: str = ""
    """Of its sha256, where its name says so."""


PUBLISHED: Mapping[str, Published] = {
    "inception_fid": Published(
        "pt_inception-2015-12-05-6726825d.pth",
        "https://github.com/mseitzer/pytorch-fid/releases/download/fid_weights/",
        "6726825d",
    ),
    "inception_torchvision": Published(
        "inception_v3_google-0cc3c7bd.pth", "https://download.pytorch.org/models/", "0cc3c7bd"
    ),
    "inception_art": Published(
        "art_inception.pth", "https://huggingface.co/matthias-wright/art_inception/resolve/main/"
    ),
}
"""By short name; in the networks folder, or where torch hub keeps what it fetched."""


def locate_inception(network_id: str, folder: Path | None) -> Source:
    """By short name, or a file of weights with torchvision's names of layers, by path.

    The family says how pictures are prepared and pooled: as for ArtFID only by its short name,
    else as the number of classes in the file says (networks/inception.py).
    """
    if network_id not in PUBLISHED:
        return locate_file(network_id, folder, "inception", (), "Inception network")
    published = PUBLISHED[network_id]
    family = "inception_art" if network_id == "inception_art" else "inception"
    for path in (folder / published.name if folder else None, _cache() / published.name):
        if path is not None and path.is_file():
            return Source(family, {"weights": _checked(as_in_manifest(path), published)})
    raise NetworkUnavailable(
        f"The network “{network_id}” is missing: put {published.address}{published.name} into the"
        f" networks folder ({named(folder)}) or into {_cache()}."
    )


def _checked(path: Path, published: Published) -> Path:
    if not file_sha256(path).startswith(published.begins):
        raise NetworkUnavailable(
            f"{path} is not the published file (its sha256 does not start with"
            f" {published.begins}): delete it and fetch it again."
        )
    return path


def _cache() -> Path:
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(os.environ.get("TORCH_HOME") or Path(cache) / "torch") / "hub" / "checkpoints"
