"""Fixtures for the image methods: tiny random networks, loaded as real ones are."""

from pathlib import Path
from typing import Any

import pytest

from generation.mimic import Mimic
from generation.networks import Networks, load
from generation.networks.diffusion import Diffusion
from tests.generation import teaching, tiny, tiny_pipeline


@pytest.fixture(scope="session")
def networks_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as NETWORKS_DIR names one, with tiny random networks."""
    return tiny.write_networks(tmp_path_factory.mktemp("networks"))


@pytest.fixture(scope="session")
def tiny_networks(networks_folder: Path) -> Networks:
    """An autoencoder and a perceptual network that answer in milliseconds."""
    return tiny.load_networks(networks_folder)


@pytest.fixture(scope="session")
def pipelines_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A networks folder with a tiny Stable Diffusion 1.x and a tiny open_clip network."""
    folder = tmp_path_factory.mktemp("pipelines")
    tiny_pipeline.write_pipeline(folder)
    return tiny_pipeline.write_clip(folder)


@pytest.fixture(scope="session")
def tiny_diffusion(pipelines_folder: Path) -> Diffusion:
    """A pipeline that paints 32 px in milliseconds."""
    return tiny_pipeline.load_diffusion(pipelines_folder)


@pytest.fixture(scope="session")
def every_network(tiny_networks: Networks, pipelines_folder: Path) -> Networks:
    """A tiny network in each role that an image method may need."""
    pipeline = load({"diffusion": tiny_pipeline.PIPELINE}, pipelines_folder)
    return Networks(
        device=tiny_networks.device,
        records={**tiny_networks.records, **pipeline.records},
        members={**tiny_networks.members, **pipeline.members},
    )


@pytest.fixture(scope="session")
def learnt(every_network: Networks) -> teaching.Learn:
    """`teaching.learn` with the default pictures, remembered: a training takes a while."""
    known: dict[str, Mimic] = {}

    def remembered(name: str, **settings: Any) -> Mimic:
        key = f"{name} {settings}"
        if key not in known:
            known[key] = teaching.learn(name, every_network, **settings)
        return known[key]

    return remembered
