"""The composite that is kept: chosen on all artists, as each outer fold chose on its own.

What it scores on artists it never saw is what `nested_cv` says of this very procedure; the weights
here have seen every artist, and their fit to these answers says nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from evaluation.statistics.answers import Codes, Floats
from evaluation.statistics.composite.cumulative import Cumulative, OrdinalFit
from evaluation.statistics.composite.standard import Standard
from evaluation.statistics.estimate import BadData, Estimate
from evaluation.statistics.folds import folds_of, least
from evaluation.statistics.influence import PLAIN, t_interval

PARTITIONS = 5
FOLDS = 5


@dataclass(frozen=True)
class Learnt:
    """A composite in full: how metrics are standardised, weighed, and turned into an answer."""

    model: str
    standard: Standard
    fitted: Cumulative
    weights: tuple[Estimate, ...]
    """of each metric, with what leaving out one artist at a time says of it (jackknife)"""

    def __call__(self, features: Floats) -> Floats:
        """[m, p] as measured → [m] foretold answers."""
        return self.fitted(self.standard(features))


def learn(
    features: Floats,
    counts: Floats,
    worth: Floats,
    artist: Codes,
    models: Mapping[str, OrdinalFit],
    *,
    generator: np.random.Generator,
    level: float,
) -> Learnt:
    """The best of `models` by squared error on held-out artists, fitted to all of them.

    features [n, p], may have missing and infinite values; counts [n, J] of each point; worth [J];
    artist [n] from 0. Raises BadData for fewer than three artists.
    """
    artists = int(artist.max()) + 1
    if artists < 3:
        raise BadData(f"A composite is chosen on artists held out; {artists} are too few for that.")
    name = _chosen(features, counts, worth, artist, models, generator)
    standard, fitted = _fitted(features, counts, models[name])
    left_out = [
        _in_units_of(standard, *_fitted(features[artist != k], counts[artist != k], models[name]))
        for k in range(artists)
    ]
    return Learnt(name, standard, fitted, _jackknifed(fitted.weights, left_out, len(counts), level))


def _chosen(
    features: Floats,
    counts: Floats,
    worth: Floats,
    artist: Codes,
    models: Mapping[str, OrdinalFit],
    generator: np.random.Generator,
) -> str:
    artists, errors = int(artist.max()) + 1, dict.fromkeys(models, 0.0)
    answers = counts @ worth / counts.sum(1)
    for _ in range(PARTITIONS):
        fold = folds_of(generator.permutation(artists)[artist], min(FOLDS, artists))
        for k in np.unique(fold):
            left, held = fold != k, fold == k
            for name, fit in models.items():
                standard, fitted = _fitted(features[left], counts[left], fit)
                missed = answers[held] - fitted(standard(features[held]))
                errors[name] += float(missed @ missed)
    return least(errors)


def _fitted(features: Floats, counts: Floats, fit: OrdinalFit) -> tuple[Standard, Cumulative]:
    standard = Standard.of(features)
    return standard, fit(standard(features), counts)


def _in_units_of(standard: Standard, other: Standard, fitted: Cumulative) -> Floats:
    """Weights for metrics standardised as by `standard`."""
    return np.asarray(fitted.weights * standard.spread / other.spread)


def _jackknifed(
    weights: Floats, left_out: Sequence[Floats], n: int, level: float
) -> tuple[Estimate, ...]:
    count, moved = len(left_out), np.array(left_out)
    variances = (count - 1) / count * ((moved - moved.mean(0)) ** 2).sum(0)
    said = f"jackknife of {count} artists"
    return tuple(
        t_interval(float(w), float(v), count - 1, PLAIN, level=level, n=n, method=said)
        if v > 0
        else Estimate.without_interval(
            float(w), level=level, n=n, reason="the same whichever artist is left out"
        )
        for w, v in zip(weights, variances, strict=True)
    )
