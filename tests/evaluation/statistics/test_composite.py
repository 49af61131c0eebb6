"""Nested cross-validation: scikit-learn's predictions, and nothing gained by knowing artists."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from evaluation.statistics.composite import (
    Standard,
    cumulative,
    leaks,
    learn,
    monotone,
    nested_cv,
    ordinal_models,
    ridge,
)
from evaluation.statistics.estimate import BadData
from evaluation.statistics.folds import folds_of, least
from evaluation.statistics.ordinal import clm

R = json.loads((Path(__file__).parents[2] / "data/statistics/composite.json").read_text())
X, Y, ARTIST = (np.array(R[name], dtype=float) for name in ("features", "answers", "artist"))


def seeded(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def gallery(seed: int, artists: int = 12, each: int = 15) -> tuple[np.ndarray, ...]:
    """Three metrics that each know a part of what people see, and one that knows nothing."""
    rng = seeded(seed)
    artist = np.repeat(np.arange(artists), each)
    parts = rng.normal(size=(len(artist), 3))
    answers = parts.sum(1) + rng.normal(size=artists)[artist] + rng.normal(size=len(artist))
    noise = rng.normal(size=(len(artist), 4))
    features = np.column_stack([parts + 0.3 * noise[:, :3], noise[:, 3]])
    return features, answers, artist


@pytest.mark.parametrize(("name", "make"), [("ridge", ridge), ("monotone", monotone)])
def test_predictions_are_scikit_learns(name, make) -> None:
    found = nested_cv(X, Y, ARTIST, models={name: make(R["penalty"])}, outer=8, generator=seeded())
    assert found.predictions == pytest.approx(np.array(R[name]), abs=1e-4)


def test_a_composite_of_parts_beats_each_part() -> None:
    found = nested_cv(*gallery(1), generator=seeded())
    assert found.difference.low > 0
    assert found.composite.within_artist.low > 0.5
    assert not found.composite.calibration_slope.excludes(1.0)
    assert found.composite.pairwise_accuracy.low > 0.65
    assert found.warnings == ()


def test_knowing_who_painted_looks_good_only_with_random_folds() -> None:
    """Facts 2.7: r 0.70 with random folds, negative when an artist is left out."""
    rng = seeded(2)
    artist = np.repeat(np.arange(10), 12)
    answers = rng.normal(size=10)[artist] + rng.normal(0, 0.8, 120)
    who = np.eye(10)[artist] + 0.01 * rng.normal(size=(120, 10))
    found = nested_cv(who, answers, artist, generator=rng)
    assert found.overall_random > 0.5
    assert found.overall < 0.3
    assert any("tells who painted" in warning for warning in found.warnings)
    assert any("Random folds" in warning for warning in found.warnings)
    assert found.composite.within_artist.high < 0.4


def test_a_useless_metric_is_found_useless_and_not_worse() -> None:
    rng = seeded(3)
    artist = np.repeat(np.arange(10), 12)
    found = nested_cv(
        rng.normal(size=(120, 3)), rng.normal(size=120), artist, outer=10, generator=rng
    )
    assert not found.composite.within_artist.excludes(0.0)


def test_no_artist_is_on_both_sides() -> None:
    features, answers, artist = gallery(4)
    seen = []

    def spy(x, y):
        seen.append(set(np.round(y, 9)))
        return lambda rows: np.zeros(len(rows))

    nested_cv(features, answers, artist, models={"a": spy, "b": spy}, repeats=3, generator=seeded())
    of_artist = [set(np.round(answers[artist == k], 9)) for k in range(12)]
    by_artist = seen[: 3 * 5 * (5 * 2 + 1)]  # the folds by artist come before the random ones
    assert all(part <= y or not part & y for y in by_artist for part in of_artist)


def test_held_out_methods_are_never_trained_on() -> None:
    features, answers, artist = gallery(5)
    method = np.arange(len(answers)) % 3
    seen = []

    def spy(x, y):
        seen.append(set(np.round(y, 9)))
        return lambda rows: np.zeros(len(rows))

    nested_cv(features, answers, artist, methods=method, models={"one": spy}, generator=seeded())
    of_method = [set(np.round(answers[method == k], 9)) for k in range(3)]
    assert all(sum(bool(part & y) for part in of_method) == 2 for y in seen)


def test_the_names_of_artists_and_the_scale_of_metrics_do_not_matter() -> None:
    features, answers, artist = gallery(6)
    plain = nested_cv(features, answers, artist, generator=seeded())
    other = nested_cv(
        features * [1, 1000, 1e-6, 5] + 7,
        answers,
        [f"painter {k:02}" for k in artist],
        generator=seeded(),
    )
    assert plain.predictions == pytest.approx(other.predictions, abs=1e-6)
    assert plain.composite.within_artist.low == pytest.approx(other.composite.within_artist.low)


def between(artists: int = 16, noise: float = 1.0) -> tuple[np.ndarray, ...]:
    """A metric that knows artists, one that knows images, one that knows nothing."""
    rng = seeded(1)
    artist = np.repeat(np.arange(artists), 10)
    level = rng.normal(size=artists)[artist]
    x = rng.normal(size=(len(artist), 3)) + np.outer(level, [0, 1, 0])
    return x, 0.7 * x[:, 0] + level + noise * rng.normal(size=len(artist)), artist


@pytest.mark.parametrize("name", ["numbers", "words", "permuted", "rows"])
def test_neither_names_of_artists_nor_the_order_of_rows_choose_the_folds(name) -> None:
    features, answers, artist = between()
    usual = nested_cv(features, answers, artist, generator=seeded())
    order = seeded(9).permutation(len(answers)) if name == "rows" else np.arange(len(answers))
    labels = {
        "numbers": 15 - artist,
        "words": artist.astype(str),
        "permuted": seeded(5).permutation(16)[artist],
        "rows": artist,
    }[name]
    found = nested_cv(features[order], answers[order], labels[order], generator=seeded())
    assert found.composite == usual.composite
    assert found.best_single == usual.best_single
    assert found.overall_random == usual.overall_random
    assert found.predictions == pytest.approx(usual.predictions[order])


def test_the_luck_of_one_partition_is_averaged_and_shown() -> None:
    table = between()
    once = [
        nested_cv(*table, repeats=1, generator=seeded(k)).composite.between_artist.value
        for k in range(5)
    ]
    many = [nested_cv(*table, generator=seeded(k)) for k in range(2)]
    assert len(set(once)) == 5
    averaged = [found.composite.between_artist for found in many]
    assert abs(averaged[0].value - averaged[1].value) < np.ptp(once)
    assert len(many[0].repeats) == 10
    shown = many[0].repeats.r_between
    assert f"{shown.min():.2f} to {shown.max():.2f} in 10 partitions" in averaged[0].method
    with pytest.raises(BadData, match="at least once"):
        nested_cv(*table, repeats=0, generator=seeded())


@pytest.mark.parametrize(("artists", "noise"), [(16, 1.0), (6, 1.0), (6, 0.01)])
def test_a_correlation_between_artists_stays_a_correlation(artists, noise) -> None:
    found = nested_cv(*between(artists, noise), outer=3, generator=seeded())
    for scores in (found.composite, found.best_single):
        assert -1 <= scores.between_artist.low < scores.between_artist.high <= 1


def test_between_artists_is_over_all_artists_at_once() -> None:
    features, answers, artist = between()
    known = {"the second metric": lambda x, y: lambda rows: rows[:, 1]}
    found = nested_cv(features, answers, artist, models=known, outer=16, generator=seeded())
    means = [np.bincount(artist, column) / 10 for column in (features[:, 1], answers)]
    assert found.composite.between_artist.value == pytest.approx(np.corrcoef(*means)[0, 1], abs=0.1)


def test_predicting_the_training_mean_is_no_correlation_between_artists() -> None:
    """Pooled as it is, it would be −1 when artists are left out one at a time."""
    mean = {"mean": lambda x, y: lambda rows: np.full(len(rows), y.mean())}
    found = nested_cv(*between(), models=mean, outer=16, generator=seeded())
    assert not found.composite.between_artist.defined


def test_monotone_weights_never_turn_a_metric_round() -> None:
    features, answers, _ = gallery(7)
    fitted = monotone(0.01)(np.column_stack([features[:, 0], -features[:, 1]]), answers)
    assert fitted(np.array([[0.0, 1.0]]))[0] == pytest.approx(fitted(np.zeros((1, 2)))[0])


def test_leaks_are_named() -> None:
    features, answers, artist = gallery(8)
    features[3] = features[20]
    table = np.column_stack([features, answers, artist, np.ones(len(answers))])
    names = ["a", "b", "c", "d", "the answer", "the artist", "nothing"]
    said = " ".join(leaks(table[:, :4], answers, artist, names[:4]))
    assert "2 images have exactly the metrics of an image by another artist" in said
    said = " ".join(leaks(table, answers, artist, names))
    assert "the answer is the answer itself" in said
    assert "the artist hardly varies within artists" in said
    assert "nothing is the same for every image" in said


def test_folds_are_even_and_keep_clusters_whole() -> None:
    clusters = np.repeat(np.arange(7), [9, 1, 4, 4, 2, 7, 3])
    fold = folds_of(clusters, 3)
    assert all(len(set(fold[clusters == k])) == 1 for k in range(7))
    assert np.bincount(fold).tolist() == [10, 10, 10]


def test_what_cannot_be_done_is_refused() -> None:
    holes = X.copy()
    holes[0, 0] = np.nan
    with pytest.raises(BadData, match="cannot be dealt"):
        nested_cv(X, Y, ARTIST, outer=9, generator=seeded())
    with pytest.raises(BadData, match="Every answer"):
        nested_cv(X, 0 * Y, ARTIST, generator=seeded())
    with pytest.raises(BadData, match="two artists in training"):
        nested_cv(X[:20], Y[:20], ARTIST[:20], outer=2, generator=seeded())
    with pytest.raises(BadData, match="different names"):
        nested_cv(X, Y, ARTIST, names=["a", "a", "b", "c"], generator=seeded())
    with pytest.raises(BadData, match="images × metrics"):
        nested_cv(X[:, 0], Y, ARTIST, generator=seeded())
    with pytest.raises(BadData, match="Row 1"):
        nested_cv(holes, Y, ARTIST, generator=seeded())


def test_two_images_an_artist_leave_correlations_within_undefined_alone() -> None:
    kept = np.concatenate([np.flatnonzero(k == ARTIST)[:2] for k in range(8)])
    found = nested_cv(X[kept], Y[kept], ARTIST[kept], outer=8, generator=seeded())
    assert not found.composite.within_artist.defined
    assert found.composite.between_artist.defined
    assert found.composite.pairwise_accuracy.defined


def ordinal_table(seed: int = 5, n: int = 120) -> tuple[np.ndarray, np.ndarray]:
    """Two metrics and four answers an image on five points."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 2))
    latent = (x @ np.array([1.0, -0.5]))[:, None] + rng.logistic(size=(n, 4))
    points = np.digitize(latent, [-2, -0.5, 0.5, 2])
    return x, np.array([np.bincount(row, minlength=5) for row in points], dtype=float)


