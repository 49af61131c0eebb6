"""The crossed ("pigeonhole") bootstrap: raters and items are both drawn again, answers never.

Owen 2007 (doi:10.1214/07-AOAS122); Owen and Eckles 2012. A replicate gives rater r the weight w_r
and item i the weight w_i, both multinomial, and an answer the weight w_r w_i. With the answers as
matrices of sums S and counts C, all B replicates of a mean are two matrix products, W_r S and
W_r C. Conservative by construction: its variance carries + v_cell where the unbiased one has
- v_cell, the more so the sparser the design.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.stats import norm
from scipy.stats import t as student

from evaluation.statistics.answers import Answers, Codes, Floats, Labels
from evaluation.statistics.estimate import (
    ESTIMATE_LEVEL,
    BadData,
    Estimate,
    check_level,
    is_rounding,
)

REPLICATES = 2000
SAME_DRAWS = "all clusters are alike, so that every draw of them gives the same"
CHUNK_CELLS = 4_000_000  # numbers held at once: 32 MB


@dataclass(frozen=True)
class Scale:
    """A scale without ends, and the way back: percentiles may be moved on it."""

    name: str
    stretch: Callable[[Floats], Floats]
    back: Callable[[Floats], Floats]


_EDGE = 1 - 1e-9
FISHER_Z = Scale("Fisher z", lambda r: np.arctanh(np.clip(r, -_EDGE, _EDGE)), np.tanh)
LOG_DISAGREEMENT = Scale(
    "log of 1 - alpha", lambda a: -np.log(np.maximum(1 - a, 1e-9)), lambda s: 1 - np.exp(-s)
)


@dataclass(frozen=True)
class Draws:
    """How often each rater and each item was drawn: weights of B replicates."""

    raters: Floats
    """[B, R], rows sum to R"""
    items: Floats
    """[B, I]; where clusters of items are drawn, the items of one share their weight"""

    def __len__(self) -> int:
        return len(self.raters)


def multinomial_weights(size: int, replicates: int, generator: np.random.Generator) -> Floats:
    """[replicates, size]: how often each of `size` came up in `size` draws with replacement."""
    drawn = generator.integers(0, size, (replicates, size))
    flat = drawn + size * np.arange(replicates)[:, None]
    counts = np.bincount(flat.ravel(), minlength=replicates * size)
    return counts.reshape(replicates, size).astype(np.float64)


def draw(
    raters: int,
    items: int,
    generator: np.random.Generator,
    *,
    replicates: int = REPLICATES,
    clusters: Codes | None = None,
) -> Draws:
    """Weights for the crossed bootstrap; `clusters[i]` is the code of item i's cluster.

    Give the artwork as cluster where an artwork appears under several conditions: its items are
    then drawn together, as they would be in a new study.
    """
    if replicates < 100:
        raise BadData(f"A bootstrap needs at least 100 replicates; given: {replicates}.")
    people = multinomial_weights(raters, replicates, generator)
    groups = np.arange(items) if clusters is None else clusters
    pictures = multinomial_weights(int(groups.max()) + 1, replicates, generator)
    return Draws(people, pictures[:, groups])


def crossed_mean(
    values: Labels,
    raters: Labels,
    items: Labels,
    *,
    generator: np.random.Generator,
    replicates: int = REPLICATES,
    level: float = ESTIMATE_LEVEL,
) -> Estimate:
    """The mean of all answers (a share, where they are 0 and 1) with its percentile interval.

    Raters and items are both drawn again. Conservative; `clustered_mean` is the default elsewhere.
    """
    check_level(level)
    answers = Answers.of(values, raters, items)
    value = float(answers.values.mean())
    if answers.alone:
        return Estimate.without_interval(value, level=level, n=answers.n, reason=answers.alone)
    draws = draw(answers.raters, answers.items, generator, replicates=replicates)
    totals = np.einsum("bi,bi->b", draws.raters @ answers.sums, draws.items)
    weights = np.einsum("bi,bi->b", draws.raters @ answers.counts, draws.items)
    with np.errstate(invalid="ignore"):
        means = totals / weights
    return percentile_interval(value, means, n=answers.n, level=level, drawn=answers.said)


def percentile_interval(
    value: float,
    replicates: Floats,
    *,
    n: int,
    level: float,
    drawn: str,
    clusters: int | None = None,
    size: float = 0.0,
) -> Estimate:
    """`value` between the percentiles of its replicates; `drawn` says what was drawn again.

    Replicates that differ by rounding alone give no interval; `size` is how large the numbers are
    that were added up, where these may cancel.

    With `clusters` (how many of the scarcer axis were drawn) the percentiles are expanded for few
    clusters, as t is wider than normal (Hesterberg 2015, doi:10.1080/00031305.2015.1089789, 3.3).
    """
    kept = replicates[np.isfinite(replicates)]
    if not _enough(value, kept, replicates):
        return _no_interval(value, kept, replicates, n=n, level=level)
    if _alike(kept, size):
        return Estimate.without_interval(value, level=level, n=n, reason=SAME_DRAWS)
    tail = expanded_tail(level, clusters)
    low, high = np.quantile(kept, [tail, 1 - tail])
    method = f"{_kind(clusters)} of {_said(kept, replicates)}, drawing {drawn}"
    return Estimate(value, float(low), float(high), float(kept.std(ddof=1)), level, n, method)


def centred_interval(
    value: float,
    replicates: Floats,
    scale: Scale,
    *,
    n: int,
    level: float,
    drawn: str,
    clusters: int | None = None,
    keep_inner_end: bool = False,
) -> Estimate:
    """Percentiles of the replicates, moved to where the estimate is, on a scale without ends.

    For statistics that every replicate pulls toward 0: a correlation with means over raters loses
    by the raters' noise, and drawing raters again adds that noise once more; alpha loses by pairs
    of an item with its own copy. The percentiles are moved out by what the median of the replicates
    lost (never in), so that the interval is about what was estimated. `keep_inner_end` moves the
    end away from 0 only: wider, for few values that crowd at 1 (benchmarks/coverage.py).
    """
    kept = replicates[np.isfinite(replicates)]
    if not _enough(value, kept, replicates):
        return _no_interval(value, kept, replicates, n=n, level=level)
    if _alike(kept, 1.0):  # of correlation or agreement: at most 1
        return Estimate.without_interval(value, level=level, n=n, reason=SAME_DRAWS)
    stretched, middle = scale.stretch(kept), scale.stretch(np.array([value]))[0]
    lost = float(middle - np.median(stretched))
    shift = lost if lost * value > 0 else 0.0
    moves = np.array([shift if shift < 0 else 0.0, shift if shift > 0 else 0.0])
    tail = expanded_tail(level, clusters)
    ends = np.quantile(stretched, [tail, 1 - tail]) + (moves if keep_inner_end else shift)
    low, high = scale.back(ends)
    kind = "outward-moved" if keep_inner_end else "centred"
    said = f"{kind} {_kind(clusters)} ({scale.name}) of {_said(kept, replicates)}"
    se = float(kept.std(ddof=1))
    return Estimate(value, float(low), float(high), se, level, n, f"{said}, drawing {drawn}")


def two_sided_p(replicates: Floats, *, clusters: int | None = None) -> float:
    """How rarely replicates, centred on the estimate, fall beyond 0: 2 (1 + #) / (B + 1).

    With `clusters`, as the expanded percentiles have it.
    """
    kept = replicates[np.isfinite(replicates)]
    if not len(kept):
        return float("nan")
    tail = min(int((kept <= 0).sum()), int((kept >= 0).sum()))
    p = min(1.0, 2 * (1 + tail) / (len(kept) + 1))
    if clusters is None or clusters < 2:
        return p
    z = norm.isf(p / 2) * np.sqrt((clusters - 1) / clusters)
    return float(2 * student.sf(z, clusters - 1))


def expanded_tail(level: float, clusters: int | None) -> float:
    """The percentile that an interval begins at: (1 - level) / 2, less for few clusters."""
    if clusters is None or clusters < 2:
        return (1 - level) / 2
    wide = student.ppf((1 + level) / 2, clusters - 1) * np.sqrt(clusters / (clusters - 1))
    return float(norm.sf(wide))


def _kind(clusters: int | None) -> str:
    return "percentile" if clusters is None else f"percentile expanded for {clusters} clusters"


def _said(kept: Floats, replicates: Floats) -> str:
    lost = len(replicates) - len(kept)
    return f"{len(kept)} replicates" + (f" ({lost} undefined ones left out)" if lost else "")


def _alike(kept: Floats, size: float) -> bool:
    return is_rounding(float(np.ptp(kept)), max(size, float(np.abs(kept).max())))


def _enough(value: float, kept: Floats, replicates: Floats) -> bool:
    return bool(np.isfinite(value)) and len(kept) >= max(100, len(replicates) // 2)


def _no_interval(
    value: float, kept: Floats, replicates: Floats, *, n: int, level: float
) -> Estimate:
    if not np.isfinite(value):
        return Estimate.undefined(level=level, n=n, reason="the values do not vary")
    reason = f"undefined in {len(replicates) - len(kept)} of {len(replicates)} replicates"
    return Estimate.without_interval(value, level=level, n=n, reason=reason)
