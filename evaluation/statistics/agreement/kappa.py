"""Weighted kappa of two answers to each item, as data: the statistic and its influences.

    κ = (p_o - p_e) / (1 - p_e),  p_o = Σ w_kl p_kl,  p_e = Σ w_kl p_k. p_.l

(Cohen 1968.) Its large-sample variance (Fleiss, Cohen, Everitt 1969, doi:10.1037/h0028106, eq. 10)
is the sum of the squared influences of the pairs.
"""

from collections.abc import Sequence
from typing import Literal

import numpy as np

from evaluation.statistics.agreement.categories import agreement_weights, category_codes
from evaluation.statistics.answers import Answers, Floats, Labels, number_column, summed
from evaluation.statistics.bootstrap import FISHER_Z, Scale
from evaluation.statistics.estimate import ESTIMATE_LEVEL, BadData, Estimate, check_level
from evaluation.statistics.influence import t_interval, two_way_interval

KappaWeights = Literal["identity", "linear", "quadratic"]
LARGE = float("inf")  # degrees of freedom of the normal distribution


def weighted_kappa(
    first: Labels,
    second: Labels,
    *,
    weights: KappaWeights = "quadratic",
    categories: Sequence[float] | None = None,
    raters: Labels | None = None,
    items: Labels | None = None,
    level: float = ESTIMATE_LEVEL,
) -> Estimate:
    """Cohen's kappa of two answers to each of n items; say which weights whenever it is quoted.

    first, second  columns of n numbers: two raters, or one rater twice
    categories  needed for `linear` and `quadratic` only where an end of the scale was never chosen
    raters, items  labels of each pair, where the pairs are answers of several raters to several
                items: the interval is then two-way clustered. Without them it is for these very
                two raters and other items, which are taken as independent.

    Undefined where both columns hold one and the same answer. Raises BadData for columns of unequal
    length or missing numbers.

    >>> str(weighted_kappa([1, 2, 3, 3, 2, 1, 3], [1, 2, 3, 2, 2, 1, 3]))
    '0.89 [0.37, 0.99]'
    """
    check_level(level)
    one, other = paired(first, second)
    n = len(one)
    kappa, slopes = kappa_slopes(one, other, weights, categories)
    if not np.isfinite(kappa):
        reason = "both columns hold one and the same answer"
        return Estimate.undefined(level=level, n=n, reason=reason)
    return pair_interval(kappa, slopes, raters, items, scale=FISHER_Z, level=level)


def kappa_slopes(
    one: Floats, other: Floats, weights: str, categories: Sequence[float] | None
) -> tuple[float, Floats]:
    """Kappa and each pair's influence; nan where chance agreement is complete."""
    known, codes = category_codes(np.append(one, other), categories)
    if len(known) < 2:
        return float("nan"), np.zeros(len(one))
    n = len(one)
    row, column = codes[:n], codes[n:]
    weight = agreement_weights(weights, known)
    by_row = summed(row, np.ones(n), len(known)) / n
    by_column = summed(column, np.ones(n), len(known)) / n
    agree = weight[row, column]
    observed, expected = float(agree.mean()), float(by_row @ weight @ by_column)
    if expected >= 1 - 1e-12:
        return float("nan"), np.zeros(n)
    kappa = (observed - expected) / (1 - expected)
    typical = (weight @ by_column)[row] + (by_row @ weight)[column]
    slopes = agree - observed - (1 - kappa) * (typical - 2 * expected)
    return kappa, np.asarray(slopes / (1 - expected) / n)


def pair_interval(
    value: float,
    slopes: Floats,
    raters: Labels | None,
    items: Labels | None,
    *,
    scale: Scale,
    level: float,
) -> Estimate:
    """The interval of a statistic of n pairs from their influences."""
    n = len(slopes)
    if raters is None or items is None:
        method = f"{n} independent pairs, the raters held"
        return t_interval(
            value, float(slopes @ slopes), LARGE, scale, level=level, n=n, method=method
        )
    table = Answers.of(slopes, raters, items)
    by_rater = summed(table.rater, slopes, table.raters)
    by_item = summed(table.item, slopes, table.items)
    by_cell = table.sums.ravel()
    return two_way_interval(value, by_rater, by_item, by_cell, scale, level=level, n=n)


def paired(first: Labels, second: Labels) -> tuple[Floats, Floats]:
    """Two columns of numbers, checked."""
    one, other = number_column(first, "First answer"), number_column(second, "Second answer")
    if len(one) != len(other):
        raise BadData(f"Pairs need equally long columns; given: {len(one)} and {len(other)}.")
    if len(one) < 2:
        raise BadData(f"At least two pairs are needed; given: {len(one)}.")
    bad = np.flatnonzero(~np.isfinite(one) | ~np.isfinite(other))
    if len(bad):
        raise BadData(f"Pair {bad[0] + 1} lacks an answer; leave incomplete pairs out.")
    return one, other
