"""Metrics against raters: R's loops say the same, and the default tests speak of new conditions."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.statistics.answers import Answers
from evaluation.statistics.association import compare_dependent
from evaluation.statistics.estimate import BadData
from evaluation.statistics.meta import (
    Rated,
    agreement,
    calibrated_accuracy,
    chance_level,
    compare_metrics,
    grid_ratings,
    pairwise_accuracy,
    permutation_test,
    rank_clusters,
    soft_pairwise_accuracy,
    tie_calibration,
)

R = json.loads((Path(__file__).parents[2] / "data/statistics/meta.json").read_text())
HUMAN, HOLES, FIRST, SECOND = (
    np.array(R[name], dtype=float) for name in ("human", "holes", "first", "second")
)
LEVELS = ("condition", "group-by-item", "group-by-condition", "none")


def seeded(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def study(
    seed: int, conditions: int = 10, items: int = 30, *, quirk: float = 0.5
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """People and two equally good metrics, each with its own quirk about every condition."""
    rng = seeded(seed)
    truth = rng.normal(size=(conditions, 1)) + rng.normal(size=(conditions, items))
    human, *metrics = (
        truth + s * rng.normal(size=(conditions, 1)) + rng.normal(size=truth.shape)
        for s in (0.0, quirk, quirk)
    )
    return human, metrics[0], metrics[1]


@pytest.mark.parametrize("by", LEVELS)
@pytest.mark.parametrize("coefficient", ["pearson", "spearman", "kendall"])
def test_agreement_at_each_level_is_rs(by, coefficient) -> None:
    found = agreement(HOLES, FIRST, by=by, coefficient=coefficient)
    assert found.value == pytest.approx(R[coefficient][by], abs=1e-9)


@pytest.mark.parametrize("by", LEVELS)
def test_accuracy_with_ties_is_rs(by) -> None:
    plain = pairwise_accuracy(HOLES, FIRST, by=by)
    tied = pairwise_accuracy(HOLES, FIRST, by=by, epsilon=0.5)
    assert plain.estimate.value == pytest.approx(R["accuracy"][by], abs=1e-9)
    assert tied.estimate.value == pytest.approx(R["accuracy_with_ties"][by], abs=1e-9)
    assert tied.pairs == plain.pairs


@pytest.mark.parametrize(
    ("by", "human", "metric"),
    [
        ("none", HOLES, FIRST),
        ("group-by-item", HOLES, FIRST),
        ("group-by-condition", HUMAN, SECOND),
    ],
)
def test_the_calibrated_epsilon_is_the_best_of_all(by, human, metric) -> None:
    found, theirs = tie_calibration(human, metric, by=by), R["epsilon"][by]
    assert found.accuracy == pytest.approx(theirs["accuracy"], abs=1e-9)
    assert found.epsilon == pytest.approx(theirs["epsilon"], abs=1e-9)
    scored = pairwise_accuracy(human, metric, by=by, epsilon=found.epsilon)
    assert scored.estimate.value == pytest.approx(found.accuracy)


def test_calibration_equals_mt_metrics_evals_own_examples() -> None:
    """The values that tau_optimization_test.py of mt-metrics-eval expects (git 0b82d96)."""
    untied = tie_calibration([1, 2, 3, 4], [0, 2, 6, 8])
    assert (untied.epsilon, untied.accuracy) == (0, 1)
    tied = tie_calibration([1, 1, 1, 4], [0, 2, 6, 8])
    assert (tied.epsilon, tied.accuracy, tied.accuracy_without) == (4, 4 / 6, 3 / 6)
    metric = [[0, 5, 2, 3, 2], [None, 2, 1, 5, 3], [9, 1, 5, 3, 8], [9, 3, 4, 4, 1], [None] * 5]
    human = [[1, 5, 2, 1, 1], [4, 2, 2, 1, 4], [5, 9, 2, 8, 7], [7, 6, None, 3, 2], [None] * 5]
    grouped = tie_calibration(
        np.array(human, dtype=float), np.array(metric, dtype=float), by="group-by-condition"
    )
    assert grouped.epsilon == 1
    assert grouped.accuracy == pytest.approx(0.4916666666666667)
    assert grouped.accuracy_without == pytest.approx(0.4666666666666667)


scores = st.integers(2, 9).flatmap(
    lambda n: st.tuples(*(st.lists(st.integers(0, 5), min_size=n, max_size=n) for _ in range(2)))
)


@given(scores)
@settings(max_examples=80, deadline=None)
def test_no_epsilon_beats_the_calibrated_one(pair) -> None:
    human, metric = (np.array(column, dtype=float) for column in pair)
    found = tie_calibration(human, metric)
    signs = [np.sign(np.subtract.outer(c, c)) for c in (human, metric)]
    upper = np.triu_indices(len(human), 1)
    apart = np.abs(np.subtract.outer(metric, metric))[upper]
    shares = [
        (signs[0][upper] == np.where(apart <= e, 0, signs[1][upper])).mean() for e in range(7)
    ]
    assert found.accuracy == pytest.approx(max(shares))
    assert found.epsilon == pytest.approx(float(np.argmax(shares)))


def test_an_epsilon_chosen_on_the_scored_data_flatters() -> None:
    """A metric that knows nothing, and people who tie a lot: any gain is chance."""
    gains = []
    for seed in range(8):
        rng = seeded(seed)
        human = rng.integers(0, 3, (6, 12)).astype(float)
        metric = np.exp(rng.normal(size=(6, 12)))
        same = tie_calibration(human, metric, by="group-by-item").accuracy
        other = calibrated_accuracy(human, metric, generator=rng, folds=4).estimate.value
        gains.append(same - other)
    assert np.mean(gains) > 0.02


@pytest.mark.parametrize("by", ["condition", "group-by-item", "none"])
def test_all_swaps_of_few_conditions_are_made_once(by) -> None:
    found = permutation_test(HUMAN, FIRST, SECOND, by=by, generator=seeded())
    assert found.p == pytest.approx(R["permutation"][by], abs=1e-9)


def test_soft_accuracy_nears_all_sign_flips() -> None:
    for metric, exact in ((FIRST, R["soft"]["first"]), (SECOND, R["soft"]["second"])):
        found = soft_pairwise_accuracy(HUMAN, metric, generator=seeded(), replicates=4000)
        assert found.value == pytest.approx(exact, abs=0.01)


def test_the_order_of_conditions_does_not_matter() -> None:
    order = seeded(2).permutation(len(HUMAN))
    for score in (pairwise_accuracy, lambda h, m: pairwise_accuracy(h, m, by="none")):
        one, other = score(HUMAN, FIRST), score(HUMAN[order], FIRST[order])
        assert one.estimate.low == pytest.approx(other.estimate.low)
    soft = [
        soft_pairwise_accuracy(HUMAN[k], FIRST[k], generator=seeded()).value
        for k in (np.arange(len(HUMAN)), order)
    ]
    assert soft[0] == pytest.approx(soft[1], abs=1e-12)


def test_turning_a_metric_round_turns_its_agreement() -> None:
    there = agreement(HUMAN, FIRST)
    back = agreement(HUMAN, -FIRST)
    assert there.value == pytest.approx(-back.value)
    assert there.low == pytest.approx(-back.high)
    scaled = compare_metrics(HUMAN, 100 * FIRST + 7, SECOND, generator=seeded())
    plain = compare_metrics(HUMAN, FIRST, SECOND, generator=seeded())
    assert scaled.tests["permutation"].p == plain.tests["permutation"].p
    assert scaled.difference.low == pytest.approx(plain.difference.low)


def test_the_default_tests_are_the_safe_ones_and_say_whom_they_speak_about() -> None:
    human, first, second = study(3)
    found = compare_metrics(human, first, second, generator=seeded())
    assert list(found.tests) == ["permutation", "williams", "bootstrap"]
    assert all(test.safe and "like these" in test.population for test in found.tests.values())
    named = compare_metrics(
        human, first, second, generator=seeded(), tests=["PERM-BOTH", "PERM-INPUTS"]
    )
    assert not any(test.safe for test in named.tests.values())
    assert "these very conditions" in named.tests["PERM-INPUTS"].population
    assert "false alarms" in named.tests["PERM-BOTH"].population


def test_williams_is_about_means_of_conditions() -> None:
    human, first, second = study(4)
    found = compare_metrics(human, first, second, generator=seeded(), tests=["williams"])
    plain = compare_dependent(first.mean(1), second.mean(1), human.mean(1))
    assert found.tests["williams"].p == pytest.approx(plain.williams_p)
    grouped = compare_metrics(human, first, second, generator=seeded(), by="group-by-item")
    assert "williams" not in grouped.tests


def test_perm_both_sees_differences_that_are_none() -> None:
    """Facts, finding 3, in small: two equally good metrics with their own quirks by condition."""
    alarms = {"permutation": 0, "PERM-BOTH": 0}
    for seed in range(30):
        found = compare_metrics(
            *study(seed, 12, 40),
            generator=seeded(seed),
            tests=["permutation", "PERM-BOTH"],
            replicates=200,
        )
        for name in alarms:
            alarms[name] += found.tests[name].p < 0.05
    assert alarms["PERM-BOTH"] >= 9
    assert alarms["permutation"] <= 5


def test_raters_drawn_again_widen_the_interval() -> None:
    human, first, _ = study(5, 6, 20, quirk=0.2)
    answers = human + seeded(6).normal(0, 1, (4, 1, 20)) + seeded(7).normal(0, 1.5, (4, 6, 20))
    answers -= answers.mean(0) - human  # their means are the scores
    held = agreement(human, first, by="group-by-item")
    drawn = agreement(answers, first, by="group-by-item")
    assert drawn.value == pytest.approx(held.value)
    assert drawn.high - drawn.low > held.high - held.low
    assert "4 raters" in drawn.method
    accuracy = pairwise_accuracy(answers, first).estimate
    assert "4 raters" in accuracy.method
    assert accuracy.se > pairwise_accuracy(human, first).estimate.se


def test_a_better_metric_stands_in_a_higher_cluster() -> None:
    human, first, second = study(8, 14, 40, quirk=0.1)
    noise = seeded(9).normal(size=human.shape)
    found = rank_clusters(
        human,
        {"noise": noise, "one": first, "two": second},
        by="group-by-item",
        generator=seeded(),
    )
    assert {ranked.name: ranked.cluster for ranked in found} == {"one": 1, "two": 1, "noise": 2}


def test_chance_is_where_unrelated_metrics_are() -> None:
    human, first, _ = study(10, 12, 30)
    noise = seeded(11).normal(size=human.shape)
    good, bad = (chance_level(human, metric, generator=seeded()) for metric in (first, noise))
    assert good.p < 0.01 < bad.p
    assert good.shuffled.high > 0.4
    accuracy = chance_level(
        human, first, generator=seeded(), by="group-by-item", coefficient="accuracy"
    )
    assert accuracy.shuffled.value == pytest.approx(0.5, abs=0.03)


def test_the_same_seed_gives_the_same_numbers() -> None:
    one, other = (compare_metrics(*study(12), generator=seeded(5)) for _ in range(2))
    assert one == other


def test_a_metric_of_artworks_agrees_within_treatments_only() -> None:
    rng = seeded(13)
    artwork, condition = np.divmod(np.arange(48), 6)
    ease = rng.normal(size=8)[artwork]
    values = ease - 0.5 * condition + rng.normal(0, 0.5, (10, 48))
    rater, item = np.nonzero(np.ones((10, 48)))
    metrics = np.stack([ease, -condition.astype(float)])
    rated = Rated(Answers.of(values.ravel(), rater, item), metrics, artwork, condition)
    ratings, (of_artwork, of_treatment) = grid_ratings(rated)
    assert ratings.shape == (10, 6, 8)
    within = {"by": "group-by-condition", "coefficient": "spearman"}
    assert agreement(ratings, of_artwork, **within).low > 0.5
    assert not agreement(ratings, of_treatment, **within).defined


def test_what_says_nothing_says_why() -> None:
    flat = np.ones_like(HUMAN)
    assert not agreement(flat, FIRST).defined
    one = pairwise_accuracy(HUMAN[:1], FIRST[:1], by="group-by-item")
    assert "no group has two" in one.estimate.method
    two = pairwise_accuracy(HUMAN[:2], FIRST[:2])
    assert "too little" in two.estimate.method
    perfect = pairwise_accuracy(FIRST, FIRST).estimate
    assert perfect.value == perfect.high == 1
    assert 0.5 < perfect.low < 1
    assert not soft_pairwise_accuracy(FIRST, FIRST, generator=seeded()).has_interval
    undefined = permutation_test(flat, FIRST, SECOND, generator=seeded())
    assert "undefined" in undefined.population
    few = permutation_test(HUMAN[:4], FIRST[:4], SECOND[:4], generator=seeded())
    assert "no p is below 0.12" in few.population
    assert few.p >= 0.125


@pytest.mark.parametrize(
    ("human", "metric", "said"),
    [
        (np.full((3, 3), np.nan), np.eye(3), "Nobody judged"),
        (np.eye(3), np.ones((3, 3)), "same everywhere"),
        (np.eye(3), np.eye(4), "shape"),
        (np.eye(3), np.where(np.eye(3) > 0, np.nan, 1.0), "missing or infinite"),
        (np.where(np.eye(3) > 0, np.inf, 1.0), np.eye(3), "finite"),
    ],
)
def test_bad_data_is_refused(human, metric, said) -> None:
    with pytest.raises(BadData, match=said):
        agreement(human, metric)


def test_bad_settings_are_refused() -> None:
    with pytest.raises(BadData, match="Levels are"):
        agreement(HUMAN, FIRST, by="system")
    with pytest.raises(BadData, match="Tests are"):
        compare_metrics(HUMAN, FIRST, SECOND, tests=["t-test"], generator=seeded())
    with pytest.raises(BadData, match="cannot be dealt"):
        calibrated_accuracy(HUMAN, FIRST, folds=99, generator=seeded())
    with pytest.raises(BadData, match="too few pairs"):
        calibrated_accuracy(HUMAN, FIRST, by="condition", generator=seeded())
    with pytest.raises(BadData, match="0 or more"):
        pairwise_accuracy(HUMAN, FIRST, epsilon=-1)


def test_an_unjudged_item_and_an_unjudged_condition_are_left_out() -> None:
    human = np.full((9, 10), np.nan)
    human[:8, :9] = HUMAN
    metrics = [np.pad(metric, ((0, 1), (0, 1)), constant_values=5.0) for metric in (FIRST, SECOND)]
    for by in LEVELS:
        whole = agreement(human, metrics[0], by=by)
        assert whole.value == pytest.approx(agreement(HUMAN, FIRST, by=by).value)
    found = compare_metrics(human, *metrics, generator=seeded())
    plain = compare_metrics(HUMAN, FIRST, SECOND, generator=seeded())
    assert found.difference.value == pytest.approx(plain.difference.value)
    assert found.tests["williams"].p == pytest.approx(plain.tests["williams"].p)
    accuracy = pairwise_accuracy(human, metrics[0]).estimate.value
    assert accuracy == pytest.approx(pairwise_accuracy(HUMAN, FIRST).estimate.value)


def test_one_rater_says_nothing_about_others() -> None:
    answers = HUMAN[None]
    found = agreement(answers, FIRST, by="group-by-item")
    assert "too little about others" in found.method
