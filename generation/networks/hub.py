"""Snapshots of the Hugging Face hub: from its cache first, from the hub itself where that fails."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from huggingface_hub import snapshot_download
from huggingface_hub.errors import HfHubHTTPError


def is_hub_id(network_id: str) -> bool:
    """Whether `network_id` has the form owner/name, perhaps with @revision."""
    name = network_id.partition("@")[0]
    return name.count("/") == 1 and not name.startswith(("/", "."))


def snapshots(network_id: str, wanted: Sequence[str]) -> Iterator[Path]:
    """Folders with the files of `network_id` (owner/name[@revision]) that match `wanted`.

    A folder's name is the commit. First the hub's cache, which may hold only some of the files;
    then, where the caller goes on asking, what the hub has to give now.
    """
    name, _, revision = network_id.partition("@")
    for cached in (True, False):
        try:
            folder = snapshot_download(
                name,
                revision=revision or None,
                allow_patterns=list(wanted),
                local_files_only=cached,
            )
        except (HfHubHTTPError, OSError, ValueError):  # absent, refused, unreachable, misspelt
            continue
        yield Path(folder)


def absent(network_id: str, instead: str) -> str:
    """The sentence for a network that is in neither; `instead` says what else could be named."""
    name = network_id.partition("@")[0]
    return (
        f"The network “{name}” is neither in the hub's cache nor to be had from the hub now: run"
        f" “hf download {name}” where there is a connection, or name {instead}."
    )
