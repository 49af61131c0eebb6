"""Agreement of a metric with people at a level, for whole stacks of replicates at once.

Everything is laid out [n, B, G]: n entries to correlate, B replicates, G groups; so that sums over
entries run along memory. An entry that nobody judged is nan in `human` and is left out.
"""

from itertools import combinations
from typing import Literal, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.stats import kendalltau

from evaluation.statistics.answers import Codes, Floats
from evaluation.statistics.correlation import midranks
from evaluation.statistics.estimate import ROUNDING, BadData
from evaluation.statistics.meta.grid import By

Coefficient = Literal["pearson", "spearman", "kendall", "accuracy"]
"""accuracy: of pairs, the share that people and metric order alike, ties included"""
Whole = NDArray[np.int64]
Cells = TypeVar("Cells", Floats, Whole)

PAIRWISE = 64  # entries up to which counting pairs is faster than sorting
COUNTABLE = 256  # entries up to which pairs are counted in every replicate
CELLS = 300_000  # numbers of one metric held at once: they stay in the cache


def at_level(
    human: Floats,
    metric: Floats,
    by: By,
    coefficient: Coefficient,
    *,
    own: Whole | None = None,
    epsilon: float = 0.0,
) -> Floats:
    """[B]: agreement of `metric` with `human`, both [B or 1, S, I]; the mean over groups.

    `own` [B, S, I] names the cell that each is a copy of: pairs of a cell with its own copy are
    left out of what counts pairs. In accuracy, differences of `metric` up to `epsilon` are ties.
    nan where no group has anything to order.
    """
    if by == "condition":
        judged = ~np.isnan(human)
        counts = judged.sum(2)
        with np.errstate(invalid="ignore", divide="ignore"):
            people = np.where(judged, human, 0.0).sum(2) / np.where(counts > 0, counts, np.nan)
            numbers = (metric * judged).sum(2) / np.maximum(counts, 1)
        x, y = people.T[:, :, None], numbers.T[:, :, None]
        copies = None if own is None else own[:, :, :1].transpose(1, 0, 2)
    else:
        x, y = _laid_out(human, by), _laid_out(metric, by)
        copies = None if own is None else _laid_out(own, by)
    return _mean(_coefficient(x, y, copies, coefficient, epsilon))


def largest_group(shape: tuple[int, ...], by: By) -> int:
    """Most entries that a group of a grid [S, I] can have."""
    rows, columns = shape
    of_level = {"condition": rows, "group-by-item": rows, "group-by-condition": columns}
    return of_level.get(by, rows * columns)


def _laid_out(cells: Cells, by: By) -> Cells:
    """[B, S, I] → [n, B, G]."""
    if by == "group-by-item":
        return np.moveaxis(cells, 1, 0)
    if by == "group-by-condition":
        return np.moveaxis(cells, 2, 0)
    return cells.reshape(len(cells), -1).T[:, :, None]


def _mean(values: Floats) -> Floats:
    """[B]: the mean over groups [B, G], undefined ones left out."""
    known = ~np.isnan(values)
    counts = known.sum(1)
    sums = np.where(known, values, 0.0).sum(1)
    return np.asarray(np.where(counts > 0, sums / np.maximum(counts, 1), np.nan))


def _coefficient(
    x: Floats, y: Floats, own: Whole | None, coefficient: str, epsilon: float
) -> Floats:
    """[B, G]"""
    if coefficient == "pearson":
        return _pearson(x, y)
    if coefficient == "spearman":
        judged = np.broadcast_to(~np.isnan(x), np.broadcast_shapes(x.shape, y.shape))
        ranks = [_ranks(np.nan_to_num(x), judged if len(x[0]) > 1 else ~np.isnan(x))]
        ranks.append(_ranks(np.broadcast_to(y, judged.shape), judged))
        return _pearson(np.where(np.isnan(x), np.nan, ranks[0]), ranks[1])
    if coefficient == "kendall":
        return _kendall(x, y) if len(x) <= PAIRWISE else _kendall_rows(x, y)
    if coefficient == "accuracy":
        if len(x) > COUNTABLE:
            raise BadData(
                f"{len(x)} entries a group make too many pairs to count in every replicate; take"
                " kendall, or a level with fewer entries."
            )
        return _accuracy(x, y, own, epsilon)
    raise BadData(f"A coefficient is pearson, spearman, kendall or accuracy; given: {coefficient}.")