def test_without_a_penalty_the_ordinal_composite_is_the_cumulative_link_model() -> None:
    x, counts = ordinal_table()
    fitted = cumulative(1e-9, np.arange(1.0, 6.0))(x, counts)
    rows = [(a, b, k + 1) for (a, b), row in zip(x, counts, strict=True)
            for k, times in enumerate(row) for _ in range(int(times))]  # fmt: skip
    same = clm(pd.DataFrame(rows, columns=["a", "b", "value"]), "value", "a + b")
    found = [same.coefficients[name].value for name in ("a", "b")]
    np.testing.assert_allclose(fitted.weights, found, atol=1e-4)
    cuts = [threshold.value for threshold in same.thresholds.values()]
    np.testing.assert_allclose(fitted.thresholds, cuts, atol=1e-4)
    assert ((fitted(x) > 1) & (fitted(x) < 5)).all()


def test_monotone_weights_are_never_negative_and_penalties_shrink() -> None:
    x, counts = ordinal_table()
    worth = np.arange(1.0, 6.0)
    assert (cumulative(0.01, worth, monotone=True)(x, counts).weights >= 0).all()
    sizes = [np.abs(cumulative(penalty, worth)(x, counts).weights).sum() for penalty in (0.01, 1)]
    assert sizes[1] < sizes[0]
    with pytest.raises(BadData, match="Every answer is the same"):
        cumulative(0.1, worth)(x, np.eye(5)[np.zeros(len(x), int)])


