"""Prediction-powered means, shares and differences, with artists and raters as clusters.

Labelled images must be a random sample of the pool, not those that artists liked to rate. Without
artists, intervals take images for independent and cover 79-82 % instead of 95 % once artists differ
(benchmarks/coverage_ppi.py): name them. What a metric saves is bounded by its correlation r with
the answers: about r² of the artists, a quarter at 0.5 and four fifths at 0.9.
"""

from dataclasses import replace

import numpy as np
from scipy.special import expit, logit

from evaluation.statistics.answers import Floats, Labels
from evaluation.statistics.association.columns import yes_no
from evaluation.statistics.estimate import ESTIMATE_LEVEL, BadData, Estimate, check_level
from evaluation.statistics.folds import folds_of
from evaluation.statistics.ppi.engine import Pool, Powered, best_tuning, interval

FOLDS = 5


def mean(
    answers: Labels,
    predicted: Labels,
    unlabelled: Labels,
    *,
    artists: Labels | None = None,
    artists_unlabelled: Labels | None = None,
    raters: Labels | None = None,
    weights: Labels | None = None,
    tuning: float | None = None,
    cross_fit: bool = True,
    level: float = ESTIMATE_LEVEL,
) -> Powered:
    """The mean answer over a pool, from `answers` [n] with the metric's `predicted` [n] of their
    images, and its predictions `unlabelled` [N] of images that nobody judged.

    artists, artists_unlabelled  [n], [N]: whose image it is (or which image, where nobody has two);
             the variance is then between artists
    raters   [n]: who answered; with artists the variance is two-way
    weights  [n]: one over the probability with which an answer's image was chosen to be judged,
             where it was not the same for all (Horvitz and Thompson 1952, in Hájek's form); give
             as `unlabelled` the whole pool then, judged images too: the rest is no fair sample
    tuning   λ in [0, 1]; None: the λ with the least variance, each artist's from the other artists
             (`cross_fit`), or from all answers (as published)

    Raises BadData for columns of unequal length or with missing values.

    >>> found = mean([3, 4, 2, 5], [3.1, 4.2, 2.2, 4.8], [3.0, 4.0, 3.5, 2.5, 4.4], tuning=1.0)
    >>> round(found.estimate.value, 3)
    3.405
    """
    check_level(level)
    pool = Pool.of(
        answers,
        predicted,
        unlabelled,
        second=None,
        artists=artists,
        artists_unlabelled=artists_unlabelled,
        raters=raters,
        weights=weights,
    )
    return _powered(pool, _tuning(pool, tuning, cross_fit), level)


def proportion(
    answers: Labels,
    predicted: Labels,
    unlabelled: Labels,
    *,
    artists: Labels | None = None,
    artists_unlabelled: Labels | None = None,
    raters: Labels | None = None,
    weights: Labels | None = None,
    tuning: float | None = None,
    cross_fit: bool = True,
    level: float = ESTIMATE_LEVEL,
) -> Powered:
    """The same for the share of `answers` that are yes (1), symmetric on the logit and in [0, 1].

    Predictions are probabilities, or any score: λ makes them harmless, not unbiased ones. Where all
    answers are alike the metric is left out: the limit is Clopper-Pearson's at the raters, artists
    or images, whichever are scarcest.
    """
    check_level(level)
    yes = yes_no(answers)
    pool = Pool.of(
        yes,
        predicted,
        unlabelled,
        second=None,
        artists=artists,
        artists_unlabelled=artists_unlabelled,
        raters=raters,
        weights=weights,
    )
    if np.ptp(yes) == 0:
        return _all_alike(pool, level)
    found = _powered(pool, _tuning(pool, tuning, cross_fit), level)
    return replace(found, estimate=_on_logit(found.estimate), classical=_on_logit(found.classical))


