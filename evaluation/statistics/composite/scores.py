"""How predictions for held-out artists do: within artists, between them, by pairs, on the scale.

Between artists, predictions are taken from the mean of the answers that their model was trained
on: this mean moves against the held-out artists, so that even a useless model's predictions, pooled
as they are, go against the answers.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student

from evaluation.statistics.answers import Codes, Floats
from evaluation.statistics.estimate import Estimate

_EDGE = 1 - 1e-12
Statistic = Callable[[Floats, Floats], float]


@dataclass(frozen=True)
class Scores:
    """Agreement of predictions with answers on artists whom the model never saw."""

    within_artist: Estimate
    """mean over artists of r over the images of one"""
    between_artist: Estimate
    """r over all artists of their mean answer and mean prediction"""
    pairwise_accuracy: Estimate
    """of pairs of images by one artist that people do not tie, ties of predictions half"""
    calibration_slope: Estimate
    """of answers on predictions within artists: 1 where differences have the right size"""

    def __str__(self) -> str:
        return f"within artists {self.within_artist}, between them {self.between_artist}"


@dataclass(frozen=True)
class Foretold:
    """Out-of-fold predictions of several partitions of the artists."""

    predicted: Floats
    """[partitions, n]"""
    centre: Floats
    """[partitions, n]: the mean answer that each prediction's model was trained on"""


def scores(y: Floats, told: Foretold, artist: Codes, level: float) -> Scores:
    """Of answers [n], averaged over partitions."""
    n = len(y)
    within = inside(correlation, y, told, artist)
    pairs = inside(_pairs, y, told, artist)
    return Scores(
        averaged(within, level, n, "artists with three images that differ"),
        _between(y, told, artist, level),
        averaged(pairs, level, n, "artists with a pair that people do not tie"),
        _slope(y, told.predicted, artist, level),
    )


def inside(statistic: Statistic, y: Floats, told: Foretold, artist: Codes) -> Floats:
    """[artists]: a statistic of each artist's images, its mean over partitions."""
    return mean_known(
        np.array([by_artist(statistic, y, predicted, artist) for predicted in told.predicted])
    )


def mean_known(values: Floats) -> Floats:
    """Over the first axis, of the finite values; nan where there is none."""
    known = np.isfinite(values)
    counts = known.sum(0)
    total = np.where(known, values, 0.0).sum(0)
    return np.where(counts > 0, total / np.maximum(counts, 1), np.nan)


def between(y: Floats, told: Foretold, artist: Codes) -> Floats:
    """[partitions]: r over all artists of mean answer and mean prediction."""
    counts, answers = np.bincount(artist), _means(y, artist)
    found = []
    for predicted, centre in zip(told.predicted, told.centre, strict=True):
        away = predicted - centre
        # what rounding leaves of the training mean is no prediction
        away = np.where(np.abs(away) > 1e-9 * np.abs(centre).max(), away, 0.0)
        found.append(correlation(answers, np.bincount(artist, away) / counts))
    return np.array(found)


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


def paired_p(values: Floats) -> float:
    """Two-sided, of a mean of 0 of one value a cluster, by t; nan where there is no interval."""
    kept = values[np.isfinite(values)]
    if len(kept) < 3 or np.ptp(kept) == 0:
        return float("nan")
    se = kept.std(ddof=1) / np.sqrt(len(kept))
    return float(2 * student.sf(abs(kept.mean()) / se, len(kept) - 1))


def _pairs(y: Floats, predicted: Floats) -> float:
    upper = np.triu_indices(len(y), 1)
    people, metric = (np.sign(np.subtract.outer(c, c))[upper] for c in (y, predicted))
    told = people != 0
    return float((people * metric)[told].mean() / 2 + 0.5) if told.any() else float("nan")


def _means(column: Floats, artist: Codes) -> Floats:
    found: Floats = np.bincount(artist, column) / np.bincount(artist)
    return found


def _between(y: Floats, told: Foretold, artist: Codes, level: float) -> Estimate:
    """The mean of Fisher's z over partitions, with the error of one z: partitions of the same
    artists add no artist. With t instead of the normal quantile, because predictions that share
    training artists vary more than Fisher's error says (benchmarks/composite_between.py)."""
    n, artists = len(y), int(artist.max()) + 1
    r = between(y, told, artist)
    r = r[np.isfinite(r)]
    if not len(r):
        reason = "fewer than three artists, or their means do not vary"
        return Estimate.undefined(level=level, n=n, reason=reason)
    z = float(np.arctanh(np.clip(r, -_EDGE, _EDGE)).mean())
    value = float(np.tanh(z))
    if artists < 4 or abs(value) > 1 - 1e-9:
        reason = f"{artists} artists" if artists < 4 else "a perfect line has no error"
        return Estimate.without_interval(value, level=level, n=n, reason=reason)
    reach = float(student.ppf((1 + level) / 2, artists - 3)) / np.sqrt(artists - 3)
    low, high = np.tanh([z - reach, z + reach])
    said = f"Fisher's z over {artists} artists, t({artists - 3}), {ranged(r)}"
    se = float((1 - value**2) / np.sqrt(artists - 3))
    return Estimate(value, float(low), float(high), se, level, n, said)


def ranged(values: Floats) -> str:
    """How far partitions lie apart, in words."""
    ends = " to ".join(f"{v:.2f}".replace("-", "−") for v in (values.min(), values.max()))
    return f"{ends} in {len(values)} partitions"


def _slope(y: Floats, predicted: Floats, artist: Codes, level: float) -> Estimate:
    """Regression through artists' means in each partition, errors clustered by artist."""
    x = np.array([column - _means(column, artist)[artist] for column in predicted])
    z = y - _means(y, artist)[artist]
    spread, n, artists = float((x**2).sum()), len(y), int((np.bincount(artist) > 1).sum())
    if spread < 1e-12 * max(float((predicted**2).sum()), 1e-300) or artists < 3:
        reason = "predictions do not vary within artists, or there are fewer than three"
        return Estimate.undefined(level=level, n=n, reason=reason)
    slope = float((x @ z).sum()) / spread
    sums = np.bincount(artist, (x * (z - slope * x)).sum(0))
    se = float(np.sqrt(artists / (artists - 1) * float(sums @ sums))) / spread
    reach = float(student.ppf((1 + level) / 2, artists - 1)) * se
    said = f"regression within artists, clustered over {artists} artists, t({artists - 1})"
    return Estimate(slope, slope - reach, slope + reach, se, level, n, said)
