"""Networks that tests of evaluation make themselves."""

from pathlib import Path

import pytest

from generation.networks import Networks, load
from tests.generation import tiny_pipeline


@pytest.fixture(scope="session")
def clip_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A networks folder with a tiny open_clip network of random weights that reads long labels."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tiny_pipeline, "TOKENS", 77)
        return tiny_pipeline.write_clip(tmp_path_factory.mktemp("clip"))


@pytest.fixture(scope="session")
def clip_networks(clip_folder: Path) -> Networks:
    """That network in the role clip."""
    return load({"clip": tiny_pipeline.CLIP}, clip_folder)
