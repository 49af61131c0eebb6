"""The mean of each level, made monotone: pool adjacent violators (Barlow et al. 1972).

A ladder of degradations cannot make pictures better, so means that go up and down are noise, and
pooling neighbours takes it out without assuming any curve.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import nan

import numpy as np
from scipy.optimize import isotonic_regression

from evaluation.statistics.answers import Answers, Codes, Floats, Labels, number_column
from evaluation.statistics.bootstrap import (
    CHUNK_CELLS,
    REPLICATES,
    multinomial_weights,
    percentile_interval,
)
from evaluation.statistics.estimate import ESTIMATE_LEVEL, BadData, Estimate, check_level
from evaluation.statistics.trend.result import levels_in_order

Bounds = tuple[float, float]


@dataclass(frozen=True)
class Isotonic:
    """Monotone means by level, beside the plain ones."""

    fitted: Mapping[float, Estimate]
    means: Mapping[float, float]
    departure: float
    """how far the plain means are from monotone ones: root mean square, weighted by answers"""
    p: float
    """of a departure this large where the fitted means are true; a small one speaks against any
    monotone curve. nan without clusters to draw"""


def isotonic(
    values: Labels,
    levels: Labels,
    *,
    raters: Labels | None = None,
    items: Labels | None = None,
    increasing: bool = True,
    bounds: Bounds | None = None,
    generator: np.random.Generator,
    replicates: int = REPLICATES,
    level: float = ESTIMATE_LEVEL,
) -> Isotonic:
    """Least-squares means of `values` that never fall (rise, with increasing=False) along `levels`.

    values, levels  numbers [n]. raters, items  labels [n] of who answered and of the artwork: both
        are drawn again, or the one that is given; with neither, answers are, and `method` says so.
    bounds  the ends of the scale, e.g. (0, 1): where all answers of pooled levels are alike, the
        limit is Clopper-Pearson's at the number of raters instead of certainty.

    Percentile intervals, expanded for few raters or items; around flat stretches they are wide.

    >>> found = isotonic([1, 3, 2, 4], [1, 2, 3, 4], generator=np.random.default_rng(1))
    >>> [estimate.value for estimate in found.fitted.values()]
    [1.0, 2.5, 2.5, 4.0]
    """
    check_level(level)
    doses = number_column(levels, "Level")
    levels_in_order(doses)
    answers = Answers.of(values, np.arange(len(doses)) if raters is None else raters, doses)
    _check(answers, bounds)
    axes = [labels for labels in (raters, items) if labels is not None]
    axes = axes or [np.arange(answers.n)]
    codes = [Answers.of(answers.values, labels, doses) for labels in axes]
    sign = 1.0 if increasing else -1.0
    sizes = np.bincount(answers.item).astype(np.float64)
    means = np.bincount(answers.item, answers.values) / sizes
    fitted = _monotone(sign * means, sizes) * sign
    drawn, counts = _drawn(answers, [code.rater for code in codes], generator, replicates)
    fits = np.array(
        [
            _monotone(sign * row, weight) * sign if (weight > 0).all() else np.full(len(row), nan)
            for row, weight in zip(drawn, counts, strict=True)
        ]
    )
    clusters = min(code.raters for code in codes)
    said = _said(raters, items, codes)
    estimates = [
        _estimate(answers, float(fitted[k]), fits[:, k], fitted, bounds, said, clusters, level)
        for k in range(len(means))
    ]
    names = np.unique(doses).tolist()
    departure = _departure(means, fitted, sizes)
    shifted = sign * (drawn - means + fitted)
    return Isotonic(
        dict(zip(names, estimates, strict=True)),
        dict(zip(names, means.tolist(), strict=True)),
        departure,
        _p(departure, shifted, counts) if clusters > 1 else nan,
    )


def _monotone(means: Floats, weights: Floats) -> Floats:
    return np.asarray(isotonic_regression(means, weights=weights).x)


def _departure(means: Floats, fitted: Floats, weights: Floats) -> float:
    return float(np.sqrt((weights * (means - fitted) ** 2).sum() / weights.sum()))


def _p(departure: float, shifted: Floats, counts: Floats) -> float:
    """How often means drawn around the fit depart from monotone ones as far as ours did."""
    whole = (counts > 0).all(1)
    far = [
        _departure(row, _monotone(row, weight), weight)
        for row, weight in zip(shifted[whole], counts[whole], strict=True)
    ]
    return (1 + int((np.array(far) >= departure - 1e-12).sum())) / (len(far) + 1)


def _drawn(
    answers: Answers, codes: list[Codes], generator: np.random.Generator, replicates: int
) -> tuple[Floats, Floats]:
    """[B, levels]: means of each level, and how many answers they rest on."""
    weights = [multinomial_weights(int(c.max()) + 1, replicates, generator) for c in codes]
    member = np.equal.outer(answers.item, np.arange(answers.items)).astype(np.float64)
    valued = member * answers.values[:, None]
    sums, counts = np.empty((replicates, answers.items)), np.empty((replicates, answers.items))
    size = max(1, CHUNK_CELLS // answers.n)
    for k in range(0, replicates, size):
        rows = slice(k, k + size)
        times = np.ones((len(sums[rows]), answers.n))
        for weight, code in zip(weights, codes, strict=True):
            times *= weight[rows][:, code]
        sums[rows], counts[rows] = times @ valued, times @ member
    return sums / np.where(counts > 0, counts, nan), counts


def _estimate(
    answers: Answers,
    value: float,
    replicates: Floats,
    fitted: Floats,
    bounds: Bounds | None,
    said: str,
    clusters: int,
    level: float,
) -> Estimate:
    pooled = np.isclose(fitted, value)[answers.item]
    n = int(pooled.sum())
    if clusters < 2:
        reason = "one rater or one item says nothing about others"
        return Estimate.without_interval(value, level=level, n=n, reason=reason)
    if np.ptp(answers.values[pooled]) > 0:
        return percentile_interval(
            value, replicates, n=n, level=level, drawn=said, clusters=clusters
        )
    raters = len(np.unique(answers.rater[pooled]))
    if bounds is None:
        reason = f"all {n} answers are the same; give `bounds` for a limit"
        return Estimate.without_interval(value, level=level, n=n, reason=reason)
    share = (1 - level) ** (1 / raters)
    low, high = (share * value + (1 - share) * end for end in bounds)
    method = f"all {n} answers alike: one-sided Clopper-Pearson limit at {raters} raters"
    return Estimate(value, low, high, nan, level, n, method)


def _said(raters: Labels | None, items: Labels | None, codes: list[Answers]) -> str:
    counts = [code.raters for code in codes]
    if raters is not None and items is not None:
        return f"{counts[0]} raters and {counts[1]} items"
    if raters is None and items is None:
        return "answers taken for independent"
    return f"{counts[0]} raters, items held" if items is None else f"{counts[0]} items, raters held"


def _check(answers: Answers, bounds: Bounds | None) -> None:
    if bounds is None:
        return
    if not bounds[0] < bounds[1]:
        raise BadData(f"The ends of a scale go from low to high; given: {bounds}.")
    if answers.values.min() < bounds[0] or answers.values.max() > bounds[1]:
        raise BadData(f"An answer lies outside the scale from {bounds[0]} to {bounds[1]}.")
