"""Many comparisons at once: p-values that say so, and intervals that keep up with them.

Name the family first: all comparisons of which a finding would be reported. Holm for the few that
were planned, Benjamini-Hochberg for exploration, max-T where the comparisons hang together (metrics
on the same pictures), because it knows that and is sharper.
"""

from dataclasses import dataclass
from math import inf

import numpy as np
from scipy.stats import t as student

from evaluation.statistics.answers import Codes, Floats, Labels, floats, number_column
from evaluation.statistics.bootstrap import CHUNK_CELLS
from evaluation.statistics.estimate import ESTIMATE_LEVEL, BadData, Estimate, check_level

DRAWS, LEAST_DRAWS = 200_000, 10_000
DRAWN_CELLS = 40_000_000  # draws times comparisons: seconds, not minutes
LEAST_REPLICATES = 100


@dataclass(frozen=True)
class Family:
    """Comparisons that were judged together."""

    p: Floats
    """adjusted, in the order given; nan where there is no value"""
    estimates: tuple[Estimate, ...]
    """with intervals that all hold at once, at the level asked for"""
    critical: float
    """the number of standard errors on either side"""


def holm(p_values: Labels) -> Floats:
    """Holm's step-down adjusted p-values (1979), in the order given; nan stays nan.

    Controls the chance of any false claim within the family, whatever depends on what. Intervals
    that go with it: `bonferroni_level`.

    >>> holm([0.01, 0.04, 0.03]).tolist()
    [0.03, 0.06, 0.06]
    """
    p, known = _known(p_values)
    adjusted = np.full(len(p), np.nan)
    order = known[np.argsort(p[known], kind="stable")]
    stepped = p[order] * (len(order) - np.arange(len(order)))
    adjusted[order] = np.minimum(np.maximum.accumulate(stepped), 1.0)
    return adjusted


def benjamini_hochberg(p_values: Labels) -> Floats:
    """Benjamini and Hochberg's step-up adjusted p-values (1995), in the order given; nan stays nan.

    Controls the expected share of false claims among those made, for independent or positively
    dependent tests. For exploration: of twenty claims at 0.05, one is expected to be false.
    Intervals that go with it: `false_coverage_level`.

    >>> benjamini_hochberg([0.01, 0.04, 0.03]).tolist()
    [0.03, 0.04, 0.04]
    """
    p, known = _known(p_values)
    adjusted = np.full(len(p), np.nan)
    order = known[np.argsort(-p[known], kind="stable")]
    stepped = p[order] * len(order) / np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(np.minimum.accumulate(stepped), 1.0)
    return adjusted


def bonferroni_level(comparisons: int, *, level: float = ESTIMATE_LEVEL) -> float:
    """The level to ask of each of several intervals so that all hold at once with `level`.

    Works with any function here: `clustered_difference(..., level=bonferroni_level(10))`. An
    interval that excludes 0 then has a Holm-adjusted p below 1 - level; not always the reverse.

    >>> round(bonferroni_level(10), 6)
    0.995
    """
    check_level(level)
    if comparisons < 1:
        raise BadData(f"A family has one comparison or more; given: {comparisons}.")
    return 1 - (1 - level) / comparisons


def false_coverage_level(
    selected: int, comparisons: int, *, level: float = ESTIMATE_LEVEL
) -> float:
    """The level to ask of intervals shown only for the comparisons that were selected.

    1 - α R/m for R selected of m (Benjamini and Yekutieli 2005, doi:10.1198/016214504000001907):
    of the intervals shown, a share of at most α misses. Showing the unadjusted intervals of the
    “significant” ones alone misses far more.

    >>> round(false_coverage_level(3, 20), 6)
    0.9925
    """
    check_level(level)
    if not 1 <= selected <= comparisons:
        raise BadData(f"Between 1 and {comparisons} comparisons are selected; given: {selected}.")
    return 1 - (1 - level) * selected / comparisons


