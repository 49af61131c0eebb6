"""Contrasts of several conditions' means, and ratios of two contrasts: raters and items as samples.

A contrast is Σ w_c m_c over conditions c with means m_c. Answer k of condition c adds
E_k = w_c (y_k - m_c) / n_c to it, and its variance is the two-way clustered one of these E
(`clustered`). A ratio N / D of two contrasts has the interval of Fieller (1954): all ρ for which
N - ρ D does not differ from 0.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from evaluation.statistics.answers import (
    Answers,
    Codes,
    Floats,
    Labels,
    Mask,
    label_codes,
    label_column,
    summed,
)
from evaluation.statistics.clustered import Bounds, Difference
from evaluation.statistics.estimate import ESTIMATE_LEVEL, BadData, Estimate, check_level

Weights = Mapping[str, float]
"""Condition → its weight; conditions that are not named have none."""
Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class _Table:
    """Answers, the condition of each [n], and the group of each item [I]."""

    answers: Answers
    names: NDArray[np.str_]
    group: Codes


@dataclass(frozen=True)
class _Parts:
    """What each answer adds to some contrasts, and the variance of their sums."""

    values: Floats
    """[K]: the contrasts"""
    variances: Matrix
    """[T, K, K]: the two-way one and both one-way terms; of a contrast the largest holds"""
    freedom: float
    said: str


def contrast(
    values: Labels,
    raters: Labels | None,
    items: Labels,
    conditions: Labels,
    weights: Weights,
    *,
    groups: Labels | None = None,
    bounds: Bounds | None = None,
    level: float = ESTIMATE_LEVEL,
) -> Difference:
    """Σ w_c m_c with its two-sided p against 0; raters and items that conditions share are paired.

    raters  None for measurements, which nobody judged
    groups  one label an answer, where items are nested in groups (artworks in the eras of their
            painters): each group's items are a sample of their own, and the degrees of freedom are
            Welch's. Conditions may not reach over groups.
    bounds  ends of the scale: a condition whose answers are all alike then adds the width of its
            Clopper-Pearson limit, as in `clustered_difference`

    >>> y, who, what = [1, 0, 1, 1, 0, 0, 1, 1], list("aabbccdd"), list("xyxyxyxy")
    >>> str(contrast(y, who, what, list("pqpqpqpq"), {"q": 1, "p": -1}))
    '−0.25 [−3.43, 2.93]'
    """
    check_level(level)
    table = _read(values, raters, items, conditions, weights, groups)
    answers, size = table.answers, table.answers.n
    if answers.alone:
        value = float(_influences(table, weights)[0])
        bare = Estimate.without_interval(value, level=level, n=size, reason=answers.alone)
        return Difference(bare, answers.raters, answers.items, float("nan"))
    parts = _parts(table, [weights], bounds, level)
    value, variance = float(parts.values[0]), float(parts.variances[:, 0, 0].max())
    if variance <= (1e-12 * np.abs(answers.values).max()) ** 2:
        reason = "within each condition all answers are alike"
        bare = Estimate.without_interval(value, level=level, n=size, reason=reason)
        return Difference(bare, answers.raters, answers.items, float("nan"))
    se = sqrt(variance)
    half = float(student.ppf((1 + level) / 2, parts.freedom)) * se
    estimate = Estimate(value, value - half, value + half, se, level, size, parts.said)
    p = float(2 * student.sf(abs(value) / se, parts.freedom))
    return Difference(estimate, answers.raters, answers.items, p)


def ratio(
    values: Labels,
    raters: Labels | None,
    items: Labels,
    conditions: Labels,
    numerator: Weights,
    denominator: Weights,
    *,
    bounds: Bounds | None = None,
    level: float = ESTIMATE_LEVEL,
) -> Estimate:
    """One contrast over another with Fieller's interval.

    Of purification: what share of the damage that a protection did is undone,
    (purified - protected) / (clean - protected). No interval where the denominator cannot be told
    from 0: a share of nothing is any number.
    """
    check_level(level)
    table = _read(values, raters, items, conditions, {**numerator, **denominator}, None)
    size = table.answers.n
    if table.answers.alone:
        return Estimate.undefined(level=level, n=size, reason=table.answers.alone)
    parts = _parts(table, [numerator, denominator], bounds, level)
    top, bottom = parts.values
    reach = float(student.ppf((1 + level) / 2, parts.freedom)) ** 2
    ends = [_fieller(top, bottom, reach * variance) for variance in parts.variances]
    if not all(ends):
        reason = "what it is a share of cannot be told from 0"
        return Estimate.undefined(level=level, n=size, reason=reason)
    low, high = min(end[0] for end in ends if end), max(end[1] for end in ends if end)
    slope = np.array([1.0, -top / bottom]) / bottom
    spread = max(float(slope @ variance @ slope) for variance in parts.variances)
    se = sqrt(max(spread, 0.0))  # where both vary alike, rounding can leave less than nothing
    said = f"Fieller, {parts.said}"
    return Estimate(float(top / bottom), float(low), float(high), se, level, size, said)


def _fieller(top: float, bottom: float, reach: Matrix) -> tuple[float, float] | None:
    """Ends of {ρ: (N - ρD)² ≤ reach of N - ρD}; None where they are not finite."""
    a = bottom**2 - reach[1, 1]
    if a <= 0:
        return None
    b, c = top * bottom - reach[0, 1], top**2 - reach[0, 0]
    root = sqrt(max(b * b - a * c, 0.0))
    return (b - root) / a, (b + root) / a


def _read(
    values: Labels,
    raters: Labels | None,
    items: Labels,
    conditions: Labels,
    weights: Weights,
    groups: Labels | None,
) -> _Table:
    """The answers under the conditions that have a weight."""
    answers = Answers.of(values, raters, items)
    names = label_column(conditions, "condition").astype(str)
    group = np.zeros(answers.n) if groups is None else label_column(groups, "group")
    for noun, column in (("conditions", names), ("groups", group)):
        if len(column) != answers.n:
            raise BadData(f"There are {answers.n} answers and {len(column)} {noun}; give one each.")
    missing = sorted(set(weights) - set(names))
    if missing:
        raise BadData(f"Nobody answered under the condition {missing[0]}.")
    kept = np.isin(names, list(weights))
    who = answers.rater[kept] if answers.judged else None
    chosen = Answers.of(answers.values[kept], who, answers.item[kept])
    return _Table(chosen, names[kept], chosen.belonging(label_codes(group[kept])[0]))


def _influences(table: _Table, weights: Weights) -> tuple[float, Floats]:
    """The contrast, and what each answer adds to it."""
    value, added = 0.0, np.zeros(table.answers.n)
    for name, weight in weights.items():
        mine = table.names == name
        mean = float(table.answers.values[mine].mean())
        value += weight * mean
        added[mine] = weight * (table.answers.values[mine] - mean) / mine.sum()
    return value, added


def _parts(table: _Table, contrasts: list[Weights], bounds: Bounds | None, level: float) -> _Parts:
    parts = _of_varying(table, contrasts)
    if bounds is None:
        return parts
    quantile = float(student.ppf((1 + level) / 2, parts.freedom))
    variances = parts.variances.copy()
    for name in dict.fromkeys(table.names):
        weights = np.array([each.get(name, 0.0) for each in contrasts])
        width = _alike_width(table.answers, table.names == name, bounds, level)
        variances += np.outer(weights, weights) * (width / quantile) ** 2
    return replace(parts, variances=variances)


def _alike_width(answers: Answers, mine: Mask, bounds: Bounds, level: float) -> float:
    """How far the mean of equal answers may reasonably lie from them; 0 where they differ."""
    values = answers.values[mine]
    if np.ptp(values) > 0:
        return 0.0
    units = len(np.unique((answers.rater if answers.judged else answers.item)[mine]))
    farthest = max(values[0] - bounds[0], bounds[1] - values[0])
    return float((1 - (1 - level) ** (1 / units)) * farthest)


def _of_varying(table: _Table, contrasts: list[Weights]) -> _Parts:
    answers = table.answers
    found = [_influences(table, weights) for weights in contrasts]
    added = np.array([each for _, each in found])
    by_item, freedom = _by_item(table, added)
    values = np.array([value for value, _ in found])
    if not answers.judged:
        said = f"clustered by items ({answers.said}), t({freedom:.3g})"
        return _Parts(values, by_item[None], freedom, said)
    people = _crossed(added, answers.rater, answers.raters)
    by_rater = people * answers.raters / (answers.raters - 1)
    cell = np.unique(answers.rater * answers.items + answers.item, return_inverse=True)[1]
    cells = _crossed(added, cell.ravel(), int(cell.max()) + 1)
    freedom = min(freedom, float(answers.raters - 1))
    terms = np.array([by_rater + by_item - cells, by_rater, by_item])
    said = f"two-way clustered ({answers.said}), t({freedom:.3g})"
    return _Parts(values, terms, freedom, said)


def _by_item(table: _Table, added: Floats) -> tuple[Matrix, float]:
    """The items' term, each group's items a sample of their own, and its degrees of freedom."""
    items = table.answers.items
    sums = np.array([summed(table.answers.item, row, items) for row in added])
    term, spreads = np.zeros((len(added), len(added))), []
    for code in np.unique(table.group):
        mine = sums[:, table.group == code]
        count = mine.shape[1]
        if count < 2:
            raise BadData("A group of items needs two of them to say anything about others.")
        share = mine @ mine.T * count / (count - 1)
        term += share
        spreads.append((float(np.trace(share)), count - 1))
    whole = sum(spread for spread, _ in spreads)
    welch = sum(spread**2 / free for spread, free in spreads)
    return term, whole**2 / welch if welch else float(items - 1)


def _crossed(added: Floats, codes: Codes, count: int) -> Matrix:
    sums = np.array([summed(codes, row, count) for row in added])
    return np.asarray(sums @ sums.T)
