"""Examples in docstrings are true: pairs, opinion, thresholds, trend, looks, families."""

import doctest
import importlib
import pkgutil

import pytest

TOPICS = ["pairs", "opinion", "thresholds", "trend", "sequential", "multiplicity"]


@pytest.mark.parametrize("topic", TOPICS)
def test_examples_in_docstrings_are_true(topic) -> None:
    package = importlib.import_module(f"evaluation.statistics.{topic}")
    inner = pkgutil.iter_modules(getattr(package, "__path__", []), f"{package.__name__}.")
    modules = [package, *(importlib.import_module(module.name) for module in inner)]
    ran = [doctest.testmod(module) for module in modules]
    assert sum(result.attempted for result in ran)
    assert not sum(result.failed for result in ran)
