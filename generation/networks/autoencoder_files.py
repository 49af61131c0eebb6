"""Files of autoencoders: small ones by name, diffusers' AutoencoderKL in a folder or on the hub."""

from collections.abc import Mapping
from pathlib import Path

from generation.networks.files import NetworkUnavailable, Source, as_in_manifest
from generation.networks.folders import candidates, named, shipped
from generation.networks.hub import absent, is_hub_id, snapshots

CONFIG = "config.json"
WEIGHTS = ("diffusion_pytorch_model.safetensors", "diffusion_pytorch_model.fp16.safetensors")
"""What diffusers calls weights; the full ones come first where both are there."""

SMALL_AUTOENCODERS: Mapping[str, Mapping[str, str]] = {
    "sd1_vaelight": {
        "encoder": "sd1_vaelight_encoder.safetensors",
        "decoder": "sd1_vaelight_decoder.safetensors",
    },
    "taef2": {"encoder": "taef2_encoder.pth", "decoder": "taef2_decoder.pth"},
}


def locate_autoencoder(network_id: str, folder: Path | None) -> Source:
    """A small autoencoder, an AutoencoderKL, or that of a whole pipeline, in its `vae`."""
    if network_id in SMALL_AUTOENCODERS:
        return _small(network_id, folder)
    if network_id == "sandbox":
        root = shipped(network_id, "pipeline")
        return autoencoder_in(network_id, root, root.parent)
    for candidate, root in candidates(network_id, folder):
        if _holds_autoencoder(candidate):
            return autoencoder_in(network_id, candidate, root)
    if is_hub_id(network_id):
        return _hub(network_id)
    raise NetworkUnavailable(
        f"There is no autoencoder “{network_id}”: name a hub id (owner/name), a diffusers folder"
        f" with {CONFIG}, or one of {', '.join([*SMALL_AUTOENCODERS, 'sandbox'])}."
    )


def autoencoder_in(network_id: str, folder: Path, root: Path, revision: str = "") -> Source:
    """The AutoencoderKL in `folder` or in its `vae`."""
    inner = folder / "vae" if (folder / "vae" / CONFIG).is_file() else folder
    weights = present(inner, WEIGHTS)
    missing = [
        name
        for name, there in ((CONFIG, (inner / CONFIG).is_file()), (WEIGHTS[0], weights))
        if not there
    ]
    if missing or weights is None:
        raise NetworkUnavailable(
            f"The network “{network_id}” lacks {' and '.join(missing)} in {inner}:"
            " save it there with diffusers' save_pretrained."
        )
    files = {"config": inner / CONFIG, "weights": weights}
    return Source(
        "diffusers",
        {name: as_in_manifest(path, root) for name, path in files.items()},
        revision,
    )


def present(folder: Path, names: tuple[str, ...]) -> Path | None:
    """The first file of these names that `folder` holds."""
    return next((folder / name for name in names if (folder / name).is_file()), None)


def _holds_autoencoder(folder: Path) -> bool:
    return (folder / CONFIG).is_file() or (folder / "vae" / CONFIG).is_file()


def _hub(network_id: str) -> Source:
    """From the hub's cache, else from the hub; a whole pipeline's repository has it in `vae/`."""
    wanted = [f"{part}{name}" for part in ("", "vae/") for name in (CONFIG, WEIGHTS[0])]
    for snapshot in snapshots(network_id, wanted):
        if any(present(snapshot / part, WEIGHTS) for part in ("", "vae")):
            return autoencoder_in(network_id, snapshot, snapshot, revision=snapshot.name)
    raise NetworkUnavailable(absent(network_id, "a diffusers folder"))


def _small(network_id: str, folder: Path | None) -> Source:
    names = SMALL_AUTOENCODERS[network_id]
    if folder is None or not all((folder / name).is_file() for name in names.values()):
        raise NetworkUnavailable(
            f"The autoencoder “{network_id}” is missing: put {' and '.join(names.values())} into"
            f" the networks folder ({named(folder)})."
        )
    files = {part: as_in_manifest(folder / name) for part, name in names.items()}
    return Source(network_id, files)
