"""Rank correlations under weights, rated items, and Holm's p-values."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import kendalltau, rankdata, spearmanr

from evaluation.statistics.answers import Answers
from evaluation.statistics.correlation import kendall, midranks, pearson
from evaluation.statistics.estimate import BadData
from evaluation.statistics.meta import Rated, finite
from evaluation.statistics.multiplicity import holm
from tests.evaluation.tables import REFERENCE

samples = st.integers(3, 12).flatmap(
    lambda n: st.tuples(
        *(st.lists(st.integers(0, high), min_size=n, max_size=n) for high in (4, 6, 3))
    )
)


def spearman(x: np.ndarray, y: np.ndarray, weights: np.ndarray) -> np.ndarray:
    return pearson(midranks(x, weights), midranks(y, weights), weights)


@given(samples)
@settings(max_examples=150, deadline=None)
def test_weights_mean_writing_an_entry_out_that_often(sample) -> None:
    x, y, w = (np.array(column, dtype=float) for column in sample)
    X, Y = np.repeat(x, w.astype(int)), np.repeat(y, w.astype(int))
    rho, tau = spearman(x, y, w), kendall(x[None], y[None], w[None])[0, 0]
    if len(set(X)) < 2 or len(set(Y)) < 2:
        assert np.isnan([rho, tau]).all()
        return
    assert rho == pytest.approx(spearmanr(X, Y).statistic, abs=1e-9)
    assert tau == pytest.approx(kendalltau(X, Y).statistic, abs=1e-9)


@given(st.lists(st.integers(0, 5), min_size=1, max_size=15))
@settings(deadline=None)
def test_midranks_equal_scipys(values) -> None:
    x = np.array(values, dtype=float)
    assert midranks(x, np.ones(len(x))) == pytest.approx(rankdata(x))


def test_equal_infinite_values_are_tied() -> None:
    x = np.array([[np.inf, np.inf, 1.0, 0.0]])
    y = np.array([[4.0, 4.0, 2.0, 1.0]])
    assert kendall(x, y, np.ones((1, 4)))[0, 0] == pytest.approx(1.0)
    assert spearman(x[0], y[0], np.ones(4)) == pytest.approx(1.0)


def test_infinite_values_move_one_range_beyond_the_farthest() -> None:
    assert finite(np.array([[1.0, np.inf, 4.0]])).tolist() == [[1.0, 7.0, 4.0]]


def test_a_metric_without_a_value_is_refused() -> None:
    answers = Answers.of([1, 2, 3], ["a", "b", "c"], [1, 2, 3])
    metrics = np.array([[1.0, 2.0, 3.0], [1.0, np.nan, 3.0]])
    with pytest.raises(BadData, match="Metric 2 has no value for item 2"):
        Rated(answers, metrics, np.arange(3), np.zeros(3, dtype=int))


def test_holm_equals_statsmodels() -> None:
    assert holm(REFERENCE["holm"]["p"]) == pytest.approx(REFERENCE["holm"]["adjusted"])


def test_holm_leaves_missing_p_values_missing_and_uncounted() -> None:
    assert holm([0.01, np.nan, 0.04])[[0, 2]].tolist() == [0.02, 0.04]


def test_holm_refuses_what_is_no_probability() -> None:
    with pytest.raises(BadData, match=r"given: 1\.2"):
        holm([0.1, 1.2])
