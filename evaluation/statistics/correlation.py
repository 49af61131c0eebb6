"""Rank correlations under weights, for whole stacks of replicates at once.

Rows of `x` and `y` [..., I] are samples, `weights` [..., I] say how often each entry occurs; an
entry of weight w counts as w equal entries, so with whole weights the values are those of the
written-out sample (midranks; Kendall's tau-b), as scipy computes them.
"""

import numpy as np
from numpy.typing import NDArray

from evaluation.statistics.answers import Codes, Floats
from evaluation.statistics.bootstrap import CHUNK_CELLS

Singles = NDArray[np.float32]


def midranks(x: Floats, weights: Floats) -> Floats:
    """[..., I]: the mean rank of each entry in the written-out sample, ties shared.

    >>> midranks(np.array([[3.0, 1.0, 3.0]]), np.ones((1, 3))).tolist()
    [[2.5, 1.0, 2.5]]
    """
    order = np.argsort(x, axis=-1, kind="stable")
    value = np.take_along_axis(x, order, -1)
    weight = np.take_along_axis(np.broadcast_to(weights, x.shape), order, -1)
    end = np.cumsum(weight, -1)
    first = np.ones(x.shape, dtype=bool)
    first[..., 1:] = value[..., 1:] != value[..., :-1]
    last = np.ones(x.shape, dtype=bool)
    last[..., :-1] = first[..., 1:]
    before = np.maximum.accumulate(np.where(first, end - weight, 0.0), -1)
    upto = np.flip(np.minimum.accumulate(np.flip(np.where(last, end, np.inf), -1), -1), -1)
    ranks = np.empty(x.shape)
    np.put_along_axis(ranks, order, (before + upto + 1) / 2, -1)
    return ranks


def pearson(x: Floats, y: Floats, weights: Floats) -> Floats:
    """[...]: weighted product-moment correlation; nan where one side does not vary."""
    total = weights.sum(-1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        a = x - (weights * x).sum(-1, keepdims=True) / total
        b = y - (weights * y).sum(-1, keepdims=True) / total
        spread = np.sqrt((weights * a * a).sum(-1) * (weights * b * b).sum(-1))
        r = (weights * a * b).sum(-1) / np.where(spread > 1e-9, spread, np.nan)
    return np.asarray(np.clip(r, -1.0, 1.0))


def kendall(x: Floats, y: Floats, weights: Floats) -> Floats:
    """[B, K]: Kendall's tau-b of every row of `x` [B, I] with every row of `y` [K, I].

    tau-b = (C - D) / √((n0 - n1)(n0 - n2)), with C and D the concordant and discordant pairs, n0
    all pairs and n1, n2 those tied in x, in y. `weights` [B, I]; nan where one side does not vary.
    """
    # ranks and whole weights are exact in float32, which halves the time
    ranks, times = midranks(x, np.ones_like(x)).astype(np.float32), weights.astype(np.float32)
    pairs = np.triu_indices(x.shape[1], 1)
    of_y = _signs(y, pairs).astype(np.float32)
    size = max(1, CHUNK_CELLS // max(1, len(pairs[0])))
    parts = [
        _kendall(ranks[k : k + size], of_y, times[k : k + size], pairs)
        for k in range(0, len(x), size)
    ]
    return np.concatenate(parts)


def _kendall(ranks: Singles, of_y: Singles, weights: Singles, pairs: tuple[Codes, Codes]) -> Floats:
    weight = weights[:, pairs[0]] * weights[:, pairs[1]]
    signed = weight * np.sign(ranks[:, pairs[0]] - ranks[:, pairs[1]])
    untied_x = abs(signed).sum(1, keepdims=True, dtype=np.float64)
    untied_y = (weight @ abs(of_y).T).astype(np.float64)
    return _ratio((signed @ of_y.T).astype(np.float64), untied_x * untied_y)


def _signs(x: Floats, pairs: tuple[Codes, Codes]) -> Floats:
    """[B, pairs]: the order of each pair; equal infinite values are a tie."""
    return np.asarray((x[:, pairs[0]] > x[:, pairs[1]]) * 1.0 - (x[:, pairs[0]] < x[:, pairs[1]]))


def _ratio(balance: Floats, untied: Floats) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(balance / np.sqrt(np.where(untied > 0, untied, np.nan)))
