"""The documentation names what there is, and what it runs exists."""

import re
from pathlib import Path

import pytest

from evaluation.analyses import ANALYSES
from evaluation.metrics import METRICS
from evaluation.ratings import NEEDED, TEXTS
from studies.tables.codebook import RESPONSES

ROOT = Path(__file__).parents[2]
REPORT, STATISTICS, OF_METRICS = (
    (ROOT / "docs" / f"{name}.md").read_text() for name in ("report", "statistics", "metrics")
)


@pytest.mark.parametrize("name", ANALYSES.names())
def test_every_analysis_is_described(name: str) -> None:
    assert f"| `{name}` |" in REPORT


@pytest.mark.parametrize("name", METRICS.names())
def test_every_metric_is_defined(name: str) -> None:
    assert f"| `{name}` |" in OF_METRICS


@pytest.mark.parametrize("column", sorted({*RESPONSES, *NEEDED, *TEXTS, "scale"}))
def test_every_column_of_the_ratings_is_explained(column: str) -> None:
    assert f"`{column}`" in REPORT


def test_every_benchmark_that_is_named_exists() -> None:
    named = set(re.findall(r"benchmarks/\w+\.py", REPORT + STATISTICS + OF_METRICS))
    assert named
    assert all((ROOT / name).exists() for name in named)
