"""Files of CLIP networks as open_clip lays them out: a folder, a hub repository, a tag."""

from pathlib import Path

from generation.networks.autoencoder_files import present
from generation.networks.files import NetworkUnavailable, Source, as_in_manifest, read_object
from generation.networks.folders import candidates, shipped
from generation.networks.hub import absent, is_hub_id, snapshots

CONFIG = "open_clip_config.json"
WEIGHTS = "open_clip_model.safetensors"
VOCABULARY = (
    "tokenizer.json",
    "vocab.json",
    "vocab.txt",
    "spiece.model",
    "sentencepiece.bpe.model",
    "tokenizer.model",
)
"""One of these makes a tokenizer; the others say more about it."""
TOKENIZER = (
    *VOCABULARY,
    "merges.txt",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
)


def locate_clip(network_id: str, folder: Path | None) -> Source:
    """A folder, a hub id, or `architecture:tag` of open_clip's list (`ViT-L-14:openai`)."""
    if network_id == "sandbox_clip":
        root = shipped(network_id, "clip")
        return _clip(network_id, root, root.parent)
    for candidate, root in candidates(network_id, folder):
        if (candidate / CONFIG).is_file():
            return _clip(network_id, candidate, root)
    repository = network_id.removeprefix("hf-hub:")
    if is_hub_id(repository):
        return _hub(repository, network_id)
    if ":" in network_id:
        tagged, _, revision = network_id.partition("@")
        repository = _repository(*tagged.split(":", 1))
        return _hub(f"{repository}@{revision}" if revision else repository, network_id)
    raise NetworkUnavailable(
        f"There is no CLIP network “{network_id}”: name architecture:tag of open_clip"
        f" (ViT-L-14:openai), a hub id (owner/name), a folder with {CONFIG} and {WEIGHTS}, or"
        " sandbox_clip."
    )


def _repository(architecture: str, tag: str) -> str:
    """The hub's repository with the weights that open_clip lists under a tag."""
    # open_clip's list cannot be read without torch; folders and hub ids do without it
    from open_clip import list_pretrained_tags_by_model  # noqa: PLC0415
    from open_clip.pretrained import get_pretrained_cfg  # noqa: PLC0415

    listed = get_pretrained_cfg(architecture, tag)
    if not listed:
        tags = ", ".join(list_pretrained_tags_by_model(architecture)) or "none"
        raise NetworkUnavailable(
            f"open_clip lists no weights “{architecture}:{tag}”; tags of {architecture}: {tags}."
        )
    return str(listed["hf_hub"].rpartition("/")[0])


def _hub(repository: str, network_id: str) -> Source:
    for snapshot in snapshots(repository, [CONFIG, WEIGHTS, *TOKENIZER]):
        if (snapshot / CONFIG).is_file() and (snapshot / WEIGHTS).is_file():
            return _clip(network_id, snapshot, snapshot, revision=snapshot.name)
    raise NetworkUnavailable(absent(repository, f"a folder with {CONFIG} and {WEIGHTS}"))


def _clip(network_id: str, folder: Path, root: Path, revision: str = "") -> Source:
    if not (folder / WEIGHTS).is_file():
        raise NetworkUnavailable(f"The network “{network_id}” lacks {WEIGHTS} in {folder}.")
    tokenizer = [name for name in TOKENIZER if (folder / name).is_file()]
    if _own_tokenizer(folder) and not present(folder, VOCABULARY):
        raise NetworkUnavailable(
            f"The network “{network_id}” names a tokenizer of its own (hf_tokenizer_name in"
            f" {CONFIG}), but {folder} holds none: save one there with save_pretrained."
        )
    files = {name: as_in_manifest(folder / name, root) for name in (CONFIG, WEIGHTS, *tokenizer)}
    return Source("open_clip", files, revision)


def _own_tokenizer(folder: Path) -> bool:
    architecture = read_object(folder / CONFIG).get("model_cfg")
    if not isinstance(architecture, dict) or "text_cfg" not in architecture:
        raise NetworkUnavailable(
            f"{folder / CONFIG} describes no CLIP network (model_cfg with text_cfg): fetch"
            " it again."
        )
    return bool(architecture["text_cfg"].get("hf_tokenizer_name"))