def _pearson(x: Floats, y: Floats) -> Floats:
    judged = ~np.isnan(x)
    if judged.all():
        counts, of_x, of_y = np.asarray(len(x)), x.mean(0), y.mean(0)
        a, b = x - of_x, y - of_y
    else:
        counts = np.maximum(judged.sum(0), 1)
        kept = np.where(judged, x, 0.0)
        of_x, of_y = kept.sum(0) / counts, (y * judged).sum(0) / counts
        a, b = np.where(judged, kept - of_x, 0.0), (y - of_y) * judged
    return _ratio(
        np.einsum("nbg,nbg->bg", *np.broadcast_arrays(a, b)),
        _squares(a, of_x, counts) * _squares(b, of_y, counts),
    )


def _squares(centred: Floats, mean: Floats, counts: Codes) -> Floats:
    """Sums of squares [B, G]; 0 where they are what rounding leaves of equal numbers."""
    squares = np.einsum("nbg,nbg->bg", centred, centred)
    return np.where(squares > ROUNDING**2 * (squares + counts * mean**2), squares, 0.0)


def _ratio(together: Floats, apart: Floats) -> Floats:
    """Covariance over the root of a product of variances; nan where one side does not vary."""
    with np.errstate(invalid="ignore", divide="ignore"):
        r = together / np.sqrt(np.where(apart > 0, apart, np.nan))
    return np.asarray(np.clip(r, -1.0, 1.0))


def _ranks(x: Floats, judged: NDArray[np.bool_]) -> Floats:
    last = np.ascontiguousarray(np.moveaxis(x, 0, -1))
    weights = np.moveaxis(np.broadcast_to(judged, x.shape), 0, -1).astype(np.float64)
    return np.moveaxis(midranks(last, weights), -1, 0)


def _order(x: Floats, a: int, b: int, epsilon: float = 0.0) -> NDArray[np.int8]:
    """1 where entry a is above entry b, -1 below, 0 where tied or one was not judged."""
    if epsilon:
        above, below = x[a] - x[b] > epsilon, x[a] - x[b] < -epsilon
    else:
        above, below = np.greater(x[a], x[b]), np.less(x[a], x[b])
    return np.asarray(above.view(np.int8) - below.view(np.int8))


def _kendall(x: Floats, y: Floats) -> Floats:
    """tau-b by counting pairs; a copy is tied with its own cell on both sides, so it drops out."""
    complete = not np.isnan(x).any()
    shape = np.broadcast_shapes(x.shape[1:], y.shape[1:])
    balance, of_x, of_y = (np.zeros(shape, dtype=np.int16) for _ in range(3))
    for a, b in combinations(range(len(x)), 2):
        one, other = _order(x, a, b), _order(y, a, b)
        if not complete:
            other = other * _both_judged(x, a, b)
        balance += one * other
        of_x += np.abs(one)
        of_y += np.abs(other)
    return _ratio(balance.astype(np.float64), of_x.astype(np.float64) * of_y)


def _accuracy(x: Floats, y: Floats, own: Whole | None, epsilon: float) -> Floats:
    shape = np.broadcast_shapes(x.shape[1:], y.shape[1:])
    alike, pairs = np.zeros(shape, dtype=np.int32), np.zeros(shape, dtype=np.int32)
    for a, b in combinations(range(len(x)), 2):
        counted = _both_judged(x, a, b)
        if own is not None:
            counted = counted & (own[a] != own[b])
        alike += (_order(x, a, b) == _order(y, a, b, epsilon)) & counted
        pairs += counted
    return np.asarray(np.where(pairs > 0, alike / np.maximum(pairs, 1), np.nan))


def _both_judged(x: Floats, a: int, b: int) -> NDArray[np.bool_]:
    return np.asarray(~(np.isnan(x[a]) | np.isnan(x[b])))


def _kendall_rows(x: Floats, y: Floats) -> Floats:
    """tau-b by sorting, row by row: for long rows."""
    shape = np.broadcast_shapes(x.shape, y.shape)
    x, y = np.broadcast_to(x, shape), np.broadcast_to(y, shape)
    found = np.full(shape[1:], np.nan)
    for place in np.ndindex(*shape[1:]):
        row = x[:, *place]
        judged = ~np.isnan(row)
        if judged.sum() > 1:
            found[place] = kendalltau(row[judged], y[:, *place][judged]).statistic
    return found
