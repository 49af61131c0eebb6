"""An estimate never travels without its interval."""

from math import nan

import pytest

from evaluation.statistics.answers import Answers
from evaluation.statistics.clustered import clustered_share
from evaluation.statistics.estimate import BadData, Estimate

WHOLE = Estimate(0.712, 0.62, 0.793, 0.044, 0.95, 240, "two-way clustered")


def test_an_estimate_prints_its_interval() -> None:
    assert str(WHOLE) == "0.71 [0.62, 0.79]"
    assert f"{WHOLE:.0%}" == "71% [62%, 79%]"


def test_an_estimate_without_interval_says_why() -> None:
    bare = Estimate.without_interval(0.5, level=0.95, n=3, reason="one item")
    assert str(bare) == "0.50 [no interval: one item]"
    assert not bare.has_interval
    assert not bare.excludes(0.0)


def test_an_undefined_estimate_prints_no_number() -> None:
    assert str(Estimate.undefined(level=0.95, n=0, reason="no data")) == "undefined: no data"


def test_an_interval_excludes_what_lies_outside_it() -> None:
    assert WHOLE.excludes(0.5)
    assert not WHOLE.excludes(0.7)


@pytest.mark.parametrize(
    ("values", "raters", "items", "said"),
    [
        ([1, nan], "ab", "xy", "Answer 2 of 2 is not a finite number"),
        ([1, 2], "ab", "x", "given: 2, 2 and 1"),
        ([], [], [], "no answer"),
        ([1, 2], ["a", None], "xy", "Answer 2 names no rater"),
    ],
)
def test_bad_answers_are_refused_with_a_sentence(values, raters, items, said) -> None:
    with pytest.raises(BadData, match=said):
        Answers.of(values, list(raters), list(items))


def test_a_share_refuses_what_is_neither_yes_nor_no() -> None:
    with pytest.raises(BadData, match=r"given: 2\.0"):
        clustered_share([0, 2], ["a", "b"], ["x", "y"])


def test_an_impossible_level_is_refused() -> None:
    with pytest.raises(BadData, match="given: 95"):
        clustered_share([0, 1], ["a", "b"], ["x", "y"], level=95)
