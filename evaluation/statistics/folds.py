"""Folds by artist, and predictions for people whom the metric was not fitted on (cross-fitting)."""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import ArrayLike

from evaluation.statistics.answers import Codes, Floats, Labels, floats, label_column
from evaluation.statistics.association.columns import cluster_codes, paired
from evaluation.statistics.estimate import BadData

Predictor = Callable[[Floats], Floats]
"""features [m, p] → predictions [m]"""
Fit = Callable[[Floats, Floats], Predictor]
"""features [n, p] and answers [n] → what predicts answers of other rows"""


def folds_of(clusters: Codes, folds: int) -> Codes:
    """[n]: a fold each; clusters stay whole, larger ones are dealt first to the smallest fold.

    Depends on the sizes of clusters and the order in which they come, on nothing random.
    """
    sizes = np.bincount(clusters)
    held, fold_of = np.zeros(folds), np.zeros(len(sizes), dtype=np.intp)
    for cluster in np.argsort(-sizes, kind="stable"):
        fold_of[cluster] = int(held.argmin())
        held[fold_of[cluster]] += sizes[cluster]
    return fold_of[clusters]


def least(errors: Mapping[str, float]) -> str:
    """The name with the smallest error; of those that differ by rounding only, the first.

    Two models can be one (a monotone ridge whose weights all have the right sign is the ridge):
    which of them is named must not depend on the machine.
    """
    close = min(errors.values()) * (1 + 1e-6)
    return next(name for name, error in errors.items() if error <= close)


def unnamed(clusters: Codes, answers: Floats, features: Floats) -> Codes:
    """[n]: codes from 0, in the order of what the rows of each cluster hold: its sorted answers,
    then its sorted rows.

    Neither the names of clusters nor the order of rows nor a metric's unit decides it, so what is
    dealt by these codes is dealt alike however a table was labelled and sorted.
    """
    rows = np.column_stack([answers, features])
    of = [sorted(map(tuple, rows[clusters == k].tolist())) for k in range(clusters.max() + 1)]
    order = sorted(range(len(of)), key=lambda k: ([row[0] for row in of[k]], of[k]))
    place = np.zeros(len(of), dtype=np.intp)
    place[order] = np.arange(len(of))
    return place[clusters]


def cross_predict(
    features: ArrayLike,
    answers: Labels,
    unlabelled: ArrayLike,
    *,
    fit: Fit,
    artists: Labels | None = None,
    artists_unlabelled: Labels | None = None,
    folds: int = 5,
) -> tuple[Floats, Floats]:
    """Predictions [n] and [N] by a metric that is itself fitted to these answers (cross-PPI,
    Zrnic and Candès 2024, doi:10.1073/pnas.2322083121).

    Each answer is predicted by a fit that saw none of its artist's answers; unlabelled images get
    the mean prediction of all folds' fits, or, where `artists_unlabelled` [N] are named and the
    artist has answers too, that of the fit that saw none of these. Give both to `mean`,
    `proportion` or `difference`: with predictions of answers that the metric was fitted to, the
    interval would be far too narrow.

    features [n, p] and unlabelled [N, p] are what the metric sees of each image.
    """
    x, others = floats(features, "Feature"), floats(unlabelled, "Unlabelled feature")
    (y,) = paired({"answers": answers})
    if x.ndim != 2 or others.ndim != 2 or x.shape[1] != others.shape[1] or len(x) != len(y):
        raise BadData(
            "Features are images × features, with one row an answer; given: shapes"
            f" {x.shape} and {others.shape}, and {len(y)} answers."
        )
    if not (np.isfinite(x).all() and np.isfinite(others).all()):
        raise BadData("A feature is not a finite number; leave images out that were not measured.")
    clusters, count = cluster_codes(artists, len(y))
    if not 2 <= folds <= count:
        raise BadData(f"{count} artists (or answers) cannot be dealt into {folds} folds.")
    fold_of = folds_of(clusters, folds)
    theirs = _folds_elsewhere(artists, artists_unlabelled, fold_of, len(others))
    predicted, elsewhere = np.zeros(len(y)), np.zeros(len(others))
    for fold in range(folds):
        mine = fold_of == fold
        predictor = fit(x[~mine], y[~mine])
        predicted[mine] = predictor(x[mine])
        told = predictor(others) if len(others) else elsewhere
        elsewhere += np.where(theirs == fold, told, np.where(theirs < 0, told / folds, 0.0))
    return predicted, elsewhere


def _folds_elsewhere(
    artists: Labels | None, unlabelled: Labels | None, fold_of: Codes, count: int
) -> Codes:
    """[N]: the fold that held out the artist of an unlabelled image; -1 where none did."""
    if artists is None or unlabelled is None:
        return np.full(count, -1)
    names = [str(name) for name in label_column(unlabelled, "artist")]
    if len(names) != count:
        raise BadData(f"There are {count} unlabelled images and {len(names)} names of artists.")
    held = dict(zip(map(str, label_column(artists, "artist")), fold_of.tolist(), strict=True))
    return np.array([held.get(name, -1) for name in names], dtype=np.intp)
