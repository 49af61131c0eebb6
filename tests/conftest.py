"""Fixtures that every folder of tests shares."""

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real paintings and small networks; tests that want it are marked real_data."""
    named = os.environ.get("CONNOISSEUR_TEST_DATA")
    folder = Path(named) if named else REPOSITORY.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("real paintings are absent: set CONNOISSEUR_TEST_DATA to their folder")
    return folder
