"""The pages and docstrings about agreement, mixed models and PSR print what they say."""

import doctest
import importlib
from pathlib import Path

import pytest

PAGES = Path(__file__).parents[3] / "docs" / "statistics"
MODULES = [
    "agreement.alpha",
    "agreement.chance",
    "agreement.concordance",
    "agreement.intraclass",
    "agreement.kappa",
    "mixed",
    "psr.share",
]


@pytest.mark.parametrize("page", ["agreement", "mixed", "psr"])
def test_examples_on_the_page_are_true(page) -> None:
    ran = doctest.testfile(str(PAGES / f"{page}.md"), module_relative=False)
    assert ran.attempted
    assert not ran.failed


@pytest.mark.parametrize("module", MODULES)
def test_examples_in_docstrings_are_true(module) -> None:
    ran = doctest.testmod(importlib.import_module(f"evaluation.statistics.{module}"))
    assert ran.attempted
    assert not ran.failed
