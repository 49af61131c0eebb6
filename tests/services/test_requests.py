"""Many who ask for the same images at once on PostgreSQL: each recipe and job once, no deadlock."""

from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from tests.generation.asking import ask_together, check_asked_once

pytestmark = [
    pytest.mark.services,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="DATABASE_URL names no server"),
    pytest.mark.django_db(transaction=True),
]


def test_sixteen_who_ask_at_once_make_each_recipe_and_job_once(
    tmp_path: Path, settings: Any
) -> None:
    folder = {**settings.STORAGES["default"], "OPTIONS": {"location": str(tmp_path / "store")}}
    settings.STORAGES = {**settings.STORAGES, "default": folder}
    results = ask_together(16)
    assert [type(result) for result in results] == [list] * 16
    check_asked_once()