def difference(
    answers: Labels,
    predicted: Labels,
    unlabelled: Labels,
    *,
    second: Labels,
    second_unlabelled: Labels,
    artists: Labels | None = None,
    artists_unlabelled: Labels | None = None,
    raters: Labels | None = None,
    weights: Labels | None = None,
    tuning: float | None = None,
    cross_fit: bool = True,
    level: float = ESTIMATE_LEVEL,
) -> Powered:
    """Mean of the condition where `second` [n] is true minus the mean of the other.

    `second_unlabelled` [N] marks the unlabelled images. Artists and raters of both conditions are
    paired: what they share cancels. One λ serves both.
    """
    check_level(level)
    pool = Pool.of(
        answers,
        predicted,
        unlabelled,
        second=(second, second_unlabelled),
        artists=artists,
        artists_unlabelled=artists_unlabelled,
        raters=raters,
        weights=weights,
    )
    if min(int((pool.sign == sign).sum()) for sign in pool.signs) < 2:
        raise BadData("A difference needs at least 2 answers in each condition.")
    return _powered(pool, _tuning(pool, tuning, cross_fit), level)


def _tuning(pool: Pool, given: float | None, cross_fit: bool) -> Floats:
    """[n]: each answer's λ."""
    n = len(pool.answers)
    if not len(pool.unlabelled):
        return np.zeros(n)
    if given is not None:
        if not 0 <= given <= 1:
            raise BadData(f"λ lies between 0 (no metric) and 1; given: {given}.")
        return np.full(n, float(given))
    clusters = np.arange(n) if pool.artist is None else pool.artist
    count = len(np.unique(clusters))
    if not cross_fit or count < 2 * FOLDS:
        return np.full(n, best_tuning(pool))
    fold_of = folds_of(clusters, FOLDS)
    found = np.zeros(n)
    for fold in range(FOLDS):
        found[fold_of == fold] = best_tuning(pool, fold_of != fold)
    return found


def _powered(pool: Pool, tuning: Floats, level: float) -> Powered:
    nothing, n = np.zeros(len(pool.answers)), len(pool.answers)
    variance, freedom, said = pool.variance(tuning)
    alone, _, _ = pool.variance(nothing)
    plain = interval(pool.value(nothing), alone, freedom, level, n, f"answers alone; {said}")
    how = f"PPI++ with λ = {tuning.mean():.2f} and {len(pool.unlabelled)} unlabelled images; {said}"
    if not tuning.any():
        why = "there are no unlabelled images" if not len(pool.unlabelled) else "λ = 0"
        how = f"{why}, so the metric adds nothing; {said}"
    powered = interval(pool.value(tuning), variance, freedom, level, n, how)
    defined = alone > 0 and variance > 0
    gain = alone / variance if defined else float("nan")
    raters = float("nan") if pool.rater is None else float(len(np.unique(pool.rater)))
    saved = 1 - 1 / gain if defined else float("nan")
    r = _correlation(pool)
    return Powered(powered, plain, float(tuning.mean()), r, n * gain, saved, raters * saved)


def _correlation(pool: Pool) -> float:
    """Within conditions, pooled."""
    parts = [pool.arm(sign)[:2] for sign in pool.signs]
    y, f = (np.concatenate([part[k] - part[k].mean() for part in parts]) for k in (0, 1))
    spread = float(np.sqrt((y @ y) * (f @ f)))
    return float(y @ f) / spread if spread > 1e-12 else float("nan")


def _on_logit(estimate: Estimate) -> Estimate:
    """The same standard error, symmetric on the logit; a share outside (0, 1) is moved inside."""
    if not estimate.has_interval:
        return estimate
    share = float(np.clip(estimate.value, 0.5 / estimate.n, 1 - 0.5 / estimate.n))
    reach = (estimate.high - estimate.value) / (share * (1 - share))
    low, high = expit(logit(share) + np.array([-reach, reach]))
    said = f"{estimate.method}, logit scale"
    if share != estimate.value:
        said += f"; {estimate.value:.3f} moved inside, where a share can be"
    return replace(estimate, value=share, low=float(low), high=float(high), method=said)


def _all_alike(pool: Pool, level: float) -> Powered:
    value, n = float(pool.answers[0]), len(pool.answers)
    counts = [len(np.unique(codes)) for codes in (pool.rater, pool.artist) if codes is not None]
    units = min(counts, default=n)
    share = (1 - level) ** (1 / units)
    low, high = share * value, share * value + 1 - share
    said = f"all {n} answers alike: one-sided Clopper-Pearson limit at {units}; metric left out"
    found = Estimate(value, low, high, float("nan"), level, n, said)
    raters = float("nan") if pool.rater is None else 0.0
    return Powered(found, found, 0.0, float("nan"), float(n), 0.0, raters)
