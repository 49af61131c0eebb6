"""Examples in the docstrings of what is about metrics are true."""

import doctest
import importlib

import pytest

MODULES = (
    "association.columns",
    "association.coefficients",
    "association.dependent",
    "association.roc",
    "meta.pairwise",
    "meta.ties",
    "ppi.estimators",
)


@pytest.mark.parametrize("module", MODULES)
def test_examples_of_the_code_are_right(module) -> None:
    ran = doctest.testmod(importlib.import_module(f"evaluation.statistics.{module}"))
    assert ran.attempted
    assert not ran.failed
