"""How predictions for held-out artists do: within artists, between them, by pairs, on the scale.

Never pooled over folds: the training mean moves against the held-out artists, so that even a
useless model's pooled correlation is negative under leave-one-artist-out.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student

from evaluation.statistics.answers import Codes, Floats
from evaluation.statistics.estimate import Estimate

Statistic = Callable[[Floats, Floats], float]


@dataclass(frozen=True)
class Scores:
    """Agreement of predictions with answers on artists whom the model never saw."""

    within_artist: Estimate
    """mean over artists of r over the images of one"""
    between_artist: Estimate
    """mean over folds of r over the artists' means in one"""
    pairwise_accuracy: Estimate
    """of pairs of images by one artist that people do not tie, ties of predictions half"""
    calibration_slope: Estimate
    """of answers on predictions within artists: 1 where differences have the right size"""

    def __str__(self) -> str:
        return f"within artists {self.within_artist}, between them {self.between_artist}"


def scores(y: Floats, predicted: Floats, artist: Codes, fold: Codes, level: float) -> Scores:
    """Of out-of-fold predictions [n]."""
    within = [by_artist(correlation, y, predicted, artist), by_artist(_pairs, y, predicted, artist)]
    between = [
        correlation(*(_means(column[fold == k], artist[fold == k]) for column in (y, predicted)))
        for k in np.unique(fold)
    ]
    n = len(y)
    return Scores(
        averaged(within[0], level, n, "artists with three images that differ"),
        averaged(np.array(between), level, n, "folds with three artists"),
        averaged(within[1], level, n, "artists with a pair that people do not tie"),
        _slope(y, predicted, artist, level),
    )


def by_artist(statistic: Statistic, y: Floats, predicted: Floats, artist: Codes) -> Floats:
    """[artists]: a statistic of each artist's images; nan where undefined."""
    return np.array(
        [statistic(y[artist == k], predicted[artist == k]) for k in range(int(artist.max()) + 1)]
    )


def correlation(a: Floats, b: Floats) -> float:
    """Pearson's r; nan of fewer than three or without variation."""
    if len(a) < 3:
        return float("nan")
    x, y = a - a.mean(), b - b.mean()
    spread = float(np.sqrt((x @ x) * (y @ y)))
    # what rounding leaves of equal numbers is no variation
    scale = float(np.abs(a).max() * np.abs(b).max())
    return float(x @ y) / spread if spread > 1e-12 * scale else float("nan")


def averaged(values: Floats, level: float, n: int, said: str) -> Estimate:
    """The mean of one value a cluster, with t; undefined ones are left out and counted."""
    kept = values[np.isfinite(values)]
    method = f"mean of {len(kept)} of {len(values)} {said}, t({len(kept) - 1})"
    if not len(kept):
        return Estimate.undefined(level=level, n=n, reason=f"no {said}")
    value = float(kept.mean())
    if len(kept) < 3 or np.ptp(kept) == 0:
        reason = f"{len(kept)} {said}" if len(kept) < 3 else f"the same in all {len(kept)} {said}"
        return Estimate.without_interval(value, level=level, n=n, reason=reason)
    se = float(kept.std(ddof=1) / np.sqrt(len(kept)))
    reach = float(student.ppf((1 + level) / 2, len(kept) - 1)) * se
    return Estimate(value, value - reach, value + reach, se, level, n, method)


def _pairs(y: Floats, predicted: Floats) -> float:
    upper = np.triu_indices(len(y), 1)
    people, metric = (np.sign(np.subtract.outer(c, c))[upper] for c in (y, predicted))
    told = people != 0
    return float((people * metric)[told].mean() / 2 + 0.5) if told.any() else float("nan")


def _means(column: Floats, artist: Codes) -> Floats:
    return np.array([column[artist == k].mean() for k in np.unique(artist)])


def _slope(y: Floats, predicted: Floats, artist: Codes, level: float) -> Estimate:
    """Regression through artists' means, errors clustered by artist."""
    counts = np.maximum(np.bincount(artist), 1)
    x, z = (c - (np.bincount(artist, c) / counts)[artist] for c in (predicted, y))
    spread, n, artists = float(x @ x), len(y), int((np.bincount(artist) > 1).sum())
    if spread < 1e-12 * max(float(predicted @ predicted), 1e-300) or artists < 3:
        reason = "predictions do not vary within artists, or there are fewer than three"
        return Estimate.undefined(level=level, n=n, reason=reason)
    slope = float(x @ z) / spread
    sums = np.bincount(artist, x * (z - slope * x))
    se = float(np.sqrt(artists / (artists - 1) * float(sums @ sums))) / spread
    reach = float(student.ppf((1 + level) / 2, artists - 1)) * se
    said = f"regression within artists, clustered over {artists} artists, t({artists - 1})"
    return Estimate(slope, slope - reach, slope + reach, se, level, n, said)
