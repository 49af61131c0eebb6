"""Every page on statistics prints what it says, shows every function, and has its pictures."""

import doctest
import importlib
import re
from inspect import isfunction

import pytest

from tests.conftest import REPOSITORY
from tests.pages import examples, printed

OVERVIEW = REPOSITORY / "docs/statistics.md"
PAGES = sorted((REPOSITORY / "docs/statistics").glob("*.md"))
TOPICS = [page for page in PAGES if page.stem not in ("coverage", "power")]
"""Pages whose blocks are pasted; power.md may have prompts instead."""
SINGLE = {
    "groups": ["expert_vs_crowd"],
    "multiplicity": ["holm", "benjamini_hochberg", "bonferroni_level", "max_t", "simultaneous"],
    "composite": ["nested_cv", "ridge", "monotone"],
    "meta": [
        "agreement",
        "calibrated_accuracy",
        "chance_level",
        "compare_metrics",
        "grid_ratings",
        "pairwise_accuracy",
        "permutation_test",
        "rank_clusters",
        "soft_pairwise_accuracy",
        "tie_calibration",
    ],
}
"""Modules that are one file, and packages that share parts which no page shows."""


@pytest.mark.parametrize("page", [OVERVIEW, *PAGES], ids=lambda page: page.stem)
def test_examples_print_what_the_page_says(page, monkeypatch) -> None:
    monkeypatch.chdir(REPOSITORY)
    names = {"__name__": "page"}
    for example in examples(page.read_text()):
        assert printed(example, names, page.name) == example.said, f"{page.name}:{example.line}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_examples_with_prompts_are_true(page, monkeypatch) -> None:
    monkeypatch.chdir(REPOSITORY)
    assert not doctest.testfile(str(page), module_relative=False, encoding="utf-8").failed


@pytest.mark.parametrize("page", TOPICS, ids=lambda page: page.stem)
def test_every_public_function_has_an_example(page) -> None:
    if page.stem == "intervals":
        names = [
            "clustered_share",
            "clustered_mean",
            "clustered_difference",
            "contrast",
            "ratio",
            "crossed_mean",
        ]
    else:
        module = importlib.import_module(f"evaluation.statistics.{page.stem}")
        names = SINGLE.get(page.stem) or [
            name for name in module.__all__ if isfunction(getattr(module, name))
        ]
    shown = "".join(example.code for example in examples(page.read_text()))
    assert [name for name in names if not re.search(rf"\b{name}\b", shown)] == []


@pytest.mark.parametrize("page", [OVERVIEW, *PAGES], ids=lambda page: page.stem)
def test_links_and_pictures_are_there(page) -> None:
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text())
    near = [link for link in links if "://" not in link]
    assert [link for link in near if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", TOPICS, ids=lambda page: page.stem)
def test_every_picture_is_described(page) -> None:
    pictures = re.findall(r"!\[([^\]]*)\]\([^)]+\)", page.read_text())
    assert pictures
    assert min(map(len, pictures)) > 40


def test_every_page_stands_in_the_overview() -> None:
    overview = OVERVIEW.read_text()
    assert [page.name for page in PAGES if f"(statistics/{page.name}" not in overview] == []
