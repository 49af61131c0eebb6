"""Files of networks that see pictures only: style descriptors, DINO, heads on CLIP. No torch."""

from pathlib import Path

from generation.networks.autoencoder_files import present
from generation.networks.files import NetworkUnavailable, Source, as_in_manifest, read_object
from generation.networks.folders import candidates
from generation.networks.hub import absent, is_hub_id, snapshots
from generation.networks.single_files import locate_file

CONFIG = "config.json"
PREPROCESSOR = "preprocessor_config.json"
WEIGHTS = ("model.safetensors", "pytorch_model.bin")
"""Pickles are read with torch's weights-only loader, which runs no code."""


def locate_style(network_id: str, folder: Path | None) -> Source:
    """CSD: a file, a folder or a hub id (`yuxi-liu-wired/CSD`, `tomg-group-umd/CSD-ViT-L`)."""
    names = (*WEIGHTS, "checkpoint.pth")
    return locate_file(network_id, folder, "csd", names, "style descriptor")


def locate_head(network_id: str, folder: Path | None) -> Source:
    """A head on CLIP's embedding: a file, by path or in the networks folder."""
    return locate_file(network_id, folder, "head", (), "aesthetic head")


def locate_dino(network_id: str, folder: Path | None) -> Source:
    """A folder or hub id of transformers (`facebook/dinov2-small`) or timm."""
    for candidate, root in candidates(network_id, folder):
        if (candidate / CONFIG).is_file():
            return _dino(network_id, candidate, root)
    if not is_hub_id(network_id):
        raise NetworkUnavailable(
            f"There is no DINO network “{network_id}”: name a hub id (owner/name) or a folder of"
            f" transformers or timm with {CONFIG} and {WEIGHTS[0]}."
        )
    for number, weights in enumerate(WEIGHTS):
        for snapshot in snapshots(network_id, [CONFIG, PREPROCESSOR, weights]):
            if present(snapshot, WEIGHTS[: number + 1]) and (snapshot / CONFIG).is_file():
                return _dino(network_id, snapshot, snapshot, snapshot.name)
    raise NetworkUnavailable(absent(network_id, "a folder of transformers or timm"))


def _dino(network_id: str, folder: Path, root: Path, revision: str = "") -> Source:
    """Timm's configuration says the `architecture`; transformers' preprocessing lies apart."""
    timm = "architecture" in read_object(folder / CONFIG)
    weights = present(folder, WEIGHTS)
    lacking = [] if weights else [WEIGHTS[0]]
    if not timm and not (folder / PREPROCESSOR).is_file():
        lacking.append(PREPROCESSOR)
    if weights is None or lacking:
        raise NetworkUnavailable(
            f"The network “{network_id}” lacks {' and '.join(lacking)} in {folder}: fetch it again."
        )
    paths = {CONFIG: folder / CONFIG, "weights": weights}
    if not timm:
        paths[PREPROCESSOR] = folder / PREPROCESSOR
    files = {name: as_in_manifest(path, root) for name, path in paths.items()}
    return Source("timm" if timm else "transformers", files, revision)
