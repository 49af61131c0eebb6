"""Files of preference scorers: CLIP networks tuned on people's choices, in three layouts. No torch.

`owner/name` or a folder of transformers (PickScore), a folder of open_clip, or `architecture:file`,
an architecture of open_clip and a file of its weights (HPS v2: `ViT-H-14:HPS_v2.1_compressed.pt`).
"""

from pathlib import Path

from generation.networks.autoencoder_files import present
from generation.networks.clip_files import CONFIG as OPEN_CLIP
from generation.networks.clip_files import VOCABULARY, locate_clip
from generation.networks.embedding_files import CONFIG, PREPROCESSOR, WEIGHTS
from generation.networks.files import NetworkUnavailable, Source, as_in_manifest, read_object
from generation.networks.folders import candidates
from generation.networks.hub import absent, is_hub_id, snapshots
from generation.networks.single_files import ENDINGS

TOKENIZER = (*VOCABULARY, "merges.txt", "tokenizer_config.json", "special_tokens_map.json")


def locate_preference(network_id: str, folder: Path | None) -> Source:
    """See above; raises NetworkUnavailable."""
    for candidate, root in candidates(network_id, folder):
        if (candidate / CONFIG).is_file():
            return _transformers(network_id, candidate, root)
        if (candidate / OPEN_CLIP).is_file():
            return locate_clip(network_id, folder)
    architecture, _, file = network_id.partition(":")
    if file.endswith(ENDINGS):
        for candidate, root in candidates(file, folder):
            if candidate.is_file():
                where = root if candidate != root else candidate.parent
                return Source("open_clip_file", {architecture: as_in_manifest(candidate, where)})
    if is_hub_id(network_id):
        return _hub(network_id)
    raise NetworkUnavailable(
        f"There is no preference scorer “{network_id}”: name a hub id (yuvalkirstain/PickScore_v1),"
        " a folder of transformers or open_clip, or architecture:file"
        " (ViT-H-14:HPS_v2.1_compressed.pt, the file by its path or in the networks folder)."
    )


def _hub(network_id: str) -> Source:
    for number, weights in enumerate(WEIGHTS):
        wanted = [CONFIG, PREPROCESSOR, weights, *TOKENIZER]
        for snapshot in snapshots(network_id, wanted):
            if present(snapshot, WEIGHTS[: number + 1]) and (snapshot / CONFIG).is_file():
                return _transformers(network_id, snapshot, snapshot, snapshot.name)
    raise NetworkUnavailable(absent(network_id, "a folder of transformers or open_clip"))


def _transformers(network_id: str, folder: Path, root: Path, revision: str = "") -> Source:
    kind = read_object(folder / CONFIG).get("model_type")
    if kind != "clip":
        raise NetworkUnavailable(
            f"{folder / CONFIG} describes a network of the kind {kind}; a preference scorer is a"
            " CLIP network (model_type: clip)."
        )
    weights, vocabulary = present(folder, WEIGHTS), present(folder, VOCABULARY)
    there = {WEIGHTS[0]: weights, PREPROCESSOR: present(folder, (PREPROCESSOR,))}
    lacking = [name for name, path in {**there, VOCABULARY[0]: vocabulary}.items() if path is None]
    if weights is None or lacking:
        raise NetworkUnavailable(
            f"The network “{network_id}” lacks {' and '.join(lacking)} in {folder}: fetch it, from"
            " the network that it was tuned from where its own repository has none."
        )
    names = [name for name in TOKENIZER if (folder / name).is_file()]
    paths = {name: folder / name for name in (CONFIG, PREPROCESSOR, *names)}
    found = {**paths, "weights": weights}
    files = {name: as_in_manifest(path, root) for name, path in found.items()}
    return Source("transformers_clip", files, revision)
