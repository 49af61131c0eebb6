"""Prediction-powered inference: ppi-python's numbers, sandwich's variances, honest savings."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.statistics import ppi
from evaluation.statistics.estimate import BadData

R = json.loads((Path(__file__).parents[2] / "data/statistics/ppi.json").read_text())
Y, F, U, ARTIST, RATER = (
    np.array(R[name], dtype=float)
    for name in ("answers", "predicted", "unlabelled", "artist", "rater")
)
LAMBDA = R["lambda"]
SAMPLE = (Y, F, U)


def pool(seed: int, artists: int = 20, r: float = 0.8) -> dict[str, np.ndarray]:
    """Answers and predictions that share what artists are like; the true mean is 0."""
    rng = np.random.default_rng(seed)
    taste = rng.normal(0, 0.5, artists)
    mine, others = np.repeat(np.arange(artists), 6), np.repeat(np.arange(artists), 30)
    look, noise = rng.normal(size=len(mine)), rng.normal(size=len(mine))
    unseen, unseen_noise = rng.normal(size=len(others)), rng.normal(size=len(others))
    share = np.sqrt(1 - r * r)
    return {
        "answers": taste[mine] + look,
        "predicted": taste[mine] + r * look + share * noise,
        "unlabelled": taste[others] + r * unseen + share * unseen_noise,
        "artists": mine,
        "artists_unlabelled": others,
    }


def test_value_and_interval_are_ppi_pythons_where_images_are_independent() -> None:
    found = ppi.mean(*SAMPLE, tuning=LAMBDA).estimate
    assert found.value == pytest.approx(R["value"], abs=1e-9)
    # theirs divides by n, ours by n - 1
    assert (found.low, found.high) == pytest.approx(R["interval"], abs=3e-3)


def test_the_tuned_value_is_ppi_pythons_but_for_their_pooled_variance_of_predictions() -> None:
    found = ppi.mean(*SAMPLE, cross_fit=False)
    assert found.estimate.value == pytest.approx(R["tuned"], abs=0.02)
    assert 0 < found.tuning < 1


def test_clustered_variances_are_sandwichs() -> None:
    one = ppi.mean(*SAMPLE, artists=ARTIST, tuning=LAMBDA).estimate
    two = ppi.mean(*SAMPLE, artists=ARTIST, raters=RATER, tuning=LAMBDA).estimate
    assert one.se**2 == pytest.approx(R["by_artist"] + R["rest"], abs=1e-9)
    assert two.se**2 == pytest.approx(R["two_way"] + R["rest"], abs=1e-9)
    assert "t(8)" in one.method
    assert "t(5)" in two.method


@given(st.randoms(use_true_random=False), st.floats(0, 1))
@settings(max_examples=30, deadline=None)
def test_order_labels_and_the_metrics_zero_do_not_matter(random, tuning) -> None:
    order = random.sample(range(len(Y)), len(Y))
    one = ppi.mean(*SAMPLE, artists=ARTIST, raters=RATER, tuning=tuning).estimate
    other = ppi.mean(
        Y[order],
        F[order] + 100,
        U + 100,
        artists=[f"painter {ARTIST[k]}" for k in order],
        raters=RATER[order],
        tuning=tuning,
    ).estimate
    assert (one.value, one.low) == pytest.approx((other.value, other.low))


def test_unlabelled_images_by_the_same_artists_are_no_new_artists() -> None:
    columns = pool(1)
    apart = {**columns, "artists_unlabelled": columns["artists_unlabelled"] + 1000}
    together = ppi.mean(**columns, tuning=0.8).estimate
    assert together.se > ppi.mean(**apart, tuning=0.8).estimate.se


def test_a_metric_that_knows_saves_and_one_that_does_not_saves_nothing() -> None:
    good, bad = ppi.mean(**pool(2, r=0.95)), ppi.mean(**pool(2, r=0.0))
    assert good.saved > 0.3 > abs(bad.saved) or bad.saved < 0.1
    assert good.effective_n > 1.4 * 120
    opposite = ppi.mean(Y, -F, -U)
    assert opposite.tuning == 0
    assert "adds nothing" in opposite.estimate.method
    assert opposite.estimate.value == opposite.classical.value == pytest.approx(Y.mean())


def test_no_unlabelled_images_leave_the_answers_alone() -> None:
    found = ppi.mean(Y, F, [], artists=ARTIST)
    assert found.estimate.low == found.classical.low
    assert "no unlabelled images" in found.estimate.method


def test_intervals_with_artists_cover_and_those_without_do_not() -> None:
    hits = {"named": 0, "unnamed": 0}
    for seed in range(60):
        columns = pool(seed)
        plain = {name: columns[name] for name in ("answers", "predicted", "unlabelled")}
        hits["named"] += not ppi.mean(**columns).estimate.excludes(0.0)
        hits["unnamed"] += not ppi.mean(**plain).estimate.excludes(0.0)
    assert hits["named"] >= 53
    assert hits["unnamed"] <= 51


def test_a_difference_is_paired_within_artists() -> None:
    columns = pool(3)
    second = np.arange(120) % 2 == 0
    other = np.arange(600) % 2 == 0
    moved = {**columns, "answers": columns["answers"] + second}
    found = ppi.difference(**moved, second=second, second_unlabelled=other)
    back = ppi.difference(**moved, second=~second, second_unlabelled=~other)
    assert found.estimate.low < 1 < found.estimate.high
    assert found.estimate.value == pytest.approx(-back.estimate.value)
    assert found.estimate.low == pytest.approx(-back.estimate.high)
    alone = ppi.mean(**columns).classical.se
    assert found.classical.se < np.sqrt(2) * alone


def test_a_share_stays_a_share() -> None:
    yes = (Y > 2.0).astype(float)
    found = ppi.proportion(yes, 1 / (1 + np.exp(-F)), 1 / (1 + np.exp(-U)), artists=ARTIST)
    assert 0 < found.estimate.low < found.estimate.high < 1
    assert "logit" in found.estimate.method
    alike = ppi.proportion(np.ones(72), F, U, artists=ARTIST, raters=RATER)
    assert alike.estimate.low == pytest.approx(0.05 ** (1 / 6))
    assert "all 72 answers alike" in alike.estimate.method


def test_cross_prediction_hides_each_artist_from_the_fit_that_predicts_him() -> None:
    rng = np.random.default_rng(4)
    artist = np.repeat(np.arange(20), 5)
    answers = rng.normal(size=20)[artist] + 0.1 * rng.normal(size=100)
    names, others = np.eye(20)[artist], np.eye(20)[np.repeat(np.arange(20), 10)]

    def least_squares(x, y):
        beta = np.linalg.lstsq(x, y, rcond=None)[0]
        return lambda rows: rows @ beta

    hidden, _ = ppi.cross_predict(names, answers, others, fit=least_squares, artists=artist)
    seen, _ = ppi.cross_predict(names, answers, others, fit=least_squares)
    assert np.abs(hidden).max() < 1e-9
    assert np.corrcoef(seen, answers)[0, 1] > 0.9


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        (([1, 2], [1], [1]), "2 answers and 1 predictions"),
        (([1], [1], [1]), "at least 2"),
        (([1, np.nan], [1, 2], [1]), "Answer 2"),
        (([1, 2], [1, 2], [np.inf]), "Unlabelled prediction 1"),
    ],
)
def test_bad_columns_are_refused(columns, said) -> None:
    with pytest.raises(BadData, match=said):
        ppi.mean(*columns)


def test_bad_settings_are_refused() -> None:
    with pytest.raises(BadData, match="λ lies"):
        ppi.mean(*SAMPLE, tuning=2.0)
    with pytest.raises(BadData, match="labelled images too"):
        ppi.mean(*SAMPLE, artists_unlabelled=np.zeros(len(U)))
    with pytest.raises(BadData, match="both conditions"):
        ppi.difference(*SAMPLE, second=np.zeros(72), second_unlabelled=np.zeros(len(U)))


def test_one_artist_and_equal_answers_have_no_interval() -> None:
    assert "one cluster" in ppi.mean(*SAMPLE, artists=np.zeros(72)).estimate.method
    equal = ppi.mean(np.full(72, 3.0), F, U)
    assert equal.estimate.value == 3.0
    assert not equal.estimate.has_interval


def test_equal_weights_change_nothing_and_unequal_ones_take_off_the_bias() -> None:
    rng = np.random.default_rng(2)
    pool = rng.normal(size=4000)
    answers = pool + rng.normal(0, 0.5, 4000)
    chance = np.where(pool > 0, 0.4, 0.1)
    kept = rng.uniform(size=4000) < chance
    plain = ppi.mean(answers[kept], pool[kept], pool, tuning=0.0)
    same = ppi.mean(answers[kept], pool[kept], pool, weights=np.full(kept.sum(), 7.0), tuning=0.0)
    assert same.estimate.value == pytest.approx(plain.estimate.value)
    assert same.estimate.se == pytest.approx(plain.estimate.se)
    fair = ppi.mean(answers[kept], pool[kept], pool, weights=1 / chance[kept], tuning=1.0)
    assert plain.estimate.excludes(0.0)
    assert fair.estimate.low <= answers.mean() <= fair.estimate.high
    with pytest.raises(BadData, match="a weight above 0"):
        ppi.mean([1.0, 2.0], [1.0, 2.0], [1.0], weights=[1.0, 0.0])


def test_unjudged_images_of_judged_artists_are_foretold_without_them() -> None:
    def mean_of(features: np.ndarray, answers: np.ndarray):
        level = float(answers.mean())
        return lambda rows: np.full(len(rows), level)

    answers = np.array([1.0, 1.0, 5.0, 5.0])
    known, elsewhere = ppi.cross_predict(
        np.zeros((4, 1)), answers, np.zeros((3, 1)), fit=mean_of, artists=list("aabb"),
        artists_unlabelled=["a", "b", "c"], folds=2,
    )  # fmt: skip
    assert known.tolist() == [5, 5, 1, 1]
    assert elsewhere.tolist() == [5, 1, 3]
