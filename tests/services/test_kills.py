"""Killed at any moment, no answer is lost and none doubled: a few rounds of benchmarks/kills.py."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.services
def test_no_answer_is_lost_or_doubled_by_killing_web_processes_and_the_database() -> None:
    if "PG_DATA" not in os.environ:
        pytest.skip("PG_DATA names no server that may be killed")
    command = [sys.executable, ROOT / "benchmarks" / "kills.py", "--rounds", "4", "--json"]
    told = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=240)
    assert told.returncode == 0, told.stdout + told.stderr
    found = json.loads(told.stdout.splitlines()[-1])
    assert found["confirmed"] > 50
    assert found["repeated"] > 0, "nothing was killed while somebody sent"
    assert (found["lost"], found["doubled"], found["differing"], found["stuck"]) == (0, 0, 0, 0)
