"""Networks that are one file of weights: by path or name, in a folder, on the hub."""

from collections.abc import Sequence
from pathlib import Path

from generation.networks.autoencoder_files import present
from generation.networks.files import NetworkUnavailable, Source, as_in_manifest
from generation.networks.folders import candidates
from generation.networks.hub import absent, is_hub_id, snapshots

ENDINGS = (".safetensors", ".pth", ".pt", ".bin", ".ckpt")


def locate_file(
    network_id: str, folder: Path | None, family: str, names: Sequence[str], noun: str
) -> Source:
    """The file called `network_id`, or the first of `names` in the folder or repository so called.

    Raises NetworkUnavailable; `noun` is what the network is called there.
    """
    for candidate, root in candidates(network_id, folder):
        if candidate.is_file() and candidate.suffix in ENDINGS:
            where = root if candidate != root else candidate.parent
            return Source(family, {"weights": as_in_manifest(candidate, where)})
        found = present(candidate, tuple(names))
        if found:
            return Source(family, {"weights": as_in_manifest(found, root)})
    if names and is_hub_id(network_id):
        for snapshot in snapshots(network_id, list(names)):
            found = present(snapshot, tuple(names))
            if found:
                return Source(family, {"weights": as_in_manifest(found)}, snapshot.name)
        raise NetworkUnavailable(absent(network_id, f"a file of weights ({names[0]})"))
    instead = f", a folder with {names[0]} or a hub id (owner/name)" if names else ""
    raise NetworkUnavailable(
        f"There is no {noun} “{network_id}”: name a file ({', '.join(ENDINGS)}) by its path or in"
        f" the networks folder{instead}."
    )
