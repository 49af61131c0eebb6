"""The crossed bootstrap: raters and items drawn again, answers never."""

import numpy as np
import pytest

from evaluation.statistics.bootstrap import (
    FISHER_Z,
    centred_interval,
    crossed_mean,
    draw,
    multinomial_weights,
    percentile_interval,
    two_sided_p,
)
from evaluation.statistics.clustered import clustered_share
from evaluation.statistics.estimate import BadData
from tests.evaluation.tables import crossed_answers


def test_the_same_seed_gives_the_same_interval() -> None:
    table = crossed_answers(np.random.default_rng(1))
    twice = [crossed_mean(*table, generator=np.random.default_rng(9)) for _ in range(2)]
    assert twice[0] == twice[1]


def test_weights_of_every_draw_sum_to_the_number_drawn() -> None:
    weights = multinomial_weights(7, 300, np.random.default_rng(2))
    assert (weights.sum(1) == 7).all()
    assert weights.mean(0) == pytest.approx(np.ones(7), abs=0.2)


def test_items_of_one_cluster_are_drawn_together() -> None:
    draws = draw(4, 6, np.random.default_rng(3), clusters=np.array([0, 0, 1, 1, 2, 2]))
    assert (draws.items[:, ::2] == draws.items[:, 1::2]).all()


def test_matrix_products_equal_weighing_answers_one_by_one() -> None:
    hits, rater, item = crossed_answers(np.random.default_rng(4), 5, 6, filled=0.6)
    found = crossed_mean(hits, rater, item, generator=np.random.default_rng(5), replicates=200)
    draws = draw(5, len(np.unique(item)), np.random.default_rng(5), replicates=200)
    codes = np.unique(item, return_inverse=True)[1]
    weights = draws.raters[:, rater] * draws.items[:, codes]
    kept = weights.sum(1) > 0
    means = (weights * hits).sum(1)[kept] / weights.sum(1)[kept]
    assert (found.low, found.high) == pytest.approx(tuple(np.quantile(means, [0.025, 0.975])))


def test_it_is_about_as_wide_as_the_closed_form_in_a_full_design() -> None:
    table = crossed_answers(np.random.default_rng(5), 30, 30)
    drawn = crossed_mean(*table, generator=np.random.default_rng(6))
    closed = clustered_share(*table).estimate
    assert drawn.value == closed.value
    assert drawn.se == pytest.approx(closed.se, rel=0.12)


def test_few_clusters_widen_the_percentiles() -> None:
    replicates = np.random.default_rng(9).normal(0, 1, 4000)
    plain, few = (
        percentile_interval(0.0, replicates, n=1, level=0.95, drawn="", clusters=clusters)
        for clusters in (None, 6)
    )
    assert (few.high - few.low) / (plain.high - plain.low) == pytest.approx(2.816 / 1.96, rel=0.06)
    assert "expanded for 6 clusters" in few.method


def test_a_statistic_that_loses_in_every_draw_is_moved_back_to_its_estimate() -> None:
    replicates = np.tanh(np.random.default_rng(10).normal(0.8, 0.1, 4000))
    found = centred_interval(np.tanh(1.0), replicates, FISHER_Z, n=1, level=0.95, drawn="")
    assert np.arctanh([found.low, found.high]) == pytest.approx([0.804, 1.196], abs=0.015)


def test_a_statistic_is_never_moved_toward_zero() -> None:
    replicates = np.tanh(np.random.default_rng(11).normal(1.0, 0.1, 4000))
    found = centred_interval(np.tanh(0.8), replicates, FISHER_Z, n=1, level=0.95, drawn="")
    assert np.arctanh([found.low, found.high]) == pytest.approx([0.804, 1.196], abs=0.015)


def test_no_p_value_is_zero() -> None:
    assert two_sided_p(np.full(999, 3.0)) == 2 / 1000


def test_undefined_replicates_are_counted_in_the_method() -> None:
    replicates = np.where(np.arange(1000) < 30, np.nan, np.linspace(0, 1, 1000))
    found = percentile_interval(0.5, replicates, n=1, level=0.95, drawn="x")
    assert "970 replicates (30 undefined ones left out)" in found.method


def test_mostly_undefined_replicates_give_no_interval() -> None:
    replicates = np.where(np.arange(1000) < 600, np.nan, 0.5)
    found = percentile_interval(0.5, replicates, n=1, level=0.95, drawn="x")
    assert found.method == "no interval: undefined in 600 of 1000 replicates"


def test_too_few_replicates_are_refused() -> None:
    with pytest.raises(BadData, match="given: 10"):
        draw(3, 3, np.random.default_rng(12), replicates=10)
