"""Which pairs to show next: those whose answer would teach most, and always some at random.

The expected information gain of a pair is the mutual information of its answer and the strengths
under a Gaussian posterior (Houlsby et al. 2011, arXiv:1112.5745; for pairs Mikhailiuk et al. 2020,
arXiv:2004.05691), by Gauss-Hermite quadrature. A round takes the pairs of one maximum spanning
tree of the gains, so that every item appears in it, and then counts those answers as given.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Literal

import numpy as np
from scipy.sparse.csgraph import minimum_spanning_tree
from scipy.special import expit, xlogy

from evaluation.statistics.answers import Codes, Floats, Labels
from evaluation.statistics.estimate import BadData
from evaluation.statistics.likelihood import maximise
from evaluation.statistics.pairs.table import Comparisons

NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(15)
WEIGHTS = WEIGHTS / WEIGHTS.sum()


@dataclass(frozen=True)
class NextPair:
    """A pair to show, in this order; `gain` in nats is what its answer is expected to teach."""

    first: Hashable
    second: Hashable
    gain: float
    chosen: Literal["informative", "random"]
    """store it: contrasts picked because of the data are unbiased on the random pairs alone"""


def next_pairs(
    first: Labels,
    second: Labels,
    first_won: Labels,
    *,
    items: Sequence[Hashable],
    generator: np.random.Generator,
    count: int | None = None,
    random_share: float = 0.25,
    prior: float = 2.0,
) -> list[NextPair]:
    """The next `count` pairs of `items` (None: one fewer than items), given answers so far.

    first, second, first_won  as in `davidson`; may be empty. A tie counts as half a win for each.
    random_share  of the pairs, drawn evenly from all: at least 0.2, so that some contrasts are
        not chosen for what they showed.
    prior  standard deviation of strengths before any answer, in logits.

    Which item is shown first is drawn too. Answers within 50 ms for 50 items.
    """
    size = len(items)
    wanted = size - 1 if count is None else count
    _check(items, wanted, random_share, prior)
    wins = _wins(first, second, first_won, items)
    mean, covariance = _posterior(wins, prior)
    at_random = int(random_share * wanted + generator.random())
    drawn = _drawn(size, at_random, generator)
    picked = _informative(mean, covariance, wanted - at_random)
    gains = _gains(mean, covariance)
    found = [(i, j, "informative") for i, j in picked] + [(i, j, "random") for i, j in drawn]
    swaps = generator.random(len(found)) < 0.5
    order = generator.permutation(len(found))
    return [_pair(items, gains, found[k], bool(swaps[k])) for k in order]


def _pair(
    items: Sequence[Hashable],
    gains: Floats,
    found: tuple[int, int, Literal["informative", "random"]],
    swap: bool,
) -> NextPair:
    i, j = found[:2][::-1] if swap else found[:2]
    return NextPair(items[i], items[j], float(gains[i, j]), found[2])


def _check(items: Sequence[Hashable], count: int, random_share: float, prior: float) -> None:
    if len(items) < 2 or len(set(items)) < len(items):
        raise BadData("Pairs need two or more items, each named once.")
    if count < 1:
        raise BadData(f"At least one pair can be asked for; given: {count}.")
    if not 0.2 <= random_share <= 1:
        raise BadData(
            f"The share of random pairs lies between 0.2 and 1; given: {random_share}. Without "
            "them, differences that were followed up because they looked large stay too large."
        )
    if not prior > 0:
        raise BadData(f"A prior is a standard deviation above 0, e.g. 2; given: {prior}.")


def _wins(first: Labels, second: Labels, first_won: Labels, items: Sequence[Hashable]) -> Floats:
    """[I, I]: in the order of `items`."""
    wins = np.zeros((len(items), len(items)))
    if not len(np.asarray(first_won)):
        return wins
    comparisons = Comparisons.of(first, second, first_won)
    place = {item: k for k, item in enumerate(items)}
    strange = [item for item in comparisons.items if item not in place]
    if strange:
        raise BadData(f"“{strange[0]}” was compared but is none of the {len(items)} items.")
    where = np.array([place[item] for item in comparisons.items])
    wins[np.ix_(where, where)] = comparisons.wins
    return wins


def _posterior(wins: Floats, prior: float) -> tuple[Floats, Floats]:
    """Mean [I] and covariance [I, I] of the strengths: Laplace's approximation."""
    total = wins + wins.T
    ridge = np.eye(len(wins)) / prior**2

    def likelihood(at: Floats) -> tuple[float, Floats, Floats]:
        apart = np.subtract.outer(at, at)
        p = expit(apart)
        value = -float((wins * np.logaddexp(0, -apart)).sum()) - float(at @ at) / prior**2 / 2
        gradient = (wins - total * p).sum(1) - at / prior**2
        known = total * p * (1 - p)
        return value, gradient, np.diag(known.sum(1)) - known + ridge

    optimum = maximise(likelihood, np.zeros(len(wins)))
    return optimum.parameters, optimum.covariance


def _gains(mean: Floats, covariance: Floats) -> Floats:
    """[I, I]: H(E p) - E H(p) in nats, p = expit of a normal difference."""
    spread = np.diag(covariance)
    variance = np.maximum(spread[:, None] + spread[None, :] - 2 * covariance, 0.0)
    apart = np.subtract.outer(mean, mean)
    p = expit(apart[..., None] + np.sqrt(variance)[..., None] * NODES)
    gains = np.maximum(_entropy(p @ WEIGHTS) - _entropy(p) @ WEIGHTS, 0.0)
    return np.asarray(gains)


def _entropy(p: Floats) -> Floats:
    return np.asarray(-xlogy(p, p) - xlogy(1 - p, 1 - p))


def _informative(mean: Floats, covariance: Floats, count: int) -> list[tuple[int, int]]:
    """Tree after tree; within the last, the pairs that teach most."""
    picked: list[tuple[int, int]] = []
    while len(picked) < count:
        gains = _gains(mean, covariance)
        # the tree of least weight under -gain; an edge of weight 0 would be no edge
        tree = minimum_spanning_tree(np.triu(-gains - 1e-12, 1)).tocoo()
        order = np.argsort(-gains[tree.row, tree.col], kind="stable")[: count - len(picked)]
        chosen = [(int(tree.row[k]), int(tree.col[k])) for k in order]
        picked += chosen
        covariance = _as_if_answered(mean, covariance, chosen)
    return picked


def _as_if_answered(mean: Floats, covariance: Floats, pairs: list[tuple[int, int]]) -> Floats:
    """The posterior covariance once these answers are in, whatever they say (rank one each)."""
    for i, j in pairs:
        p = float(expit(mean[i] - mean[j]))
        column = (covariance[:, i] - covariance[:, j]) * sqrt(p * (1 - p))
        scale = 1 + float(column[i] - column[j]) * sqrt(p * (1 - p))
        covariance = covariance - np.outer(column, column) / scale
    return covariance


def _drawn(size: int, count: int, generator: np.random.Generator) -> Codes:
    """[count, 2]: pairs drawn evenly, none twice before all came up."""
    everything = np.stack(np.triu_indices(size, 1), 1)
    rounds = -(-count // len(everything))
    orders = [generator.permutation(len(everything)) for _ in range(rounds)]
    return everything[np.concatenate([*orders, np.empty(0, dtype=np.intp)])[:count].astype(np.intp)]
