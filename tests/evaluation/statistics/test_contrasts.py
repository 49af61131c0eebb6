"""Contrasts of conditions and ratios of contrasts, with raters and items as samples."""

import doctest

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.statistics import contrasts
from evaluation.statistics.clustered import clustered_difference
from evaluation.statistics.contrasts import contrast, ratio
from evaluation.statistics.estimate import BadData


def table(seed: int, raters: int = 8, items: int = 10, effects=(4.0, 2.5, 3.4)):
    """Answers of every rater to every item under three conditions, each rater and item apart."""
    draw = np.random.default_rng(seed)
    who, what, name = np.meshgrid(range(raters), range(items), range(3), indexing="ij")
    values = (
        np.array(effects)[name]
        + draw.normal(0, 0.5, raters)[who]
        + draw.normal(0, 0.5, items)[what]
        + draw.normal(0, 0.8, who.shape)
    )
    labels = np.array(["clean", "protected", "purified"])[name]
    kept = draw.random(who.shape) < 0.7
    return values[kept], who[kept], what[kept], labels[kept]


def test_examples_in_docstrings_are_true() -> None:
    assert doctest.testmod(contrasts).attempted
    assert not doctest.testmod(contrasts).failed


def test_two_conditions_give_the_clustered_difference() -> None:
    values, who, what, name = table(1)
    two = name != "purified"
    ours = contrast(values[two], who[two], what[two], name[two], {"protected": 1, "clean": -1})
    known = clustered_difference(values[two], who[two], what[two], name[two] == "protected")
    for each in ("value", "low", "high"):
        assert getattr(ours.estimate, each) == pytest.approx(getattr(known.estimate, each))
    assert ours.p == pytest.approx(known.p)


@given(st.integers(0, 10_000))
@settings(max_examples=20, deadline=None)
def test_the_ends_of_a_ratio_are_where_its_contrast_is_just_significant(seed: int) -> None:
    """Fieller's interval by its definition: N - rho D differs from 0 with p = 0.05 at its ends."""
    values, who, what, name = table(seed)
    found = ratio(
        values, who, what, name, {"purified": 1, "protected": -1}, {"clean": 1, "protected": -1}
    )
    for rho in (found.low, found.high):
        weights = {"purified": 1.0, "protected": rho - 1, "clean": -rho}
        assert contrast(values, who, what, name, weights).p == pytest.approx(0.05, abs=2e-3)


def test_a_share_of_nothing_has_no_value() -> None:
    values, who, what, name = table(3, effects=(3.0, 3.0, 3.0))
    found = ratio(
        values, who, what, name, {"purified": 1, "protected": -1}, {"clean": 1, "protected": -1}
    )
    assert not found.defined
    assert "cannot be told from 0" in found.method


def test_equal_answers_of_a_condition_are_no_certainty() -> None:
    values, who, what, name = table(4)
    hits = np.where(name == "clean", 0.0, (values > 3).astype(float))
    weights = {"purified": 1, "clean": -1}
    bare = contrast(hits, who, what, name, weights)
    known = contrast(hits, who, what, name, weights, bounds=(0, 1))
    assert known.estimate.se > bare.estimate.se


def test_nested_items_count_as_two_samples() -> None:
    values, who, what, name = table(5, items=8)
    era = np.where(what < 4, "historical", "contemporary")
    cells = np.char.add(np.char.add(name.astype(str), " "), era)
    weights = {
        "purified historical": 1, "protected historical": -1,
        "purified contemporary": -1, "protected contemporary": 1,
    }  # fmt: skip
    one = contrast(values, who, what, cells, weights)
    two = contrast(values, who, what, cells, weights, groups=era)
    assert two.estimate.value == pytest.approx(one.estimate.value)
    assert two.estimate.high - two.estimate.low > one.estimate.high - one.estimate.low


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"weights": {"misted": 1, "clean": -1}}, "Nobody answered under the condition misted"),
        ({"conditions": ["clean"]}, "answers and 1 conditions"),
    ],
)
def test_what_cannot_be_contrasted_is_said(change, said) -> None:
    values, who, what, name = table(6)
    given_ = {"conditions": name, "weights": {"clean": 1}} | change
    with pytest.raises(BadData, match=said):
        contrast(values, who, what, given_["conditions"], given_["weights"])


@pytest.mark.parametrize("seed", range(40))
def test_where_both_contrasts_are_one_the_share_is_1_without_an_error(seed: int) -> None:
    """Rounding can leave a variance of the difference that is less than 0."""
    values, who, what, name = table(seed, effects=(9.0, 2.0, 3.0))
    same = {"clean": 1.0, "protected": -1.0}
    found = ratio(values, who, what, name, same, same)
    assert (found.value, found.low, found.high) == pytest.approx((1, 1, 1))
    assert found.se == pytest.approx(0, abs=1e-6)