def max_t(values: Labels, deviations: Labels, *, n: int, level: float = ESTIMATE_LEVEL) -> Family:
    """Step-down max-T p-values (Westfall and Young 1993) and simultaneous intervals.

    values  [K], e.g. differences of metrics.
    deviations  [B, K], what chance adds to them, drawn together so that the comparisons hang
        together as they do in the data: statistics under a permutation, or replicates of a
        bootstrap minus `values`.
    n  answers behind the values, for the estimates.

    Each is divided by the spread of its deviations. p = (1 + #)/(B + 1). Rows that are not finite
    are left out, and counted in `method`. Raises BadData where fewer than 100 rows are left.

    >>> rng = np.random.default_rng(0)
    >>> found = max_t([3.0, 0.5], rng.normal(size=(2000, 2)), n=40)
    >>> found.p.round(3).tolist()
    [0.005, 0.614]
    """
    check_level(level)
    given, drawn = number_column(values, "Value"), floats(deviations, "Deviation")
    if drawn.ndim != 2 or drawn.shape[1] != len(given):
        raise BadData(
            f"There are {len(given)} values and deviations of shape {drawn.shape}; give one column "
            "a value and one row a draw."
        )
    _some(given)
    known = np.isfinite(given)
    rows = np.isfinite(drawn[:, known]).all(1)
    kept = drawn[np.ix_(rows, known)]
    if len(kept) < LEAST_REPLICATES:
        raise BadData(f"max-T needs {LEAST_REPLICATES} draws or more; {len(kept)} are usable.")
    spread = kept.std(0, ddof=1)
    lost = len(drawn) - len(kept)
    said = f"max-T over {known.sum()} comparisons, {len(kept)} draws"
    said += f" ({lost} undefined ones left out)" if lost else ""
    size = np.divide(np.abs(kept), spread, out=np.zeros_like(kept), where=spread > 0)
    critical = float(np.quantile(size.max(1), level, method="higher"))
    p = np.full(len(given), np.nan)
    p[known] = _step_down(given[known], size, spread)
    errors = np.full(len(given), np.nan)
    errors[known] = spread
    estimates = [
        _estimate(value, se, critical, n, level, said)
        for value, se in zip(given.tolist(), errors.tolist(), strict=True)
    ]
    return Family(p, tuple(estimates), critical)


def simultaneous(
    values: Labels,
    covariance: Labels,
    *,
    n: int,
    generator: np.random.Generator,
    freedom: float = inf,
    level: float = ESTIMATE_LEVEL,
) -> Family:
    """max-T from a covariance, without replicates (Hothorn, Bretz, Westfall 2008): one step.

    values  [K], covariance  [K, K] of them, may be singular (all pairs of items: Tukey's case).
    freedom  of Student's t, infinite for a normal one. The multivariate t is drawn, up to 200,000
    times: p-values of up to 200 comparisons are good to about 0.001.

    >>> found = simultaneous([2.5, 1.0], np.eye(2), n=40, generator=np.random.default_rng(1))
    >>> f"{found.estimates[0]:.2f}", round(float(found.p[0]), 2)
    ('2.50 [0.26, 4.74]', 0.02)
    """
    given, matrix = number_column(values, "Value"), floats(covariance, "Covariance")
    size = len(given)
    if matrix.shape != (size, size) or not np.allclose(matrix, matrix.T):
        raise BadData(
            f"There are {size} values; their covariance is a symmetric table of that size, given: "
            f"{matrix.shape}."
        )
    roots, axes = np.linalg.eigh(matrix)
    loadings = axes * np.sqrt(np.maximum(roots, 0.0))
    return simultaneous_by_loadings(
        given, loadings, n=n, generator=generator, freedom=freedom, level=level
    )


