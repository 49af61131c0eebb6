"""Files of a Stable Diffusion 1.x or 2.x pipeline, in diffusers' layout. Imports no torch."""

from collections.abc import Mapping
from pathlib import Path

from generation.networks.autoencoder_files import CONFIG, WEIGHTS, present
from generation.networks.files import NetworkUnavailable, Source, as_in_manifest, read_object
from generation.networks.folders import candidates, shipped
from generation.networks.hub import absent, is_hub_id, snapshots

INDEX = "model_index.json"
ENCODER_WEIGHTS = ("model.safetensors", "model.fp16.safetensors")
PARTS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "vae": (CONFIG, WEIGHTS),
    "unet": (CONFIG, WEIGHTS),
    "text_encoder": (CONFIG, ENCODER_WEIGHTS),
}
"""Parts with weights: their configuration, and what the weights may be called."""
CHECKER = {"safety_checker": (CONFIG, ENCODER_WEIGHTS)}
SMALL_FILES = ("scheduler/scheduler_config.json",)
CHECKER_FILE = "feature_extractor/preprocessor_config.json"
TOKENIZER = (
    "tokenizer.json",
    "tokenizer_config.json",
    "vocab.json",
    "merges.txt",
    "special_tokens_map.json",
    "added_tokens.json",
)
PICKLES = ("diffusion_pytorch_model.bin", "pytorch_model.bin")


def locate_pipeline(network_id: str, folder: Path | None) -> Source:
    """A pipeline's folder, by path or in the networks folder; the sandbox's; or one on the hub."""
    if network_id == "sandbox":
        root = shipped(network_id, "pipeline")
        return _pipeline(network_id, root, root.parent)
    for candidate, root in candidates(network_id, folder):
        if (candidate / INDEX).is_file():
            return _pipeline(network_id, candidate, root)
    if is_hub_id(network_id):
        return _hub(network_id)
    raise NetworkUnavailable(
        f"There is no pipeline “{network_id}”: name a hub id (owner/name), a diffusers folder with"
        f" {INDEX}, or sandbox."
    )


def _hub(network_id: str) -> Source:
    wanted = [
        INDEX, CHECKER_FILE, *SMALL_FILES, *(f"tokenizer/{name}" for name in TOKENIZER),
        *(f"{part}/{name}" for part, (config, weights) in {**PARTS, **CHECKER}.items()
          for name in (config, weights[0])),
    ]  # fmt: skip
    problem = None
    for snapshot in snapshots(network_id, wanted):
        if (snapshot / INDEX).is_file():
            try:
                return _pipeline(network_id, snapshot, snapshot, revision=snapshot.name)
            except NetworkUnavailable as error:  # the cache may hold some of the files only
                problem = error
    raise problem or NetworkUnavailable(absent(network_id, "a diffusers folder"))


def _pipeline(network_id: str, folder: Path, root: Path, revision: str = "") -> Source:
    index = read_object(folder / INDEX)
    if "text_encoder_2" in index or "unet" not in index:
        raise NetworkUnavailable(
            f"“{network_id}” is a {index.get('_class_name')}: name a pipeline of Stable Diffusion"
            " 1.x or 2.x (a StableDiffusionPipeline)."
        )
    checked = "safety_checker" in index and any(index["safety_checker"] or ())
    parts = {**PARTS, **CHECKER} if checked else PARTS
    small = [*SMALL_FILES, CHECKER_FILE] if checked else [*SMALL_FILES]
    files: dict[str, Path | None] = {"index": folder / INDEX}
    files |= {name: present(folder, (name,)) for name in small}
    for part, (config, weights) in parts.items():
        files[f"{part}/{config}"] = present(folder / part, (config,))
        files[f"{part}/{weights[0]}"] = present(folder / part, weights)
    files |= _tokenizer(folder / "tokenizer")
    _check(network_id, folder, files)
    found = {name: as_in_manifest(path, root) for name, path in files.items() if path}
    return Source("pipeline", found, revision)


def _tokenizer(folder: Path) -> dict[str, Path | None]:
    found: dict[str, Path | None] = {
        f"tokenizer/{name}": folder / name for name in TOKENIZER if (folder / name).is_file()
    }
    if "tokenizer/tokenizer.json" not in found:
        for name in ("vocab.json", "merges.txt"):
            found.setdefault(f"tokenizer/{name}", None)
    return found


def _check(network_id: str, folder: Path, files: Mapping[str, Path | None]) -> None:
    missing = [name for name, path in files.items() if path is None]
    if not missing:
        return
    pickled = [
        name for name in missing if any((folder / name).with_name(old).is_file() for old in PICKLES)
    ]
    if pickled:
        raise NetworkUnavailable(
            f"The network “{network_id}” has its weights as pickles (.bin), which can run code when"
            f" they are read: save it with save_pretrained(safe_serialization=True), so that"
            f" {folder} holds {' and '.join(pickled)}."
        )
    raise NetworkUnavailable(
        f"The network “{network_id}” lacks {' and '.join(missing)} in {folder}: fetch it again, or"
        + (
            f" set safety_checker to null in its {INDEX} if it shall have none."
            if all(name.startswith(("safety_checker", "feature")) for name in missing)
            else " save it there with diffusers' save_pretrained."
        )
    )
