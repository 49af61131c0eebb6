"""The docstrings about agreement, mixed models and PSR print what they say."""

import doctest
import importlib

import pytest

MODULES = [
    "agreement.alpha",
    "agreement.chance",
    "agreement.concordance",
    "agreement.intraclass",
    "agreement.kappa",
    "mixed",
    "psr.share",
]


@pytest.mark.parametrize("module", MODULES)
def test_examples_in_docstrings_are_true(module) -> None:
    ran = doctest.testmod(importlib.import_module(f"evaluation.statistics.{module}"))
    assert ran.attempted
    assert not ran.failed