def test_points_that_nobody_chose_are_left_out() -> None:
    x, counts = ordinal_table()
    counts[:, 2] = 0
    counts[counts.sum(1) == 0, 0] = 1
    fitted = cumulative(0.01, np.arange(1.0, 6.0))(x, counts)
    assert fitted.worth.tolist() == [1, 2, 4, 5]
    assert len(fitted.thresholds) == 3


def test_nothing_of_the_held_out_artists_is_used_to_fill_or_standardise() -> None:
    x, counts = ordinal_table(n=60)
    x[0, 0], x[1, 1] = np.nan, np.inf
    artist = np.arange(60) // 10
    standard = Standard.of(x[artist > 0])
    far = x.copy()
    far[artist == 0] *= 100
    np.testing.assert_array_equal(Standard.of(far[artist > 0]).centre, standard.centre)
    filled = standard(x)
    assert np.isfinite(filled).all()
    assert filled[0, 0] == pytest.approx(
        (np.median(x[artist > 0, 0]) - standard.centre[0]) / standard.spread[0]
    )
    worth = np.arange(1.0, 6.0)
    found = nested_cv(
        x, counts @ worth / 4, artist, models=ordinal_models(worth), counts=counts, fill=True,
        alone=cumulative(1e-3, worth), generator=np.random.default_rng(0), repeats=1,
    )  # fmt: skip
    assert np.isfinite(found.predictions).all()
    assert set(found.singles) == set(found.differences) == set(found.p_values)
    with pytest.raises(BadData, match="usable value"):
        nested_cv(x, counts @ worth / 4, artist, generator=np.random.default_rng(0))


def test_what_is_kept_is_chosen_on_artists_and_has_weights_with_intervals() -> None:
    x, counts = ordinal_table()
    worth = np.arange(1.0, 6.0)
    kept = learn(
        x, counts, worth, np.arange(120) // 12, ordinal_models(worth),
        generator=np.random.default_rng(0), level=0.95,
    )  # fmt: skip
    assert kept.weights[0].low > 0
    assert np.corrcoef(kept(x), counts @ worth)[0, 1] > 0.6
    with pytest.raises(BadData, match="too few"):
        learn(x, counts, worth, np.arange(120) % 2, ordinal_models(worth),
              generator=np.random.default_rng(0), level=0.95)  # fmt: skip


def test_of_two_models_that_are_one_the_first_is_named() -> None:
    assert least({"ridge": 3.0000000001, "monotone": 3.0, "other": 4.0}) == "ridge"
    assert least({"ridge": 3.1, "monotone": 3.0}) == "monotone"
    assert least({"ridge": 0.0, "monotone": 0.0}) == "ridge"
