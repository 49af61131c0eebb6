"""Where the files of a network are, by its id and the role it is to play. Imports no torch."""

from collections.abc import Callable, Mapping
from pathlib import Path

from generation.networks import (
    captioner_files,
    clip_files,
    embedding_files,
    inception_files,
    perceptual_files,
    pipeline_files,
    preference_files,
    quality_files,
)
from generation.networks.autoencoder_files import locate_autoencoder
from generation.networks.files import NetworkUnavailable, Source

Locate = Callable[[str, Path | None], Source]
"""A network id and the networks folder, if any → the network's files."""

ROLES: Mapping[str, Locate] = {
    "autoencoder": locate_autoencoder,
    "perceptual": perceptual_files.locate_perceptual,
    "diffusion": pipeline_files.locate_pipeline,
    "clip": clip_files.locate_clip,
    "captioner": captioner_files.locate_captioner,
    "style": embedding_files.locate_style,
    "dino": embedding_files.locate_dino,
    "aesthetic": embedding_files.locate_head,
    "preference": preference_files.locate_preference,
    "inception": inception_files.locate_inception,
    "dists": quality_files.locate_dists,
    "brisque": quality_files.locate_brisque,
}


def locate(role: str, network_id: str, folder: Path | None) -> Source:
    """The files of the network called `network_id`, each as its manifest says it should be.

    An id may end in `#` and the first digits (8 or more) of the sha256 that `identify` gives.
    Raises NetworkUnavailable with one sentence.
    """
    if role not in ROLES:
        raise NetworkUnavailable(
            f"There is no role “{role}” for a network: choose one of {', '.join(ROLES)}."
        )
    name, _, pin = network_id.partition("#")
    source = ROLES[role](name, folder)
    if pin and (len(pin) < 8 or not source.sha256.startswith(pin)):
        raise NetworkUnavailable(
            f"The network “{name}” has the sha256 {source.sha256[:12]}…, which does not begin with"
            f" {pin[:12]}, at least 8 digits, as its id says: fetch it again, or mend the id."
        )
    return source