def simultaneous_by_loadings(
    values: Labels,
    loadings: Labels,
    *,
    n: int,
    generator: np.random.Generator,
    freedom: float = inf,
    level: float = ESTIMATE_LEVEL,
) -> Family:
    """`simultaneous` with covariance L Lᵀ, L [K, P]: for many contrasts of few parameters."""
    check_level(level)
    given, mixing = number_column(values, "Value"), floats(loadings, "Loading")
    errors = _errors(given, mixing, freedom)
    largest = _largest(mixing / errors[:, None], generator)
    if np.isfinite(freedom):
        largest /= np.sqrt(generator.chisquare(freedom, len(largest)) / freedom)
    critical = float(np.quantile(largest, level))
    size = np.abs(given) / errors
    reached = len(largest) - np.searchsorted(np.sort(largest), size)
    kind = f"t({freedom:g})" if np.isfinite(freedom) else "normal"
    said = f"max-T over {len(given)} comparisons, multivariate {kind}"
    estimates = [
        _estimate(value, se, critical, n, level, said)
        for value, se in zip(given.tolist(), errors.tolist(), strict=True)
    ]
    # where even the largest draw is smaller, the p of one comparison times their number
    alone = np.minimum(2 * student.sf(size, freedom) * len(given), 1 / len(largest))
    return Family(np.where(reached > 0, reached / len(largest), alone), tuple(estimates), critical)


def _largest(mixing: Floats, generator: np.random.Generator) -> Floats:
    """Draws of the largest |z| of correlated normals, a chunk at a time."""
    comparisons, parameters = mixing.shape
    draws = int(np.clip(DRAWN_CELLS // max(comparisons, 1), LEAST_DRAWS, DRAWS))
    chunk = max(1, CHUNK_CELLS // comparisons)
    sizes = [min(chunk, draws - done) for done in range(0, draws, chunk)]
    parts = [
        np.abs(generator.standard_normal((size, parameters)) @ mixing.T).max(1) for size in sizes
    ]
    return np.concatenate(parts)


def _known(p_values: Labels) -> tuple[Floats, Codes]:
    """The p-values, and the places of those that are not nan."""
    p = number_column(p_values, "P-value")
    wrong = p[(p < 0) | (p > 1)]
    if len(wrong):
        raise BadData(f"A p-value lies between 0 and 1; given: {wrong[0]}.")
    return p, np.flatnonzero(~np.isnan(p))


def _step_down(values: Floats, size: Floats, spread: Floats) -> Floats:
    """Each against the largest of those that are no more significant than it."""
    with np.errstate(divide="ignore", invalid="ignore"):
        seen = np.nan_to_num(np.abs(values) / spread, nan=0.0, posinf=inf)
    order = np.argsort(-seen, kind="stable")
    rest = np.maximum.accumulate(size[:, order[::-1]], axis=1)[:, ::-1]
    raw = (1 + (rest >= seen[order] * (1 - 1e-12)).sum(0)) / (len(size) + 1)
    p = np.empty(len(values))
    p[order] = np.maximum.accumulate(raw)
    return p


def _some(values: Floats) -> None:
    if not len(values):
        raise BadData("A family has one comparison or more; there is none.")


def _estimate(
    value: float, se: float, critical: float, n: int, level: float, said: str
) -> Estimate:
    if not np.isfinite(value):
        return Estimate.undefined(level=level, n=n, reason="there is no value to compare")
    if se == 0:
        reason = "chance adds nothing to it in any draw"
        return Estimate.without_interval(value, level=level, n=n, reason=reason)
    low, high = value - critical * se, value + critical * se
    return Estimate(value, low, high, se, level, n, said)


def _errors(values: Floats, loadings: Floats, freedom: float) -> Floats:
    if loadings.ndim != 2 or len(loadings) != len(values):
        raise BadData(f"There are {len(values)} values and loadings of shape {loadings.shape}.")
    _some(values)
    if not (np.isfinite(values).all() and np.isfinite(loadings).all() and freedom > 0):
        raise BadData("Values, covariance and freedom must be finite; leave out what has no value.")
    variances = (loadings**2).sum(1)
    if not (variances > 1e-14 * variances.max(initial=0.0)).all():
        raise BadData("A value without any variance has no place in a family; leave it out.")
    return np.asarray(np.sqrt(variances))
