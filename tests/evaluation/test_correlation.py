"""Rank correlations under weights, and the levels of association."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import kendalltau, rankdata, spearmanr

from evaluation.statistics.answers import Answers
from evaluation.statistics.correlation import kendall, kendall_rows, midranks, spearman
from evaluation.statistics.estimate import BadData
from evaluation.statistics.meta.associate import associate
from evaluation.statistics.meta.levels import Rated, finite
from evaluation.statistics.multiplicity import holm
from tests.evaluation.tables import REFERENCE

samples = st.integers(3, 12).flatmap(
    lambda n: st.tuples(
        *(st.lists(st.integers(0, high), min_size=n, max_size=n) for high in (4, 6, 3))
    )
)


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
    assert kendall_rows(x[None], y[None], w[None])[0] == pytest.approx(tau, abs=1e-9)


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


def rated(
    rng: np.random.Generator, *, raters: int = 20, artworks: int = 8, conditions: int = 6
) -> Rated:
    """A full design; metric 1 follows the dose, metric 2 is noise, metric 3 knows the artwork."""
    items = artworks * conditions
    artwork, condition = np.divmod(np.arange(items), conditions)
    ease = rng.normal(0, 1, artworks)[artwork]
    score = 3 + ease - 0.5 * condition + rng.normal(0, 0.3, items)
    values = score + rng.normal(0, 0.8, (raters, items))
    rater, item = np.nonzero(np.ones((raters, items)))
    metrics = np.stack([-condition + rng.normal(0, 0.5, items), rng.normal(0, 1, items), ease])
    return Rated(Answers.of(values.ravel(), rater, item), metrics, artwork, condition)


def test_the_values_are_scipys_on_the_sample() -> None:
    data = rated(np.random.default_rng(1))
    item, artwork, condition, _, _ = associate(
        data, generator=np.random.default_rng(2), replicates=100
    )
    human = data.answers.sums.sum(0) / data.answers.counts.sum(0)
    assert item.point["spearman"][0] == pytest.approx(
        [spearmanr(human, row).statistic for row in data.metrics]
    )
    assert item.point["kendall"][0] == pytest.approx(
        [kendalltau(human, row).statistic for row in data.metrics]
    )
    within = [
        spearmanr(*pair).statistic
        for pair in zip(human.reshape(8, 6), data.metrics[0].reshape(8, 6), strict=True)
    ]
    assert artwork.point["spearman"][0, 0] == pytest.approx(np.mean(within))
    means = [column.reshape(8, 6).mean(0) for column in (human, data.metrics[0])]
    assert condition.point["spearman"][0, 0] == pytest.approx(spearmanr(*means).statistic)


def test_a_metric_that_only_knows_the_artwork_says_nothing_within_one() -> None:
    levels = associate(rated(np.random.default_rng(3)), generator=np.random.default_rng(4))
    by_name = {level.name: level for level in levels}
    assert by_name["item"].estimate("spearman", 2).value > 0.5
    assert not by_name["artwork"].estimate("spearman", 2).defined


def test_raters_count_in_the_interval() -> None:
    few, many = (
        associate(
            rated(np.random.default_rng(5), raters=raters), generator=np.random.default_rng(6)
        )
        for raters in (4, 60)
    )
    widths = [level[1].estimate("spearman", 0) for level in (few, many)]
    assert widths[0].high - widths[0].low > 1.5 * (widths[1].high - widths[1].low)


def test_drawing_conditions_too_is_wider_than_holding_them() -> None:
    levels = associate(rated(np.random.default_rng(7)), generator=np.random.default_rng(8))
    drawn, held = levels[2].estimate("spearman", 0), levels[3].estimate("spearman", 0)
    assert drawn.value == held.value
    assert drawn.low < held.low
    assert "6 conditions" in drawn.method
    assert "conditions held" in held.method


def test_a_good_metric_beats_noise_and_itself_is_no_better_than_itself() -> None:
    data = rated(np.random.default_rng(9))
    same = Rated(data.answers, data.metrics[[0, 1, 0]], data.artwork, data.condition)
    item = associate(same, generator=np.random.default_rng(10))[0]
    better, p = item.difference("spearman", 0, 1)
    assert better.excludes(0.0)
    assert p < 0.05
    assert item.difference("spearman", 0, 2)[0].value == 0


def test_too_few_conditions_and_artworks_leave_their_levels_out() -> None:
    data = rated(np.random.default_rng(11), conditions=2)
    assert [level.name for level in associate(data, generator=np.random.default_rng(12))] == [
        "item",
        "treatment",
    ]


def test_a_metric_without_a_value_is_refused() -> None:
    data = rated(np.random.default_rng(13))
    metrics = data.metrics.copy()
    metrics[1, 4] = np.nan
    with pytest.raises(BadData, match="Metric 2 has no value for item 5"):
        Rated(data.answers, metrics, data.artwork, data.condition)


def test_holm_equals_statsmodels() -> None:
    assert holm(REFERENCE["holm"]["p"]) == pytest.approx(REFERENCE["holm"]["adjusted"])


def test_holm_leaves_missing_p_values_missing_and_uncounted() -> None:
    assert holm([0.01, np.nan, 0.04])[[0, 2]].tolist() == [0.02, 0.04]


def test_holm_refuses_what_is_no_probability() -> None:
    with pytest.raises(BadData, match=r"given: 1\.2"):
        holm([0.1, 1.2])
