"""Folders that a network id may mean: a shipped one, one in the networks folder, any path."""

from collections.abc import Iterator
from pathlib import Path

from generation.networks.files import NetworkUnavailable

SHIPPED = Path(__file__).parents[1] / "sandbox" / "weights"
"""The sandbox's networks, which come with the project."""


def candidates(network_id: str, folder: Path | None) -> Iterator[tuple[Path, Path]]:
    """Folders that `network_id` may name, each with the folder whose manifest speaks for it."""
    if folder is not None:
        yield folder / network_id, folder
    yield Path(network_id), Path(network_id)


def shipped(network_id: str, name: str) -> Path:
    """The shipped folder `name`; raises NetworkUnavailable where it is absent."""
    if not (SHIPPED / name).is_dir():
        raise NetworkUnavailable(
            f"The sandbox's network “{network_id}” is not there ({SHIPPED / name}): run"
            " “manage.py train_sandbox”, or fetch the repository's weights."
        )
    return SHIPPED / name


def named(folder: Path | None) -> str:
    """The networks folder in a sentence."""
    return f"NETWORKS_DIR, now {folder}" if folder else "set NETWORKS_DIR to it"
