"""Examples are true: pages and docstrings on pairs, opinion, thresholds, trend, looks, families."""

import doctest
import importlib
import pkgutil

import pytest

from tests.conftest import REPOSITORY

PAGES = ["pairs", "opinion", "thresholds", "trend", "sequential", "multiplicity"]


@pytest.mark.parametrize("page", PAGES)
def test_examples_in_the_page_are_true(page, monkeypatch) -> None:
    monkeypatch.chdir(REPOSITORY)
    path = REPOSITORY / "docs/statistics" / f"{page}.md"
    ran = doctest.testfile(str(path), module_relative=False, encoding="utf-8")
    assert ran.attempted
    assert not ran.failed


@pytest.mark.parametrize("topic", PAGES)
def test_examples_in_docstrings_are_true(topic) -> None:
    package = importlib.import_module(f"evaluation.statistics.{topic}")
    inner = pkgutil.iter_modules(getattr(package, "__path__", []), f"{package.__name__}.")
    modules = [package, *(importlib.import_module(module.name) for module in inner)]
    ran = [doctest.testmod(module) for module in modules]
    assert sum(result.attempted for result in ran)
    assert not sum(result.failed for result in ran)
