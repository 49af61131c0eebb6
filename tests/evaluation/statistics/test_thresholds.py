"""Thresholds: against glm, glmer and a general optimiser, properties, and curves there are not."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.statistics.estimate import BadData
from evaluation.statistics.thresholds import psychometric
from tests.conftest import REPOSITORY

FOLDER = REPOSITORY / "tests/data/statistics"
REFERENCE = json.loads((FOLDER / "thresholds.json").read_text())
ANSWERS = pd.read_csv(FOLDER / "thresholds.csv")


@pytest.mark.parametrize("link", ["logit", "probit"])
def test_levels_and_their_errors_equal_those_of_glm(link) -> None:
    wanted = REFERENCE[link]
    found = psychometric(ANSWERS.level, ANSWERS.yes, link=link)
    levels = list(found.thresholds.values())
    assert [e.value for e in levels] == pytest.approx(wanted["levels"], abs=1e-7)
    assert found.slope.value == pytest.approx(wanted["coefficients"][1], abs=1e-7)
    assert found.log_likelihood == pytest.approx(wanted["log_likelihood"], abs=1e-8)
    # of a probit R gives the expected information and we the observed one
    close = 1e-6 if link == "logit" else 1e-2
    assert [e.se for e in levels] == pytest.approx(wanted["se"], rel=close)
    for level, ends in zip(levels, wanted["fieller"], strict=True):
        assert (level.low, level.high) == pytest.approx(ends, rel=close)


@pytest.mark.parametrize("link", ["logit", "probit"])
def test_intervals_by_rater_are_fiellers_with_the_sandwich(link) -> None:
    found = psychometric(
        ANSWERS.level, ANSWERS.yes, raters=ANSWERS.rater, rater_effects=False, link=link
    )
    close = 1e-6 if link == "logit" else 3e-2
    for level, ends in zip(
        found.thresholds.values(), REFERENCE[link]["fieller_rater"], strict=True
    ):
        assert (level.low, level.high) == pytest.approx(ends, rel=close, abs=close)


@pytest.mark.parametrize("link", ["logit", "probit"])
def test_rater_effects_equal_those_of_glmer(link) -> None:
    wanted = REFERENCE[f"mixed_{link}"]
    found = psychometric(ANSWERS.level, ANSWERS.yes, raters=ANSWERS.rater, link=link)
    intercept, slope = wanted["coefficients"]
    assert found.slope.value == pytest.approx(slope, abs=1e-6)
    assert found.rater_sd.value == pytest.approx(wanted["sd"], abs=1e-6)
    assert found.typical[0.5].value == pytest.approx(-intercept / slope, abs=1e-6)


def test_a_known_guess_equals_psyphys_link() -> None:
    wanted = REFERENCE["choice"]
    found = psychometric(ANSWERS.level, ANSWERS.right, guess=0.5, targets=(0.75,))
    assert found.slope.value == pytest.approx(wanted["coefficients"][1], abs=1e-6)
    assert found.log_likelihood == pytest.approx(wanted["log_likelihood"], abs=1e-8)
    # observed and expected information again
    assert found.slope.se == pytest.approx(wanted["se"][1], rel=2e-2)


@pytest.mark.parametrize(
    ("name", "column", "guess"),
    [("lapse", "yes", 0.0), ("choice_lapse", "right", 0.5), ("both", "right", None)],
)
def test_lapse_and_guess_are_where_a_general_optimiser_finds_them(name, column, guess) -> None:
    wanted = REFERENCE[name]
    found = psychometric(ANSWERS.level, ANSWERS[column], guess=guess, lapse=None, targets=(0.75,))
    assert found.log_likelihood == pytest.approx(wanted["log_likelihood"], abs=1e-6)
    assert found.slope.value == pytest.approx(wanted["coefficients"][1], abs=1e-3)
    assert found.lapse.value == pytest.approx(wanted["lapse"], abs=1e-4)
    assert found.guess.value == pytest.approx(wanted["guess"], abs=1e-4)


def test_raters_and_artworks_both_widen_the_interval() -> None:
    def width(**who) -> float:
        found = psychometric(ANSWERS.level, ANSWERS.yes, rater_effects=False, **who)
        return found.thresholds[0.5].high - found.thresholds[0.5].low

    naive, by_rater = width(), width(raters=ANSWERS.rater)
    both = width(raters=ANSWERS.rater, artworks=ANSWERS.artwork)
    assert naive < by_rater <= both


def test_the_typical_raters_levels_are_nearer_together_than_those_of_all_answers() -> None:
    found = psychometric(ANSWERS.level, ANSWERS.yes, raters=ANSWERS.rater)
    apart = [by[0.5].value - by[0.9].value for by in (found.typical, found.thresholds)]
    assert 0 < apart[0] < apart[1]


@settings(max_examples=6, deadline=None)
@given(st.floats(-100, 100), st.floats(0.01, 100), st.booleans())
def test_another_unit_of_the_levels_moves_the_thresholds_along(shift, factor, down) -> None:
    factor = -factor if down else factor
    before = psychometric(ANSWERS.level, ANSWERS.yes, raters=ANSWERS.rater, rater_effects=False)
    after = psychometric(
        ANSWERS.level * factor + shift, ANSWERS.yes, raters=ANSWERS.rater, rater_effects=False
    )
    for target, was in before.thresholds.items():
        now, moved = (
            after.thresholds[target],
            sorted(np.array([was.low, was.high]) * factor + shift),
        )
        assert now.value == pytest.approx(was.value * factor + shift, rel=1e-6, abs=1e-6)
        assert [now.low, now.high] == pytest.approx(moved, rel=1e-5, abs=1e-5)


def test_order_and_names_do_not_matter() -> None:
    mixed = ANSWERS.sample(frac=1, random_state=3)
    before = psychometric(ANSWERS.level, ANSWERS.yes, raters=ANSWERS.rater)
    after = psychometric(mixed.level, mixed.yes, raters="x" + mixed.rater.str[::-1])
    assert after.thresholds[0.5].low == pytest.approx(before.thresholds[0.5].low, abs=1e-6)


def test_no_instead_of_yes_keeps_the_middle_and_mirrors_the_rest() -> None:
    before = psychometric(ANSWERS.level, ANSWERS.yes, targets=(0.5, 0.9))
    after = psychometric(ANSWERS.level, 1 - ANSWERS.yes, targets=(0.5, 0.1))
    assert after.thresholds[0.5].low == pytest.approx(before.thresholds[0.5].low)
    assert after.thresholds[0.1].value == pytest.approx(before.thresholds[0.9].value)


def test_raters_who_do_not_differ_have_a_spread_of_zero() -> None:
    rng = np.random.default_rng(1)
    level = np.tile(np.arange(6), 60)
    yes = rng.permuted(np.tile(np.arange(60), (6, 1)), axis=1).T < [3, 9, 21, 39, 51, 57]
    found = psychometric(level, yes.ravel(), raters=np.repeat(np.arange(60), 6))
    assert found.rater_sd.value == 0
    assert found.typical == found.thresholds


@pytest.mark.parametrize(
    ("levels", "accepted", "said"),
    [
        ([1, 2, 3], [1, 1, 1], "every answer is yes"),
        ([1, 2, 3], [0, 0, 0], "every answer is no"),
        ([2, 2, 2], [1, 0, 1], "one level was tested"),
        ([1, 2, 3, 4], [1, 1, 0, 0], "from yes to no between levels 2 and 3"),
        ([1, 2, 2, 3], [0, 0, 1, 1], "from no to yes between levels 2 and 2"),
    ],
)
def test_answers_without_a_curve_say_why(levels, accepted, said) -> None:
    found = psychometric(levels, accepted)
    assert said in found.problem
    assert not found.thresholds[0.5].defined
    assert not found.slope.defined


def test_raters_who_each_switch_once_have_no_slope() -> None:
    level = np.tile(np.arange(8), 6)
    yes = level < np.repeat([2, 3, 4, 5, 3, 6], 8)
    found = psychometric(level, yes, raters=np.repeat(np.arange(6), 8))
    assert "without any overlap" in found.problem
    pooled = psychometric(level, yes, raters=np.repeat(np.arange(6), 8), rater_effects=False)
    assert pooled.thresholds[0.5].has_interval


def test_shares_that_hardly_change_have_no_limits() -> None:
    rng = np.random.default_rng(4)
    level = np.tile(np.arange(5), 40)
    found = psychometric(level, rng.random(200) < 0.6 - 0.01 * level)
    assert not found.thresholds[0.9].has_interval
    assert "too little" in found.thresholds[0.9].method or "hardly" in found.thresholds[0.9].method


def test_a_level_beyond_those_tested_is_said_to_be() -> None:
    found = psychometric(
        np.repeat([1, 2, 3], 200), np.arange(600) % 200 < np.repeat([150, 130, 105], 200)
    )
    assert found.thresholds[0.5].value > 3
    assert "no interval" in found.thresholds[0.5].method or "beyond" in found.thresholds[0.5].method


def test_one_rater_has_levels_without_intervals() -> None:
    found = psychometric(ANSWERS.level, ANSWERS.yes, raters=["one"] * len(ANSWERS))
    assert found.thresholds[0.5].defined
    assert "one rater" in found.thresholds[0.5].method


@pytest.mark.parametrize(
    ("levels", "accepted", "options", "said"),
    [
        ([1, 2], [1, 2], {}, "yes .1. or no"),
        ([1, np.inf], [1, 0], {}, "not a finite number"),
        ([1, 2], [1, np.nan], {}, "not a finite number"),
        ([1, 2], [1, 0], {"guess": 0.5}, "lie between 0.5 and 1"),
        ([1, 2], [1, 0], {"guess": 0.6, "lapse": 0.5}, "leave room"),
        ([], [], {}, "no answer"),
        ([1, 2], [1], {}, "equally long"),
    ],
)
def test_tables_that_are_none_are_refused(levels, accepted, options, said) -> None:
    with pytest.raises(BadData, match=said):
        psychometric(levels, accepted, **options)
