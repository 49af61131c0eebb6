"""Files of captioners: image-to-text networks of transformers, in a folder or on the hub."""

from pathlib import Path

from generation.networks.autoencoder_files import present
from generation.networks.files import NetworkUnavailable, Source, as_in_manifest
from generation.networks.folders import candidates
from generation.networks.hub import absent, is_hub_id, snapshots

CONFIG = "config.json"
WEIGHTS = ("model.safetensors", "pytorch_model.bin")
"""Pickles are read with torch's weights-only loader, which runs no code."""
PREPROCESSOR = "preprocessor_config.json"
OTHERS = (
    "generation_config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "vocab.json",
    "vocab.txt",
    "merges.txt",
    "special_tokens_map.json",
)


def locate_captioner(network_id: str, folder: Path | None) -> Source:
    """A folder, by path or in the networks folder, or a hub id (ViT-GPT2, BLIP)."""
    for candidate, root in candidates(network_id, folder):
        if (candidate / PREPROCESSOR).is_file():
            return _captioner(network_id, candidate, root)
    if not is_hub_id(network_id):
        raise NetworkUnavailable(
            f"There is no captioner “{network_id}”: name a hub id (owner/name) or a folder of"
            f" transformers with {PREPROCESSOR}."
        )
    for number, weights in enumerate(WEIGHTS):
        for snapshot in snapshots(network_id, [CONFIG, PREPROCESSOR, weights, *OTHERS]):
            if present(snapshot, WEIGHTS[: number + 1]) and (snapshot / PREPROCESSOR).is_file():
                return _captioner(network_id, snapshot, snapshot, snapshot.name)
    raise NetworkUnavailable(absent(network_id, "a folder of transformers"))


def _captioner(network_id: str, folder: Path, root: Path, revision: str = "") -> Source:
    weights = present(folder, WEIGHTS)
    if weights is None or not (folder / CONFIG).is_file():
        raise NetworkUnavailable(
            f"The network “{network_id}” lacks {CONFIG} or {WEIGHTS[0]} in {folder}:"
            " fetch it again."
        )
    names = [name for name in OTHERS if (folder / name).is_file()]
    paths = {name: folder / name for name in (CONFIG, PREPROCESSOR, *names)}
    found = {**paths, "weights": weights}
    files = {name: as_in_manifest(path, root) for name, path in found.items()}
    return Source("captioner", files, revision)
