"""Examples in the docstrings of the statistics are true, wherever there are some."""

import doctest
import importlib
from pathlib import Path

import pytest

from evaluation import statistics

HOME = Path(statistics.__file__).parent
ELSEWHERE = "ordinal"
"""Its examples need a table and names: test_ordinal.py gives them."""
PARTS = sorted(
    ".".join(path.relative_to(HOME).with_suffix("").parts).removesuffix(".__init__")
    for path in HOME.rglob("*.py")
    if ">>> " in path.read_text() and path.parent.name != ELSEWHERE
)


def test_most_parts_have_examples() -> None:
    assert {part.partition(".")[0] for part in PARTS} >= {
        *("agreement", "answers", "association", "clustered", "correlation", "estimate", "meta"),
        *(
            "jnd",
            "mixed",
            "multiplicity",
            "opinion",
            "pairs",
            "ppi",
            "psr",
            "sequential",
            "thresholds",
        ),
        "trend",
    }


@pytest.mark.parametrize("part", PARTS)
def test_examples_in_docstrings_are_true(part: str) -> None:
    ran = doctest.testmod(importlib.import_module(f"evaluation.statistics.{part}"))
    assert ran.attempted
    assert not ran.failed
