"""Fixtures for the image methods: tiny random networks, loaded as real ones are."""

from pathlib import Path

import pytest

from generation.networks import Networks
from tests.generation import tiny


@pytest.fixture(scope="session")
def networks_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as NETWORKS_DIR names one, with tiny random networks."""
    return tiny.write_networks(tmp_path_factory.mktemp("networks"))


@pytest.fixture(scope="session")
def tiny_networks(networks_folder: Path) -> Networks:
    """An autoencoder and a perceptual network that answer in milliseconds."""
    return tiny.load_networks(networks_folder)
