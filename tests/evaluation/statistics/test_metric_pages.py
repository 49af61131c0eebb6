"""The pages about metrics print what the code prints."""

import doctest
import importlib
from pathlib import Path

import pytest

PAGES = Path(__file__).parents[3] / "docs/statistics"
MODULES = (
    "association.columns",
    "association.coefficients",
    "association.dependent",
    "association.roc",
    "meta.pairwise",
    "meta.ties",
    "ppi.estimators",
)


@pytest.mark.parametrize("page", ["association", "meta", "ppi", "groups", "composite"])
def test_examples_of_the_page_are_measured(page) -> None:
    ran = doctest.testfile(str(PAGES / f"{page}.md"), module_relative=False)
    assert ran.attempted > 5
    assert not ran.failed


@pytest.mark.parametrize("module", MODULES)
def test_examples_of_the_code_are_right(module) -> None:
    ran = doctest.testmod(importlib.import_module(f"evaluation.statistics.{module}"))
    assert ran.attempted
    assert not ran.failed
