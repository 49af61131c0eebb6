"""`manage.py` as it is typed."""

import os
import subprocess
import sys
from pathlib import Path

from config.environment import ROOT


def test_a_database_without_tables_is_told_in_a_sentence(tmp_path: Path):
    environment = {**os.environ, "VAR_DIR": str(tmp_path)}
    environment.pop("DATABASE_URL", None)
    ran = subprocess.run(
        [sys.executable, "manage.py", "jobs", "--help"],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, "help needs no database"
    ran = subprocess.run(
        [sys.executable, "manage.py", "experiment", "check", "studies/presets/acceptability.yaml"],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 1
    assert ran.stderr.strip() == (
        "The database is empty or older than the program: run “manage.py migrate” first."
    )
