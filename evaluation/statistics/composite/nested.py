"""Nested cross-validation by artist: the score of a composite that had to be chosen and tuned.

Outer folds hold artists out; inside each, inner folds, by artist again, choose the model, and
columns are standardised on what is left (Varma and Simon 2006, doi:10.1186/1471-2105-7-91). Images
of one artist are never on both sides: with random folds a model that only knows who painted looks
good. Artists are dealt into folds several times, at random, and scores averaged, so that no one
partition's luck decides; rows are put in an order of their own first, so that neither names nor the
order of the table do.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from evaluation.statistics.answers import Codes, Floats, Labels, floats
from evaluation.statistics.association.columns import cluster_codes, paired
from evaluation.statistics.composite.leaks import leaks
from evaluation.statistics.composite.regression import default_models, ridge
from evaluation.statistics.composite.scores import (
    Foretold,
    Scores,
    averaged,
    between,
    by_artist,
    correlation,
    inside,
    mean_known,
    paired_p,
    scores,
)
from evaluation.statistics.composite.standard import Standard
from evaluation.statistics.estimate import ESTIMATE_LEVEL, BadData, Estimate, check_level
from evaluation.statistics.folds import Fit, Predictor, folds_of, least, unnamed

Mask = NDArray[np.bool_]
ALONE = 1e-9
"""penalty of the regression on one metric: next to none"""


@dataclass(frozen=True)
class NestedCv:
    """A composite on artists it never saw, beside the best single metric on the same folds."""

    composite: Scores
    best_single: Scores
    """of the metric that was best on the training artists, fold by fold"""
    difference: Estimate
    """composite minus best single, within artists, paired by artist"""
    folds: pd.DataFrame
    """a row an outer fold of each partition: artists, images, the model and the single metric
    chosen, r over all its images, r within artists"""
    repeats: pd.DataFrame
    """a row a partition: r within and between artists, of the composite and the best single metric:
    how far the luck of the folds goes"""
    predictions: Floats
    """[n] out-of-fold predictions, their mean over partitions"""
    overall: float
    """mean over folds of r over all images of a fold"""
    overall_random: float
    """the same with folds dealt at random: what it gains is what the model knows of artists"""
    warnings: tuple[str, ...]
    singles: Mapping[str, Scores]
    """of each metric alone, fitted on the same folds"""
    differences: Mapping[str, Estimate]
    """composite minus each metric alone, within artists, paired by artist"""
    p_values: Mapping[str, float]
    """of these differences: t over artists"""

    def __str__(self) -> str:
        return f"composite: {self.composite}; best single metric: {self.best_single}"


@dataclass(frozen=True)
class _Partitions:
    """What the same table gives under each of several partitions."""

    composite: Foretold
    single: Foretold
    """of the metric that was best in training, fold by fold"""
    alone: Sequence[Foretold]
    """of each metric"""
    overall: float
    rows: list[dict[str, object]]


@dataclass(frozen=True)
class _Table:
    x: Floats
    y: Floats
    told: Floats
    """what models are fitted to: y [n], or counts of each point [n, J]"""
    artist: Codes
    method: Codes
    models: Mapping[str, Fit]
    alone: Fit
    inner: int


def nested_cv(
    features: ArrayLike,
    answers: Labels,
    artists: Labels,
    *,
    generator: np.random.Generator,
    names: Sequence[str] | None = None,
    models: Mapping[str, Fit] | None = None,
    alone: Fit | None = None,
    counts: ArrayLike | None = None,
    methods: Labels | None = None,
    fill: bool = False,
    outer: int = 5,
    inner: int = 5,
    repeats: int = 10,
    level: float = ESTIMATE_LEVEL,
) -> NestedCv:
    """Scores a composite of `features` [n, p] for `answers` [n] on images by other `artists` [n].

    models   name → fit(features, answers) → predictor, chosen among in inner folds; columns come
             standardised. Default: ridge and monotone ridge. scikit-learn fits in as
             `lambda x, y: ElasticNet(alpha=0.1).fit(x, y).predict`.
    alone    fit of a single metric; default: least squares
    counts   [n, J] answers at each point of the scale: models are then fitted to these, as those of
             `ordinal_models` are, and still scored by `answers`
    fill     let a missing value be the training images' median, an infinite one their largest or
             smallest; else both are refused
    methods  [n] protections (or purifications): each is then held out in turn as well, for claims
             about new methods
    outer    folds of artists; as many as artists leaves out one at a time
    repeats  partitions of the artists, drawn from `generator`, over which scores are averaged

    Raises BadData for fewer artists than folds, or missing values.
    """
    check_level(level)
    if repeats < 1:
        raise BadData(f"Artists are dealt into folds at least once; given: {repeats} repeats.")
    table, called = _table(features, answers, artists, names, methods, counts, fill=fill)
    table = replace(
        table, models=models or default_models(), alone=alone or ridge(ALONE), inner=inner
    )
    count = int(table.artist.max()) + 1
    if not 2 <= outer <= count:
        raise BadData(f"{count} artists cannot be dealt into {outer} folds.")
    table, order = _sorted(table)
    y, artist = table.y, table.artist
    drawn = [generator.permutation(count)[artist] for _ in range(repeats)]
    apart = _partitions([(replace(table, artist=a), folds_of(a, outer)) for a in drawn], called)
    shuffled = [(table, generator.permutation(np.arange(len(y)) % outer)) for _ in drawn]
    overall_random = _partitions(shuffled, called).overall
    within = inside(correlation, y, apart.composite, artist)

    def gains(other: Foretold) -> Floats:
        return within - inside(correlation, y, other, artist)

    def gained(other: Foretold, said: str) -> Estimate:
        return averaged(gains(other), level, len(y), f"artists, composite minus {said}")

    alike = dict(zip(called, apart.alone, strict=True))
    predictions = np.empty(len(y))
    predictions[order] = apart.composite.predicted.mean(0)
    return NestedCv(
        scores(y, apart.composite, artist, level),
        scores(y, apart.single, artist, level),
        gained(apart.single, "best single metric"),
        pd.DataFrame(apart.rows),
        _each(table, apart),
        predictions,
        apart.overall,
        overall_random,
        _warnings(table, called, apart.overall, overall_random),
        {name: scores(y, each, artist, level) for name, each in alike.items()},
        {name: gained(each, name) for name, each in alike.items()},
        {name: paired_p(gains(each)) for name, each in alike.items()},
    )


def _sorted(table: _Table) -> tuple[_Table, Codes]:
    """The table in an order that names and the order of its rows do not decide, and that order."""
    x = Standard.of(table.x)(table.x)  # of all images, to put them in order only
    artist = unnamed(table.artist, table.y, x)
    order = np.lexsort((*x.T, table.y, artist))
    return replace(
        table,
        x=table.x[order],
        y=table.y[order],
        told=table.told[order],
        artist=artist[order],
        method=table.method[order],
    ), order


def _partitions(dealt: Sequence[tuple[_Table, Codes]], names: Sequence[str]) -> _Partitions:
    """Of tables with a fold a row."""
    found, centres, overall, rows = [], [], [], []
    for repeat, (table, fold) in enumerate(dealt):
        predicted, centre, said = _outer(table, fold, names)
        found.append(predicted)
        centres.append(centre)
        overall.append(_overall(table.y, predicted[0], fold))
        rows += [{"repeat": repeat, **row} for row in said]
    told, centre = np.array(found).swapaxes(0, 1), np.array(centres)
    composite, single, *alone = (Foretold(each, centre) for each in told)
    return _Partitions(composite, single, alone, float(mean_known(np.array(overall))), rows)


def _each(table: _Table, apart: _Partitions) -> pd.DataFrame:
    def within(told: Foretold) -> Floats:
        each = [by_artist(correlation, table.y, p, table.artist) for p in told.predicted]
        return mean_known(np.array(each).T)

    return pd.DataFrame(
        {
            "r_within": within(apart.composite),
            "r_between": between(table.y, apart.composite, table.artist),
            "single_within": within(apart.single),
            "single_between": between(table.y, apart.single, table.artist),
        }
    )


def _warnings(
    table: _Table, names: Sequence[str], overall: float, overall_random: float
) -> tuple[str, ...]:
    filled = Standard.of(table.x)
    found = leaks(filled(table.x) * filled.spread, table.y, table.artist, names)
    if overall_random > overall + 0.1:
        found.append(
            f"Random folds give r = {overall_random:.2f}, folds by artist {overall:.2f}: the"
            " difference is what the model knows of the artists."
        )
    return tuple(found)


def _table(
    features: ArrayLike,
    answers: Labels,
    artists: Labels,
    names: Sequence[str] | None,
    methods: Labels | None,
    counts: ArrayLike | None,
    *,
    fill: bool,
) -> tuple[_Table, list[str]]:
    x = floats(features, "Metrics: row")
    if x.ndim != 2 or not x.shape[1]:
        raise BadData(f"Features are images × metrics; given: an array of shape {x.shape}.")
    called = [f"metric {k + 1}" for k in range(x.shape[1])] if names is None else list(names)
    if len(called) != x.shape[1] or len(set(called)) < len(called):
        raise BadData(f"{x.shape[1]} metrics need as many different names; given: {called}.")
    checked = {} if fill else {name: x[:, k] for k, name in enumerate(called)}
    y = paired(checked | {"answers": answers})[-1]
    if len(y) != len(x):
        raise BadData(f"There are {len(x)} images and {len(y)} answers; give one each.")
    if np.ptp(y) == 0:
        raise BadData("Every answer is the same: there is nothing to foretell.")
    artist, _ = cluster_codes(artists, len(y))
    method = np.zeros(len(y), dtype=np.intp)
    if methods is not None:
        method, several = cluster_codes(methods, len(y))
        if several < 2:
            raise BadData("Holding methods out needs at least two of them.")
    told = y if counts is None else _counts(counts, len(y))
    return _Table(x, y, told, artist, method, {}, ridge(ALONE), 0), called


def _counts(counts: ArrayLike, n: int) -> Floats:
    found = floats(counts, "Counts: row")
    if found.ndim != 2 or len(found) != n or not (found.sum(1) > 0).all() or (found < 0).any():
        raise BadData(
            f"Counts are images × points of the scale, with an answer to each of {n} images; given:"
            f" an array of shape {found.shape}."
        )
    return found


def _outer(
    table: _Table, fold: Codes, names: Sequence[str]
) -> tuple[Floats, Floats, list[dict[str, object]]]:
    """[2 + p, n] out-of-fold predictions of the composite, of the best single metric and of each,
    the mean answer that they were trained on [n], and a row a fold."""
    found, centre = np.full((2 + len(names), len(table.y)), np.nan), np.full(len(table.y), np.nan)
    rows: list[dict[str, object]] = []
    for k in np.unique(fold):
        for m in np.unique(table.method):
            test = (fold == k) & (table.method == m)
            train = (fold != k) & ((table.method != m) if table.method.any() else True)
            if not test.any():
                continue
            model = _chosen(table, train)
            best = _best_single(table, train)
            found[0, test] = _fitted(table, train, table.models[model])(table.x[test])
            for column in range(len(names)):
                single = replace(table, x=table.x[:, [column]])
                found[2 + column, test] = _fitted(single, train, table.alone)(single.x[test])
            found[1, test] = found[2 + best, test]
            centre[test] = table.y[train].mean()
            rows.append(_row(table, found[0], test, int(k), model, names[best]))
    return found, centre, rows


def _row(
    table: _Table, found: Floats, test: Mask, fold: int, model: str, single: str
) -> dict[str, object]:
    inside = by_artist(
        correlation,
        table.y[test],
        found[test],
        np.unique(table.artist[test], return_inverse=True)[1].ravel(),
    )
    known = inside[np.isfinite(inside)]
    return {
        "fold": fold,
        "artists": len(np.unique(table.artist[test])),
        "images": int(test.sum()),
        "model": model,
        "single": single,
        "r": correlation(table.y[test], found[test]),
        "r_within": float(known.mean()) if len(known) else float("nan"),
    }


def _chosen(table: _Table, train: Mask) -> str:
    """The model with the least squared error on inner folds by artist."""
    if len(table.models) == 1:
        return next(iter(table.models))
    rows = np.flatnonzero(train)
    codes = np.unique(table.artist[rows], return_inverse=True)[1].ravel().astype(np.intp)
    artists = int(codes.max()) + 1
    if artists < 2:
        raise BadData("Inner folds need at least two artists in training; use fewer outer folds.")
    inner = folds_of(codes, min(table.inner, artists))
    errors = dict.fromkeys(table.models, 0.0)
    for k in np.unique(inner):
        left, held = np.zeros(len(train), dtype=bool), rows[inner == k]
        left[rows[inner != k]] = True
        for name, fit in table.models.items():
            predicted = _fitted(table, left, fit)(table.x[held])
            errors[name] += float(((table.y[held] - predicted) ** 2).sum())
    return least(errors)


def _best_single(table: _Table, train: Mask) -> int:
    """The column that follows the answers best within training artists, whatever its sign."""
    strength = []
    for column in Standard.of(table.x[train])(table.x[train]).T:
        r = by_artist(correlation, table.y[train], column, table.artist[train])
        known = r[np.isfinite(r)]
        strength.append(abs(float(known.mean())) if len(known) else 0.0)
    return int(np.argmax(strength))


def _fitted(table: _Table, rows: Mask, fit: Fit) -> Predictor:
    """Filled and standardised by these rows only."""
    standard = Standard.of(table.x[rows])
    predictor = fit(standard(table.x[rows]), table.told[rows])
    return lambda others: np.asarray(predictor(standard(others)), dtype=np.float64)


def _overall(y: Floats, predicted: Floats, fold: Codes) -> float:
    each = np.array([correlation(y[fold == k], predicted[fold == k]) for k in np.unique(fold)])
    known = each[np.isfinite(each)]
    return float(known.mean()) if len(known) else float("nan")
