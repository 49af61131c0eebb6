"""Families of comparisons: against R, properties, and what has no place in one."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from evaluation.statistics.estimate import BadData
from evaluation.statistics.multiplicity import (
    benjamini_hochberg,
    bonferroni_level,
    false_coverage_level,
    holm,
    max_t,
    simultaneous,
)
from tests.conftest import REPOSITORY

REFERENCE = json.loads((REPOSITORY / "tests/data/statistics/multiplicity.json").read_text())
SHARES = st.lists(st.floats(0, 1), min_size=1, max_size=12)


def rng() -> np.random.Generator:
    return np.random.default_rng(4)


@pytest.mark.parametrize(("adjust", "name"), [(holm, "holm"), (benjamini_hochberg, "bh")])
def test_adjusted_p_values_equal_rs(adjust, name) -> None:
    assert adjust(REFERENCE["p"]) == pytest.approx(REFERENCE[name], rel=1e-12)


@settings(max_examples=50, deadline=None)
@given(SHARES, st.sampled_from([holm, benjamini_hochberg]), st.randoms(use_true_random=False))
def test_order_does_not_matter_and_no_p_gets_smaller(p, adjust, random) -> None:
    order = random.sample(range(len(p)), len(p))
    assert adjust(np.array(p)[order]) == pytest.approx(adjust(p)[order])
    assert (adjust(p) >= np.array(p) - 1e-15).all()
    assert (benjamini_hochberg(p) <= holm(p) + 1e-15).all()


@pytest.mark.parametrize("adjust", [holm, benjamini_hochberg])
def test_unknown_p_values_stay_unknown_and_do_not_count(adjust) -> None:
    found = adjust([0.01, np.nan, 0.04])
    assert np.isnan(found[1])
    assert found[[0, 2]] == pytest.approx(adjust([0.01, 0.04]))
    assert adjust([]).tolist() == []
    with pytest.raises(BadData, match="between 0 and 1"):
        adjust([1.2])


def test_max_t_equals_the_loops_written_out() -> None:
    wanted = REFERENCE["max_t"]
    assert max_t(wanted["values"], wanted["deviations"], n=9).p == pytest.approx(wanted["p"])


def test_max_t_intervals_hold_together_as_often_as_asked() -> None:
    draw = rng()
    mixing = np.linalg.cholesky(0.6 + 0.4 * np.eye(5))
    truth = np.array([0, 1, -2, 5, 0.5])
    deviations = draw.normal(size=(2000, 5)) @ mixing.T
    held = []
    for noise in draw.normal(size=(300, 5)) @ mixing.T:
        found = max_t(truth + noise, deviations, n=9).estimates
        held.append(all(e.low <= t <= e.high for e, t in zip(found, truth, strict=True)))
    assert 0.92 < np.mean(held) < 0.98


def test_max_t_is_sharper_than_bonferroni_where_comparisons_hang_together() -> None:
    shared = rng().normal(size=(5000, 1)) + 0.1 * rng().normal(size=(5000, 8))
    found = max_t(np.full(8, 2.5), shared, n=9)
    assert found.critical < norm.isf(0.025 / 8)
    assert found.p.max() < 0.05


def test_one_comparison_needs_no_adjustment() -> None:
    deviations = rng().normal(size=(20_000, 1))
    found = max_t([2.0], deviations, n=9)
    assert found.critical == pytest.approx(1.96, abs=0.04)
    assert found.p[0] == pytest.approx(2 * norm.sf(2), abs=0.005)


def test_values_and_draws_that_are_undefined_are_left_out_and_told() -> None:
    deviations = rng().normal(size=(500, 3))
    deviations[:7, 0] = np.nan
    deviations[:, 1] = np.nan
    found = max_t([2.0, np.nan, 0.1], deviations, n=9)
    assert np.isnan(found.p[1])
    assert not found.estimates[1].defined
    assert "over 2 comparisons, 493 draws (7 undefined ones left out)" in found.estimates[0].method
    with pytest.raises(BadData, match="0 are usable"):
        max_t([2.0, 1.0], np.full((500, 2), np.nan), n=9)
    with pytest.raises(BadData, match="one column"):
        max_t([2.0], deviations, n=9)


def test_a_value_that_chance_never_moves_has_no_interval() -> None:
    deviations = np.column_stack([rng().normal(size=500), np.zeros(500)])
    found = max_t([1.0, 0.0], deviations, n=9)
    assert not found.estimates[1].has_interval
    assert found.p[1] == 1


def test_tukeys_comparisons_equal_multcomp() -> None:
    wanted = REFERENCE["tukey"]
    found = simultaneous(
        wanted["values"], wanted["covariance"], n=54, freedom=wanted["freedom"], generator=rng()
    )
    assert [e.low for e in found.estimates] == pytest.approx(wanted["low"], abs=0.06)
    assert [e.high for e in found.estimates] == pytest.approx(wanted["high"], abs=0.06)
    assert found.p == pytest.approx(wanted["p"], abs=2e-3)


def test_simultaneous_is_the_same_for_the_same_seed() -> None:
    once, again = (simultaneous([1, 2], np.eye(2), n=9, generator=rng()) for _ in range(2))
    assert once.estimates == again.estimates


@pytest.mark.parametrize(
    ("covariance", "said"),
    [
        ([[1, 0], [0, 0]], "without any variance"),
        ([[1, 2]], "symmetric table"),
        ([[1, np.nan], [np.nan, 1]], "symmetric table"),
    ],
)
def test_covariances_that_are_none_are_refused(covariance, said) -> None:
    with pytest.raises(BadData, match=said):
        simultaneous([1, 2], covariance, n=9, generator=rng())


def test_an_empty_family_is_refused() -> None:
    with pytest.raises(BadData, match="there is none"):
        max_t([], np.zeros((200, 0)), n=0)
    with pytest.raises(BadData, match="there is none"):
        simultaneous([], np.zeros((0, 0)), n=0, generator=rng())


def test_levels_of_intervals_follow_the_family() -> None:
    assert bonferroni_level(1) == pytest.approx(0.95)
    assert bonferroni_level(10, level=0.9) == pytest.approx(0.99)
    assert false_coverage_level(20, 20) == pytest.approx(0.95)
    assert false_coverage_level(1, 20) == pytest.approx(bonferroni_level(20))
    with pytest.raises(BadData, match="one comparison or more"):
        bonferroni_level(0)
    with pytest.raises(BadData, match="are selected"):
        false_coverage_level(3, 2)
